"""An event as it stands in a form, and what somebody typed there."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from werkzeug.wrappers import Request

from sandbox.google.records import Calendar, Event
from sandbox.google.times import Moment, zone
from sandbox.pages.forms import carried, edited, ticked

TEXTS = ("summary", "location", "description")
TIMES = ("first", "from", "last", "to")
NOTHING = {"date": None, "dateTime": None, "timeZone": None}


def wall(calendar: Calendar, moment: Moment) -> datetime:
    """On a clock where the calendar is."""
    return moment.wall if moment.at is None else moment.at.astimezone(zone(calendar.zone)).replace(tzinfo=None)


def values_of(calendar: Calendar, event: Event) -> dict[str, Any]:
    """As they stand in the form; the last day is included, as people say it."""
    first, last = wall(calendar, event.start), wall(calendar, event.end)
    whole = event.start.at is None
    if whole:
        last -= timedelta(days=1)
    values: dict[str, Any] = {name: event.fields.get(name, "") for name in TEXTS}
    clocks = {"from": "" if whole else f"{first:%H:%M}", "to": "" if whole else f"{last:%H:%M}"}
    days = {"first": first.date().isoformat(), "last": last.date().isoformat()}
    flags = {"whole": whole, "private": event.fields.get("visibility") == "private"}
    return values | clocks | days | flags | {"recurrence": "\n".join(event.recurrence)}


def typed(request: Request, calendar: Calendar) -> dict[str, Any]:
    """What somebody changed, as a PATCH would say it. ValueError for a time that is none."""
    form = request.form
    data: dict[str, Any] = dict(edited(form, TEXTS))
    boxes = ticked(form, ("whole", "private"))
    if "private" in boxes:
        data["visibility"] = "private" if boxes["private"] else None
    if "recurrence" in edited(form, ["recurrence"]):
        data["recurrence"] = form["recurrence"].split()
    if edited(form, TIMES) or "whole" in boxes:
        last = carried(form, "first", "last") or form["first"]
        if "whole" in form:
            end = date.fromisoformat(last) + timedelta(days=1)
            data |= {"start": NOTHING | {"date": form["first"]}, "end": NOTHING | {"date": end.isoformat()}}
        else:
            for name, day, clock in (("start", form["first"], form["from"]), ("end", last, form["to"])):
                at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock))
                data[name] = NOTHING | {"dateTime": at.isoformat(), "timeZone": calendar.zone}
    return data
