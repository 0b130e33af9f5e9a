"""RRULE, RDATE and EXDATE lines (RFC 5545): checked, written Google's way, and worked out into occurrences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from dateutil.rrule import rrule, rruleset, rrulestr

from sandbox.google.errors import GoogleError
from sandbox.google.times import Moment, zone

MOST_OCCURRENCES = 5_000  # of an endless series; Google has a limit of its own
# The order in which Google writes the parts of a rule.
ORDER = ("FREQ", "WKST", "UNTIL", "COUNT", "INTERVAL")
LINE = re.compile(r"^(RRULE|EXRULE|RDATE|EXDATE)((?:;[A-Z-]+=[^:;]+)*):(.+)$")
STAMP = re.compile(r"^\d{8}(T\d{6}Z?)?$")


def checked(lines: list[str], start: Moment, strict_until: bool, rewrite: bool) -> list[str]:
    """As they are kept; GoogleError 400 for what is no recurrence."""
    found = []
    for line in lines:
        match = LINE.match(line.strip()) if isinstance(line, str) else None
        if match is None:
            raise GoogleError("invalid", "Invalid recurrence rule.")
        name, parameters, value = match.groups()
        if name.endswith("RULE"):
            parts = _parts(value)
            if strict_until and "UNTIL" in parts:
                until = parts["UNTIL"]
                if (len(until) == 8) != (start.at is None) or (start.at is not None and not until.endswith("Z")):
                    raise GoogleError("invalid", "Invalid recurrence rule.")
            value = _rewritten(parts) if rewrite else value
        found.append(f"{name}{parameters}:{value}")
    if not any(line.startswith(("RRULE", "RDATE")) for line in found):
        raise GoogleError("invalid", "Missing recurrence rule.")
    try:
        next(occurrences(tuple(found), start), None)
    except (ValueError, TypeError, KeyError):
        raise GoogleError("invalid", "Invalid recurrence rule.") from None
    return found


def _parts(value: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in value.upper().strip(";").split(";")]
    parts = {name: text for name, _, text in pairs}
    whole = len(parts) == len(pairs) and all(parts.values()) and "FREQ" in parts
    if not whole or {"UNTIL", "COUNT"} <= parts.keys() or not STAMP.match(parts.get("UNTIL", "20260101")):
        raise GoogleError("invalid", "Invalid recurrence rule.")
    return parts


def _rewritten(parts: dict[str, str]) -> str:
    if parts.get("INTERVAL") == "1":
        parts = {name: text for name, text in parts.items() if name != "INTERVAL"}
    names = [name for name in ORDER if name in parts] + [name for name in parts if name not in ORDER]
    return ";".join(f"{name}={parts[name]}" for name in names)


@lru_cache(maxsize=4096)
def _rules(lines: tuple[str, ...], start: Moment) -> rruleset:
    """In times on the wall of the start's zone."""
    rules = rruleset(cache=True)
    first = start.wall
    for line in lines:
        name, parameters, value = LINE.match(line).groups()  # type: ignore[union-attr]
        if name.endswith("RULE"):
            rule = rrulestr(_wall_until(value, start), dtstart=first)
            assert isinstance(rule, rrule)
            (rules.rrule if name == "RRULE" else rules.exrule)(rule)
            continue
        for text in value.split(","):
            where = dict(item.split("=") for item in parameters.strip(";").split(";") if item).get("TZID", start.zone)
            (rules.rdate if name == "RDATE" else rules.exdate)(_wall(text, where, start))
    if any(line.startswith("RDATE") for line in lines) and not any(line.startswith("RRULE") for line in lines):
        rules.rdate(first)
    return rules


def _wall(text: str, where: str, start: Moment) -> datetime:
    at = datetime.fromisoformat(text)
    if start.at is None:
        return at.replace(hour=0, minute=0, second=0, tzinfo=None)
    if len(text) == 8:  # a day names the occurrence on it
        return at.replace(hour=start.wall.hour, minute=start.wall.minute, second=start.wall.second)
    if at.tzinfo is None:
        at = at.replace(tzinfo=zone(where))
    return at.astimezone(zone(start.zone)).replace(tzinfo=None)


def _wall_until(rule: str, start: Moment) -> str:
    """dateutil compares UNTIL with times on the wall."""

    def local(match: re.Match[str]) -> str:
        text = match[1]
        if start.at is None or len(text) == 8:
            return f"UNTIL={text[:8]}T235959"
        at = datetime.fromisoformat(text)
        at = (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(zone(start.zone))
        return f"UNTIL={at:%Y%m%dT%H%M%S}"

    return re.sub(r"UNTIL=([0-9TZ]+)", local, rule)


def occurrences(lines: tuple[str, ...], start: Moment) -> Iterator[Moment]:
    """The starts, in order."""
    for number, wall in enumerate(_rules(lines, start)):
        if number >= MOST_OCCURRENCES:
            return
        yield start.like(wall)


def happens(lines: tuple[str, ...], start: Moment, at: Moment) -> bool:
    """Whether the series has an occurrence at this very start."""
    if (at.at is None) != (start.at is None):
        return False
    wall = at.wall if at.at is None else at.at.astimezone(zone(start.zone)).replace(tzinfo=None)
    # Where spring leaves an hour out, the wall shows an hour more than the rule says.
    near = (_rules(lines, start).after(wall - back, inc=True) for back in (timedelta(), timedelta(hours=1)))
    return any(found is not None and start.like(found).suffix() == at.suffix() for found in near)
