"""Events of one calendar. Nobody is ever notified of what is written (``sendUpdates=none``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from syncapp.clients.errors import AnswerLost, Rejected
from syncapp.clients.google.building import Api, Built
from syncapp.clients.google.config import SYSTEM
from syncapp.clients.google.paging import Ask, Changes, rows
from syncapp.clients.google.quota import quota_user
from syncapp.clients.google.rest import GONE, GoogleRest
from syncapp.clients.google.types import GoogleEvent
from syncapp.clients.http.answers import Answer

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
        return api.build("events", self.kind.value, quota_user(self.calendar_id), self.etag, **given)


class Events(GoogleRest):
    def changes(self, calendar_id: str, sync_token: str | None = None, time_min: datetime | None = None) -> Changes:
        """What changed since the token, deleted events among it; without one all events (that end after ``time_min``,
        which then also holds for what follows by the token). Series come as series, not as occurrences.

        Reading them raises ``SyncTokenExpired`` when the token is too old.
        """
        if sync_token is not None and time_min is not None:
            raise ValueError("a sync token can't go with a time")
        return Changes(self._pages(calendar_id, "list", syncToken=sync_token, timeMin=_moment(time_min)))

    def event(self, calendar_id: str, event_id: str) -> GoogleEvent:
        """``NotFound`` when there never was one of that id; a deleted one may come as ``deleted``."""
        return GoogleEvent.from_api(self.read(self._built("get", calendar_id, eventId=event_id)))

    def instances(
        self,
        calendar_id: str,
        event_id: str,
        time_min: datetime | None = None,
        time_max: datetime | None = None,
        *,
        deleted: bool = False,
    ) -> Iterator[GoogleEvent]:
        """The occurrences of a series that end after ``time_min`` and start before ``time_max``."""
        ask = self._pages(
            calendar_id,
            "instances",
            eventId=event_id,
            timeMin=_moment(time_min),
            timeMax=_moment(time_max),
            showDeleted=deleted,
        )
        return map(GoogleEvent.from_api, rows(ask))

    def find_by_private(self, calendar_id: str, key: str, value: str) -> tuple[GoogleEvent, ...]:
        """Events whose private extended property has that value, deleted ones left out."""
        ask = self._pages(calendar_id, "list", privateExtendedProperty=f"{key}={value}")
        return tuple(map(GoogleEvent.from_api, rows(ask)))

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
            self.write(built, lambda _: None)
        except AnswerLost as error:
            if error.code != GONE:
                raise

    def _event(self, write: EventWrite) -> GoogleEvent:
        return self.write(write.built(self.api), read_event)

    def _built(self, method: str, calendar_id: str, **parameters: Any) -> Built:
        return self.api.build("events", method, quota_user(calendar_id), calendarId=calendar_id, **parameters)

    def _pages(self, calendar_id: str, method: str, **parameters: Any) -> Ask:
        def ask(page: str | None) -> object:
            self.renew_patience()
            given = {**parameters, "maxResults": LARGEST_PAGE, "pageToken": page}
            return self.read(self._built(method, calendar_id, **given))

        return ask


def read_event(answer: Answer) -> GoogleEvent:
    """After a write: an answer that can't be understood does not undo it."""
    return GoogleEvent.from_api(answer.json())


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment is not None else None
