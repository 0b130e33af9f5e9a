"""When an appointment is: start, end, all day and series, which are one field. Pure.

Timed ones are moments in UTC, so that the two hours of an October night stay apart. A wall time that a change of the
clocks leaves out is the one an hour later, as Google reads it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
ENDLESS_YEAR = 2037  # Advoware stores a series without an end with this year


class Unit(StrEnum):
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Series:
    """Repeats every so many units, up to and with the day `until`; None: without an end."""

    unit: Unit
    every: int = 1
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OtherSeries:
    """A series that only Google can hold. `beyond`: the part of it, which is no client's data. `zone`: whose clock it
    follows."""

    lines: tuple[str, ...]
    beyond: str
    zone: str


@dataclass(frozen=True, slots=True)
class Span:
    """`start` and `end` are moments in UTC, or days; `end` is the day after the last one then."""

    start: date
    end: date
    series: Series | OtherSeries | None = None

    @property
    def all_day(self) -> bool:
        return not isinstance(self.start, datetime)

    def to_json(self) -> list[Any]:
        series = self.series
        told: Any = (
            [list(series.lines), series.beyond, series.zone, "other"] if isinstance(series, OtherSeries) else None
        )
        if isinstance(series, Series):
            told = [str(series.unit), series.every, series.until.isoformat() if series.until else None]
        return [self.start.isoformat(), self.end.isoformat(), told]

    @classmethod
    def from_json(cls, raw: Sequence[Any]) -> Span:
        start, end = (datetime.fromisoformat(each) if "T" in each else date.fromisoformat(each) for each in raw[:2])
        match raw[2]:
            case None:
                return cls(start, end)
            case [lines, beyond, zone, "other"]:
                return cls(start, end, OtherSeries(tuple(lines), beyond, zone))
            case [unit, every, until]:
                return cls(start, end, Series(Unit(unit), every, date.fromisoformat(until) if until else None))
        raise ValueError(raw)


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """The wall time of a moment, in whole minutes; `fold` tells the second one of an October night."""
    return moment.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)


def instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a wall time, in whole minutes."""
    return moment.replace(tzinfo=zone, second=0, microsecond=0).astimezone(UTC)


def between(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The moments of two wall times of which nobody says more.

    An end before its start is the second one of that night, if there are two; an end that the clocks have passed is as
    long after its start as the wall times say.
    """
    first, last = instant(start, zone), instant(end, zone)
    if last < first:
        last = max(last, instant(end.replace(fold=1), zone))
    if end > start and last <= first:
        last = first + (end - start)
    return first, max(first, last)


def lifted(full: Span, before: Span, after: Span) -> Span:
    """The edit between `before` and `after`, made in `full`: which of two equal hours it is stays."""
    start = full.start if after.start == before.start else after.start
    end = full.end if after.end == before.end else after.end
    if full.all_day or before.all_day or after.all_day or end < start:
        return after
    return Span(start, end, full.series if after.series == before.series else after.series)
