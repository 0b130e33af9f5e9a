"""What the hub reads of Google's objects. ``raw`` is the whole one, because an update replaces it whole.

Source: developers.google.com/calendar/api/v3/reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.http.parse import Answered, Values, of, the_whole

SYSTEM = "google"
CANCELLED = "cancelled"
USUAL_TYPE = "default"  # of events; all others (birthdays, working places, out of office) are Google's own


def _private(values: Values, key: str) -> Mapping[str, str]:
    private = Values(SYSTEM, Values(SYSTEM, values.part(key)).part("private"))
    return {name: private.text(name) for name in private.raw}


def _moment(values: Values, key: str) -> datetime | None:
    """Of events without such a time Google says the year 0000, which is none."""
    try:
        return values.moment(key)
    except UnexpectedAnswer:
        return None


class GoogleObject(Answered):
    __slots__ = ()
    system = SYSTEM


@dataclass(frozen=True, slots=True)
class GoogleEvent(GoogleObject):
    """One event, series, or single changed occurrence of a series.

    Of a deleted one only ``id`` is sure. ``start``, ``end`` and ``original_start`` are as Google writes them (``date``,
    or ``dateTime`` and ``timeZone``); ``private`` are the private extended properties.
    """

    id: str = of(Values.needed, "id")
    etag: str = of(Values.text, "etag")
    status: str = of(Values.text, "status")
    created: datetime | None = of(_moment, "created")
    updated: datetime | None = of(_moment, "updated")
    start: Mapping[str, object] = of(Values.part, "start", repr=False)
    end: Mapping[str, object] = of(Values.part, "end", repr=False)
    private: Mapping[str, str] = of(_private, "extendedProperties", repr=False)
    recurrence: tuple[str, ...] = of(Values.texts, "recurrence")
    recurring_event_id: str = of(Values.text, "recurringEventId")
    original_start: Mapping[str, object] = of(Values.part, "originalStartTime")
    event_type: str = of(lambda values, key: values.text(key) or USUAL_TYPE, "eventType")
    locked: bool = of(Values.flag, "locked")
    organizer: Mapping[str, object] = of(Values.part, "organizer", repr=False)
    raw: Mapping[str, object] = the_whole()

    @property
    def deleted(self) -> bool:
        return self.status == CANCELLED

    @property
    def fixed(self) -> str:
        """Why it is not ours to change; "" = it is. The kind, where it is none of the usual ones; `locked` and
        `organizer` for copies of somebody else's event, also where all guests may change it: that goes out to everyone.
        """
        if self.event_type != USUAL_TYPE:
            return self.event_type
        if self.locked:
            return "locked"
        return "organizer" if self.organizer and self.organizer.get("self") is not True else ""


@dataclass(frozen=True, slots=True)
class GoogleCalendar(GoogleObject):
    """``role``: ours (``owner``, ``writer``, ``reader``, ``freeBusyReader``); "" where the answer does not tell it."""

    id: str = of(Values.needed, "id")
    summary: str = of(Values.text, "summary")
    time_zone: str = of(Values.text, "timeZone")
    role: str = of(Values.text, "accessRole")
    etag: str = of(Values.text, "etag")

    @property
    def is_ours_to_write(self) -> bool:
        return self.role in ("owner", "writer", "")


@dataclass(frozen=True, slots=True)
class Channel(GoogleObject):
    """Google tells of changes through it until ``expires_at`` (UTC; None: Google did not say)."""

    id: str = of(Values.needed, "id")
    resource_id: str = of(Values.needed, "resourceId")
    expires_at: datetime | None = of(lambda values, key: values.unix_moment(key, 1000), "expiration")
