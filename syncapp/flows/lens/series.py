"""Google's recurrence lines (RFC 5545) to a series and back. Pure.

Advoware knows an interval, a unit and an end, nothing more: no COUNT, no exception, no weekdays other than that of
the first day.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncapp.flows.lens.spans import DAY, ENDLESS_YEAR, OtherSeries, Series, Span, Unit

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNTIL = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:T([0-9]{2})([0-9]{2})([0-9]{2})(Z?))?")


class _Beyond(Exception):
    """`str()` names the part that Advoware can't hold."""


def series_of(lines: Sequence[str], start: datetime, zone_name: str, zone: ZoneInfo) -> Series | OtherSeries | None:
    """`start`: wall time of the first occurrence; `zone_name`: of the zone in which the series keeps its time."""
    if not lines:
        return None
    try:
        series = _series(lines, start, zone)
        if not same_clock(zone_name, zone, start.year):
            raise _Beyond("timeZone")
    except _Beyond as part:
        return OtherSeries(tuple(lines), str(part), zone_name)
    return series


def lines_of(span: Span, zone: ZoneInfo) -> list[str]:
    match span.series:
        case None:
            return []
        case OtherSeries(lines=lines):
            return list(lines)
        case Series(unit, every, until):
            interval = f";INTERVAL={every}" if every > 1 else ""
            end = f";UNTIL={_written(until, span.all_day, zone)}" if until else ""
            return [f"RRULE:FREQ={unit.upper()}{interval}{end}"]


@lru_cache(maxsize=1024)
def same_clock(name: str, zone: ZoneInfo, year: int) -> bool:
    """Whether a series of that zone keeps its wall time in the firm's: else it moves there with the seasons."""
    if name == zone.key:
        return True
    try:
        other = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    noons = (datetime(year, 1, 1, 12) + DAY * day for day in range(365))  # noqa: DTZ001  put into both zones below
    return all(noon.replace(tzinfo=zone).utcoffset() == noon.replace(tzinfo=other).utcoffset() for noon in noons)


def _series(lines: Sequence[str], start: datetime, zone: ZoneInfo) -> Series:
    others = [line for line in lines if not line.upper().startswith("RRULE:")]
    if len(lines) > 1 or others:
        found = re.match(r"[A-Z]+", others[0].upper()) if others else None
        raise _Beyond(found[0] if found else "RRULE")
    pairs = (part.partition("=") for part in lines[0].split(":", 1)[1].upper().split(";") if part)
    parts = {name.strip(): value.strip() for name, _, value in pairs}
    try:
        unit = Unit(parts.pop("FREQ", "").lower())
    except ValueError:
        raise _Beyond("FREQ") from None
    interval = parts.pop("INTERVAL", "1")
    if not re.fullmatch("[0-9]{1,3}", interval) or not int(interval):
        raise _Beyond("INTERVAL")
    until = _until(parts.pop("UNTIL"), start, zone) if "UNTIL" in parts else None
    for name, value in parts.items():
        if not _says_nothing(name, value, unit, start, int(interval)):
            raise _Beyond(name)
    return Series(unit, int(interval), None if until is None or until.year >= ENDLESS_YEAR else until)


def _says_nothing(name: str, value: str, unit: Unit, start: datetime, every: int) -> bool:
    """Whether a part says only what the first day says anyway."""
    match name:
        case "BYDAY":
            return unit is Unit.WEEKLY and value == _DAYS[start.weekday()]
        case "BYMONTHDAY":
            return unit in (Unit.MONTHLY, Unit.YEARLY) and value == str(start.day)
        case "BYMONTH":
            return unit is Unit.YEARLY and value == str(start.month)
        case "WKST":  # matters only to weeks that are skipped, and only with several days a week
            return unit is not Unit.WEEKLY or every == 1 or value in _DAYS
    return False


def _until(text: str, start: datetime, zone: ZoneInfo) -> date:
    """The last day on which an occurrence may begin."""
    found = _UNTIL.fullmatch(text)
    if not found:
        raise _Beyond("UNTIL")
    try:
        day = date(*(int(found[n]) for n in (1, 2, 3)))
        if found[4] is None or day.year > ENDLESS_YEAR:  # the year 9999 has no time in another zone
            return day
        moment = datetime.combine(day, time(int(found[4]), int(found[5]), min(int(found[6]), 59)))
        if found[7]:
            moment = moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
        return moment.date() if moment.time() >= start.time() else moment.date() - DAY
    except (ValueError, OverflowError):
        raise _Beyond("UNTIL") from None


def _written(until: date, all_day: bool, zone: ZoneInfo) -> str:
    if all_day:
        return until.strftime("%Y%m%d")
    # The last second of the day: whatever the hour of the appointment is, that day's is the last one.
    last = datetime.combine(until + DAY, time(), zone).astimezone(UTC) - timedelta(seconds=1)
    return last.strftime("%Y%m%dT%H%M%SZ")
