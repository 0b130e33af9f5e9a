"""Finds an appointment whose creation was not answered, among those that belong to no event. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar import form
from syncapp.flows.calendar.fields import ADVOWARE, WHEN, Appointment, Declared, said
from syncapp.flows.lens.core import EMPTY, Raw, Unreadable

CLOCKS_DIFFER = timedelta(seconds=2)  # Advoware's and ours; more would take what was entered before for ours


@dataclass(frozen=True, slots=True)
class Stray:
    """An appointment that belongs to no event; `changed_at` in UTC, None where Advoware does not tell it."""

    number: int
    raw: Raw
    changed_at: datetime | None = None


def sent(changes: Mapping[str, Sequence[Any]], zone: ZoneInfo) -> Appointment:
    """What a creation wrote, out of its changes in the journal."""
    return form.read({name: values[1] for name, values in changes.items()}, zone)


def find(wanted: Appointment, strays: Iterable[Stray], begun_at: datetime, fields: Declared) -> Stray | None:
    """The one that is as it was sent. Else one that is new since and in which a person has changed something only: its
    times, or what it is about."""
    ranks = ((_rank(wanted, stray, begun_at, fields), stray.number, stray) for stray in strays)
    ranked = [(rank, number, stray) for rank, number, stray in ranks if rank is not None]
    return min(ranked)[2] if ranked else None


def _rank(wanted: Appointment, stray: Stray, begun_at: datetime, fields: Declared) -> int | None:
    found = said(fields, ADVOWARE, stray.raw)
    if found == wanted:
        return 0
    kept = {
        each.name: not isinstance(now := found[each.name], Unreadable) and each.here.kept(wanted[each.name], now)
        for each in fields
    }
    if all(kept.values()):
        return 1
    if stray.changed_at is None or stray.changed_at < begun_at - CLOCKS_DIFFER:
        return None
    if kept[WHEN]:
        return 2
    return 3 if wanted["text"] is not EMPTY and found["text"] == wanted["text"] else None
