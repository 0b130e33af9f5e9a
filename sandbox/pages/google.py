"""Google Calendar for people: calendars, the events of one day by day, and the form of one event."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from werkzeug.wrappers import Request

from sandbox.answers import Answer, json_answer, redirect
from sandbox.google.account import service_account
from sandbox.google.errors import GoogleError
from sandbox.google.records import Calendar, Event
from sandbox.google.rendering import rendered
from sandbox.google.series import found
from sandbox.google.system import GoogleCalendar
from sandbox.google.times import zone
from sandbox.pages.agenda import Entry, by_day, window
from sandbox.pages.event_form import typed, values_of, wall
from sandbox.pages.rendering import page

UNSHARED = ("none", "owner")
KEY_FILE = "service-account.json"


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
