"""What the hub reads of Google's objects. ``raw`` is the whole one, because an update replaces it whole.

Source: developers.google.com/calendar/api/v3/reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from syncapp.clients.google.config import SYSTEM
from syncapp.clients.http.parse import Values, the_object

CANCELLED = "cancelled"
USUAL_TYPE = "default"  # of events; all others (birthdays, working places, out of office) are Google's own


@dataclass(frozen=True, slots=True)
class GoogleEvent:
    """One event, series, or single changed occurrence of a series.

    Of a deleted one only ``id`` is sure. ``start``, ``end`` and ``original_start`` are as Google writes them (``date``,
    or ``dateTime`` and ``timeZone``); ``private`` are the private extended properties.
    """

    id: str
    etag: str
    status: str
    updated: datetime | None
    start: Mapping[str, object] = field(repr=False)
    end: Mapping[str, object] = field(repr=False)
    private: Mapping[str, str] = field(repr=False)
    recurrence: tuple[str, ...]
    recurring_event_id: str
    original_start: Mapping[str, object]
    event_type: str
    locked: bool
    raw: Mapping[str, object] = field(compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object) -> GoogleEvent:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        extended = Values(SYSTEM, _part(values, "extendedProperties"))
        private = Values(SYSTEM, _part(extended, "private"))
        return cls(
            id=values.needed("id"),
            etag=values.text("etag"),
            status=values.text("status"),
            updated=values.moment("updated"),
            start=_part(values, "start"),
            end=_part(values, "end"),
            private={key: private.text(key) for key in private.raw},
            recurrence=values.texts("recurrence"),
            recurring_event_id=values.text("recurringEventId"),
            original_start=_part(values, "originalStartTime"),
            event_type=values.text("eventType") or USUAL_TYPE,
            locked=values.flag("locked"),
            raw=values.raw,
        )

    @property
    def deleted(self) -> bool:
        return self.status == CANCELLED

    @property
    def writable(self) -> bool:
        """Neither of a kind that Google makes itself, nor a copy that its organiser has locked."""
        return self.event_type == USUAL_TYPE and not self.locked


@dataclass(frozen=True, slots=True)
class GoogleCalendar:
    """``role``: ours (``owner``, ``writer``, ``reader``, ``freeBusyReader``); "" where the answer does not tell it."""

    id: str
    summary: str
    time_zone: str
    role: str
    etag: str

    @classmethod
    def from_api(cls, raw: object) -> GoogleCalendar:
        values = Values.of(SYSTEM, raw)
        summary = values.text("summary")
        return cls(
            values.needed("id"), summary, values.text("timeZone"), values.text("accessRole"), values.text("etag")
        )


@dataclass(frozen=True, slots=True)
class AclRule:
    """Who may do what with a calendar. ``kind``: ``user``, ``group``, ``domain`` or ``default`` (everybody)."""

    id: str
    role: str
    kind: str
    address: str = field(repr=False)

    @classmethod
    def from_api(cls, raw: object) -> AclRule:
        values = Values.of(SYSTEM, raw)
        scope = Values(SYSTEM, _part(values, "scope"))
        return cls(values.needed("id"), values.text("role"), scope.text("type"), scope.text("value"))


@dataclass(frozen=True, slots=True)
class Channel:
    """Google tells of changes through it until ``expires_at`` (UTC; None: Google did not say)."""

    id: str
    resource_id: str
    expires_at: datetime | None

    @classmethod
    def from_api(cls, raw: object) -> Channel:
        values = Values.of(SYSTEM, raw)
        milliseconds = values.number("expiration")
        seconds = {"expiration": milliseconds // 1000 if milliseconds else None}
        ends = Values(SYSTEM, seconds).unix_moment("expiration")
        return cls(values.needed("id"), values.needed("resourceId"), ends)


def _part(values: Values, key: str) -> Mapping[str, object]:
    value = values.raw.get(key)
    return the_object(SYSTEM, value, key) if value is not None else {}
