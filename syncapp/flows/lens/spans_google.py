"""When an event of Google is. Pure. Facts: https://developers.google.com/calendar/api/v3/reference/events"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.lens.core import EMPTY, CantHold, Lens, Raw, Said, Unreadable, Value, Why
from syncapp.flows.lens.series import lines_of, same_clock, series_of
from syncapp.flows.lens.spans import DAY, OtherSeries, Series, Span, wall


@dataclass(frozen=True, slots=True)
class GoogleSpan(Lens[Raw, Span]):
    """The attributes `start`, `end` and `recurrence`; each is rewritten only where its own meaning changes."""

    zone: ZoneInfo

    def get(self, raw: Raw) -> Said[Span]:
        start, end = raw.get("start"), raw.get("end")
        if not start and not end:
            return EMPTY
        try:
            return self._span(start or {}, end or {}, raw.get("recurrence") or ())
        except (KeyError, ValueError, OverflowError, TypeError, AttributeError):
            shown = [_shown(value) for value in (start, end)]
            return Unreadable(" - ".join(each for each in shown if each))

    def put(self, raw: Raw, value: Value[Span]) -> Raw | CantHold:
        said = self.get(raw)
        if value == said:
            return raw
        if isinstance(said, Unreadable):
            return CantHold(Why.UNREADABLE, said.shown)
        if value is EMPTY:
            return CantHold(Why.NO_TIME)
        try:
            wanted = self._written(value)
        except OverflowError:
            return CantHold(Why.INVALID)
        smallest = dict(wanted)
        if isinstance(said, Span) and said.all_day == value.all_day:
            for name, now, then in (("start", said.start, value.start), ("end", said.end, value.end)):
                if now == then and (value.series is None or value.all_day or self._has_clock(raw[name], value)):
                    smallest[name] = raw[name]
            if said.series == value.series:
                smallest.pop("recurrence")
        # A series that stays may mean another one from another day on: then its rule is written too.
        for changed in (smallest, wanted):
            if self.get(after := {**raw, **changed}) == value:
                return after
        return CantHold(Why.INVALID)

    def _span(self, start: Mapping[str, Any], end: Mapping[str, Any], lines: Sequence[str]) -> Span:
        if start.get("date"):
            first, last = date.fromisoformat(start["date"]), date.fromisoformat(end["date"])
            begins = datetime.combine(first, time())
            return Span(first, max(last, first + DAY), series_of(lines, begins, self.zone.key, self.zone))
        begin, finish = _moment(start), _moment(end)
        clock = str(start.get("timeZone") or self.zone.key)
        return Span(begin, max(begin, finish), series_of(lines, wall(begin, self.zone), clock, self.zone))

    def _written(self, span: Span) -> dict[str, Any]:
        return {
            "start": self._time(span.start, span.series),
            "end": self._time(span.end, span.series),
            "recurrence": lines_of(span, self.zone),
        }

    def _time(self, moment: date, series: Series | OtherSeries | None) -> dict[str, str]:
        if not isinstance(moment, datetime):
            return {"date": moment.isoformat()}
        # With its offset, so that nobody has to guess; the zone is needed for series.
        name = series.zone if isinstance(series, OtherSeries) else self.zone.key
        return {"dateTime": moment.astimezone(self.zone).isoformat(), "timeZone": name}

    def _has_clock(self, time_: Mapping[str, Any], span: Span) -> bool:
        name = str(time_.get("timeZone") or "")
        if isinstance(span.series, OtherSeries):
            return name == span.series.zone
        return same_clock(name, self.zone, span.start.year)


def _moment(value: Mapping[str, Any]) -> datetime:
    """With an offset, or a wall time of the zone that is named beside it; whole minutes."""
    moment = datetime.fromisoformat(value["dateTime"])
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(value["timeZone"]))
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _shown(value: Any) -> str:
    return str(value.get("dateTime") or value.get("date") or "") if isinstance(value, Mapping) else str(value or "")
