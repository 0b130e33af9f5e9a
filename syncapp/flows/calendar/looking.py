"""Looks at both sides for people and writes nothing, here or outside: one appointment, or a whole calendar."""

from __future__ import annotations

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import Appointment
from syncapp.clients.errors import NotFound
from syncapp.clients.google import GoogleEvent
from syncapp.engine.outside import connections
from syncapp.engine.runs.claims import Claim
from syncapp.engine.runs.run import Run
from syncapp.flows import directions
from syncapp.flows.calendar import links
from syncapp.flows.calendar.doubles import Remembered
from syncapp.flows.calendar.fields import declared
from syncapp.flows.calendar.flow import CALENDAR_SYNC, EMPLOYEE
from syncapp.flows.calendar.form import Form, form_of
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.flows.calendar.known import Known
from syncapp.flows.calendar.reading import Reader, window
from syncapp.flows.calendar.sides import Missing, Shows
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.declaration import Side
from syncapp.models import (
    CalendarEmployee,
    CalendarLink,
    CalendarQuestion,
    JournalEntry,
    JournalState,
    Record,
    SystemName,
)


def record_of(kuerzel: str) -> Record:
    """The employee's record, or one that exists only here: looking leaves nothing behind."""
    key = {"step": CALENDAR_SYNC, "entity_type": EMPLOYEE, "entity_id": kuerzel}
    return Record.objects.filter(**key).first() or Record(pk=0, requested=1, changed_at=timezone.now(), **key)


def looker(kuerzel: str) -> Looker:
    record = record_of(kuerzel)
    run = Run(Claim(record, record.claim or uuid.uuid4(), record.requested, "look", record.changed_at))
    return Looker(run, connections.advoware(run), connections.google(run))


def forms(item: Item) -> tuple[Form, ...]:
    """Both sides as people read them, Advoware's first, and both halves of the last agreement; empty: there is none."""
    zone = ZoneInfo(settings.CONFIG.ADVOWARE_TIME_ZONE)
    here, there = (item.says(side, declared(zone)) if item.raw(side) else {} for side in Side)
    agreed = ({name: base.of(side) for name, base in item.pair.bases.items()} for side in Side)
    return (form_of(here, zone), form_of(there, zone), *(form_of(each, zone) for each in agreed))


def may_write_to_advoware() -> bool:
    return str(SystemName.ADVOWARE) in directions.writable()


class Looker(Reader):
    """For one employee. Everything raises `ClientError`."""

    def whole(self) -> CalendarState:
        """Everything that both sides have, asked for anew, whatever was told before."""
        return self.read()

    def events(self, calendar_id: str) -> list[GoogleEvent]:
        """All events of the calendar, series as one."""
        return list(self._google.changes(calendar_id).events)

    def one(self, link: CalendarLink) -> Item:
        """Both sides of one appointment as they are this moment, and what a run would decide."""
        employee = link.employee
        rules = self.rules(full_content=employee.full_content)
        state = CalendarState(employee, window(), rules, calendar_id=employee.calendar_id)
        if link.event_id and employee.calendar_id:
            self._ask_google(link)
        if parent := link.google.get("parent"):
            return self._occurrence(
                link, CalendarLink.objects.filter(employee=employee, event_id=parent).first(), state
            )
        side, appointment, asked = self._ask_advoware(link)
        return self._item(link, side, appointment, state, asked=asked)

    def has_appointment(self, number: int) -> bool:
        """Whether Advoware has it, and for this employee."""
        side, _appointment = self._asked(CalendarLink(number=number), self._run.entity_id)
        return side is not Missing.GONE

    def changed_at(self, number: int) -> datetime | None:
        """When an appointment was changed last, as Advoware says; `NotFound` when it is gone."""
        return self._advoware.appointment(number).changed_at

    def remembered(self, employee: CalendarEmployee) -> Remembered:
        rows = CalendarLink.objects.filter(employee=employee).exclude(event_id="")
        made = JournalEntry.objects.filter(
            record=record_of(employee.pk), action=CalendarWrite.CREATE_APPOINTMENT, state=JournalState.DONE
        )
        answered = CalendarQuestion.objects.filter(employee=employee, decided_at__isnull=False)
        return Remembered(
            {link.event_id: link for link in rows},
            {int(number): mark for number, mark in made.values_list("target_id", "mark") if number.isdecimal()},
            {event for question in answered for event in (question.event_id, question.choice) if event},
        )

    def _with_google(self, state: CalendarState) -> Known:
        state.employee.sync_token = ""  # here only: the row keeps its own
        return super()._with_google(state)

    def _ask_google(self, link: CalendarLink) -> None:
        try:
            event = self._google.event(link.employee.calendar_id, link.event_id)
        except NotFound:
            link.google = {**link.google, "deleted": True, "event": None} if link.google else {}
        else:
            link.google = links.told(event, link.employee_id, self.zone)

    def _ask_advoware(self, link: CalendarLink) -> tuple[Shows, Appointment | None, bool]:
        if link.number is None:
            return Missing.NEVER, None, False
        side, appointment = self._asked(link, link.employee_id)
        return side, appointment, True
