"""What Google holds: calendars with their events and rules, and each user's list of calendars."""

from __future__ import annotations

import secrets
import threading

from sandbox.google.clock import Clock
from sandbox.google.config import GoogleSettings
from sandbox.google.errors import GoogleError
from sandbox.google.fields import Record
from sandbox.google.records import Calendar, Event, Row


class Store:
    def __init__(self, settings: GoogleSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.clock = Clock()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.calendars: dict[str, Calendar] = {}
            self.lists: dict[str, dict[str, Row]] = {}
            self.revision = 0
            self.epoch = 0  # sync tokens of an earlier one are no longer good
            self.mails: list[Record] = []  # what people would have been told by mail

    def touch(self, thing: Event | Row) -> None:
        self.revision += 1
        thing.changed, thing.revision = self.clock.tick(), self.revision

    def calendar(self, calendar_id: str) -> Calendar:
        if calendar_id not in self.calendars:
            raise GoogleError("notFound")
        return self.calendars[calendar_id]

    def add_calendar(self, fields: Record, owner: str, primary: bool = False) -> Calendar:
        """In the owner's list, and shared with nobody else."""
        with self.lock:
            key = owner if primary else f"c_{secrets.token_hex(16)}@group.calendar.google.com"
            fields = {"timeZone": self.settings.default_zone} | fields
            calendar = Calendar(key, fields, owner, primary, self.clock.tick())
            self.calendars[key] = calendar
            self.set_rule(calendar, "user", owner, "owner")
            self.enlist(owner, key)
            return calendar

    def user(self, email: str) -> str:
        """A user with a calendar and a list of calendars, as every one has."""
        with self.lock:
            if email not in self.lists:
                self.lists[email] = {}
                self.add_calendar({"summary": email}, email, primary=True)
        return email

    def enlist(self, email: str, calendar_id: str, fields: Record | None = None) -> Row:
        with self.lock:
            rows = self.lists.setdefault(email, {})
            row = rows.setdefault(calendar_id, Row({"selected": True}))
            row.fields |= fields or {}
            row.deleted = False
            self.touch(row)
            return row

    def set_rule(self, calendar: Calendar, kind: str, value: str, role: str) -> Row:
        with self.lock:
            key = f"{kind}:{value}" if value else kind
            scope = {"type": kind, "value": value} if value else {"type": kind}
            row = calendar.rules.setdefault(key, Row({}))
            row.fields = {"role": role, "scope": scope}
            row.deleted = role == "none"
            self.touch(row)
            return row

    def remove_calendar(self, calendar: Calendar) -> None:
        with self.lock:
            del self.calendars[calendar.id]
            for rows in self.lists.values():
                if calendar.id in rows:
                    rows[calendar.id].deleted = True
                    self.touch(rows[calendar.id])
