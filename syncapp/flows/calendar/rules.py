"""Google's recurrence lines (RFC 5545) to a series and back, as far as Advoware can hold them. Pure.

Advoware knows an interval, a unit and an end, nothing more: no COUNT, no exception, no weekdays other than that of
the first day. What goes beyond is for a person.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from syncapp.flows.calendar.entries import DAY, ENDLESS_YEAR, Series, Unit, endless, midnight

_UNITS = {"DAILY": Unit.DAILY, "WEEKLY": Unit.WEEKLY, "MONTHLY": Unit.MONTHLY, "YEARLY": Unit.YEARLY}
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_UNTIL = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z?))?")
# Parts that say nothing when they say what the first day says anyway.
_REPEATED = ("BYDAY", "BYMONTHDAY", "BYMONTH", "WKST")


class BeyondAdvoware(Exception):
    """The rule can't be held by Advoware; `str()` names the part, which is no client's data."""


def series_of(lines: Sequence[str], start: datetime, zone: ZoneInfo) -> Series | None:
    """`start`: wall time of the first occurrence. Raises `BeyondAdvoware`."""
    if not lines:
        return None
    if len(lines) > 1 or not lines[0].upper().startswith("RRULE:"):
        raise BeyondAdvoware(next((_name(line) for line in lines if not line.upper().startswith("RRULE:")), "RRULE"))
    parts = dict(_part(part) for part in lines[0].split(":", 1)[1].upper().split(";") if part)
    unit = _UNITS.get(parts.pop("FREQ", ""))
    if unit is None:
        raise BeyondAdvoware("FREQ")
    every = _number(parts.pop("INTERVAL", "1"))
    until = _until(parts.pop("UNTIL"), start, zone) if "UNTIL" in parts else None
    for name, value in parts.items():
        if name not in _REPEATED or not _says_nothing(name, value, unit, start, every):
            raise BeyondAdvoware(name)
    return Series(unit, every, None if endless(until) else until)


def same_clock(name: str, zone: ZoneInfo, year: int) -> bool:
    """Whether a series of that zone keeps its wall time in the firm's: else it moves there with the seasons."""
    if name == zone.key:
        return True
    try:
        other = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    noons = (midnight(date(year, 1, 1)) + DAY * day + DAY / 2 for day in range(366))
    return all(noon.replace(tzinfo=zone).utcoffset() == noon.replace(tzinfo=other).utcoffset() for noon in noons)


def lines_of(series: Series | None, entry_is_all_day: bool, zone: ZoneInfo) -> list[str]:
    if series is None:
        return []
    rule = f"RRULE:FREQ={series.unit.upper()}"
    if series.every > 1:
        rule += f";INTERVAL={series.every}"
    if series.until is not None:
        rule += f";UNTIL={_written(series.until, entry_is_all_day, zone)}"
    return [rule]


def _name(line: str) -> str:
    found = re.match(r"[A-Z]+", line.upper())
    return found[0] if found else "recurrence"


def _part(part: str) -> tuple[str, str]:
    name, _, value = part.partition("=")
    return name.strip(), value.strip()


def _number(text: str) -> int:
    if not text.isdecimal() or not 0 < int(text) < 1000:
        raise BeyondAdvoware("INTERVAL")
    return int(text)


def _says_nothing(name: str, value: str, unit: Unit, start: datetime, every: int) -> bool:
    match name:
        case "BYDAY":
            return unit is Unit.WEEKLY and value == _DAYS[start.weekday()]
        case "BYMONTHDAY":
            return unit in (Unit.MONTHLY, Unit.YEARLY) and value == str(start.day)
        case "BYMONTH":
            return unit is Unit.YEARLY and value == str(start.month)
        case _:  # WKST matters only to weeks that are skipped, and only with several days a week
            return unit is not Unit.WEEKLY or every == 1 or value in _DAYS


def _until(text: str, start: datetime, zone: ZoneInfo) -> date:
    """The last day on which an occurrence may begin."""
    found = _UNTIL.fullmatch(text)
    if not found:
        raise BeyondAdvoware("UNTIL")
    try:
        day = date(*(int(found[n]) for n in (1, 2, 3)))
        if found[4] is None or day.year > ENDLESS_YEAR:  # the year 9999 has no time in another zone
            return day
        moment = datetime.combine(day, time(int(found[4]), int(found[5]), min(int(found[6]), 59)))
    except ValueError:
        raise BeyondAdvoware("UNTIL") from None
    if found[7]:
        moment = moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)
    return moment.date() if moment.time() >= start.time() else moment.date() - DAY


def _written(until: date, all_day: bool, zone: ZoneInfo) -> str:
    if all_day:
        return until.strftime("%Y%m%d")
    # The last second of the day: whatever the hour of the appointment is, that day's is the last one.
    last = (midnight(until) + DAY).replace(tzinfo=zone).astimezone(UTC)
    return (last.replace(microsecond=0) - _SECOND).strftime("%Y%m%dT%H%M%SZ")


_SECOND = DAY / 86400
