"""Tasks: what a person must do, in which system and why. Most close by themselves when a later read shows it done."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin import helpers
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin, StateFilter
from syncapp.admin.kit.columns import column, entity_links
from syncapp.admin.kit.filters import AnySystemFilter, EntityTypeFilter, TaskKindFilter
from syncapp.admin.kit.search import entity_types, last_part
from syncapp.admin.kit.views import CLOSE_TASK, page
from syncapp.flows.calendar.flow import CALENDAR_SYNC
from syncapp.flows.calendar.journal import APPOINTMENT
from syncapp.models import Record, Task, TaskKind, TaskState
from syncapp.templatetags.hub import when
from syncapp.words.task_views import TaskView


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin[Task]):
    list_title = gettext_lazy("Tasks")
    row_page = "task"
    list_display = ("what", "where", "number", "entity", "state_label", "since")
    list_filter = (StateFilter, TaskKindFilter, AnySystemFilter, EntityTypeFilter)
    list_select_related = ("record",)
    search_fields = ("target_id",)
    search_help_text = gettext_lazy("Id or address of an entity, or number in Advoware")
    actions = ("close_selected",)
    ordering: ClassVar[tuple[str, ...]] = ("-state", "-pk")  # open ones first, by the names of the states

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        context = {"lead": _("What no program can do, and what to do about it, step by step.")}
        if not set(request.GET) - {"state"} and request.GET.get("state", TaskState.OPEN) == TaskState.OPEN:
            context["nothing"] = _("No task is open")
            context["nothing_words"] = _(
                "When something can only be done by hand, for example deleting a party in Advoware, it is listed here "
                "with what to do. Most tasks close by themselves as soon as the hub sees that they are done."
            )
        return context

    def found(self, rows: QuerySet[Task], word: str) -> QuerySet[Task]:
        word = last_part(word)
        records = Record.objects.filter(entity_type__in=entity_types(), entity_id=word)
        return rows.filter(Q(record__in=records) | Q(target_id=word))

    def row_context(self, request: HttpRequest, row: Task) -> dict[str, Any]:
        context = {"title": row.get_kind_display(), "view": TaskView(row), "task": row, "record": row.record}
        return {
            **context,
            "employee_url": _employee_url(request, row.record),
            "found_url": _found_url(request, row),
        } | {"alike_url": _alike_url(request, row)}

    @admin.display(description=gettext_lazy("what to do"))
    def what(self, task: Task) -> SafeString:
        return format_html(
            '<div><a class="hub-entity" href="{}/change/"><b>{}</b></a><div class="hub-why hub-dim">{}</div></div>',
            task.pk,
            task.get_kind_display(),
            TaskView(task).why,
        )

    where = column(gettext_lazy("to be done in"), Task.get_system_display)
    number = column(
        gettext_lazy("number there"),
        lambda task: (
            format_html(
                '<div class="hub-dim">{}</div><span class="hub-id">{}</span>',
                TaskView(task).target_label,
                task.target_id,
            )
            if task.target_id
            else "–"
        ),
    )
    entity = column(gettext_lazy("entity"), lambda task: entity_links(task.record))
    since = column(gettext_lazy("since"), lambda task: when(task.opened_at), "opened_at")

    # Action on a selection

    def has_close_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(CLOSE_TASK)

    @admin.action(description=gettext_lazy("Done …"), permissions=["close"])
    def close_selected(self, request: HttpRequest, queryset: QuerySet[Task]) -> HttpResponse:
        views = [TaskView(task) for task in queryset.filter(state=TaskState.OPEN)]
        return page(
            request,
            "close_tasks",
            _("Close tasks"),
            views=views,
            effects=sorted({(view.task.get_kind_display(), view.effect) for view in views if view.effect}),
            chosen=request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
        )


def _employee_url(request: HttpRequest, record: Record) -> str:
    """The page of the employee whose calendar a task is about."""
    if record.step != CALENDAR_SYNC or not request.user.has_perm("syncapp.view_calendaremployee"):
        return ""
    return reverse("admin:syncapp_calendaremployee_change", args=[record.entity_id])


def _alike_url(request: HttpRequest, task: Task) -> str:
    """The list in which a person says what belongs together."""
    if task.kind != TaskKind.APPOINTMENTS_ALIKE or not request.user.has_perm("syncapp.view_calendarlink"):
        return ""
    return f"{reverse('admin:hub_alike')}?{urlencode({'employee': task.record.entity_id})}"


def _found_url(request: HttpRequest, task: Task) -> str:
    """The appointment that a task is about, found by the number or the event that tells it from others."""
    if task.target_type != APPOINTMENT or not request.user.has_perm("syncapp.view_calendarlink"):
        return ""
    return f"{reverse('admin:syncapp_calendarlink_changelist')}?{urlencode({'q': task.key})}"
