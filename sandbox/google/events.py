"""Writing events: insert, update (PUT replaces), patch (merges), delete."""

from __future__ import annotations

import copy
import re
import secrets
from dataclasses import replace

from sandbox.google.errors import GoogleError
from sandbox.google.fields import EVENT, EVENT_READ_ONLY, Record, kept, merged, written
from sandbox.google.limits import check
from sandbox.google.records import Calendar, Event
from sandbox.google.recurrence import checked, happens
from sandbox.google.rights import kind, permit, permit_deletion, permit_kind
from sandbox.google.series import found
from sandbox.google.store import Store
from sandbox.google.times import Moment, read_moment

EVENT_ID = re.compile(r"^[a-v0-9]{5,1024}$")
APART = ("id", "status", "start", "end", "recurrence", "originalStartTime", "sequence", "eventType")


class Events:
    def __init__(self, store: Store) -> None:
        self.store = store
        self.settings = store.settings

    def insert(self, calendar: Calendar, body: Record, by: str, human: bool = False) -> Event:
        values = self.read(body, human)
        key = values.get("id") or secrets.token_hex(13)
        if not EVENT_ID.match(key):
            raise GoogleError("invalid", "Invalid resource id value.", parameter="resource.id")
        if key in calendar.events:
            raise GoogleError("duplicate")
        if not human:
            permit_kind(values.get("eventType", "default"))
        event = self.made(calendar, values, Event(key, {}, *self.times(calendar, values)))
        event.creator, event.organizer = by, calendar.id
        if human:  # an invitation by somebody else, a copy that is locked
            event.organizer = (body.get("organizer") or {}).get("email") or calendar.id
            event.locked = bool(body.get("locked"))
        event.created = self.store.clock.tick()
        return self.put(calendar, event)

    def update(self, calendar: Calendar, event_id: str, body: Record, human: bool = False) -> Event:
        """Everything that is not sent is gone. A deleted one comes back."""
        old = found(calendar, event_id)
        values = self.read(body, human)
        return self.replaced(calendar, old, values | {"status": values.get("status") or "confirmed"}, human)

    def patch(self, calendar: Calendar, event_id: str, body: Record, human: bool = False) -> Event:
        old = found(calendar, event_id)
        if human and body.get("organizer"):  # handed over to somebody else
            old = replace(old, organizer=str(body["organizer"]["email"]))
        return self.replaced(calendar, old, merged(writable(old), self.read(body, human)), human)

    def replaced(self, calendar: Calendar, old: Event, values: Record, human: bool) -> Event:
        values = {name: value for name, value in values.items() if name not in ("id", "originalStartTime")}
        if values.get("eventType", kind(old)) != kind(old):
            raise GoogleError("invalid", "The event type cannot be changed.")
        if not human:
            permit(calendar, old, writable(old), values)
        if old.series and values.get("recurrence"):
            raise GoogleError("invalid", "An occurrence has no recurrence of its own.")
        event = self.made(calendar, values, replace(old, gone=False))
        sequence = values.get("sequence")
        if sequence is not None and sequence < old.sequence:
            raise GoogleError("invalid", "Invalid sequence value.")
        moved = (event.start, event.end, event.recurrence) != (old.start, old.end, old.recurrence)
        event.sequence = max(old.sequence + moved, sequence or 0)
        if old.recurrence and moved:
            self.drop_exceptions(calendar, event)
        return self.put(calendar, event)

    def delete(self, calendar: Calendar, event_id: str, human: bool = False) -> None:
        """GoogleError 410 for what is deleted already."""
        old = found(calendar, event_id)
        if old.cancelled:
            raise GoogleError("deleted")
        if not human:
            permit_deletion(old)
        if old.recurrence:
            self.drop_exceptions(calendar, replace(old, recurrence=()))
        self.put(calendar, replace(old, status="cancelled"))

    def put(self, calendar: Calendar, event: Event) -> Event:
        self.store.touch(event)
        calendar.events[event.id] = event
        return event

    def read(self, body: Record, human: bool) -> Record:
        values = written(body, EVENT, EVENT_READ_ONLY, self.settings.refuse_unknown_fields)
        if not human:
            check(values)
        return values

    def times(self, calendar: Calendar, values: Record) -> tuple[Moment, Moment]:
        start = read_moment(values.get("start"), "start", calendar.zone)
        end = read_moment(values.get("end"), "end", calendar.zone)
        if (start.day is None) != (end.day is None):
            raise GoogleError("invalid", "Start and end times must either both be date or both be dateTime.")
        if end.instant(calendar.zone) < start.instant(calendar.zone) or (start.day and start.day == end.day):
            raise GoogleError("timeRangeEmpty")
        if values.get("recurrence") and start.at is not None:
            for name in ("start", "end"):
                if not values[name].get("timeZone"):
                    raise GoogleError("required", f"Missing time zone definition for {name} time.")
        return start, end

    def made(self, calendar: Calendar, values: Record, base: Event) -> Event:
        start, end = self.times(calendar, values)
        lines = values.get("recurrence") or []
        if lines:
            lines = checked(lines, start, self.settings.strict_until, self.settings.rewrite_rules)
        fields = kept({name: value for name, value in values.items() if name not in APART})
        if (event_type := values.get("eventType") or kind(base)) != "default":
            fields["eventType"] = event_type
        status = kept({"status": values.get("status") or "confirmed"})["status"]
        return replace(base, fields=fields, start=start, end=end, recurrence=tuple(lines), status=status)

    def drop_exceptions(self, calendar: Calendar, series: Event) -> None:
        """Changed occurrences that the series does not have any more end with it."""
        for event in list(calendar.exceptions(series.id).values()):
            assert event.original is not None
            if not series.recurrence or not happens(series.recurrence, series.start, event.original):
                self.put(calendar, replace(event, status="cancelled", gone=True))


def writable(event: Event) -> Record:
    """What a client could have written to get this event."""
    values = copy.deepcopy(event.fields) | {
        "start": event.start.shown(), "end": event.end.shown(), "status": event.status, "sequence": event.sequence,
    }  # fmt: skip
    return values | ({"recurrence": list(event.recurrence)} if event.recurrence else {})
