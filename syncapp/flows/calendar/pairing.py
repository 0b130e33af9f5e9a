"""Which event is which appointment, where nobody has said so yet: an earlier hub, an import or a person filled both
sides. Pure.

What is the same on both sides is paired before anything is created, or a filled calendar would double: first what is
sure, then what is less so. What could be one of several is left to a person, who sees it twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping
from typing import TypeVar
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.decide import HIDDEN
from syncapp.flows.calendar.fields import ADVOWARE, CONTENTS, GOOGLE, WHEN, Appointment, declared, said
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.spans import Span

Name = TypeVar("Name", int, str)
Key = Callable[[Appointment], Hashable]


def pairs(appointments: Mapping[int, Raw], events: Mapping[str, Raw], zone: ZoneInfo) -> dict[str, int]:
    """The number of the appointment by the id of the event; each of them stands in one pair only."""
    fields = declared(zone)
    here = {number: said(fields, ADVOWARE, raw) for number, raw in appointments.items()}
    there = {event: said(fields, GOOGLE, raw) for event, raw in events.items()}
    hidden = {event for event, says in there.items() if {name: says[name] for name in CONTENTS} == HIDDEN}
    found: dict[str, int] = {}
    for key in (_whole, _text, _begin, _when):
        there = {event: says for event, says in there.items() if event not in found}
        here = {number: says for number, says in here.items() if number not in found.values()}
        shown = {event: says for event, says in there.items() if key is not _when or event in hidden}
        numbers_of = _grouped(here, key)
        for same, ids in _grouped(shown, key).items():
            numbers = numbers_of.get(same, [])
            if (
                key is _whole or len(ids) == len(numbers) == 1
            ):  # those that say all the same may take each other's place
                found |= dict(zip(sorted(ids), sorted(numbers), strict=False))
    return found


def _grouped(rows: Mapping[Name, Appointment], key: Key) -> dict[Hashable, list[Name]]:
    groups: dict[Hashable, list[Name]] = defaultdict(list)
    for name, says in rows.items():
        if isinstance(says[WHEN], Span):
            groups[key(says)].append(name)
    return groups


def _whole(says: Appointment) -> Hashable:
    return says[WHEN], *(_folded(says[name]) for name in CONTENTS)


def _text(says: Appointment) -> Hashable:
    return says[WHEN], _folded(says["text"])


def _begin(says: Appointment) -> Hashable:
    when = says[WHEN]
    assert isinstance(when, Span)  # noqa: S101  others are not grouped
    return when.start, when.all_day, _folded(says["text"])


def _when(says: Appointment) -> Hashable:
    return says[WHEN]


def _folded(value: object) -> str:
    return " ".join(str(value).split()).casefold() if isinstance(value, str) else ""
