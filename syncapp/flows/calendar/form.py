"""The form in which journal, tasks and pages hold an appointment: wall times of the firm's zone, as people read them.

Agreements of earlier versions are stored in it too. It does not tell which of two equal hours of an October night is
meant. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, time
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.fields import CONTENTS, WHEN, Appointment
from syncapp.flows.lens.core import EMPTY, Said, Unreadable, as_text
from syncapp.flows.lens.spans import DAY, OtherSeries, Series, Span, Unit, between, wall
from syncapp.flows.lens.texts import lines

Form = Mapping[str, Any]
_LINE_ENDS = re.compile(r"<br ?/?>|</(?:p|li|div|h[1-6])>", re.IGNORECASE)
_TAGS = re.compile(r"</?(?:a|b|i|u|s|p|ul|ol|li|em|strong|span|div|html-blob|h[1-6])(?: [^<>]*)?>", re.IGNORECASE)
_NAMED = re.compile("&(?:amp|lt|gt|quot|nbsp|#39);")
_TIMES = ("start", "end", "all_day", "series")


def form_of(appointment: Appointment, zone: ZoneInfo) -> dict[str, Any]:
    """JSON; only of the fields that are given. An unreadable one is as it stands there."""
    form: dict[str, Any] = {}
    for name, said in appointment.items():
        if name == WHEN:
            form |= _times(said, zone)
        elif name in CONTENTS:
            form[name] = said.shown if isinstance(said, Unreadable) else "" if said is EMPTY else said
        else:
            form[name] = said.shown if isinstance(said, Unreadable) else said == "yes"
    return form


def differing(before: Form, after: Form) -> dict[str, list[Any]]:
    """For the journal: what differs, field by field."""
    return {
        name: [before.get(name), after.get(name)] for name in {**before, **after} if before.get(name) != after.get(name)
    }


def read(form: Form, zone: ZoneInfo) -> Appointment:
    """The appointment of a whole form."""
    contents = {name: form.get(name) or EMPTY for name in CONTENTS}
    return {WHEN: _span(form, zone), **contents, "private": "yes" if form.get("private") else "no"}


def same_times(form: Form, said: Said[Span], zone: ZoneInfo) -> bool:
    """Whether a span is what the form says. Times that the clocks turned round were stored as one moment."""
    told = _times(said, zone)
    if not told["all_day"] and told["start"]:
        told["end"] = max(told["start"], told["end"])
    return all(told[name] == form.get(name) for name in _TIMES)


def same_note(form: Form, description: object) -> bool:
    """Whether a description is what the form says, in which only these tags and entities were read."""
    text = _TAGS.sub("", _LINE_ENDS.sub("\n", lines(as_text(description))))
    return lines(_NAMED.sub(lambda found: unescape(found[0]), text)) == form.get("note")


def day_of(moment: date, zone: ZoneInfo) -> date:
    return wall(moment, zone).date() if isinstance(moment, datetime) else moment


def days_of(span: Span, zone: ZoneInfo) -> tuple[date, date | None]:
    """Its first and its last day; None: without end."""
    first = day_of(span.start, zone)
    if isinstance(span.series, Series):
        return first, span.series.until
    if span.series is not None:
        return first, None
    return first, span.end - DAY if span.all_day else day_of(span.end, zone)


def _times(said: Said[Span], zone: ZoneInfo) -> dict[str, Any]:
    if isinstance(said, Unreadable):
        return {"start": said.shown, "end": "", "all_day": False, "series": None}
    if said is EMPTY:
        return dict.fromkeys(_TIMES)
    series: Any = None
    match said.series:
        case Series(unit, every, until):
            series = [str(unit), every, until.isoformat() if until else None]
        case OtherSeries(lines=lines):
            series = " ".join(lines)
    start, end = (_moment(moment, zone).isoformat() for moment in (said.start, said.end))
    return {"start": start, "end": end, "all_day": said.all_day, "series": series}


def _moment(moment: date, zone: ZoneInfo) -> datetime:
    return wall(moment, zone) if isinstance(moment, datetime) else datetime.combine(moment, time())


def _span(form: Form, zone: ZoneInfo) -> Span:
    start, end = (datetime.fromisoformat(form[name]) for name in ("start", "end"))
    series = None
    if stored := form.get("series"):
        unit, every, until = stored
        series = Series(Unit(unit), every, date.fromisoformat(until) if until else None)
    if form.get("all_day"):
        return Span(start.date(), end.date(), series)
    return Span(*between(start, end, zone), series)
