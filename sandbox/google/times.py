"""Starts and ends: a day, or an instant with the zone it was meant in (schema `EventDateTime`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.google.errors import GoogleError

Record = dict[str, Any]
RFC3339 = re.compile(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d(:\d\d(\.\d+)?)?([Zz]|[+-]\d\d:\d\d)?$")
DAY = re.compile(r"^\d{4}-\d\d-\d\d$")


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """GoogleError 400 for a name that is none in the time zone database."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise GoogleError("invalid", f"Invalid time zone definition: {name}") from None


@dataclass(frozen=True)
class Moment:
    """Either `day`, or `at`: aware, in `zone`."""

    day: date | None = None
    at: datetime | None = None
    zone: str = ""

    def instant(self, calendar_zone: str) -> datetime:
        """In UTC; a day begins at midnight of the calendar."""
        if self.at is None:
            assert self.day is not None
            return datetime.combine(self.day, time(), zone(calendar_zone)).astimezone(UTC)
        return self.at.astimezone(UTC)

    @property
    def wall(self) -> datetime:
        """What a clock on the wall shows, without a zone."""
        if self.at is None:
            assert self.day is not None
            return datetime.combine(self.day, time())
        return self.at.replace(tzinfo=None, fold=0)

    def like(self, wall: datetime) -> Moment:
        """Of the same kind and zone, at another time on the wall. A time that spring leaves out moves on an hour."""
        if self.at is None:
            return Moment(day=wall.date())
        there = wall.replace(tzinfo=zone(self.zone)).astimezone(UTC).astimezone(zone(self.zone))
        return Moment(at=there, zone=self.zone)

    def suffix(self) -> str:
        """What the id of an occurrence ends with."""
        if self.at is None:
            return self.wall.strftime("%Y%m%d")
        return self.at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")

    def shown(self, answer_zone: str = "") -> Record:
        """As an answer has it, in the zone of the calendar or the one that was asked for."""
        if self.at is None:
            assert self.day is not None
            return {"date": self.day.isoformat()}
        there = self.at.astimezone(zone(answer_zone or self.zone))
        text = there.isoformat(timespec="seconds").replace("+00:00", "Z")
        return {"dateTime": text, "timeZone": self.zone}


def read_moment(value: Any, name: str, calendar_zone: str) -> Moment:
    """GoogleError 400 for what is neither a day nor a time, or both."""
    if not isinstance(value, dict):
        raise GoogleError("required", f"Missing {name} time.")
    day, text, zone_name = value.get("date"), value.get("dateTime"), value.get("timeZone")
    if bool(day) == bool(text):
        raise GoogleError("invalid" if day else "required", f"{'Invalid' if day else 'Missing'} {name} time.")
    if zone_name:
        zone(zone_name)
    try:
        if day:
            if not DAY.match(day):
                raise ValueError
            return Moment(day=date.fromisoformat(day))
        at = read_time(str(text))
    except (ValueError, TypeError):
        raise GoogleError("invalid", f"Invalid {name} time.") from None
    if at.tzinfo is None:
        if not zone_name:
            raise GoogleError("required", f"Missing time zone definition for {name} time.")
        at = at.replace(tzinfo=zone(zone_name))
    where = zone_name or calendar_zone
    return Moment(at=at.astimezone(UTC).astimezone(zone(where)), zone=where)


def read_time(text: str) -> datetime:
    """Milliseconds are dropped; ValueError for what is no RFC 3339 time (its offset may be missing)."""
    if not RFC3339.match(text):
        raise ValueError(text)
    return datetime.fromisoformat(text.upper()).replace(microsecond=0)


def bound(text: str | None, parameter: str) -> datetime | None:
    """A limit of a list, in UTC; the offset is mandatory."""
    if text is None:
        return None
    try:
        at = read_time(text)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise GoogleError("badRequest", parameter=parameter)
    return at.astimezone(UTC)
