"""Calendars, who may see them, and channels through which Google tells of changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from syncapp.clients.errors import NotFound
from syncapp.clients.google.building import Built
from syncapp.clients.google.paging import rows
from syncapp.clients.google.quota import quota_user
from syncapp.clients.google.rest import GoogleRest
from syncapp.clients.google.types import AclRule, Channel, GoogleCalendar
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.parse import Values

LARGEST_PAGE = 250  # calendarList.list and acl.list


class Calendars(GoogleRest):
    def calendars(self) -> tuple[GoogleCalendar, ...]:
        """All in our list, hidden ones too."""
        return tuple(self._all(GoogleCalendar.from_api, "calendarList", showHidden=True))

    def calendar(self, calendar_id: str) -> GoogleCalendar:
        """``NotFound`` when there is none, or none that we may see."""
        return GoogleCalendar.from_api(self.read(self._of("calendars", "get", calendar_id)))

    def create_calendar(self, summary: str, time_zone: str) -> GoogleCalendar:
        """A new one of ours, always: after ``AnswerLost`` look for it before creating it again."""
        built = self.api.build("calendars", "insert", body={"summary": summary, "timeZone": time_zone})
        return self.write(built, lambda answer: GoogleCalendar.from_api(answer.json()), repeatable=False)

    def share(self, calendar_id: str, email: str, role: str) -> AclRule:
        """Gives a person a role (``reader``, ``writer``, ...), instead of the one that they have; sends no mail."""
        body = {"role": role, "scope": {"type": "user", "value": email}}
        built = self._of("acl", "insert", calendar_id, body=body, sendNotifications=False)
        return self.write(built, lambda answer: AclRule.from_api(answer.json()))

    def unshare(self, calendar_id: str, email: str) -> None:
        """Takes a person's role away; one who has none is fine. A rule's id is ``user:`` and the address."""
        built = self._of("acl", "delete", calendar_id, ruleId=f"user:{email}")
        try:
            self.write(built, _nothing)
        except NotFound:
            return

    def acl(self, calendar_id: str) -> tuple[AclRule, ...]:
        return tuple(self._all(AclRule.from_api, "acl", calendar_id))

    def watch(self, calendar_id: str, channel_id: str, address: str, token: str, ttl: int) -> Channel:
        """Google posts to ``address`` (HTTPS) that something changed, for at most ``ttl`` seconds; ``token`` comes back
        with each post. A channel id is used once only."""
        body = {
            "id": channel_id,
            "type": "web_hook",
            "address": address,
            "token": token,
            "params": {"ttl": str(ttl)},
        }
        built = self._of("events", "watch", calendar_id, body=body)
        return self.write(built, lambda answer: Channel.from_api(answer.json()), repeatable=False)

    def stop(self, channel_id: str, resource_id: str) -> None:
        """Ends a channel; one that is not there any more is ended."""
        built = self.api.build("channels", "stop", body={"id": channel_id, "resourceId": resource_id})
        try:
            self.write(built, _nothing)
        except NotFound:
            return

    def ping(self) -> None:
        """One row of our list: proves address, login and right to read, and changes nothing."""
        Values.of(self.system, self.read(self.api.build("calendarList", "list", maxResults=1)))

    def _of(self, resource: str, method: str, calendar_id: str, **parameters: Any) -> Built:
        return self.api.build(resource, method, quota_user(calendar_id), calendarId=calendar_id, **parameters)

    def _all(
        self, read: Callable[[object], Any], resource: str, calendar_id: str | None = None, **parameters: Any
    ) -> list[Any]:
        user = quota_user(calendar_id or "")

        def ask(page: str | None) -> Mapping[str, object] | object:
            given = {**parameters, "calendarId": calendar_id, "maxResults": LARGEST_PAGE, "pageToken": page}
            return self.read(self.api.build(resource, "list", user, **given))

        return [read(row) for row in rows(ask)]


def _nothing(_: Answer) -> None:
    return
