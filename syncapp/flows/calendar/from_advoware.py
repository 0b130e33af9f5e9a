"""Advoware's appointments to the normal form and back. Pure. Facts: Advoware's help pages and what is seen in use.

Times are naive wall times. Start is `datum` with `uhrzeitVon`, with the time in `datum` itself, or nine o'clock; end
is `datumBis` with `uhrzeitBis`. Of a series `datumBis` is the end of the whole series, and each occurrence ends on its
own day.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.entries import DAY, ENDLESS_YEAR, Entry, Series, Unit, endless, midnight, tidy, wall

NULL_DATE = "0001-01-01"
NO_START = time(9, 0)  # the vendor's convention
SHORT = timedelta(minutes=30)  # of an appointment that names no end
NO_TEXT = "(ohne Betreff)"  # Advoware wants a text
DERIVED = ("vortermin", "hinfahrt", "rückfahrt", "urlaub")
_UNITS = {1: Unit.DAILY, 2: Unit.WEEKLY, 3: Unit.MONTHLY, 4: Unit.YEARLY}
_TIME = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?(?:\.\d+)?")


class Unreadable(Exception):
    """An appointment that nobody can place in a calendar; `str()` names the field."""


def is_derived(number: int, kind: str) -> bool:
    """Made by Advoware out of other entries: nobody can change it from outside."""
    return number < 0 or kind.strip().casefold() in DERIVED


def entry_of(text: Callable[[str], str], zone: ZoneInfo) -> Entry:
    """`text(name)`: a field as text, "" when empty. Raises `Unreadable`."""
    try:
        return _entry_of(text, zone)
    except OverflowError:  # the calendar's first or last day
        raise Unreadable("datum") from None


def _entry_of(text: Callable[[str], str], zone: ZoneInfo) -> Entry:
    first = _moment(text("datum"))
    if first is None:
        raise Unreadable("datum")
    last = _moment(text("datumBis")) or first
    series = _series(text, last.date())
    subject = tidy(text("text"))
    common = {
        "text": "" if subject == NO_TEXT else subject,
        "place": tidy(text("ort")),
        "note": tidy(text("notiz")),
        "private": _yes(text("privat")),
        "series": series,
    }
    if _yes(text("abwesenheit")):
        end = first if series else max(first, last)
        return Entry(midnight(first.date()), midnight(end.date()) + DAY, all_day=True, **common)  # type: ignore[arg-type]
    start = datetime.combine(first.date(), _time(text("uhrzeitVon")) or _own_time(first) or NO_START)
    end = _end(start, None if series else last, _time(text("uhrzeitBis")))
    start, end = wall(start, zone), wall(end, zone)
    return Entry(start, max(start, end), **common)  # type: ignore[arg-type]


def _end(start: datetime, last: datetime | None, clock: time | None) -> datetime:
    """`last` None: an occurrence of a series, which ends on its own day, or after midnight."""
    if last is None:
        end = datetime.combine(start.date(), clock) if clock else start + SHORT
        return end if end >= start else end + DAY
    clock = clock or _own_time(last)
    if clock is None:
        return start + SHORT if last.date() <= start.date() else datetime.combine(last.date(), start.time())
    return max(datetime.combine(max(last.date(), start.date()), clock), start)


def values_of(entry: Entry) -> dict[str, object]:
    """Advoware's fields for an entry that it can hold (see `beyond`)."""
    last_day = (entry.end - DAY if entry.all_day else entry.end).date()
    if entry.series is not None:
        last_day = entry.series.until or date(ENDLESS_YEAR, 12, 31)
    units = {unit: number for number, unit in _UNITS.items()}
    return {
        "text": entry.text or NO_TEXT,
        "datum": _written(entry.start.date()),
        "uhrzeitVon": "" if entry.all_day else entry.start.strftime("%H:%M:%S"),
        "datumBis": _written(last_day),
        "uhrzeitBis": "" if entry.all_day else entry.end.strftime("%H:%M:%S"),
        "ort": entry.place,
        "notiz": entry.note,
        "privat": int(entry.private),
        "abwesenheit": int(entry.all_day),
        "dauertermin": int(entry.series is not None),
        "turnus": entry.series.every if entry.series else 0,
        "turnusArt": units[entry.series.unit] if entry.series else 0,
    }


def beyond(entry: Entry) -> str:
    """Why Advoware can't hold the entry, or ""."""
    if entry.series is None:
        return ""
    if entry.end - entry.start > DAY or (not entry.all_day and entry.end - entry.start == DAY):
        return "occurrences longer than a day"
    return ""


def changed(before: Mapping[str, object], after: Entry) -> dict[str, object]:
    """The fields of `after` that are not as in `before`; the others keep the spelling they have."""
    return {name: value for name, value in values_of(after).items() if before.get(name) != value}


def _series(text: Callable[[str], str], last: date) -> Series | None:
    every, unit = _number(text("turnus")), _UNITS.get(_number(text("turnusArt")))
    if not _yes(text("dauertermin")) or every <= 0 or unit is None:
        return None
    return Series(unit, every, None if endless(last) else last)


def _written(day: date) -> str:
    return f"{day.isoformat()}T00:00:00"


def _moment(text: str) -> datetime | None:
    if not text or text.startswith(NULL_DATE):
        return None
    try:
        return datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        raise Unreadable("datum") from None


def _own_time(moment: datetime) -> time | None:
    return moment.time().replace(second=0, microsecond=0) if moment.time() != time(0) else None


def _time(text: str) -> time | None:
    """A clock time, alone or behind a date; midnight counts as a time only where it is written alone."""
    alone = text.rpartition("T")[2].strip()
    found = _TIME.fullmatch(alone)
    if not alone or (text.startswith(NULL_DATE) and alone.startswith("00:00")):
        return None
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        raise Unreadable("uhrzeit")
    return time(int(found[1]), int(found[2]))


def _yes(text: str) -> bool:
    return text.strip().casefold() in ("1", "true", "ja", "-1")


def _number(text: str) -> int:
    return int(text) if text.strip().lstrip("-").isdecimal() else 0
