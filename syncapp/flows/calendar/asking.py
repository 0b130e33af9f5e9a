"""Has calendars looked at, one or all. The door, the schedule and Google's pushes all end here."""

from __future__ import annotations

from django.conf import settings

from syncapp.engine.outside import connections
from syncapp.events import dispatch
from syncapp.flows.calendar.flow import ALL, EMPLOYEE, FIRM, OF_ALL, OF_ONE
from syncapp.models import SystemName, Urgency


def ready() -> bool:
    """Whether both systems are configured."""
    return connections.configured(SystemName.ADVOWARE) and connections.configured(SystemName.GOOGLE)


def wanted(kuerzel: str) -> bool:
    """Whether this employee is synced at all: `CALENDAR_SYNC_DEBUG_KUERZEL` limits it to some."""
    only = {name.casefold() for name in settings.CONFIG.CALENDAR_SYNC_DEBUG_KUERZEL}
    return not only or kuerzel.casefold() in only


def on_schedule() -> None:
    if ready():
        everyone(Urgency.SCAN)


def everyone(urgency: Urgency, trace_id: str = "") -> None:
    dispatch.emit(OF_ALL, FIRM, [ALL], urgency=urgency, trace_id=trace_id, full=True)


def employee(kuerzel: str, urgency: Urgency, trace_id: str = "") -> None:
    dispatch.emit(OF_ONE, EMPLOYEE, [kuerzel], urgency=urgency, trace_id=trace_id, full=True)
