"""Google's events to the normal form and back. Pure. Facts: https://developers.google.com/calendar/api/v3/reference/events"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.entries import Entry, midnight, tidy, wall
from syncapp.flows.calendar.rules import lines_of, series_of

SUMMARY_LENGTH, DESCRIPTION_LENGTH = 1024, 8192  # signs; what is longer Google refuses or cuts


class Unreadable(Exception):
    """An event without a time; `str()` names the field."""


@dataclass(frozen=True, slots=True)
class Written:
    """What goes to Google. `cut`: a text was too long for it."""

    body: Mapping[str, Any]
    cut: bool = False


def entry_of(raw: Mapping[str, Any], zone: ZoneInfo) -> Entry:
    """Raises `Unreadable`, or `rules.BeyondAdvoware` for a series that Advoware can't hold."""
    start, end = raw.get("start") or {}, raw.get("end") or {}
    all_day = "date" in start
    if all_day:
        begins, ends = _day(start), _day(end)
        ends = ends if ends > begins else begins
        first, last = midnight(begins), midnight(ends)
    else:
        first, last = (wall(_moment(value), zone) for value in (start, end))
        last = max(first, last)  # in the hour that comes twice an end can have an earlier wall time than its start
    lines: Sequence[str] = raw.get("recurrence") or ()
    return Entry(
        start=first,
        end=last,
        all_day=all_day,
        text=tidy(str(raw.get("summary") or "")),
        place=tidy(str(raw.get("location") or "")),
        note=tidy(str(raw.get("description") or "")),
        private=raw.get("visibility") in ("private", "confidential"),
        series=series_of(lines, first, zone),
    )


def body_of(entry: Entry, zone: ZoneInfo) -> Written:
    """The event's fields that are ours; whatever else an event has is not in it."""
    if entry.all_day:
        start: dict[str, Any] = {"date": entry.start.date().isoformat()}
        end: dict[str, Any] = {"date": entry.end.date().isoformat()}
    else:
        start, end = (_timed(moment, zone) for moment in (entry.start, entry.end))
    text, place, note = entry.text[:SUMMARY_LENGTH], entry.place[:SUMMARY_LENGTH], entry.note[:DESCRIPTION_LENGTH]
    body = {
        "summary": text,
        "location": place,
        "description": note,
        "start": start,
        "end": end,
        "visibility": "private" if entry.private else "default",
        "recurrence": lines_of(entry.series, entry.all_day, zone),
    }
    return Written(body, cut=(text, place, note) != (entry.text, entry.place, entry.note))


def _timed(moment: datetime, zone: ZoneInfo) -> dict[str, str]:
    # With its offset, so that nobody has to guess; the zone is needed for series.
    return {"dateTime": moment.replace(tzinfo=zone).isoformat(), "timeZone": zone.key}


def _day(value: Mapping[str, Any]) -> date:
    try:
        return date.fromisoformat(str(value["date"]))
    except (KeyError, ValueError):
        raise Unreadable("date") from None


def _moment(value: Mapping[str, Any]) -> datetime:
    """With an offset, or a wall time of the zone that is named beside it."""
    try:
        moment = datetime.fromisoformat(str(value["dateTime"]))
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(str(value["timeZone"])))
    except (KeyError, ValueError):
        raise Unreadable("dateTime") from None
    return moment
