"""Scheduled jobs: when they ran and how that went, when they run next; switch off and on, run now."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_q.models import Schedule

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import PAUSE_STEP, back, button, page, viewer
from syncapp.engine.workers import scheduled
from syncapp.models import JobState, ScheduledFailure
from syncapp.schedules import row_name, schedules

LIST = "admin:hub_schedules"
ALWAYS, NEVER = -1, 0  # Django-Q2's `repeats`
MOST = 100  # failures on a page
ADVICE = {
    JobState.FAILED: gettext_lazy("It is tried again at its next time. If it fails again, tell an administrator."),
    JobState.ENDED: gettext_lazy(
        "It took too long, or its worker was stopped. It is tried again at its next time; Run now does it at once."
    ),
    JobState.LATE: gettext_lazy(
        "Its time has come and nobody has begun it. Do the workers work? If they do, Run now does it at once."
    ),
    JobState.OFF: gettext_lazy("It runs again when somebody switches it on."),
}


@viewer("schedules", "schedules/", "syncapp.view_stepswitch")
def schedule_list(request: HttpRequest) -> HttpResponse:
    words = {row_name(each): each.description for each in schedules()}
    rows = [(seen, words.get(seen.row.name or "", seen.row.name or seen.row.func)) for seen in scheduled.look()]
    return page(request, "schedules", _("Schedules"), schedules=rows)


@viewer("schedule", "schedules/<int:pk>/", "syncapp.view_stepswitch")
def schedule_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One job: its last run, and its failures, the newest first."""
    seen = next((each for each in scheduled.look() if each.row.pk == pk), None)
    if seen is None:
        raise Http404
    words = {row_name(each): each.description for each in schedules()}
    failures = ScheduledFailure.objects.filter(job=seen.row.name or "").order_by("-started_at")[:MOST]
    title = words.get(seen.row.name or "", seen.row.name or seen.row.func)
    return page(request, "schedule", title, seen=seen, failures=failures, advice=ADVICE.get(seen.state, ""))


@button("schedule_off", "schedules/<int:pk>/off/", PAUSE_STEP, repeats=NEVER)
@button("schedule_on", "schedules/<int:pk>/on/", PAUSE_STEP, repeats=ALWAYS)
def switch(request: HttpRequest, pk: int, repeats: int) -> HttpResponse:
    schedule = get_object_or_404(Schedule, pk=pk)
    action = "schedule_off" if repeats == NEVER else "schedule_on"
    with recorded(request, action, "Schedule", schedule.name or pk) as row:
        row.count = Schedule.objects.filter(pk=pk).exclude(repeats=repeats).update(repeats=repeats)
        if repeats == ALWAYS and row.count:
            scheduled.expect_anew(schedule.name or "")
    if repeats == NEVER:
        messages.success(request, _("Switched off: it doesn't run by itself any more."))
    else:
        messages.success(request, _("Switched on: it runs by itself again."))
    return back(request, LIST)


@button("schedule_run", "schedules/<int:pk>/run/", PAUSE_STEP)
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
