"""What should not be in a calendar: events of ours that belong to no appointment any more. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.sides import Missing, Shown
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.models import CalendarLink

NO_APPOINTMENT = "its appointment is not in Advoware"


@dataclass(frozen=True, slots=True)
class Extra:
    """One too many, and its appointment. `keep`: the event that stays, `keep_etag` as it was seen. `removable`: nothing
    is lost with it. `instead`: the appointment of which the hub made the event, and which belongs to the other one."""

    event_id: str
    etag: str
    number: int | None
    why: str
    keep: str = ""
    removable: bool = True
    keep_etag: str = ""
    instead: int | None = None


def orphans(state: CalendarState) -> list[Extra]:
    """Events with our mark that belong to no appointment, and that the hub does not remember: a run leaves them."""
    return [
        Extra(item.link.event_id, item.link.google.get("etag", ""), item.link.number, NO_APPOINTMENT)
        for item in state.items
        if _belongs_to_nothing(item)
    ]


def _belongs_to_nothing(item: Item) -> bool:
    pair = item.pair
    away = pair.advoware in (Missing.GONE, Missing.NEVER)
    return away and isinstance(pair.google, Shown) and pair.marked and not pair.bases


def forgotten(state: CalendarState) -> list[CalendarLink]:
    """Links of which neither side has anything any more."""
    return [item.link for item in state.items if item.decision.what is What.FORGET and item.link.pk is not None]
