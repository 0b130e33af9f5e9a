"""Whose calendars a command works on, and what its exit codes are."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from syncapp.management.base import misused
from syncapp.management.output import progress
from syncapp.models import CalendarEmployee

FOUND, TROUBLE = 1, 4
NAMED = 8  # appointments in a table; more are counted

Say = Callable[[str], object]


def chosen(names: Sequence[str]) -> list[CalendarEmployee]:
    """Those of that Kürzel, in any spelling; without names all that are switched on."""
    if not names:
        return list(CalendarEmployee.objects.filter(enabled=True).order_by("pk"))
    known = {row.pk.casefold(): row for row in CalendarEmployee.objects.all()}
    if unknown := [name for name in names if name.casefold() not in known]:
        there = ", ".join(sorted(row.pk for row in known.values())) or "none yet"
        raise misused(f"No employee {', '.join(unknown)} is known. Known: {there}")
    return [known[name.casefold()] for name in dict.fromkeys(names)]


def each(employees: Sequence[CalendarEmployee], words: str) -> Iterator[CalendarEmployee]:
    """One after the other, with a line that moves where somebody is watching."""
    with progress(words) as tell:
        for number, employee in enumerate(employees, 1):
            tell(f"{employee.pk} ({number} of {len(employees)})")
            yield employee


def some(labels: Sequence[str]) -> str:
    more = f" and {len(labels) - NAMED} more" if len(labels) > NAMED else ""
    return ", ".join(labels[:NAMED]) + more
