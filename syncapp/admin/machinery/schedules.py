"""Scheduled jobs: when they ran, when they run next; switch off and on, run now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django_q.models import Schedule

from syncapp.admin.kit.buttons import PAUSE_STEP, back, button
from syncapp.admin.kit.pages import page, viewer
from syncapp.admin.kit.recording import recorded
from syncapp.schedules import row_name, schedules

LIST = "admin:hub_schedules"
ALWAYS, NEVER = -1, 0  # Django-Q2's `repeats`


@viewer("syncapp.view_stepswitch")
def schedule_list(request: HttpRequest) -> HttpResponse:
    words = {row_name(each): each.description for each in schedules()}
    rows = [(row, words.get(row.name or "", row.name or row.func)) for row in Schedule.objects.order_by("name", "pk")]
    return page(request, "schedules", _("Schedules"), schedules=rows)


@button(PAUSE_STEP)
def switch_off(request: HttpRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, NEVER, "schedule_off", _("Switched off: it doesn't run by itself any more."))


@button(PAUSE_STEP)
def switch_on(request: HttpRequest, pk: int) -> HttpResponse:
    return _switch(request, pk, ALWAYS, "schedule_on", _("Switched on: it runs by itself again."))


def _switch(request: HttpRequest, pk: int, repeats: int, action: str, words: str) -> HttpResponse:
    schedule = get_object_or_404(Schedule, pk=pk)
    with recorded(request, action, "Schedule", schedule.name or pk) as row:
        row.count = Schedule.objects.filter(pk=pk).exclude(repeats=repeats).update(repeats=repeats)
    messages.success(request, words)
    return back(request, LIST)


@button(PAUSE_STEP)
def run_now(request: HttpRequest, pk: int) -> HttpResponse:
    """Due at once: the scheduler takes it within a minute, and plans the next run as usual."""
    schedule = get_object_or_404(Schedule, pk=pk)
    with recorded(request, "schedule_run", "Schedule", schedule.name or pk) as row:
        row.count = Schedule.objects.filter(pk=pk).exclude(repeats=NEVER).update(next_run=timezone.now())
    if row.count:
        messages.success(request, _("It is due now; a worker takes it within a minute."))
    else:
        messages.warning(request, _("It is switched off. Switch it on first."))
    return back(request, LIST)
