"""Occurrences of a series: worked out from its rules, and stored once one of them is changed or cancelled."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime

from sandbox.google.errors import GoogleError
from sandbox.google.records import Calendar, Event
from sandbox.google.recurrence import happens, occurrences
from sandbox.google.times import Moment


def occurrence(series: Event, start: Moment) -> Event:
    """As its series has it; on the wall it lasts as long as the first one."""
    return replace(
        series,
        id=f"{series.id}_{start.suffix()}",
        fields=copy.deepcopy(series.fields),
        start=start,
        end=end_of(series, start),
        recurrence=(),
        series=series.id,
        original=start,
    )


def end_of(series: Event, start: Moment) -> Moment:
    return series.end.like(start.wall + (series.end.wall - series.start.wall))


def expanded(calendar: Calendar, series: Event) -> Iterator[Event]:
    """Every occurrence in order of the rules, the changed and cancelled ones in their places."""
    if series.cancelled:
        return
    exceptions = calendar.exceptions(series.id)
    for start in occurrences(series.recurrence, series.start):
        yield exceptions.get(start.suffix()) or occurrence(series, start)


def found(calendar: Calendar, event_id: str) -> Event:
    """An event by its id, an occurrence too. GoogleError 404."""
    event = calendar.events.get(event_id)
    if event is not None and not event.gone:
        return event
    series_id, _, suffix = event_id.rpartition("_")
    series = calendar.events.get(series_id)
    start = _start(series, suffix) if series is not None and series.recurrence else None
    if series is None or start is None or not happens(series.recurrence, series.start, start):
        if event is not None:
            return event
        raise GoogleError("notFound")
    made = occurrence(series, start)
    return replace(made, status="cancelled") if series.cancelled else made


def _start(series: Event, suffix: str) -> Moment | None:
    try:
        if series.start.at is None:
            return Moment(day=date.fromisoformat(suffix))
        at = datetime.fromisoformat(suffix)
        return Moment(at=at.astimezone(series.start.at.tzinfo), zone=series.start.zone) if at.tzinfo else None
    except ValueError:
        return None


def overlaps(event: Event, zone: str, begin: datetime | None, end: datetime | None) -> bool:
    """Both limits are exclusive: of an event's end, and of its start."""
    ends, starts = event.end.instant(zone), event.start.instant(zone)
    return (begin is None or ends > begin) and (end is None or starts < end)


def any_overlaps(calendar: Calendar, series: Event, begin: datetime | None, end: datetime | None) -> bool:
    """Whether a series has an occurrence there, by its rules alone."""
    if begin is None and end is None:
        return True
    for start in occurrences(series.recurrence, series.start):
        if end is not None and start.instant(calendar.zone) >= end:
            return False
        if begin is None or end_of(series, start).instant(calendar.zone) > begin:
            return True
    return False


def within(calendar: Calendar, events: Iterable[Event], begin: datetime | None, end: datetime | None) -> list[Event]:
    return [event for event in events if overlaps(event, calendar.zone, begin, end)]
