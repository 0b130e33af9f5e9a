"""The step that asks Advoware who its employees are, and has each one's calendar looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, Employee
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Note, Plan, Settled
from syncapp.engine.runs.run import Run
from syncapp.events import dispatch
from syncapp.flows.calendar.flow import EMPLOYEE, OF_ONE
from syncapp.flows.lens.core import text_of
from syncapp.flows.lens.mails import Mail
from syncapp.kit.marking import ngettext_lazy
from syncapp.models import CalendarEmployee, Urgency

# Signs, as our table holds them: what does not fit would keep the calendars of all from being looked at.
LONGEST_KUERZEL, LONGEST_NAME, LONGEST_ADDRESS = 20, 200, 254

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Everyone:
    employees: tuple[Employee, ...]


@dataclass(frozen=True, slots=True)
class Found(Note):
    kind = "calendar.employees"
    words = ngettext_lazy("%(count)d employee in Advoware", "%(count)d employees in Advoware")
    shown = ("count",)
    count: int


class CalendarsOfEveryone:
    """One run for the whole firm. It writes nothing outside."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._advoware = connections.advoware(run)

    def read(self) -> Everyone:
        return Everyone(chosen(self._advoware))

    def plan(self, state: Everyone) -> Plan:
        return Plan(Settled({}), notes=(Found(len(state.employees)),))

    def apply(self, state: Everyone, plan: Plan) -> Ending:
        for employee in state.employees:
            remember(employee)
        enabled = CalendarEmployee.objects.filter(pk__in=[each.kuerzel for each in state.employees], enabled=True)
        urgency = Urgency(self._run.record.urgency)
        ids = sorted(enabled.values_list("pk", flat=True))
        dispatch.emit(OF_ONE, EMPLOYEE, ids, urgency=urgency, trace_id=self._run.trace_id, full=True)
        return plan.ending


def chosen(advoware: AdvowareClient) -> tuple[Employee, ...]:
    """Whose calendars are the hub's."""
    wanted = {kuerzel.casefold() for kuerzel in settings.CONFIG.CALENDAR_SYNC_DEBUG_KUERZEL}
    found = (each for each in advoware.employees(_malformed) if 0 < len(each.kuerzel) <= LONGEST_KUERZEL)
    return tuple(each for each in found if not wanted or each.kuerzel.casefold() in wanted)


def _malformed(_row: object) -> None:
    log.warning("advoware.malformed_row", what="employee")


def remember(employee: Employee) -> None:
    known = _facts(employee)
    new = {**known, "full_content": settings.CONFIG.CALENDAR_FULL_CONTENT}
    CalendarEmployee.objects.update_or_create(kuerzel=employee.kuerzel, defaults=known, create_defaults=new)


def as_new(employee: Employee) -> CalendarEmployee:
    """Not stored. The calendar shows contents as the settings say; staff may say otherwise for each."""
    shows = settings.CONFIG.CALENDAR_FULL_CONTENT
    return CalendarEmployee(kuerzel=employee.kuerzel, **_facts(employee), full_content=shows)


def _facts(employee: Employee) -> dict[str, Any]:
    """People type into a field for one mail address whatever they like. What none can be read out of stays as it is:
    Google refuses it, and that is told."""
    email = text_of(Mail().get(employee.email))
    return {"name": employee.name[:LONGEST_NAME], "email": email[:LONGEST_ADDRESS], "seen_at": timezone.now()}
