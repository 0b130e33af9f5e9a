"""Google's events to the normal form and back. Pure. Facts: https://developers.google.com/calendar/api/v3/reference/events"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.entries import Entry, midnight, tidy, wall
from syncapp.flows.calendar.rules import BeyondAdvoware, lines_of, same_clock, series_of

SUMMARY_LENGTH, DESCRIPTION_LENGTH = 1024, 8192  # signs; what is longer Google refuses or cuts
# The tags that a description may hold; whatever else stands between angle brackets is text.
_LINE_ENDS = re.compile(r"<br ?/?>|</(?:p|li|div|h[1-6])>", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:a|b|i|u|s|p|ul|ol|li|em|strong|span|div|html-blob|h[1-6])(?: [^<>]*)?>", re.IGNORECASE)
_NAMED = re.compile("&(?:amp|lt|gt|quot|nbsp|#39);")


class Unreadable(Exception):
    """An event without a time; `str()` names the field."""


@dataclass(frozen=True, slots=True)
class Written:
    """What goes to Google. `cut`: a text was too long for it."""

    body: Mapping[str, Any]
    cut: bool = False


def entry_of(raw: Mapping[str, Any], zone: ZoneInfo) -> Entry:
    """Raises `Unreadable`, or `rules.BeyondAdvoware` for a series that Advoware can't hold."""
    try:
        return _entry_of(raw, zone)
    except OverflowError:  # the calendar's first or last day
        raise Unreadable("dateTime") from None


def _entry_of(raw: Mapping[str, Any], zone: ZoneInfo) -> Entry:
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
    series = series_of(lines, first, zone)
    if series is not None and not all_day and not same_clock(str(start.get("timeZone") or zone.key), zone, first.year):
        raise BeyondAdvoware("timeZone")
    return Entry(
        start=first,
        end=last,
        all_day=all_day,
        text=tidy(str(raw.get("summary") or "")),
        place=tidy(str(raw.get("location") or "")),
        note=tidy(plain(str(raw.get("description") or ""))),
        private=raw.get("visibility") in ("private", "confidential"),
        series=series,
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


def shown_moment(value: Mapping[str, Any], zone: ZoneInfo) -> str:
    """A day or a wall time in ISO 8601; "" when there is none that can be read."""
    try:
        return _day(value).isoformat() if "date" in value else wall(_moment(value), zone).isoformat()
    except (Unreadable, OverflowError):
        return ""


def plain(description: str) -> str:
    """Google's own page writes descriptions as HTML: the text of it."""
    text = _TAGS.sub("", _LINE_ENDS.sub("\n", description))
    return _NAMED.sub(lambda found: unescape(found[0]), text)


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
