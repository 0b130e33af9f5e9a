"""Which event is which appointment, where nobody has said so yet: an earlier hub, an import or a person filled both
sides. Pure.

What is the same on both sides is paired before anything is created, or a filled calendar would double: first what a
mark names, then what says the same, then what is less sure. What could be one of several, or nearly says the same, is
neither paired nor created: a person says what it is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.decide import BLOCKED, HIDDEN
from syncapp.flows.calendar.fields import ADVOWARE, CONTENTS, GOOGLE, NO_TEXT, WHEN, Appointment, declared, said
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.spans import Span, wall

Name = TypeVar("Name", int, str)
Key = Callable[[Appointment], Hashable]
MOVED = timedelta(days=92)  # a hearing is put off by weeks; further away the same text is rather another appointment


@dataclass(frozen=True, slots=True)
class Told:
    """What is known beside what both sides say. `marks`: the number that an event's mark names. `same`: the number of
    the appointment that a person has said an event is. `apart`: the events that one is not, as a person has said."""

    marks: Mapping[str, int] = field(default_factory=dict)
    same: Mapping[str, int] = field(default_factory=dict)
    apart: Mapping[int, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Matches:
    """`pairs`: the number of the appointment by the id of the event; each of them stands in one pair only.
    `candidates`: the events that an appointment without a partner could be, the likeliest first."""

    pairs: Mapping[str, int]
    candidates: Mapping[int, list[str]]


def match(
    appointments: Mapping[int, Raw], events: Mapping[str, Raw], zone: ZoneInfo, told: Told | None = None
) -> Matches:
    told, fields = told or Told(), declared(zone)
    here = _placed({number: said(fields, ADVOWARE, raw) for number, raw in appointments.items()})
    there = _placed({event: said(fields, GOOGLE, raw) for event, raw in events.items()})
    marks = {event: number for event, number in told.marks.items() if event in there and number in here}
    found = {event: number for event, number in told.same.items() if event in there and number in here}
    out = {*found.values(), *told.apart}
    found |= _marked(without(here, out), without(there, found), marks)
    out |= {*found.values()}
    agreed, doubtful = _agreeing(without(here, out), without(there, found), marks)
    found |= agreed
    out |= {*found.values()}
    found |= _alike(without(here, out | doubtful), without(there, {*found, *doubtful}))
    likely = dict(_candidates(without(here, found.values()), without(there, found), marks, zone))
    for number, others in told.apart.items():
        likely[number] = [event for event in likely.get(number, []) if event not in others]
    return Matches(found, {number: ids for number, ids in likely.items() if ids})


def _marked(
    here: Mapping[int, Appointment], there: Mapping[str, Appointment], marks: Mapping[str, int]
) -> dict[str, int]:
    """Whose mark names an appointment that says all the same."""
    bearing = ((number, event) for event, number in marks.items() if event in there and number in here)
    same = {
        number: event for number, event in sorted(bearing, reverse=True) if _whole(here[number]) == _whole(there[event])
    }
    return {event: number for number, event in same.items()}


def _agreeing(
    here: Mapping[int, Appointment], there: Mapping[str, Appointment], marks: Mapping[str, int]
) -> tuple[dict[str, int], set[int | str]]:
    """Whose mark names an appointment, and what they say does not speak against it; and those where it does."""
    alike, bearing = _alike(here, there), defaultdict(list)
    for event in sorted(there):
        if (number := marks.get(event)) in here:
            bearing[marks[event]].append(event)
    agreed: dict[str, int] = {}
    doubtful: set[int | str] = set()
    for number, events in bearing.items():
        (first, *others) = sorted(events, key=lambda event: alike.get(event) != number)
        claimed = first in alike or number in alike.values()
        if alike.get(first) == number or not (claimed or others or not _near(here[number], there[first])):
            agreed[first] = number
        else:
            doubtful |= {number, *events}
    return agreed, doubtful


def _alike(here: Mapping[int, Appointment], there: Mapping[str, Appointment]) -> dict[str, int]:
    """What says the same, without a look at marks."""
    found: dict[str, int] = {}
    for key in (_whole, _text, _begin, _when):
        shown = {event: says for event, says in there.items() if key is not _when or _is_hidden(says)}
        numbers_of = _grouped(without(here, found.values()), key)
        for same, ids in _grouped(without(shown, found), key).items():
            numbers = numbers_of.get(same, [])
            # Those that say all the same may take each other's place.
            if key is _whole or len(ids) == len(numbers) == 1:
                found |= dict(zip(sorted(ids), sorted(numbers), strict=False))
    return found


def _candidates(
    here: Mapping[int, Appointment], there: Mapping[str, Appointment], marks: Mapping[str, int], zone: ZoneInfo
) -> Iterator[tuple[int, list[str]]]:
    """Same text, another time; same beginning, another text; or named by a mark."""
    by_text, by_begin = _grouped(there, lambda says: _folded(says["text"])), _grouped(there, _start)
    for number, says in here.items():
        named = [event for event in there if marks.get(event) == number]
        same_text = by_text.get(_folded(says["text"]), []) if _tells(says) else []
        like = {*named, *same_text, *by_begin.get(_start(says), [])}
        likely = [event for event in like if event in named or _near(says, there[event])]
        if likely:
            yield number, sorted(likely, key=lambda event: (event not in named, *_far(says, there[event], zone), event))


def _near(here: Appointment, there: Appointment) -> bool:
    if _is_hidden(there):
        return _when(here) == _when(there)
    moved = abs(_span(there).start.toordinal() - _span(here).start.toordinal())
    same_text = _tells(here) and _folded(here["text"]) == _folded(there["text"])
    return _start(here) == _start(there) or (same_text and moved <= MOVED.days)


def _far(here: Appointment, there: Appointment, zone: ZoneInfo) -> tuple[float, bool, float]:
    """Days, whether the text is another one, and seconds."""
    one, other = (_wall(says, zone) for says in (here, there))
    days = abs((one.date() - other.date()).days)
    return days, _folded(here["text"]) != _folded(there["text"]), abs((one - other).total_seconds())


def copies(left: Mapping[str, Raw], known: Mapping[str, tuple[int, Raw]], zone: ZoneInfo) -> dict[str, int]:
    """Events without a partner that say the same at the same time as one that has its appointment: its number.
    `known`: number and event of those that have."""
    fields = declared(zone)
    there = _placed({event: said(fields, GOOGLE, raw) for event, raw in left.items()})
    numbers = {
        _text(says): known[event][0]
        for event, says in _placed(
            {event: said(fields, GOOGLE, raw) for event, (_number, raw) in known.items()}
        ).items()
    }
    return {event: numbers[_text(says)] for event, says in there.items() if _text(says) in numbers and _tells(says)}


def _placed(rows: Mapping[Name, Appointment]) -> dict[Name, Appointment]:
    """What nobody can place in time is left alone."""
    return {name: says for name, says in rows.items() if isinstance(says[WHEN], Span)}


def without(rows: Mapping[Name, Any], names: Collection[object]) -> dict[Name, Any]:
    out = set(names)
    return {name: says for name, says in rows.items() if name not in out}


def _grouped(rows: Mapping[Name, Appointment], key: Key) -> dict[Hashable, list[Name]]:
    groups: dict[Hashable, list[Name]] = defaultdict(list)
    for name, says in rows.items():
        groups[key(says)].append(name)
    return groups


def _whole(says: Appointment) -> Hashable:
    return says[WHEN], *(_folded(says[name]) for name in CONTENTS)


def _text(says: Appointment) -> Hashable:
    return says[WHEN], _folded(says["text"])


def _begin(says: Appointment) -> Hashable:
    return _start(says), _folded(says["text"])


def _when(says: Appointment) -> Hashable:
    return says[WHEN]


def _start(says: Appointment) -> Hashable:
    return _span(says).start, _span(says).all_day


def _span(says: Appointment) -> Span:
    when = says[WHEN]
    assert isinstance(when, Span)  # noqa: S101  others are not placed
    return when


def _wall(says: Appointment, zone: ZoneInfo) -> datetime:
    start = _span(says).start
    return wall(start, zone) if isinstance(start, datetime) else datetime.combine(start, time())


def _is_hidden(there: Appointment) -> bool:
    return {name: there[name] for name in CONTENTS} == HIDDEN


def _tells(says: Appointment) -> bool:
    """Whether its text tells it from others."""
    return _folded(says["text"]) not in ("", NO_TEXT, BLOCKED)


def _folded(value: object) -> str:
    return " ".join(str(value).split()).casefold() if isinstance(value, str) else ""
