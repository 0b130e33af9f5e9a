"""What Google holds: calendars with their events and rules, and each user's list of calendars."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from typing import Any

from sandbox.google.clock import Clock, etag
from sandbox.google.config import GoogleSettings
from sandbox.google.errors import GoogleError
from sandbox.google.times import Moment

Record = dict[str, Any]


@dataclass
class Event:
    """A single one, a series, or an occurrence; such a one is stored only when it differs from its series."""

    id: str
    fields: Record  # as a client wrote them, without id, status, start, end, recurrence
    start: Moment
    end: Moment
    status: str = "confirmed"
    recurrence: tuple[str, ...] = ()
    series: str = ""  # of an occurrence: the id of its series
    original: Moment | None = None  # of an occurrence: when the series has it
    creator: str = ""
    organizer: str = ""
    locked: bool = False
    sequence: int = 0
    created: int = 0
    changed: int = 0  # also what its ETag is made of
    revision: int = 0
    gone: bool = False  # an occurrence that ended with its series: it does not stand for an exception any more

    @property
    def etag(self) -> str:
        return etag(self.changed)

    @property
    def cancelled(self) -> bool:
        return self.status == "cancelled"


@dataclass
class Row:
    """A rule, or an entry of a user's list, with what changes by itself."""

    fields: Record
    changed: int = 0
    revision: int = 0
    deleted: bool = False

    @property
    def etag(self) -> str:
        return etag(self.changed)


@dataclass
class Calendar:
    id: str
    fields: Record
    owner: str
    primary: bool = False
    changed: int = 0
    events: dict[str, Event] = field(default_factory=dict)
    rules: dict[str, Row] = field(default_factory=dict)

    @property
    def zone(self) -> str:
        return str(self.fields["timeZone"])

    @property
    def etag(self) -> str:
        return etag(self.changed)

    def exceptions(self, series: str) -> dict[str, Event]:
        """By the suffix of their ids."""
        prefix = series + "_"
        return {
            key.removeprefix(prefix): event
            for key, event in self.events.items()
            if event.series == series and not event.gone
        }


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
