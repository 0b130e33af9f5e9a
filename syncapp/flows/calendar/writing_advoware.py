"""Writes appointments to Advoware."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any
from zoneinfo import ZoneInfo

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import AnswerLost, ClientError, NotFound, Rejected, ServerTrouble, UnexpectedAnswer
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.flows.calendar import lost, piecemeal
from syncapp.flows.calendar.appointments import owners_of_new, strays
from syncapp.flows.calendar.decide import EMPTY_APPOINTMENT
from syncapp.flows.calendar.fields import ADVOWARE, declared, said, span, with_all
from syncapp.flows.calendar.fields import Appointment as Said
from syncapp.flows.calendar.form import days_of
from syncapp.flows.calendar.journal import APPOINTMENT, CalendarWrite
from syncapp.flows.calendar.known import bury
from syncapp.flows.calendar.remembering import intend, journalled, remember
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.core import Raw, changes
from syncapp.flows.lens.spans import Span
from syncapp.models import JournalEntry, SystemName


class AdvowareWriter:
    def __init__(self, run: Run, advoware: AdvowareClient, zone: ZoneInfo) -> None:
        self._run, self._advoware = run, advoware
        self._zone, self._fields = zone, declared(zone)

    def create(self, state: CalendarState, item: Item) -> bool:
        """False: Advoware did not take it at all."""
        intend(item, ADVOWARE, self._zone)
        try:
            self._make(state, item, item.wanted(ADVOWARE))
        except Rejected:
            return self._create_less(state, item)
        self._read_back(item)
        return True

    def _create_less(self, state: CalendarState, item: Item) -> bool:
        def make(values: Said) -> None:
            self._make(state, item, with_all(self._fields, ADVOWARE, EMPTY_APPOINTMENT, values))
            self._read_back(item)

        values = item.values(ADVOWARE, self._fields)
        return piecemeal.make_smaller(item, ADVOWARE, values, make, lambda values: self._put(item, values))

    def _make(self, state: CalendarState, item: Item, raw: Raw) -> None:
        link, kuerzel = item.link, state.employee.kuerzel
        values = {**raw, **owners_of_new(link.owners, raw, kuerzel)}
        intent = WriteIntent(SystemName.ADVOWARE, CalendarWrite.CREATE_APPOINTMENT, APPOINTMENT, mark=link.event_id)
        with self._run.writing(intent, journalled(ADVOWARE, {}, values, self._zone)) as journal:
            found = self._made(state, values, journal)
            journal.target_id, link.number, link.writing["happened"] = str(found), found, True
            # Before the journal says that it is done, and nobody looks any more.
            link.save(update_fields=["number", "writing"])
        item.now[ADVOWARE] = values

    def _made(self, state: CalendarState, values: Mapping[str, object], journal: JournalEntry) -> int:
        """Its number. Where the answer was lost it is looked for at once, before a person can change it."""
        try:
            return self._advoware.create_appointment(values)
        except (AnswerLost, ServerTrouble, UnexpectedAnswer) as error:
            wanted = said(self._fields, ADVOWARE, values)
            first, last = days_of(_needed(span(self._fields, ADVOWARE, values)), self._zone)
            before = {each.link.number for each in state.items}
            with suppress(ClientError):
                rows = self._advoware.appointments(state.employee.kuerzel, first, last or first)
                listed = {row.number: row for row in rows if row.number not in before}
                if stray := lost.find(wanted, strays(listed), journal.begun_at, self._fields):
                    return stray.number
            raise error

    def _read_back(self, item: Item) -> None:
        with suppress(NotFound):  # deleted already, as the next run will see
            item.appointment = self._advoware.appointment(item.number)
            item.now[ADVOWARE] = item.appointment.raw

    def update(self, item: Item) -> None:
        intend(item, ADVOWARE, self._zone)
        values = item.values(ADVOWARE, self._fields)
        piecemeal.change(item, ADVOWARE, values, lambda values: self._put(item, values))
        remember(item, self._zone)
        item.link.save()

    def _put(self, item: Item, values: Said) -> None:
        before = _appointment(item)
        wanted = with_all(self._fields, ADVOWARE, before.raw, values)
        intent = WriteIntent(SystemName.ADVOWARE, CalendarWrite.UPDATE_APPOINTMENT, APPOINTMENT, str(before.number))
        with self._run.writing(intent, self._journalled(before.raw, wanted)):
            item.appointment = self._advoware.save_appointment(before, changes(before.raw, wanted))
        item.now[ADVOWARE] = item.appointment.raw

    def delete(self, item: Item) -> None:
        appointment = _appointment(item)
        intent = WriteIntent(
            SystemName.ADVOWARE, CalendarWrite.DELETE_APPOINTMENT, APPOINTMENT, str(appointment.number)
        )
        with self._run.writing(intent, self._journalled(appointment.raw, {})):
            self._advoware.delete_appointment(appointment)
        bury(item.link)

    def _journalled(self, before: Raw, after: Raw) -> dict[str, list[Any]]:
        return journalled(ADVOWARE, before, after, self._zone)


def _needed(when: Span | None) -> Span:
    assert when is not None  # noqa: S101  nothing is created without its times
    return when


def _appointment(item: Item) -> Appointment:
    assert item.appointment is not None  # noqa: S101  what is changed in Advoware was read there
    return item.appointment
