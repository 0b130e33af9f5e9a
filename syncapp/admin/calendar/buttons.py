"""The buttons about calendars: sync now, and the settings of an employee. Each change is carried out by the next run,
which is asked for at once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import MANAGE_CALENDAR, RETRY, back, button, say
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.flows.calendar.flow import CALENDAR_SYNC, EMPLOYEE
from syncapp.kit.tracing import trace_id_of
from syncapp.models import CalendarEmployee, CalendarLink, Urgency

PAGE = "admin:syncapp_calendaremployee_change"
LINK_PAGE = "admin:syncapp_calendarlink_change"
ADDRESS = forms.EmailField(required=False, max_length=254)  # characters, as the column has them


@button("sync_calendar", "calendar/<path:kuerzel>/sync/", RETRY)
def sync(request: HttpRequest, kuerzel: str) -> HttpResponse:
    employee = get_object_or_404(CalendarEmployee, pk=kuerzel)
    if not employee.enabled:
        messages.info(request, _("This calendar is switched off. Switch it on first."))
        return back(request, PAGE, kuerzel)
    with recorded(request, "sync_calendar", "CalendarEmployee", kuerzel) as row:
        row.count = ask(request, kuerzel)
    messages.success(request, _("It is its turn now: the run usually starts within seconds."))
    return back(request, PAGE, kuerzel)


@button("resync_appointment", "appointment/<int:pk>/resync/", RETRY)
def resync(request: HttpRequest, pk: int) -> HttpResponse:
    """There is no run for a single appointment: both sides tell of all at once, and what agrees costs nothing."""
    link = get_object_or_404(CalendarLink.objects.select_related("employee"), pk=pk)
    if not link.employee.enabled:
        messages.info(request, _("This calendar is switched off. Switch it on first."))
        return back(request, LINK_PAGE, pk)
    with recorded(request, "resync_appointment", "CalendarLink", pk, str(link)) as row:
        row.count = ask(request, link.employee_id)
    words = _("Asked for: the calendar of %(employee)s is compared now, this appointment with it.")
    messages.success(request, words % {"employee": link.employee_id})
    return back(request, LINK_PAGE, pk)


@button("calendar_address", "calendar/<path:kuerzel>/address/", MANAGE_CALENDAR)
def set_address(request: HttpRequest, kuerzel: str) -> HttpResponse:
    try:
        address = ADDRESS.clean(request.POST.get("address", ""))
    except ValidationError:
        messages.error(request, _("This is no mail address. Nothing was changed."))
        return back(request, PAGE, kuerzel)
    words = _("Saved. With the next sync the calendar is shared with this address.")
    return _change(request, kuerzel, "calendar_address", words, own_email=address)


@button("calendar_contents", "calendar/<path:kuerzel>/contents/", MANAGE_CALENDAR)
def set_contents(request: HttpRequest, kuerzel: str) -> HttpResponse:
    wanted = request.POST.get("contents") == "yes"
    words = (
        _("Saved. With the next sync Google shows the contents of all appointments.")
        if wanted
        else _("Saved. With the next sync Google shows only “blocked” for every appointment.")
    )
    return _change(request, kuerzel, "calendar_contents", words, full_content=wanted)


@button("calendar_enabled", "calendar/<path:kuerzel>/enabled/", MANAGE_CALENDAR)
def set_enabled(request: HttpRequest, kuerzel: str) -> HttpResponse:
    wanted = request.POST.get("enabled") == "yes"
    words = (
        _("Switched on. Both sides are compared now.")
        if wanted
        else _("Switched off. Both sides stay as they are now, and are not compared any more.")
    )
    return _change(request, kuerzel, "calendar_on" if wanted else "calendar_off", words, enabled=wanted)


def _change(request: HttpRequest, kuerzel: str, action: str, words: str, **column: Any) -> HttpResponse:
    get_object_or_404(CalendarEmployee, pk=kuerzel)
    # The address stays out of the record of what staff did; which setting it was is in the action.
    detail = "" if "own_email" in column else ", ".join(f"{name}={value}" for name, value in column.items())
    with recorded(request, action, "CalendarEmployee", kuerzel, detail) as row:
        others = CalendarEmployee.objects.filter(pk=kuerzel).exclude(**column)
        row.count = others.update(**column)
        if row.count:
            ask(request, kuerzel)
    say(request, row.count, words, _("That was set already."))
    return back(request, PAGE, kuerzel)


def ask(request: HttpRequest, kuerzel: str) -> int:
    target = Target(CALENDAR_SYNC, EMPLOYEE, kuerzel)
    trace = trace_id_of(request)
    return len(sync_requests.request([target], urgency=Urgency.STAFF, trace_id=trace, full=True, force=True))
