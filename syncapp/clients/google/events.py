"""Events of one calendar. Nobody is ever notified of what is written (``sendUpdates=none``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from syncapp.clients.errors import AnswerLost, Rejected, UnexpectedAnswer
from syncapp.clients.google.building import Api, Built
from syncapp.clients.google.rest import GONE, GoogleRest
from syncapp.clients.google.types import SYSTEM, GoogleEvent
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.parse import Values

LARGEST_PAGE = 2500  # events.list; the rest of a calendar comes in further pages
Body = Mapping[str, object]


class Kind(StrEnum):
    INSERT = "insert"
    UPDATE = "update"
    PATCH = "patch"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class EventWrite:
    """What is to be done to one event. ``etag``: only if it is still that version; "" = whatever it is."""

    kind: Kind
    calendar_id: str
    event_id: str
    body: Body = field(default_factory=dict, repr=False)
    etag: str = ""

    def built(self, api: Api) -> Built:
        if not self.event_id:
            raise Rejected(SYSTEM, "empty_id")  # Google would choose one, and a repeat would make a second event
        given: dict[str, Any] = {"calendarId": self.calendar_id, "sendUpdates": "none"}
        if self.kind is Kind.INSERT:
            given["body"] = {**self.body, "id": self.event_id}
        else:
            given["eventId"] = self.event_id
        if self.kind in (Kind.UPDATE, Kind.PATCH):
            given["body"] = dict(self.body)
        return api.build("events", self.kind.value, self.etag, **given)


class Changes:
    """Events as they are read, once. ``next_token`` stands there when the last one was given, not before: who stores
    it then has seen everything that came before it."""

    def __init__(self, pages: Iterator[Values]) -> None:
        self._pages = pages
        self.next_token: str | None = None

    @property
    def events(self) -> Iterator[GoogleEvent]:
        for page in self._pages:
            yield from map(GoogleEvent.from_api, page.rows("items"))
            token = page.text("nextSyncToken")
        if not token:
            raise UnexpectedAnswer(SYSTEM, "no_sync_token")
        self.next_token = token


class Events(GoogleRest):
    def changes(self, calendar_id: str, sync_token: str | None = None, time_min: datetime | None = None) -> Changes:
        """What changed since the token, deleted events among it; without one all events (that end after ``time_min``,
        which then also holds for what follows by the token). Series come as series, not as occurrences.

        Reading them raises ``SyncTokenExpired`` when the token is too old.
        """
        if sync_token is not None and time_min is not None:
            raise ValueError("a sync token can't go with a time")
        since = time_min.astimezone(UTC).isoformat() if time_min is not None else None
        return Changes(self.listed("events", LARGEST_PAGE, calendarId=calendar_id, syncToken=sync_token, timeMin=since))

    def event(self, calendar_id: str, event_id: str) -> GoogleEvent:
        """``NotFound`` when there never was one of that id; a deleted one may come as ``deleted``."""
        return GoogleEvent.from_api(
            self.read(self.api.build("events", "get", calendarId=calendar_id, eventId=event_id))
        )

    def insert(self, calendar_id: str, body: Body) -> GoogleEvent:
        """``body`` holds the id. ``Duplicate`` when the calendar has or ever had one of that id; ``AnswerLost`` when
        that one may be ours."""
        return self._event(EventWrite(Kind.INSERT, calendar_id, str(body.get("id", "")), body))

    def update(self, calendar_id: str, event_id: str, body: Body, etag: str = "") -> GoogleEvent:
        """Replaces the whole event. ``Outdated`` when it is not that version any more; ``AnswerLost`` when the change
        that was met may be ours."""
        return self._event(EventWrite(Kind.UPDATE, calendar_id, event_id, body, etag))

    def patch(self, calendar_id: str, event_id: str, body: Body, etag: str = "") -> GoogleEvent:
        """As ``update``, of the named fields only."""
        return self._event(EventWrite(Kind.PATCH, calendar_id, event_id, body, etag))

    def delete(self, calendar_id: str, event_id: str, etag: str = "") -> None:
        """``Outdated`` as in ``update``, ``NotFound`` when it was gone before."""
        built = EventWrite(Kind.DELETE, calendar_id, event_id, etag=etag).built(self.api)
        try:
            self.write(built, Answer.close)
        except AnswerLost as error:
            if error.code != GONE:
                raise

    def listed(self, resource: str, largest: int, **parameters: Any) -> Iterator[Values]:
        """The pages of a list."""

        def ask(page: str) -> object:
            return self.read(self.api.build(resource, "list", **parameters, maxResults=largest, pageToken=page or None))

        return self.pages(ask, "nextPageToken")

    def _event(self, write: EventWrite) -> GoogleEvent:
        return self.write(write.built(self.api), lambda answer: GoogleEvent.from_api(answer.json()))
