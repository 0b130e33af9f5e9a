"""Tasks and conflicts, as they stand in the list of what needs a person."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db.models import Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.columns import badge, entity_links
from syncapp.admin.kit.needs import Kind, Need, Rows, declare, link, of_entities
from syncapp.admin.kit.search import entity_types, found_by, last_part
from syncapp.admin.kit.views import CLOSE_TASK, DECIDE_CONFLICT
from syncapp.engine.queue import retry
from syncapp.models import (
    CalendarQuestion,
    Conflict,
    ConflictState,
    NeedKind,
    Record,
    Status,
    Task,
    TaskKind,
    TaskState,
)
from syncapp.templatetags.hub import step_name
from syncapp.words.task_views import TaskView

May = Callable[[str], bool]


def _conflicts() -> Rows:
    """Records in which something is to be chosen, since the oldest of it."""
    fields = Conflict.objects.filter(state=ConflictState.OPEN)
    records = Record.objects.filter(status=Status.CONFLICT).order_by().values("pk")
    since = fields.filter(record=OuterRef("pk")).order_by().values("record").annotate(since=Min("opened_at"))
    rows = Record.objects.filter(pk__in=records.union(fields.order_by().values("record")))
    return rows.annotate(asked_at=Coalesce(Subquery(since.values("since")), "changed_at"))


def _conflict(record: Record, may: May) -> Need:
    words = _("Both sides were changed. Choose for each field which value holds.")
    page = reverse("admin:hub_conflict", args=[record.pk])
    what = format_html('{}<div class="hub-dim">{}</div>', entity_links(record), step_name(record.step))
    choose = _("Choose") if may(DECIDE_CONFLICT) else _("Show")
    asked_at = getattr(record, "asked_at", record.changed_at)
    return Need(record.pk, what, words, asked_at, link(page, choose), badge("warn", NeedKind.CONFLICT.label))


def _give_up(rows: Rows, note: str, user: User) -> None:
    retry.discard(Record.objects.filter(pk__in=[row.pk for row in rows]), f"{note} ({user})")


declare(
    Kind(
        NeedKind.CONFLICT,
        gettext_lazy("conflicts"),
        "syncapp.view_conflict",
        _conflicts,
        "asked_at",
        _conflict,
        found_by,
        gettext_lazy("In a conflict a person chooses; a retry would find the same again."),
        give_up=_give_up,
        about=lambda rows, keys: rows.filter(of_entities(keys)),
        renewed_column="changed_at",
    )
)


def _tasks() -> Rows:
    """What is asked appointment by appointment is not listed a second time as the task that leads there."""
    asked = CalendarQuestion.objects.filter(decided_at__isnull=True).values("employee")
    open_ones = Task.objects.filter(state=TaskState.OPEN)
    # By themselves first, few as they are: the others need no look at their records to be counted.
    alike = open_ones.filter(kind=TaskKind.APPOINTMENTS_ALIKE, record__entity_id__in=asked).order_by()
    return open_ones.exclude(pk__in=alike.values("pk")).select_related("record")


def _task(task: Task, may: May) -> Need:
    page = reverse("admin:syncapp_task_change", args=[task.pk])
    what = format_html(
        '<a class="hub-entity" href="{}"><b>{}</b></a><div>{}</div>',
        page,
        task.get_kind_display(),
        entity_links(task.record),
    )
    alike = task.kind == TaskKind.APPOINTMENTS_ALIKE and may("syncapp.view_calendarlink")
    there = f"{reverse('admin:hub_alike')}?{urlencode({'employee': task.record.entity_id})}" if alike else page
    words = _("What to do") if may(CLOSE_TASK) else _("Show")
    return Need(
        task.pk, what, TaskView(task).why, task.opened_at, link(there, words), badge("warn", NeedKind.TASK.label)
    )


def _found(rows: Rows, word: str) -> Rows:
    word = last_part(word)
    records = Record.objects.filter(entity_type__in=entity_types(), entity_id=word)
    return rows.filter(Q(record__in=records) | Q(target_id=word))


declare(
    Kind(
        NeedKind.TASK,
        gettext_lazy("tasks"),
        "syncapp.view_task",
        _tasks,
        "opened_at",
        _task,
        _found,
        gettext_lazy("A task is done by a person; the hub sees it then and closes it."),
        give_up_permission=CLOSE_TASK,
        about=lambda rows, keys: rows.filter(of_entities(keys, "record__")),
    )
)
