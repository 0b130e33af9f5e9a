"""Google Calendar for people: calendars, the events of one day by day, and the form of one event."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer, json_answer, redirect
from sandbox.google.account import service_account
from sandbox.google.errors import GoogleError
from sandbox.google.records import Calendar, Event
from sandbox.google.rendering import rendered
from sandbox.google.series import found
from sandbox.google.system import GoogleCalendar
from sandbox.google.times import Moment, zone
from sandbox.pages.agenda import Entry, by_day, window
from sandbox.pages.forms import edited, ticked
from sandbox.pages.rendering import page

UNSHARED = ("none", "owner")
TEXTS = ("summary", "location", "description")
TIMES = ("first", "from", "last", "to")
KEY_FILE = "service-account.json"
NOTHING = {"date": None, "dateTime": None, "timeZone": None}


class GooglePages:
    def __init__(self, google: GoogleCalendar) -> None:
        self.google = google
        self.store = google.store

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        try:
            return self.route(request, parts)
        except (GoogleError, KeyError):
            return None

    def route(self, request: Request, parts: list[str]) -> Answer | None:
        match [request.method, *parts]:
            case ["GET"]:
                return self.overview(request)
            case ["GET", name] if name == KEY_FILE:
                return json_answer(service_account(f"http://{request.host}"))
            case ["POST", "new"]:
                data = {"summary": request.form["summary"].strip(), "timeZone": "Europe/Berlin"}
                made = self.google.control("create_calendar", {"data": data})
                return redirect(f"/google/{made['id']}")
            case ["GET", key]:
                return self.calendar(request, self.store.calendar(key))
            case ["GET", key, event_id]:
                return self.event(request, self.store.calendar(key), event_id)
            case ["POST", key, "remove"]:
                self.google.control("remove_calendar", {"calendar": key})
                return redirect("/google/")
            case ["POST", key, "create"]:
                row = typed(request, self.store.calendar(key))
                self.google.control("create_events", {"calendar": key, "rows": [row]})
                return redirect(f"/google/{key}?from={request.form['first']}")
            case ["POST", key, event_id, "save"]:
                if data := typed(request, self.store.calendar(key)):
                    self.google.control("update_event", {"calendar": key, "id": event_id, "data": data})
                return redirect(f"/google/{key}/{event_id}")
            case ["POST", key, event_id, "delete"]:
                self.google.control("remove_event", {"calendar": key, "id": event_id})
                return redirect(f"/google/{key}")
        return None

    def overview(self, request: Request) -> Answer:
        with self.store.lock:
            rows = [
                {
                    "id": item.id,
                    "name": item.fields["summary"],
                    "count": sum(not event.cancelled for event in item.events.values()),
                    "shared": shared_with(item),
                    "primary": item.primary,
                }
                for item in self.store.calendars.values()
            ]
        rows.sort(key=lambda row: (row["primary"], row["name"]))
        return page(request, "google.html", rows=rows, channels=self.google.channels.as_list(),
                    pushes=list(self.google.pusher.log)[-20:][::-1])  # fmt: skip

    def calendar(self, request: Request, calendar: Calendar) -> Answer:
        shown, where = window(request), zone(calendar.zone)
        begin, end = (datetime.combine(day, time(), where).astimezone(UTC) for day in (shown.first, shown.end))
        with self.store.lock:
            events = self.google.listing.in_window(calendar, True, begin, end)
        entries = [entry(calendar, event) for event in events if not event.cancelled]
        return page(request, "google_calendar.html", calendar=calendar, days=by_day(entries), window=shown,
                    here=f"/google/{calendar.id}")  # fmt: skip

    def event(self, request: Request, calendar: Calendar, event_id: str) -> Answer:
        with self.store.lock:
            event = found(calendar, event_id)
            row = rendered(calendar, event)
        return page(request, "google_event.html", row=row, calendar=calendar, values=values_of(calendar, event),
                    here=f"/google/{calendar.id}")  # fmt: skip


def shared_with(calendar: Calendar) -> list[str]:
    rules = sorted(calendar.rules.items())
    return [str(row.fields["scope"].get("value", key)) for key, row in rules if row.fields["role"] not in UNSHARED]


def wall(calendar: Calendar, moment: Moment) -> datetime:
    """On a clock where the calendar is."""
    return moment.wall if moment.at is None else moment.at.astimezone(zone(calendar.zone)).replace(tzinfo=None)


def entry(calendar: Calendar, event: Event) -> Entry:
    first, last = wall(calendar, event.start), wall(calendar, event.end)
    whole = event.start.at is None
    final = last.date() - timedelta(days=1) if whole else last.date()
    changed = event.series and event.id in calendar.events
    marks = [word for word, on in (("series", event.series), ("changed", changed), ("locked", event.locked)) if on]
    return Entry(
        day=first.date(),
        time="" if whole else f"{first:%H:%M} – {last:%H:%M}",
        title=event.fields.get("summary", "–"),
        place=event.fields.get("location", ""),
        address=f"/google/{calendar.id}/{event.id}",
        marks=(*marks, *([event.fields["visibility"]] if "visibility" in event.fields else [])),
        note=f"– {final.isoformat()}" if final != first.date() else "",
    )


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
        last = form.get("last") or form["first"]
        if "whole" in form:
            end = date.fromisoformat(last) + timedelta(days=1)
            data |= {"start": NOTHING | {"date": form["first"]}, "end": NOTHING | {"date": end.isoformat()}}
        else:
            for name, day, clock in (("start", form["first"], form["from"]), ("end", last, form["to"])):
                at = datetime.combine(date.fromisoformat(day), time.fromisoformat(clock))
                data[name] = NOTHING | {"dateTime": at.isoformat(), "timeZone": calendar.zone}
    return data
