"""The normal form of an appointment, to which both systems are brought before they are compared. Pure.

Times are wall times of the firm's zone without a zone of their own, because that is all Advoware knows. A wall time
that a change of the clocks leaves out is the one an hour later, as Google reads it; of one that comes twice nobody can
tell which is meant, so both count as the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
ENDLESS_YEAR = 2037  # Advoware stores a series without an end with this year
BLOCKED = "blocked"  # what an anonymised calendar shows instead of the text


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
class Entry:
    """`start` and `end`: wall times. All-day: midnights, and `end` is that after the last day."""

    start: datetime
    end: datetime
    all_day: bool = False
    text: str = ""
    place: str = ""
    note: str = ""
    private: bool = False
    series: Series | None = None

    def to_json(self) -> dict[str, Any]:
        series = self.series
        return {
            "start": self.start.isoformat(),
            "end": self.end.isoformat(),
            "all_day": self.all_day,
            "text": self.text,
            "place": self.place,
            "note": self.note,
            "private": self.private,
            "series": None
            if series is None
            else [str(series.unit), series.every, series.until.isoformat() if series.until else None],
        }

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Entry:
        series = raw["series"]
        return cls(
            start=datetime.fromisoformat(raw["start"]),
            end=datetime.fromisoformat(raw["end"]),
            all_day=raw["all_day"],
            text=raw["text"],
            place=raw["place"],
            note=raw["note"],
            private=raw["private"],
            series=None
            if series is None
            else Series(Unit(series[0]), series[1], date.fromisoformat(series[2]) if series[2] else None),
        )


def wall(moment: datetime, zone: ZoneInfo) -> datetime:
    """The wall time of an aware moment, or the one that really exists for a naive one; whole minutes."""
    aware = moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
    local = aware.astimezone(UTC).astimezone(zone)
    return local.replace(tzinfo=None, second=0, microsecond=0, fold=0)


def instant(moment: datetime, zone: ZoneInfo) -> datetime:
    """The moment of a wall time, in UTC; of one that comes twice the first."""
    return moment.replace(tzinfo=zone).astimezone(UTC)


def midnight(day: date) -> datetime:
    return datetime.combine(day, time())


def tidy(text: str) -> str:
    """One way to break lines, nothing at the ends, no control characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(sign for sign in line if sign.isprintable() or sign == "\t").rstrip() for line in lines)
    return "\n".join(kept).strip()


def anonymised(entry: Entry) -> Entry:
    """When somebody is busy, and nothing of what it is about."""
    return replace(entry, text=BLOCKED, place="", note="")


def with_times_of(entry: Entry, other: Entry) -> Entry:
    """The same appointment at another time: what an anonymised calendar may change."""
    return replace(entry, start=other.start, end=other.end, all_day=other.all_day, series=other.series)


def endless(until: date | None) -> bool:
    return until is None or until.year >= ENDLESS_YEAR
