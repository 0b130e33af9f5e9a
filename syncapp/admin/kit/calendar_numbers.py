"""Numbers about calendars for the lists, the start page and the navigation: capped, over indexes or few rows."""

from __future__ import annotations

from urllib.parse import urlencode

from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.urls import reverse

from syncapp.flows.calendar.flow import CALENDAR_SYNC, EMPLOYEE
from syncapp.models import NEEDS_A_PERSON, CalendarEmployee, CalendarLink, LinkState, Reason, Record, Status

# What somebody has to know of. A new one waits for its turn, or is of a kind that is left alone.
OPEN = (LinkState.HELD, LinkState.BY_HAND, LinkState.FAILED)
_RECORD = {"step": CALENDAR_SYNC, "entity_type": EMPLOYEE}


def open_links() -> QuerySet[CalendarLink]:
    # The index's own condition, as it is written there: only then SQLite doesn't read every appointment instead.
    return CalendarLink.objects.filter(~Q(state=RawSQL("'agreed'", ())), state__in=OPEN)


def records(kuerzel: str = "") -> QuerySet[Record]:
    rows = Record.objects.filter(**_RECORD)
    return rows.filter(entity_id=kuerzel) if kuerzel else rows


def in_trouble() -> QuerySet[Record]:
    """Calendars for which a person is needed."""
    troubled = Q(status__in=NEEDS_A_PERSON) | Q(status=Status.SKIPPED, reason=Reason.TASK_OPEN)
    return records().filter(troubled)


def with_state(employees: QuerySet[CalendarEmployee]) -> QuerySet[CalendarEmployee]:
    """Each with the state of its record and the number of its appointments that are not in sync."""
    record = Record.objects.filter(**_RECORD, entity_id=OuterRef("pk"))
    open_ones = open_links().filter(employee=OuterRef("pk")).order_by().values("employee")
    return employees.annotate(
        record_pk=Subquery(record.values("pk")),
        status=Subquery(record.values("status")),
        reason=Subquery(record.values("reason")),
        open_links=Coalesce(Subquery(open_ones.annotate(n=Count("pk")).values("n"), output_field=IntegerField()), 0),
    )


def open_url(kuerzel: str) -> str:
    return f"{reverse('admin:syncapp_calendarlink_changelist')}?{urlencode({'state': 'open', 'employee': kuerzel})}"


def by_state(kuerzel: str) -> list[tuple[LinkState, int]]:
    counts = dict(CalendarLink.objects.filter(employee=kuerzel).order_by().values_list("state").annotate(n=Count("pk")))
    return [(state, counts.get(state.value, 0)) for state in LinkState]
