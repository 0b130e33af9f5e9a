"""What is on the page of an employee and on that of an appointment, without asking anybody outside."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.calendar.words import count_words, days_words, google_page, link_words, short, subject
from syncapp.admin.kit.calendar_numbers import by_state, open_url, records
from syncapp.admin.kit.paging import counted
from syncapp.admin.records.record_page import next_words, tasks_of
from syncapp.admin.records.write_views import WriteView, write_views
from syncapp.flows.calendar import questions
from syncapp.flows.calendar.decide import WHICH
from syncapp.flows.calendar.form import Form
from syncapp.flows.calendar.labels import FIELDS
from syncapp.flows.calendar.links import agreed_forms
from syncapp.flows.lens.spans import DAY
from syncapp.models import CalendarEmployee, CalendarLink, JournalEntry, Record
from syncapp.templatetags.hub import standing
from syncapp.words.appointment_words import day_in_words
from syncapp.words.field_words import field_in_words, of_field

WRITES = 20


def employee_context(employee: CalendarEmployee) -> dict[str, Any]:
    record = records(employee.pk).first()
    listed = reverse("admin:syncapp_calendarlink_changelist")
    states = [
        (state.value, short(state), count, f"{listed}?{urlencode({'state': state.value, 'employee': employee.pk})}")
        for state, count in by_state(employee.pk)
    ]
    return {
        "title": f"{employee.kuerzel} {employee.name}".strip(),
        "employee": employee,
        "google_url": google_page(employee.calendar_id),
        "record": record,
        "state": standing(record.status, record.reason) if record else ("calm", ""),
        "next_words": next_words(record) if record else "",
        "tasks": [view for view in tasks_of(record) if view.open] if record else [],
        "counts": count_words(employee.counts),
        "states": states,
        "appointments": sum(count for _value, _words, count, _url in states),
        "open_url": open_url(employee.pk),
        "alike": counted(questions.waiting().filter(employee=employee)),
        "alike_url": f"{reverse('admin:hub_alike')}?{urlencode({'employee': employee.pk})}",
        "all_url": f"{listed}?{urlencode({'employee': employee.pk})}",
        "waits_for_sharing": employee.enabled and not employee.is_shared,
        "days_back": settings.CONFIG.CALENDAR_DAYS_BACK,
        "days_ahead": settings.CONFIG.CALENDAR_DAYS_AHEAD,
    }


def appointment_context(link: CalendarLink) -> dict[str, Any]:
    employee, record = link.employee, records(link.employee_id).first()
    here, there = agreed_forms(link, ZoneInfo(settings.CONFIG.ADVOWARE_TIME_ZONE))
    return {
        "title": subject(link) or _("Appointment"),
        "link": link,
        "employee": employee,
        "google_url": google_page(employee.calendar_id),
        "record": record,
        "state_words": short(link.state),
        "why": link_words(link),
        "alike": link.detail == WHICH,
        "days": days_words(link),
        "agreed": [(field_in_words(name), value(here, name), value(there, name)) for name in FIELDS] if here else [],
        "writes": writes_about(link, record) if record else [],
    }


def appointment_title(link: CalendarLink) -> str:
    """Without what it is about."""
    return _("Appointment") + f" {link.number if link.number is not None else link.event_id}"


def value(form: Form, name: str) -> str:
    """One field of an appointment as staff would write it; the last day of whole days is named as people name it."""
    stored = form.get(name)
    if name in ("start", "end") and form.get("all_day"):
        moment = datetime.fromisoformat(str(stored))
        return day_in_words((moment if name == "start" else moment - DAY).date())
    return of_field(name, stored)


def writes_about(link: CalendarLink, record: Record) -> list[WriteView]:
    """What the hub wrote about this appointment on either side, newest first."""
    ids = [each for each in (link.event_id[:200], str(link.number) if link.number is not None else "") if each]
    rows = JournalEntry.objects.filter(Q(target_id__in=ids) | Q(mark__in=ids), record=record)
    return write_views(rows.order_by("-id")[:WRITES])
