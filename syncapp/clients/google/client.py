"""What the hub asks of Google Calendar: events, calendars, who may see them, channels that tell of changes."""

from __future__ import annotations

from syncapp.clients.errors import NotFound
from syncapp.clients.google.batch import Batches
from syncapp.clients.google.types import Channel, GoogleCalendar
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.parse import the_object

LARGEST_PAGE = 250  # calendarList.list


class GoogleClient(Batches):
    """Every method raises ``ClientError`` and nothing else. Use one instance for one step."""

    def calendars(self) -> tuple[GoogleCalendar, ...]:
        """All in our list, hidden ones too."""
        pages = self.listed("calendarList", LARGEST_PAGE, showHidden=True)
        return tuple(GoogleCalendar.from_api(row) for page in pages for row in page.rows("items"))

    def calendar(self, calendar_id: str) -> GoogleCalendar:
        """``NotFound`` when there is none, or none that we may see."""
        return GoogleCalendar.from_api(self.read(self.api.build("calendars", "get", calendarId=calendar_id)))

    def create_calendar(self, summary: str, time_zone: str) -> GoogleCalendar:
        """A new one of ours, always: after ``AnswerLost`` look for it before creating it again."""
        built = self.api.build("calendars", "insert", body={"summary": summary, "timeZone": time_zone})
        return self.write(built, lambda answer: GoogleCalendar.from_api(answer.json()), repeatable=False)

    def share(self, calendar_id: str, email: str, role: str) -> None:
        """Gives a person a role (``reader``, ``writer``, ...), instead of the one that they have; sends no mail."""
        body = {"role": role, "scope": {"type": "user", "value": email}}
        built = self.api.build("acl", "insert", calendarId=calendar_id, body=body, sendNotifications=False)
        self.write(built, Answer.close)

    def unshare(self, calendar_id: str, email: str) -> None:
        """Takes a person's role away; one who has none is fine. A rule's id is ``user:`` and the address."""
        built = self.api.build("acl", "delete", calendarId=calendar_id, ruleId=f"user:{email}")
        try:
            self.write(built, Answer.close)
        except NotFound:
            return

    def watch(self, calendar_id: str, channel_id: str, address: str, token: str, ttl: int) -> Channel:
        """Google posts to ``address`` (HTTPS) that something changed, for at most ``ttl`` seconds; ``token`` comes back
        with each post. A channel id is used once only."""
        body = {"id": channel_id, "type": "web_hook", "address": address, "token": token, "params": {"ttl": str(ttl)}}
        built = self.api.build("events", "watch", calendarId=calendar_id, body=body)
        return self.write(built, lambda answer: Channel.from_api(answer.json()), repeatable=False)

    def stop(self, channel_id: str, resource_id: str) -> None:
        """Ends a channel; one that is not there any more is ended."""
        built = self.api.build("channels", "stop", body={"id": channel_id, "resourceId": resource_id})
        try:
            self.write(built, Answer.close)
        except NotFound:
            return

    def ping(self) -> None:
        """One row of our list: proves address, login and right to read, and changes nothing."""
        the_object(self.system, self.read(self.api.build("calendarList", "list", maxResults=1)))
