"""What should not be in a calendar: events of ours that are there twice, or belong to no appointment any more. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from syncapp.clients.google import GoogleEvent
from syncapp.flows.calendar import links
from syncapp.flows.calendar.decide import BLOCKED, Missing, Shown, What
from syncapp.flows.calendar.fields import GOOGLE, declared, said, span
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.core import EMPTY
from syncapp.models import CalendarLink

SAME_MARK, SAME_CONTENTS = "bears the mark of the same appointment", "says the same at the same time"
NO_APPOINTMENT = "its appointment is not in Advoware"


@dataclass(frozen=True, slots=True)
class Extra:
    """One too many. `keep`: the event that stays. `removable`: nothing on the other side hangs on it."""

    event_id: str
    etag: str
    number: int | None
    why: str
    keep: str = ""
    removable: bool = True


def duplicates(
    kuerzel: str, events: Iterable[GoogleEvent], known: Mapping[str, CalendarLink], zone: ZoneInfo
) -> list[Extra]:
    """`known`: the calendar's links by their events."""
    alive = [event for event in events if not event.deleted and not event.recurring_event_id]
    by_mark: dict[object, list[GoogleEvent]] = {}
    by_contents: dict[object, list[GoogleEvent]] = {}
    for event in alive:
        by_mark.setdefault(links.marked_number(event, kuerzel), []).append(event)
        by_contents.setdefault(_contents(event, zone), []).append(event)
    found = {
        extra.event_id: extra
        for number, same in by_mark.items()
        if isinstance(number, int) and len(same) > 1
        for extra in _but_one(same, known, SAME_MARK, links.event_id(kuerzel, number))
    }
    for contents, same in by_contents.items():
        left = [event for event in same if event.id not in found]
        if contents is not None and len(left) > 1:
            found |= {extra.event_id: extra for extra in _but_one(left, known, SAME_CONTENTS)}
    return sorted(found.values(), key=lambda extra: (extra.number or 0, extra.event_id))


def _contents(event: GoogleEvent, zone: ZoneInfo) -> tuple[object, ...] | None:
    """None: nothing can be told from it."""
    shown = said(declared(zone), GOOGLE, event.raw)
    telling = span(declared(zone), GOOGLE, event.raw) and shown["text"] not in (EMPTY, BLOCKED)
    return tuple(shown.values()) if telling else None


def _but_one(same: list[GoogleEvent], known: Mapping[str, CalendarLink], why: str, usual: str = "") -> Iterator[Extra]:
    """All but the one that is linked to an appointment. Without such a one nobody can tell which is right, unless one
    has the id that we give."""
    numbers = {event.id: known[event.id].number for event in same if event.id in known}
    linked = sorted(event.id for event in same if numbers.get(event.id) is not None)
    keep = linked[0] if linked else usual if usual in {event.id for event in same} else ""
    for event in sorted(same, key=lambda each: each.id):
        if event.id != (keep or min(each.id for each in same)):
            number = numbers.get(event.id)
            yield Extra(event.id, event.etag, number, why, keep, removable=bool(keep) and number is None)


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
