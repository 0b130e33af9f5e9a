"""What Google tells of a calendar: what changed since it last told, or everything, and which link each event is of."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from syncapp.clients.errors import NotFound
from syncapp.clients.google import GoogleClient, GoogleEvent, SyncTokenExpired
from syncapp.flows.calendar import links
from syncapp.flows.calendar.known import AT_ONCE, Known, in_parts
from syncapp.flows.calendar.state import CalendarState
from syncapp.models import CalendarLink


class Telling:
    def __init__(self, google: GoogleClient, zone: ZoneInfo) -> None:
        self._google, self._zone = google, zone

    def links(self, state: CalendarState) -> Known:
        """As Google tells of them now; nothing of it is stored yet."""
        employee = state.employee
        token = employee.sync_token if employee.calendar_id else ""
        try:
            try:
                return self._told(state, token)
            except SyncTokenExpired:
                return self._told(state, "")
        except NotFound:
            state.calendar_gone = True
            state.calendar_id = ""
            return Known(employee, state.window, whole=True)

    def _told(self, state: CalendarState, token: str) -> Known:
        known = Known(state.employee, state.window, whole=not token)
        changes = self._google.changes(state.calendar_id, sync_token=token or None)
        told: dict[str, CalendarLink] = {}
        for part in in_parts(changes.events, AT_ONCE):
            numbers = (links.marked_number(event, state.employee.kuerzel) for event in part)
            known.fetch_events(event.id for event in part)
            known.fetch_numbers(number for number in numbers if number is not None)
            for event in part:
                link = known.by_event.get(event.id) or self._new_link(state, event, known)
                if link is not None:
                    link.google = links.told(event, state.employee.kuerzel, self._zone)
                    links.place(link, self._zone)
                    told[event.id] = link
        if not token:
            # A whole list does not tell of deletions: what it lacks was deleted.
            for link in known.rows:
                kept: dict[str, Any] = link.google
                if kept and link.event_id not in told and not kept["deleted"]:
                    link.google = {**kept, "deleted": True, "event": None}
                    told[link.event_id] = link
        state.told, state.next_token = list(told.values()), changes.next_token
        return known

    def _new_link(self, state: CalendarState, event: GoogleEvent, known: Known) -> CalendarLink | None:
        """None: a deleted event that we never knew."""
        number = links.marked_number(event, state.employee.kuerzel)
        link = known.by_number.get(number) if number is not None else None
        if link is not None and not link.event_id:
            link.event_id = event.id
            known.by_event[event.id] = link
            return link
        if event.deleted and not event.recurring_event_id:
            return None
        # A copy of one of our events bears its mark too, and is an event of its own.
        link = CalendarLink(employee=state.employee, number=number if link is None else None, event_id=event.id)
        known.add(link)
        return link
