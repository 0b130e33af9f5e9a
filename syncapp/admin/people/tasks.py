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

from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.buttons import CLOSE_TASK
from syncapp.admin.kit.filters import AnySystemFilter, EntityTypeFilter, TaskKindFilter, TaskStateFilter
from syncapp.admin.kit.pages import page
from syncapp.admin.kit.search import entity_types, last_part
from syncapp.flows.calendar.flow import CALENDAR_SYNC
from syncapp.flows.calendar.plan import APPOINTMENT
from syncapp.models import Record, Task, TaskState
from syncapp.templatetags.hub import crm_link, when
from syncapp.words.task_views import TaskView


@admin.register(Task)
class TaskAdmin(ReadOnlyAdmin[Task]):
    row_page = "task"
    list_display = ("what", "where", "number", "entity", "state_label", "since")
    list_filter = (TaskStateFilter, TaskKindFilter, AnySystemFilter, EntityTypeFilter)
    list_select_related = ("record",)
    search_fields = ("target_id",)
    search_help_text = gettext_lazy("Id or address of an entity, or number in Advoware")
    actions = ("close_selected",)
    ordering: ClassVar[tuple[str, ...]] = ("-state", "-pk")  # open ones first, by the names of the states

    def list_title(self, request: HttpRequest) -> str:
        return _("Tasks")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        extra: dict[str, Any] = {"lead": _("What no program can do, and what to do about it, step by step.")}
        if not set(request.GET) - {"state"} and request.GET.get("state", TaskState.OPEN) == TaskState.OPEN:
            extra["nothing"] = _("No task is open")
            extra["nothing_words"] = _(
                "When something can only be done by hand, for example deleting a party in Advoware, it is listed here "
                "with what to do. Most tasks close by themselves as soon as the hub sees that they are done."
            )
        return super().changelist_view(request, {**extra, **(extra_context or {})})

    def found(self, rows: QuerySet[Task], word: str) -> QuerySet[Task]:
        word = last_part(word)
        records = Record.objects.filter(entity_type__in=entity_types(), entity_id=word)
        return rows.filter(Q(record__in=records) | Q(target_id=word))

    def row_context(self, request: HttpRequest, row: Task) -> dict[str, Any]:
        context = {"title": row.get_kind_display(), "view": TaskView(row), "task": row, "record": row.record}
        return {**context, "employee_url": _employee_url(request, row.record), "found_url": _found_url(request, row)}

    # Columns

    @admin.display(description=gettext_lazy("what to do"))
    def what(self, task: Task) -> SafeString:
        return format_html(
            '<div><a class="hub-entity" href="{}/change/"><b>{}</b></a><div class="hub-why hub-dim">{}</div></div>',
            task.pk,
            task.get_kind_display(),
            TaskView(task).why,
        )

    @admin.display(description=gettext_lazy("to be done in"))
    def where(self, task: Task) -> str:
        return task.get_system_display()

    @admin.display(description=gettext_lazy("number in Advoware"))
    def number(self, task: Task) -> SafeString:
        return format_html('<span class="hub-id">{}</span>', task.target_id or "–")

    @admin.display(description=gettext_lazy("entity"))
    def entity(self, task: Task) -> SafeString:
        return entity_links(task.record)

    @admin.display(description=gettext_lazy("since"))
    def since(self, task: Task) -> Any:
        return when(task.opened_at)

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


def _found_url(request: HttpRequest, task: Task) -> str:
    """The appointment that a task is about, found by the number or the event that tells it from others."""
    if task.target_type != APPOINTMENT or not request.user.has_perm("syncapp.view_calendarlink"):
        return ""
    return f"{reverse('admin:syncapp_calendarlink_changelist')}?{urlencode({'q': task.key})}"


def entity_links(record: Record) -> SafeString:
    """The record's page, and the entity in the CRM."""
    outside = crm_link(record.entity_type, record.entity_id)
    return format_html(
        '<a class="hub-entity" href="{}">{} <span class="hub-id">{}</span></a>{}',
        reverse("admin:syncapp_record_change", args=[record.pk]),
        record.entity_type,
        record.entity_id,
        format_html(' <a class="hub-out" href="{}" target="_blank" rel="noopener">{}</a>', outside, _("in the CRM"))
        if outside
        else "",
    )
