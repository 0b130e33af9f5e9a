"""Calendars, each user's list of them, and with whom they are shared."""

from __future__ import annotations

from werkzeug.wrappers import Request

from sandbox.google.access import ROLES, need_role, role_of
from sandbox.google.errors import GoogleError
from sandbox.google.fields import (
    CALENDAR,
    CALENDAR_READ_ONLY,
    LIST_ENTRY,
    LIST_ENTRY_READ_ONLY,
    Fields,
    Record,
    merged,
    written,
)
from sandbox.google.paging import Pages, flag
from sandbox.google.records import Calendar, Row
from sandbox.google.store import Store
from sandbox.google.times import zone


class Calendars:
    def __init__(self, store: Store, pages: Pages) -> None:
        self.store = store
        self.pages = pages

    def read(self, body: Record, fields: Fields, read_only: Fields) -> Record:
        return written(body, fields, read_only, self.store.settings.refuse_unknown_fields)

    def shown(self, calendar: Calendar) -> Record:
        head = {"kind": "calendar#calendar", "etag": calendar.etag, "id": calendar.id}
        return head | calendar.fields | ({} if calendar.primary else {"dataOwner": calendar.owner})

    def insert(self, body: Record, owner: str) -> Calendar:
        return self.store.add_calendar(self.fields(self.read(body, CALENDAR, CALENDAR_READ_ONLY)), owner)

    def change(self, calendar: Calendar, body: Record, patch: bool) -> Calendar:
        values = self.read(body, CALENDAR, CALENDAR_READ_ONLY)
        values = merged(calendar.fields, values) if patch else {"timeZone": calendar.zone} | values
        calendar.fields = self.fields(values)
        calendar.changed = self.store.clock.tick()
        return calendar

    def fields(self, values: Record) -> Record:
        values = {name: value for name, value in values.items() if value not in (None, "")}
        if not values.get("summary"):
            raise GoogleError("required", "Missing title.")
        if "timeZone" in values:
            zone(values["timeZone"])
        return values

    def delete(self, calendar: Calendar) -> None:
        if calendar.primary:
            raise GoogleError("cannotDeletePrimaryCalendar")
        self.store.remove_calendar(calendar)

    # The list of a user

    def entry(self, email: str, calendar_id: str, row: Row) -> Record:
        head = {"kind": "calendar#calendarListEntry", "etag": row.etag, "id": calendar_id}
        calendar = self.store.calendars.get(calendar_id)
        if row.deleted or calendar is None:
            return head | {"deleted": True}
        details: Record = {"defaultReminders": []} | row.fields | {"accessRole": role_of(calendar, email)}
        return head | calendar.fields | details | (
            {"primary": True} if calendar.primary else {"dataOwner": calendar.owner}
        )  # fmt: skip

    def entry_of(self, email: str, calendar_id: str) -> Row:
        row = self.store.lists[email].get(calendar_id)
        if row is None or row.deleted:
            raise GoogleError("notFound")
        return row

    def set_entry(self, email: str, body: Record, calendar_id: str = "") -> Record:
        values = self.read(body, LIST_ENTRY, LIST_ENTRY_READ_ONLY)
        given = str(values.pop("id", ""))
        if calendar_id:
            self.entry_of(email, calendar_id)
        elif not given:
            raise GoogleError("required", "Required", parameter="resource.id")
        key = calendar_id or given
        need_role(self.store.calendar(key), email, "freeBusyReader")
        return self.entry(email, key, self.store.enlist(email, key, values))

    def drop_entry(self, email: str, calendar_id: str) -> None:
        row = self.entry_of(email, calendar_id)
        row.deleted = True
        self.store.touch(row)

    def entries(self, request: Request, email: str) -> Record:
        rows = [(self.entry(email, key, row), row) for key, row in self.store.lists[email].items()]
        if (least := request.args.get("minAccessRole")) is not None:
            if least not in ROLES:
                raise GoogleError("invalid", parameter="minAccessRole")
            allowed = ROLES[ROLES.index(least) :]
            rows = [pair for pair in rows if pair[0].get("accessRole", "owner") in allowed]
        if not flag(request, "showHidden") and "syncToken" not in request.args:
            rows = [pair for pair in rows if not pair[0].get("hidden")]
        return {"kind": "calendar#calendarList", "etag": f'"p{self.store.revision}"'} | self.pages.listed(
            request, rows, f"list {email}"
        )
