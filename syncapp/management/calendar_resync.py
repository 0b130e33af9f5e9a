"""Leaves requests that calendars are compared, and has Google tell everything anew."""

from __future__ import annotations

import uuid

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.events.registry import CALENDAR_SYNC
from syncapp.flows.calendar.everyone import EMPLOYEE
from syncapp.management.base import misused
from syncapp.management.calendar_names import Say, chosen
from syncapp.management.output import plural
from syncapp.management.recording import recorded
from syncapp.models import CalendarEmployee, CalendarLink, Urgency

WORDS = """Has calendars compared now, whatever pause they had; workers do it. Doing it twice does no harm.

A frNr has the calendar compared that this appointment is in: there is no run for a single one. --full also forgets how
far Google has told its changes, so that all events are listed anew: when the hub and Google seem to have lost touch."""
ALL = "ALL"


def run(what: str, say: Say, *, full: bool, dry_run: bool) -> int:
    employees = [employee for employee in _employees(what) if employee.enabled]
    names = [employee.pk for employee in employees]
    if not names:
        say("Nothing to do: the calendar is switched off, or no employee is known yet.")
        return 0
    if dry_run:
        say(f"Would be compared: {', '.join(names)}{' (everything anew)' if full else ''}")
        return 0
    detail = f"{what}{' --full' if full else ''}"
    with recorded("sync_calendar", "CalendarEmployee", names[0] if len(names) == 1 else "", detail) as row:
        if full:
            CalendarEmployee.objects.filter(pk__in=names).update(sync_token="")
        targets = [Target(CALENDAR_SYNC, EMPLOYEE, name) for name in names]
        trace = uuid.uuid4().hex
        row.count = len(sync_requests.request(targets, urgency=Urgency.STAFF, full=True, force=True, trace_id=trace))
    say(f"Asked for: {plural(row.count, 'calendar')}. Workers do it; the page of employees shows how it ended.")
    return 0


def _employees(what: str) -> list[CalendarEmployee]:
    if what.upper() == ALL:
        return chosen([])
    if what.lstrip("-").isdecimal() and len(what) < 19:
        found = CalendarLink.objects.select_related("employee").filter(number=int(what)).order_by("employee")
        if rows := [link.employee for link in found]:
            return rows
        raise misused(f"The hub knows no appointment {what} yet. Name the employee instead, or ALL.")
    return chosen([what])
