"""Single occurrences of a series in Google that are stored beside it, because something about them was changed. Pure.

Advoware knows no such thing. One that says at its own time what its series says is nothing that a person must enter
there: what was changed is its colour, an answer, a reminder, or whatever else only Google holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.flows.calendar.fields import CONTENTS, GOOGLE, WHEN, declared, said, span
from syncapp.flows.calendar.form import Form, form_of
from syncapp.flows.lens.core import Raw
from syncapp.flows.lens.spans import Span, between

CHANGED, CANCELLED = "changed occurrence", "cancelled occurrence"
_SAME = (*CONTENTS, "private", "all_day")


def about(raw: Raw, zone: ZoneInfo) -> dict[str, Any]:
    """What a person must know of an occurrence. `instead_of`: when it was to begin."""
    fields = declared(zone)
    told = form_of(said(fields, GOOGLE, raw), zone)
    moments = {"start": raw.get("start"), "end": raw.get("end"), "instead_of": raw.get("originalStartTime")}
    for name, moment in moments.items():
        when = span(fields, GOOGLE, {"start": moment, "end": moment})
        told[name] = _begin(when, zone) if when else ""
    return told


def is_as_in_series(occurrence: Mapping[str, Any], series: Mapping[str, Any], zone: ZoneInfo) -> bool:
    """Out of what their links keep."""
    event = series.get("event") or {}
    if occurrence["beyond"] != CHANGED or span(declared(zone), GOOGLE, event) is None:
        return False
    here: Form = occurrence["about"]
    there = form_of(said(declared(zone), GOOGLE, event), zone)
    if here["start"] != here["instead_of"] or not here["start"] or not here["end"]:
        return False
    return all(here.get(name) == there[name] for name in _SAME) and bool(_lengths(here, zone) & _lengths(there, zone))


def _lengths(form: Form, zone: ZoneInfo) -> set[timedelta]:
    """On the wall, and as it passes: in the nights when the clocks are changed a series keeps one of the two."""
    start, end = (datetime.fromisoformat(form[name]) for name in ("start", "end"))
    first, last = between(start, end, zone)
    return {end - start, last - first}


def _begin(when: Span, zone: ZoneInfo) -> str:
    return when.start.isoformat() if when.all_day else str(form_of({WHEN: when}, zone)["start"])
