"""What people do in Google Calendar itself, and what happens to it: the control actions."""

from __future__ import annotations

from typing import Any

from sandbox.google.calendars import Calendars
from sandbox.google.config import HUMAN
from sandbox.google.events import Events
from sandbox.google.records import Calendar
from sandbox.google.rendering import rendered
from sandbox.google.series import expanded, found
from sandbox.google.store import Store

Record = dict[str, Any]


class People:
    def __init__(self, store: Store, calendars: Calendars, events: Events) -> None:
        self.store, self.calendars, self.events = store, calendars, events

    def calendar_of(self, key: str) -> Calendar:
        """By id, or by a summary that only one has. KeyError otherwise."""
        if key in self.store.calendars:
            return self.store.calendars[key]
        named = [item for item in self.store.calendars.values() if item.fields["summary"] == key]
        if len(named) != 1:
            raise KeyError(f"{len(named)} calendars are called {key}")
        return named[0]

    def act(self, action: str, data: Record) -> tuple[Any, str]:
        """What it made or changed, and the calendar whose events changed, if any. KeyError: no such thing."""
        if action == "create_calendar":
            owner = self.store.user(str(data.get("owner") or HUMAN))
            return self.calendars.shown(self.calendars.insert(data["data"], owner)), ""
        calendar = self.calendar_of(str(data["calendar"]))
        match action:
            case "get_calendar":
                return self.calendars.shown(calendar), ""
            case "update_calendar":
                return self.calendars.shown(self.calendars.change(calendar, data["data"], patch=True)), ""
            case "remove_calendar":
                self.store.remove_calendar(calendar)
                return True, ""
            case "list_events":
                return self.listed(calendar, bool(data.get("deleted"))), ""
            case "get_event":
                return rendered(calendar, found(calendar, str(data["id"]))), ""
            case "create_events":
                made = [self.events.insert(calendar, row, HUMAN, human=True) for row in data["rows"]]
                return [rendered(calendar, event) for event in made], calendar.id
            case "update_event":
                changed = self.events.patch(calendar, str(data["id"]), data["data"], human=True)
                return rendered(calendar, changed), calendar.id
            case "remove_event":
                self.events.delete(calendar, str(data["id"]), human=True)
                return True, calendar.id
            case "list_occurrences":
                series = found(calendar, str(data["id"]))
                return [rendered(calendar, event) for event in expanded(calendar, series)], ""
            case "clear_calendar":
                return self.cleared(calendar), calendar.id
        raise KeyError(action)

    def listed(self, calendar: Calendar, deleted: bool) -> list[Record]:
        rows = [event for event in calendar.events.values() if deleted or not event.cancelled]
        rows.sort(key=lambda event: (event.start.instant(calendar.zone), event.id))
        return [rendered(calendar, event) for event in rows]

    def cleared(self, calendar: Calendar) -> int:
        """Every event deleted, as by somebody who made a mistake."""
        keys = [key for key, event in calendar.events.items() if not event.cancelled and not event.series]
        for key in keys:
            self.events.delete(calendar, key, human=True)
        return len(keys)
