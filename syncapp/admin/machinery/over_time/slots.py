"""The hours or days that the page shows, and what was summed up of each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.defaultfilters import date as formatted
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from syncapp.admin.machinery.over_time.charts import shown
from syncapp.kit.spreads import added
from syncapp.models import About, Figures, Span
from syncapp.upkeep.summing import HOUR, day_of, floor

Sums = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Period:
    words: str | Promise
    span: Span
    length: int  # hours or days


PERIODS = {
    "day": Period(gettext_lazy("24 hours"), Span.HOUR, 24),
    "week": Period(gettext_lazy("7 days"), Span.DAY, 7),
    "quarter": Period(gettext_lazy("90 days"), Span.DAY, 90),
}


@dataclass(frozen=True, slots=True)
class Slots:
    """The hours or days that a chart shows, oldest first, with their sums and names: below the chart, in its table."""

    begins: list[datetime]
    ends: datetime
    sums: Mapping[tuple[str, str], Mapping[datetime, Sums]]
    labels: list[str]
    row_names: list[str]

    def of(self, about: str, name: str = "") -> list[Sums | None]:
        """None: that hour or day has not been summed."""
        found, known = self.sums.get((about, name), {}), self.sums.get((About.EVERYTHING, ""), {})
        return [found.get(each, {}) if each in known else None for each in self.begins]

    def names(self, about: str) -> list[str]:
        return sorted(name for kind, name in self.sums if kind == about)


def slots(period: Period, now: datetime) -> Slots:
    if period.span == Span.HOUR:
        begins = [floor(now) - n * HOUR for n in range(period.length, 0, -1)]
        ends = floor(now)
    else:
        begins, ends = [day_of(now)], now
        while len(begins) < period.length:
            begins.insert(0, day_of(begins[0] - HOUR))
    rows = Figures.objects.filter(span=period.span, begins_at__gte=begins[0], begins_at__lt=ends)
    sums: dict[tuple[str, str], dict[datetime, Sums]] = {}
    for about, name, begins_at, of_it in rows.values_list("about", "name", "begins_at", "sums"):
        sums.setdefault((about, name), {})[begins_at] = of_it
    short = "H:i" if period.span == Span.HOUR else "D j M" if period.length < 10 else "j M"
    day, rest = ("D", "H:i") if period.span == Span.HOUR else ("D", "SHORT_DATE_FORMAT")
    local = [timezone.localtime(each) for each in begins]
    names = [f"{formatted(each, day)}, {formatted(each, rest)}" for each in local]
    return Slots(begins, ends, sums, [formatted(each, short) for each in local], names)


def total(rows: Iterable[Sums | None]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in rows:
        found = added(found, each or {})
    return found


def part(row: Sums | None, name: str) -> float | None:
    return None if row is None else row.get(name, 0)


def duration(milliseconds: float | None) -> str:
    """As people say it: 120 ms, 3.4 s, 12 min, 5 h."""
    if milliseconds is None:
        return "–"
    seconds = milliseconds / 1000
    if seconds < 1:
        return f"{shown(milliseconds)} ms"
    if seconds < 90:
        return f"{shown(seconds, 1 if seconds < 10 else 0)} s"
    return f"{shown(seconds / 60)} min" if seconds < 5400 else f"{shown(seconds / 3600, 1)} h"
