"""Closing tasks by hand, one or several, as they were seen. What closing makes the hub do is asked first."""

from __future__ import annotations

from typing import cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import CLOSE_TASK, back, button, ids, note_of
from syncapp.engine.queue import retry
from syncapp.kit.tracing import trace_id_of
from syncapp.models import Record, Task, TaskState
from syncapp.people.tasks import close_task
from syncapp.words.task_texts import has_effect

PAGE = "admin:syncapp_task_change"
LIST = "admin:syncapp_task_changelist"


@button("close_task", "task/<int:pk>/close/", CLOSE_TASK)
def close(request: HttpRequest, pk: int) -> HttpResponse:
    task = get_object_or_404(Task, pk=pk)
    if task.state != TaskState.OPEN:
        messages.info(request, _("This task is closed already: %(state)s.") % {"state": task.get_state_display()})
    elif not _as_seen(request, task):
        _say_changed(request, 1)
    elif _unasked(request, [task]):
        messages.error(request, _("Please tick the box first: closing this task makes the hub do something."))
    else:
        _close(request, [task], str(pk))
    return back(request, PAGE, pk)


@button("close_chosen", "tasks/close/", CLOSE_TASK)
def close_chosen(request: HttpRequest) -> HttpResponse:
    chosen = ids(request.POST.getlist("chosen"))
    still_open = list(Task.objects.filter(pk__in=chosen, state=TaskState.OPEN).order_by("pk"))
    tasks = [task for task in still_open if _as_seen(request, task)]
    changed = len(still_open) - len(tasks)
    if _unasked(request, tasks):
        messages.error(request, _("Nothing was closed. Please tick the box: closing makes the hub do something."))
    elif tasks:
        _close(request, tasks, "", asked=len(set(chosen)) - changed)
    elif not changed:
        messages.info(request, _("Nothing was closed: none of them is open any more."))
    _say_changed(request, changed)
    return back(request, LIST)


def _as_seen(request: HttpRequest, task: Task) -> bool:
    """Whether it holds what the page showed: a yes to some appointments is no yes to others that came since."""
    return request.POST.get(f"seen-{task.pk}") == task.digest


def _unasked(request: HttpRequest, tasks: list[Task]) -> bool:
    return any(has_effect(task.kind) for task in tasks) and request.POST.get("understood") != "yes"


def _close(request: HttpRequest, tasks: list[Task], target: str, asked: int = 1) -> None:
    note = note_of(request)
    # The note may name a client: it stays with the task, behind the right to see tasks.
    with recorded(request, "close_task", "Task", target, ", ".join(sorted({task.kind for task in tasks}))) as row:
        with transaction.atomic():  # none is closed of which nothing comes
            closed = [task.pk for task in tasks if close_task(task, cast(User, request.user), note)]
            records = Record.objects.filter(pk__in=Task.objects.filter(pk__in=closed).values("record"))
            retry.retry(records, trace_id_of(request))
        row.count = len(closed)
    words = ngettext("%(count)d task was closed.", "%(count)d tasks were closed.", len(closed)) % {"count": len(closed)}
    if closed:
        messages.success(request, " ".join((words, _("The hub looks at it again now."))))
    # A run may have found something new between the look and the closing.
    changed = Task.objects.filter(pk__in=[task.pk for task in tasks], state=TaskState.OPEN).exclude(pk__in=closed)
    _say_changed(request, new := changed.count())
    if left := asked - len(closed) - new:
        words = ngettext(
            "%(count)d task stays as it is: it is closed already.",
            "%(count)d tasks stay as they are: they are closed already.",
            left,
        )
        messages.warning(request, words % {"count": left})


def _say_changed(request: HttpRequest, count: int) -> None:
    words = ngettext(
        "%(count)d task was changed meanwhile and stays open. Please look at it again.",
        "%(count)d tasks were changed meanwhile and stay open. Please look at them again.",
        count,
    )
    if count:
        messages.warning(request, words % {"count": count})
