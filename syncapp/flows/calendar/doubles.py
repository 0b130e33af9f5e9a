"""Events that are there twice: those of an earlier hub, and those that this hub once made of what was there. Pure.

What stays is the event that has an appointment. What goes says all the same, and nobody has put anything into it that
the other one lacks; everything else is for a person.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from syncapp.clients.google import GoogleEvent
from syncapp.flows.calendar import links
from syncapp.flows.calendar.audit import Extra
from syncapp.flows.calendar.decide import BLOCKED
from syncapp.flows.calendar.fields import GOOGLE, OF_EVENT, declared, said, span
from syncapp.flows.lens.core import EMPTY
from syncapp.models import CalendarLink, LinkState

SAME_MARK, SAME_CONTENTS = "bears the mark of the same appointment", "says the same at the same time"
MADE_TWICE = "the hub made it and its appointment of one that was there"
# What every event has of its own.
_OWN = {"id", "etag", "iCalUID", "htmlLink", "created", "updated", "sequence", "creator", "organizer", "status", "kind"}
_OWN |= {"extendedProperties", *OF_EVENT}


@dataclass(frozen=True, slots=True)
class Remembered:
    """`links`: by their events. `created`: the event out of which the hub made an appointment, by the number.
    `answered`: events about which a person has said something that is still to be carried out."""

    links: Mapping[str, CalendarLink]
    created: Mapping[int, str] = field(default_factory=dict)
    answered: Collection[str] = ()

    def number(self, event: str) -> int | None:
        return self.links[event].number if event in self.links else None


def duplicates(kuerzel: str, events: Iterable[GoogleEvent], known: Remembered, zone: ZoneInfo) -> list[Extra]:
    events = list(events)
    alive = [event for event in events if not event.deleted and not event.recurring_event_id]
    edited = {event.recurring_event_id for event in events}  # series of which single occurrences were changed
    by_mark: dict[int, list[GoogleEvent]] = defaultdict(list)
    by_contents: dict[Hashable, list[GoogleEvent]] = defaultdict(list)
    for event in alive:
        marked = links.marked_number(event, kuerzel)
        number = links.mark_of_others(event) if marked is None else marked
        if number is not None:
            by_mark[number].append(event)
        if contents := _contents(event, zone):
            by_contents[contents].append(event)
    found: dict[str, Extra] = {}
    for same in by_contents.values():
        found |= {extra.event_id: extra for extra in _made_twice(kuerzel, same, known, edited, zone)}
    groups = [(SAME_MARK, number, same) for number, same in by_mark.items()]
    for why, number, same in (*groups, *((SAME_CONTENTS, None, same) for same in by_contents.values())):
        left = [event for event in same if event.id not in found]
        for extra, keep in _but_one(left, known, "" if number is None else links.event_id(kuerzel, number)):
            linked = known.number(extra.id)
            sure = keep is not None and linked is None and _adds_nothing(extra, keep, known, edited, zone)
            kept = (keep.id, sure, keep.etag) if keep else ("", False, "")
            found[extra.id] = Extra(extra.id, extra.etag, linked, why, *kept)
    return sorted(found.values(), key=lambda extra: (extra.number or 0, extra.event_id))


def _contents(event: GoogleEvent, zone: ZoneInfo) -> tuple[object, ...] | None:
    """None: nothing can be told from it."""
    shown = said(declared(zone), GOOGLE, event.raw)
    telling = span(declared(zone), GOOGLE, event.raw) and shown["text"] not in (EMPTY, BLOCKED)
    return tuple(shown.values()) if telling else None


def _but_one(
    same: Sequence[GoogleEvent], known: Remembered, usual: str
) -> Iterator[tuple[GoogleEvent, GoogleEvent | None]]:
    """All but the one that is linked to an appointment. Without such a one nobody can tell which is right, unless one
    has the id that we give."""
    ordered = sorted(same, key=lambda event: (known.number(event.id) is None, event.id != usual, event.id))
    if len(ordered) < 2:
        return
    first = ordered[0]
    sure = known.number(first.id) is not None or first.id == usual
    for event in ordered[1:]:
        yield event, first if sure else None


def _adds_nothing(
    extra: GoogleEvent, keep: GoogleEvent, known: Remembered, edited: Collection[str], zone: ZoneInfo
) -> bool:
    """Whether nothing is lost with it, nobody has edited it since, and nothing is under way with it."""
    link = known.links.get(extra.id)
    if extra.id in edited or extra.id in known.answered or (link and link.writing):
        return False
    fields = declared(zone)
    beside = {name: value for name, value in extra.raw.items() if name not in _OWN}
    return said(fields, GOOGLE, extra.raw) == said(fields, GOOGLE, keep.raw) and all(
        keep.raw.get(name) == value for name, value in beside.items()
    )


def _made_twice(
    kuerzel: str, same: Sequence[GoogleEvent], known: Remembered, edited: Collection[str], zone: ZoneInfo
) -> Iterator[Extra]:
    """Where an appointment and an event were there before and the hub did not see that they are one, it made an event
    of the one and an appointment of the other: these two are taken away again. Whichever is linked to which now."""
    events = {event.id: event for event in same}
    linked = {number: event for event in events if (number := known.number(event)) is not None}
    for number in sorted(linked):
        copy = events.get(links.event_id(kuerzel, number))
        for made in sorted(linked):
            keep = events.get(known.created.get(made, ""))
            if copy is None or keep is None or {linked[number], linked[made]} != {copy.id, keep.id} or number == made:
                continue
            one, other = known.links[copy.id], known.links[keep.id]
            agreed = one.state == other.state == LinkState.AGREED and one.agreed_advoware == other.agreed_advoware
            sure = agreed and _adds_nothing(copy, keep, known, edited, zone)
            yield Extra(copy.id, copy.etag, made, MADE_TWICE, keep.id, sure, keep.etag, instead=number)
