"""Finds an appointment whose creation was not answered, among those that belong to no event. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from syncapp.flows.calendar.entries import Entry, kept_as

CLOCKS_DIFFER = timedelta(seconds=2)  # Advoware's and ours; more would take what was entered before for ours


@dataclass(frozen=True, slots=True)
class Stray:
    """An appointment that belongs to no event; `changed_at` in UTC, None where Advoware does not tell it."""

    number: int
    entry: Entry
    changed_at: datetime | None = None


def sent(changes: Mapping[str, Sequence[Any]]) -> Entry:
    """What a creation wrote, out of its changes in the journal."""
    return Entry.from_json({"series": None} | {name: values[1] for name, values in changes.items()})


def find(wanted: Entry, strays: Iterable[Stray], begun_at: datetime) -> Stray | None:
    """The one that is as it was sent. Else one that is new since and in which a person has changed something only: its
    times, or what it is about."""
    ranked = [(rank, stray.number, stray) for stray in strays if (rank := _rank(wanted, stray, begun_at)) is not None]
    return min(ranked)[2] if ranked else None


def _rank(wanted: Entry, stray: Stray, begun_at: datetime) -> int | None:
    found = stray.entry
    if found == wanted:
        return 0
    if kept_as(wanted, found):
        return 1
    if stray.changed_at is None or stray.changed_at < begun_at - CLOCKS_DIFFER:
        return None
    if _times(found) == _times(wanted):
        return 2
    return 3 if wanted.text and found.text == wanted.text else None


def _times(entry: Entry) -> tuple[object, ...]:
    return entry.start, entry.end, entry.all_day, entry.series
