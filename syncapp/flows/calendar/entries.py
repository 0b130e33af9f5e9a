"""The normal form of an appointment, to which both systems are brought before they are compared. Pure.

Times are wall times of the firm's zone without a zone of their own, because that is all Advoware knows. A wall time
that a change of the clocks leaves out is the one an hour later, as Google reads it; of one that comes twice nobody can
tell which is meant, so both count as the same.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
ENDLESS_YEAR = 2037  # Advoware stores a series without an end with this year
BLOCKED = "blocked"  # what an anonymised calendar shows instead of the text
_BREAKS = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_KEPT = ("\t", "\u200c", "\u200d")  # the last two change how their neighbours look
_TEXTS = ("text", "place", "note")
_CUT = 20  # signs; what is kept of a text that is cut off is never shorter


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
    """One way to break lines, to write a blank and to compose letters; nothing at the ends, nothing invisible but what
    joins signs to one (as in emoji)."""
    lines = _BREAKS.sub("\n", text).split("\n")
    kept = (unicodedata.normalize("NFC", "".join(map(_visible, line))).rstrip() for line in lines)
    return "\n".join(kept).strip()


def _visible(sign: str) -> str:
    if sign.isprintable() or sign in _KEPT:
        return sign
    return " " if unicodedata.category(sign) == "Zs" else ""


def anonymised(entry: Entry) -> Entry:
    """When somebody is busy, and nothing of what it is about."""
    return replace(entry, text=BLOCKED, place="", note="")


def with_times_of(entry: Entry, other: Entry) -> Entry:
    """The same appointment at another time: what an anonymised calendar may change."""
    return replace(entry, start=other.start, end=other.end, all_day=other.all_day, series=other.series)


def with_edits(entry: Entry, before: Entry, after: Entry) -> Entry:
    """`entry` with what differs between `before` and `after`: what was not edited there stays as it is here."""
    if any(getattr(before, name) != getattr(after, name) for name in ("start", "end", "all_day", "series")):
        entry = with_times_of(entry, after)
    edited = {
        name: getattr(after, name) for name in (*_TEXTS, "private") if getattr(before, name) != getattr(after, name)
    }
    return replace(entry, **edited)


def kept_as(sent: Entry, kept: Entry) -> bool:
    """Whether a system may have made `kept` of `sent` by itself: texts cut off, signs replaced by question marks."""
    texts = ((getattr(sent, name), getattr(kept, name)) for name in _TEXTS)
    same = replace(sent, text="", place="", note="") == replace(kept, text="", place="", note="")
    return same and all(_kept(one, other) for one, other in texts)


def _kept(sent: str, kept: str) -> bool:
    if len(kept) < len(sent):
        return len(kept) >= _CUT and _kept(sent[: len(kept)], kept)
    return len(kept) == len(sent) and all(b in (a, "?") for a, b in zip(sent, kept, strict=True))


def endless(until: date | None) -> bool:
    return until is None or until.year >= ENDLESS_YEAR


def changes(before: Entry | None, after: Entry | None) -> dict[str, list[Any]]:
    """For the journal: what differs, field by field."""
    old, new = (entry.to_json() if entry is not None else {} for entry in (before, after))
    return {name: [old.get(name), new.get(name)] for name in {*old, *new} if old.get(name) != new.get(name)}
