"""Closing tasks by hand, one or several. What closing makes the hub do is asked first."""

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
    elif _unasked(request, [task]):
        messages.error(request, _("Please tick the box first: closing this task makes the hub do something."))
    else:
        _close(request, [task], str(pk))
    return back(request, PAGE, pk)


@button("close_chosen", "tasks/close/", CLOSE_TASK)
def close_chosen(request: HttpRequest) -> HttpResponse:
    chosen = ids(request.POST.getlist("chosen"))
    tasks = list(Task.objects.filter(pk__in=chosen, state=TaskState.OPEN).order_by("pk"))
    if _unasked(request, tasks):
        messages.error(request, _("Nothing was closed. Please tick the box: closing makes the hub do something."))
    elif tasks:
        _close(request, tasks, "", asked=len(set(chosen)))
    else:
        messages.info(request, _("Nothing was closed: none of them is open any more."))
    return back(request, LIST)


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
    if left := asked - len(closed):
        words = ngettext(
            "%(count)d task stays as it is: it is closed already.",
            "%(count)d tasks stay as they are: they are closed already.",
            left,
        )
        messages.warning(request, words % {"count": left})
