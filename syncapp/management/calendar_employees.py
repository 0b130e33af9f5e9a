"""Whose calendars and which appointments a command means: looked at one after the other, or compared now."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import TypeVar

from syncapp.clients.errors import ClientError, NotFound
from syncapp.engine.outside import connections
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.flows.calendar import links
from syncapp.flows.calendar.appointments import belongs_to
from syncapp.flows.calendar.flow import CALENDAR_SYNC, EMPLOYEE
from syncapp.management.base import misused
from syncapp.management.output import plural, progress
from syncapp.management.recording import recorded
from syncapp.models import CalendarEmployee, CalendarLink, Urgency

RESYNC = """Has calendars compared now, whatever pause they had; workers do it. Doing it twice does no harm.

A frNr has the calendar compared that this appointment is in: there is no run for a single one. --full also forgets how
far Google has told its changes, so that all events are listed anew: when the hub and Google seem to have lost touch."""
ALL = "ALL"

Say = Callable[[str], object]
Answer = TypeVar("Answer")


def chosen(names: Sequence[str]) -> list[CalendarEmployee]:
    """Those of that Kürzel, in any spelling; without names all that are switched on."""
    if not names:
        return list(CalendarEmployee.objects.filter(enabled=True).order_by("pk"))
    known = {row.pk.casefold(): row for row in CalendarEmployee.objects.all()}
    if unknown := [name for name in names if name.casefold() not in known]:
        there = ", ".join(sorted(row.pk for row in known.values())) or "none yet"
        raise misused(f"No employee {', '.join(unknown)} is known. Known: {there}")
    return [known[name.casefold()] for name in dict.fromkeys(names)]


def ask_each(
    employees: Sequence[CalendarEmployee], words: str, question: Callable[[CalendarEmployee], Answer]
) -> Iterator[tuple[CalendarEmployee, Answer | ClientError]]:
    """What was answered or went wrong, with a line that moves where somebody is watching."""
    with progress(words, len(employees)) as tell:
        for number, employee in enumerate(employees):
            tell(employee.pk, number)
            try:
                yield employee, question(employee)
            except ClientError as exc:
                yield employee, exc


def number_of(what: str) -> int | None:
    """The frNr, if it is one."""
    return int(what) if what.removeprefix("-").isdecimal() and len(what) < 19 else None


def appointments(what: str) -> Iterator[CalendarLink]:
    """Of that number or event; one that the hub does not know yet is looked for in Advoware, then in Google."""
    number = number_of(what)
    known = CalendarLink.objects.select_related("employee").order_by("employee")
    rows = list(known.filter(number=number) if number is not None else known.filter(event_id=what))
    if rows:
        yield from rows
    elif number is not None:
        yield from _new_in_advoware(number)
    else:
        yield from _new_in_google(what)


def _new_in_advoware(number: int) -> Iterator[CalendarLink]:
    with suppress(NotFound):
        appointment = connections.advoware().appointment(number)
        for employee in CalendarEmployee.objects.order_by("pk"):
            if belongs_to(appointment, employee.pk):
                yield CalendarLink(employee=employee, number=number, event_id=links.event_id(employee.pk, number))


def _new_in_google(event_id: str) -> Iterator[CalendarLink]:
    google = connections.google()
    for employee in CalendarEmployee.objects.exclude(calendar_id="").order_by("pk"):
        with suppress(NotFound):
            google.event(employee.calendar_id, event_id)
            yield CalendarLink(employee=employee, event_id=event_id)
            return


def resync(say: Say, *, what: str, full: bool, dry_run: bool) -> int:
    names = [employee.pk for employee in _meant(what) if employee.enabled]
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
        row.count = request(names, trace_id=uuid.uuid4().hex)
    say(f"Asked for: {plural(row.count, 'calendar')}. Workers do it; the page of employees shows how it ended.")
    return 0


def request(names: Sequence[str], trace_id: str = "") -> int:
    """Leaves requests that these calendars are compared whole, now; how many."""
    targets = [Target(CALENDAR_SYNC, EMPLOYEE, name) for name in names]
    return len(sync_requests.request(targets, urgency=Urgency.STAFF, full=True, force=True, trace_id=trace_id))


def _meant(what: str) -> list[CalendarEmployee]:
    if what.upper() == ALL:
        return chosen([])
    if (number := number_of(what)) is None:
        return chosen([what])
    links = CalendarLink.objects.select_related("employee").filter(number=number).order_by("employee")
    if not links:
        raise misused(f"The hub knows no appointment {what} yet. Name the employee instead, or ALL.")
    return [link.employee for link in links]
