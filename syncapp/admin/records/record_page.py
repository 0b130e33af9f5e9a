"""What the page of one record shows. Histories are paged by id, so that a long one is as cheap as a short one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.paging import older
from syncapp.admin.kit.views import viewer
from syncapp.admin.records.neighbours import neighbours, own_page
from syncapp.admin.records.row import NOT_HERE, state_badge, waits_for_another_version, why_words
from syncapp.admin.records.write_views import write_views
from syncapp.events import registry
from syncapp.models import (
    NEEDS_A_PERSON,
    Attempt,
    Conflict,
    ConflictState,
    InboxItem,
    JournalEntry,
    Reason,
    Record,
    Reference,
    Status,
    Task,
)
from syncapp.people.tasks import has_open_tasks
from syncapp.templatetags.hub import crm_link, entity
from syncapp.words.fault_words import fault_in_words
from syncapp.words.field_words import field_in_words
from syncapp.words.reason_words import reason_in_words
from syncapp.words.task_views import TaskView

ATTEMPTS = 10
WRITES = 20
WEBHOOKS = 10
REFERENCES = 50
TASKS = 20

STATES: dict[str, str | Promise] = {
    Status.IN_SYNC: gettext_lazy("All systems agree."),
    Status.RUNNING: gettext_lazy("Is being worked on right now."),
    Status.WAITING: gettext_lazy("Waits for its turn."),
    Status.SKIPPED: gettext_lazy("Nothing is to be done here."),
    Status.FAILED: gettext_lazy("Could not be done; a person is needed."),
    Status.CONFLICT: gettext_lazy("Both sides were changed; a person must choose."),
}


def record_context(request: HttpRequest, record: Record) -> dict[str, Any]:
    attempts, attempts_next = older(Attempt.objects.filter(record=record), request.GET.get("attempts"), ATTEMPTS)
    writes, writes_next = older(JournalEntry.objects.filter(record=record), request.GET.get("writes"), WRITES)
    items, items_next = older(
        InboxItem.objects.filter(record=record).select_related("message").defer("message__body"),
        request.GET.get("webhooks"),
        WEBHOOKS,
    )
    references = references_of(record)
    beside, more = neighbours(record, references)
    return {
        "title": entity(record.entity_type, record.entity_id),
        "record": record,
        "state_words": state_words(record),
        "next_words": next_words(record),
        "retryable": record.status == Status.FAILED and record.reason not in registry.mended_by_data(),
        "mended_in_crm": crm_link(record.entity_type, record.entity_id) if mended_by_data(record) else "",
        "detail": detail_words(record),
        "can_be_given_up": record.status in (*NEEDS_A_PERSON, Status.WAITING),
        "attempts": attempts,
        "attempts_next": attempts_next,
        "writes": write_views(writes),
        "writes_next": writes_next,
        "items": items,
        "items_next": items_next,
        "tasks": tasks_of(record),
        "in_conflict": Conflict.objects.filter(record=record, state=ConflictState.OPEN).count(),
        "references": references,
        "own_page": own_page(record),
        "neighbours": beside,
        "more_neighbours": more,
        "siblings": siblings_of(record),
        "live": _("This page refreshes by itself while the record waits or runs.")
        if record.status in (Status.RUNNING, Status.WAITING)
        else "",
    }


@viewer("record_state", "record/<int:pk>/state/", "syncapp.view_record")
def record_state(_request: HttpRequest, pk: int) -> HttpResponse:
    """What a page asks every few seconds while the record is on its way: the record's own, to know when to show itself
    anew, and lists, for the cells of its row."""
    record = Record.objects.filter(pk=pk).first()
    if record is None:
        return JsonResponse({"changed_at": ""})
    return JsonResponse(
        {
            "changed_at": record.changed_at.isoformat(),
            "state": state_badge(record),
            "why": why_words(record),
            "on_its_way": record.status == Status.RUNNING or (record.status == Status.WAITING and not record.reason),
            "failed": record.status == Status.FAILED,
        }
    )


def mended_by_data(record: Record) -> bool:
    """Whether no retry mends it, but other contents."""
    return record.status == Status.FAILED and record.reason in registry.mended_by_data()


def detail_words(record: Record) -> str:
    """Of a conflict the fields that both sides changed; else what a system said."""
    if record.status == Status.CONFLICT:
        return ", ".join(field_in_words(name) for name in record.detail.split(", ")) if record.detail else ""
    return fault_in_words(record.detail)


def tasks_of(record: Record) -> list[TaskView]:
    """Open ones first, then some of those that are done."""
    return [TaskView(task) for task in Task.objects.filter(record=record).order_by("-state", "-pk")[:TASKS]]


def references_of(record: Record) -> list[Reference]:
    rows = Reference.objects.filter(entity_type=record.entity_type, entity_id=record.entity_id)
    return list(rows.order_by("system", "kind", "id")[:REFERENCES])


def siblings_of(record: Record) -> list[Record]:
    """Other steps about the same entity."""
    rows = Record.objects.filter(entity_type=record.entity_type, entity_id=record.entity_id)
    return list(rows.exclude(pk=record.pk)[:10])


def state_words(record: Record) -> str | Promise:
    return _("All but what a person must do agrees.") if left_to_a_person(record) else STATES[record.status]


def left_to_a_person(record: Record) -> bool:
    """With a task, and in step as far as the hub may do it."""
    if record.status == Status.SKIPPED:
        return record.reason == Reason.TASK_OPEN
    return record.status == Status.IN_SYNC and has_open_tasks(record)


def next_words(record: Record) -> str:
    """What happens next, or what staff should do next."""
    if waits_for_another_version(record):
        return " ".join((str(NOT_HERE), _("It waits and goes on by itself once the step is there.")))
    if record.reason or left_to_a_person(record):
        return reason_in_words(record.reason or Reason.TASK_OPEN, record.system)
    if record.status == Status.WAITING and record.due_at and record.due_at <= timezone.now():
        return _("It is its turn: a free worker takes it within seconds.")
    if record.status == Status.WAITING:
        return _("It starts by itself when its time has come; nothing to do.")
    if (
        record.status == Status.RUNNING
        and record.claimed_request is not None
        and record.requested > record.claimed_request
    ):
        return _("Something changed meanwhile, so it runs once more afterwards; nothing to do.")
    return _("Nothing to do.")
