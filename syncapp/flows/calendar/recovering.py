"""Appointments that an earlier run made in Advoware though its answer was lost: found, they are not made twice."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.engine.runs.run import Run
from syncapp.flows.calendar import lost
from syncapp.flows.calendar.agreement import to_json
from syncapp.flows.calendar.appointments import belongs_to, strays
from syncapp.flows.calendar.fields import WHEN, declared
from syncapp.flows.calendar.fields import Appointment as Said
from syncapp.flows.calendar.form import days_of
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.flows.calendar.known import Known
from syncapp.flows.calendar.state import CalendarState
from syncapp.flows.lens.spans import Span

Listed = Mapping[int, Appointment]


class LostCreations:
    def __init__(self, run: Run, advoware: AdvowareClient, zone: ZoneInfo) -> None:
        self._run, self._advoware, self._zone = run, advoware, zone

    def find(self, state: CalendarState, known: Known, listed: Listed) -> None:
        """`listed`: Advoware's appointments in the window. What is found is its link's."""
        for journal in self._run.unsettled_writes(CalendarWrite.CREATE_APPOINTMENT):
            link = known.by_event.get(journal.mark)
            if link is None:
                continue
            wanted = lost.sent(journal.changes, self._zone)
            there = {**listed, **self._beyond_the_window(state, wanted)}
            if link.number is not None and link.number in there:
                state.found[journal.pk] = link.number
                continue
            free = [each for each in strays(there) if each.number not in known.by_number]
            stray = lost.find(wanted, free, journal.begun_at, declared(self._zone))
            if stray is None:
                continue
            link.number = stray.number
            link.writing = {"side": "advoware", "put": to_json(wanted), **link.writing, "happened": True}
            known.by_number[stray.number] = link
            state.found[journal.pk] = stray.number

    def _beyond_the_window(self, state: CalendarState, wanted: Said) -> Listed:
        """What was restored there is created there, and no list of the window shows it."""
        when = wanted[WHEN]
        if not isinstance(when, Span) or state.window.holds(when, self._zone):
            return {}
        first, last = days_of(when, self._zone)
        rows = self._advoware.appointments(state.employee.kuerzel, first, last or first)
        return {row.number: row for row in rows if belongs_to(row, state.employee.kuerzel)}
