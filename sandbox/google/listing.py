"""Reading events: lists of all and of changes, and the occurrences of a series."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request

from sandbox.google.clock import stamp
from sandbox.google.errors import GoogleError
from sandbox.google.filters import fits, milliseconds
from sandbox.google.paging import Pages, flag
from sandbox.google.records import Calendar, Event
from sandbox.google.rendering import rendered, stub
from sandbox.google.series import any_overlaps, expanded, found, overlaps, within
from sandbox.google.store import Store
from sandbox.google.times import bound, read_time, zone

Record = dict[str, Any]
PAGE, MOST = 250, 2500
# https://developers.google.com/workspace/calendar/api/v3/reference/events/list
NOT_WITH_SYNC = (
    "iCalUID", "orderBy", "privateExtendedProperty", "q", "sharedExtendedProperty", "timeMin", "timeMax", "updatedMin",
)  # fmt: skip
NO_SYNC_AFTER = tuple(name for name in NOT_WITH_SYNC if name not in ("timeMin", "timeMax"))


class Listing:
    def __init__(self, store: Store, pages: Pages) -> None:
        self.store = store
        self.pages = pages

    def events(self, request: Request, calendar: Calendar, role: str) -> Record:
        head = self.head(calendar, role) | {"timeZone": request.args.get("timeZone") or calendar.zone}
        if "pageToken" in request.args:
            return head | self.pages.next(request, PAGE, MOST)
        single = flag(request, "singleEvents")
        of = f"events {calendar.id} {single}"
        if token := request.args.get("syncToken"):
            if wrong := [name for name in NOT_WITH_SYNC if name in request.args]:
                raise GoogleError("badRequest", "Sync token cannot be used with these parameters.", parameter=wrong[0])
            if request.args.get("showDeleted", "").lower() == "false":
                raise GoogleError("badRequest", "Sync token cannot be used with showDeleted=false.")
            revision, query = self.pages.since(token, of)
            rows = self.changes(calendar, revision, single)
            query_token = self.pages.sync_token(of, **query)
        else:
            rows = self.all(request, calendar, single)
            query_token = self.pages.sync_token(of)
            if any(name in request.args for name in NO_SYNC_AFTER):
                query_token = ""
        answer_zone = request.args.get("timeZone", "")
        shown = [self.shown(calendar, event, answer_zone, bool(token)) for event in rows]
        return head | self.pages.first(request, shown, query_token, PAGE, MOST)

    def head(self, calendar: Calendar, role: str) -> Record:
        changed = max((event.changed for event in calendar.events.values()), default=calendar.changed)
        return {
            "kind": "calendar#events",
            "etag": f'"p{changed}"',
            "summary": calendar.fields["summary"],
            "updated": stamp(changed),
            "accessRole": role,
            "defaultReminders": [],
        }

    def shown(self, calendar: Calendar, event: Event, answer_zone: str, incremental: bool) -> Record:
        """Of a cancelled occurrence no list promises more than of which one it is
        (https://developers.google.com/workspace/calendar/api/v3/reference/events: `status`)."""
        bare = event.cancelled and (
            event.gone or ((incremental or event.series) and self.store.settings.cancelled_stubs == "id")
        )
        return stub(calendar, event) if bare else rendered(calendar, event, answer_zone)

    def changes(self, calendar: Calendar, revision: int, single: bool) -> list[Event]:
        """What changed after a revision, deleted ones too. A window of the first list does not bind it."""
        changed = [event for event in calendar.events.values() if event.revision > revision]
        changed.sort(key=lambda event: event.revision)
        if not single:
            return changed
        rows = [event for event in changed if not event.recurrence or event.cancelled]
        known = {event.id for event in rows}
        for series in changed:
            rows += [event for event in expanded(calendar, series) if series.recurrence and event.id not in known]
        return rows

    def all(self, request: Request, calendar: Calendar, single: bool) -> list[Event]:
        args = request.args
        begin, end = bound(args.get("timeMin"), "timeMin"), bound(args.get("timeMax"), "timeMax")
        if begin and end and begin >= end:
            raise GoogleError("timeRangeEmpty", parameter="timeMax")
        if zone_name := args.get("timeZone"):
            zone(zone_name)
        deleted, since = flag(request, "showDeleted"), args.get("updatedMin")
        rows = self.in_window(calendar, single, begin, end)
        if since is None and not deleted:
            rows = [row for row in rows if not row.cancelled or (not single and self.is_exception(calendar, row))]
        if since is not None:
            rows = [event for event in rows if event.changed >= milliseconds(since)]
        rows = [event for event in rows if not event.gone and fits(request, event)]
        match args.get("orderBy"):
            case None:
                return rows
            case "updated":
                return sorted(rows, key=lambda event: event.changed)
            case "startTime" if single:
                return sorted(rows, key=lambda event: event.start.instant(calendar.zone))
        raise GoogleError("badRequest", "The requested ordering is not available for the particular query.")

    def in_window(self, calendar: Calendar, single: bool, begin: datetime | None, end: datetime | None) -> list[Event]:
        rows = []
        for event in calendar.events.values():
            if not event.recurrence:
                if (not single or not event.series) and overlaps(event, calendar.zone, begin, end):
                    rows.append(event)
            elif single:
                rows += within(calendar, expanded(calendar, event), begin, end)
            elif any_overlaps(calendar, event, begin, end):
                rows.append(event)
        return rows

    def is_exception(self, calendar: Calendar, event: Event) -> bool:
        """A cancelled occurrence of a series that still is: it is listed though nobody asked for deleted ones."""
        return bool(event.series) and not event.gone and not calendar.events[event.series].cancelled

    def instances(self, request: Request, calendar: Calendar, event_id: str, role: str) -> Record:
        head = self.head(calendar, role) | {"timeZone": request.args.get("timeZone") or calendar.zone}
        if "pageToken" in request.args:
            return head | self.pages.next(request, PAGE, MOST)
        series = found(calendar, event_id)
        if not series.recurrence:
            raise GoogleError("badRequest", "This event has no occurrences.")
        if series.cancelled and not flag(request, "showDeleted"):
            raise GoogleError("notFound")
        begin = bound(request.args.get("timeMin"), "timeMin")
        end = bound(request.args.get("timeMax"), "timeMax")
        rows = within(calendar, expanded(calendar, series), begin, end)
        if original := request.args.get("originalStart"):
            rows = [event for event in rows if event.original and _same_start(event, original)]
        shown = [
            self.shown(calendar, event, request.args.get("timeZone", ""), False)
            for event in rows
            if not event.cancelled or flag(request, "showDeleted")
        ]
        return head | self.pages.first(request, shown, "", PAGE, MOST)


def _same_start(event: Event, text: str) -> bool:
    assert event.original is not None
    try:
        return text == str(event.original.day) or read_time(text) == event.original.at
    except ValueError:
        return False
