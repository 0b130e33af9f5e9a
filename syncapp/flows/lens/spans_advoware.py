"""When an appointment of Advoware is. Pure. Facts: shared/reference/advoware.md.

Times are naive wall times. Start is `datum` with `uhrzeitVon`, with the time in `datum` itself, or nine o'clock; end
is `datumBis` with `uhrzeitBis`. Of a series `datumBis` is the end of the whole series, and each occurrence ends on its
own day.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.lens import spans
from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Raw, Said, Unreadable, Value, Why, as_text, key_of
from syncapp.flows.lens.days import NULL_DATE
from syncapp.flows.lens.spans import DAY, ENDLESS_YEAR, OtherSeries, Series, Span, Unit

NO_START = time(9, 0)  # the vendor's convention
SHORT = timedelta(minutes=30)  # of an appointment that names no end
_UNITS = {1: Unit.DAILY, 2: Unit.WEEKLY, 3: Unit.MONTHLY, 4: Unit.YEARLY}
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::[0-9]{2})?(?:\.[0-9]+)?")
NAMES = ("datum", "uhrzeitVon", "datumBis", "uhrzeitBis", "abwesenheit", "dauertermin", "turnus", "turnusArt")


@dataclass(frozen=True, slots=True)
class AdvowareSpan(Lens[Raw, Span]):
    zone: ZoneInfo

    def get(self, raw: Raw) -> Said[Span]:
        texts = {name: as_text(raw.get(key_of(raw, name))).strip() for name in NAMES}
        if not any(texts[name] for name in NAMES[:4]):
            return EMPTY
        try:
            return self._span(texts)
        except (ValueError, OverflowError):
            return Unreadable(" ".join(text for text in texts.values() if text))

    def put(self, raw: Raw, value: Value[Span]) -> Raw | CantHold:
        said = self.get(raw)
        if isinstance(said, Unreadable):
            return CantHold(Why.UNREADABLE, said.shown)
        if self.same(value, said):
            return raw
        if value is EMPTY:
            return CantHold(Why.NO_TIME)
        if part := _beyond(value):
            return CantHold(Why.SERIES, part)
        after = dict(raw)
        for name, wanted in self._written(value).items():
            key = key_of(raw, name)
            if key not in raw or _meaning(name, raw[key]) != _meaning(name, wanted):
                after[key] = wanted
        now = self.get(after)
        return after if not isinstance(now, Unreadable) and self.same(value, now) else CantHold(Why.INVALID)

    def same(self, value: Value[Span], said: Value[Span]) -> bool:
        """Of two equal hours Advoware can't say which it means."""
        if value == said or not isinstance(value, Span) or not isinstance(said, Span) or _beyond(value):
            return value == said
        return self.get(self._written(value)) == said

    def lifted(self, full: Span, before: Span, after: Span) -> Span:
        return spans.lifted(full, before, after)

    def _span(self, texts: Mapping[str, str]) -> Span:
        first = _moment(texts["datum"])
        if first is None:
            raise ValueError("datum")
        last = _moment(texts["datumBis"]) or datetime.combine(first.date(), time())
        series = _series(texts, last.date())
        if _yes(texts["abwesenheit"]):
            end = first if series else max(first, last)
            return Span(first.date(), end.date() + DAY, series)
        start = datetime.combine(first.date(), _time(texts["uhrzeitVon"]) or _own_time(first) or NO_START)
        finish = _end(start, None if series else last, _time(texts["uhrzeitBis"]))
        return Span(*spans.between(start, finish, self.zone), series)

    def _written(self, span: Span) -> dict[str, Any]:
        series = span.series if isinstance(span.series, Series) else None
        clocks: tuple[str | None, str | None]
        if isinstance(span.start, datetime) and isinstance(span.end, datetime):
            start, end = spans.wall(span.start, self.zone), spans.wall(span.end, self.zone)
            clocks = start.strftime("%H:%M:%S"), end.strftime("%H:%M:%S")
            first, last = start.date(), end.date()
        else:
            first, last, clocks = span.start, span.end - DAY, (None, None)
        if series is not None:
            last = series.until or date(ENDLESS_YEAR, 12, 31)
        return {
            "datum": f"{first.isoformat()}T00:00:00",
            "uhrzeitVon": clocks[0],  # null, not "": a strict server refuses an empty clock time
            "datumBis": f"{last.isoformat()}T00:00:00",
            "uhrzeitBis": clocks[1],
            "abwesenheit": int(span.all_day),
            "dauertermin": int(series is not None),
            "turnus": series.every if series else 0,
            "turnusArt": next(n for n, unit in _UNITS.items() if unit is series.unit) if series else 0,
        }


def _beyond(span: Span) -> str:
    """The part of a series that Advoware can't hold, or ""."""
    if span.series is None:
        return ""
    if isinstance(span.series, OtherSeries):
        return span.series.beyond
    length = span.end - span.start
    return "length" if length > DAY or (not span.all_day and length == DAY) else ""


def _end(start: datetime, last: datetime | None, clock: time | None) -> datetime:
    """`last` None: an occurrence of a series, which ends on its own day, or after midnight."""
    if last is None:
        end = datetime.combine(start.date(), clock) if clock else start + SHORT
        return end if end >= start else end + DAY
    clock = clock or _own_time(last)
    if clock is None:
        return start + SHORT if last.date() <= start.date() else datetime.combine(last.date(), start.time())
    return datetime.combine(max(last.date(), start.date()), clock)


def _series(texts: Mapping[str, str], last: date) -> Series | None:
    every, unit = _number(texts["turnus"]), _UNITS.get(_number(texts["turnusArt"]))
    if not _yes(texts["dauertermin"]) or every <= 0 or unit is None:
        return None
    return Series(unit, every, None if last.year >= ENDLESS_YEAR else last)


def _meaning(name: str, raw: object) -> object:
    """What two spellings of one attribute have in common; what can't be read is like nothing else."""
    text = as_text(raw).strip()
    try:
        if name in ("datum", "datumBis"):
            return _moment(text)
        if name in ("uhrzeitVon", "uhrzeitBis"):
            return _time(text)
    except ValueError:
        return text, "unreadable"
    return _number(text) if name.startswith("turnus") else _yes(text)


def _moment(text: str) -> datetime | None:
    if not text or text.startswith(NULL_DATE):
        return None
    return datetime.fromisoformat(text).replace(tzinfo=None)


def _own_time(moment: datetime) -> time | None:
    return moment.time().replace(second=0, microsecond=0) if moment.time() != time(0) else None


def _time(text: str) -> time | None:
    """A clock time, alone or behind a date; midnight counts as a time only where it is written alone."""
    alone = text.rpartition("T")[2].strip()
    if not alone or (text.startswith(NULL_DATE) and alone.startswith("00:00")):
        return None
    if not (found := _TIME.fullmatch(alone)):
        raise ValueError("uhrzeit")
    return time(int(found[1]), int(found[2]))


def _yes(text: str) -> bool:
    return text.casefold() in ("1", "true", "ja", "-1")


def _number(text: str) -> int:
    return int(text) if re.fullmatch("-?[0-9]+", text) else 0
