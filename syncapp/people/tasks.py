"""What only a person can do: opened, refreshed and closed as runs find it. One way in, one way out."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from syncapp.engine.runs.planning import TaskNeed
from syncapp.events import dispatch
from syncapp.events.topics import TASK_CHANGED
from syncapp.models import (
    NOTICES,
    Record,
    Task,
    TaskState,
)

ENTITY = "Task"  # of the topic: our tasks, by their numbers


def closed_by_hand(record: Record) -> frozenset[tuple[str, str, str]]:
    """Identities of the needs that a person has closed: they don't come again as they were."""
    closed = Task.objects.filter(record=record, state=TaskState.CLOSED)
    return frozenset(closed.values_list("kind", "key", "digest"))


def has_open_tasks(record: Record) -> bool:
    return Task.objects.filter(record=record, state=TaskState.OPEN).exclude(kind__in=NOTICES).exists()


def reconcile_tasks(record: Record, needs: Iterable[TaskNeed]) -> int:
    """Open what is needed, refresh what is open, close what is needed no more; returns how many are open now."""
    wanted = {(need.kind, need.key): need for need in needs}
    with transaction.atomic():
        closed = closed_by_hand(record)
        open_now = {(task.kind, task.key): task for task in Task.objects.filter(record=record, state=TaskState.OPEN)}
        for place, task in open_now.items():
            need = wanted.pop(place, None)
            if need is None and task.kind not in NOTICES:
                _done(record, task)
            elif need is not None and need.digest != task.digest and not _refresh(record, task, need):
                wanted[place] = need
        fresh = [need for need in wanted.values() if need.identity not in closed]
        for need in fresh:
            _open(record, need)
        return Task.objects.filter(record=record, state=TaskState.OPEN).exclude(kind__in=NOTICES).count()


def notify(record: Record, need: TaskNeed) -> None:
    """Tell staff something once; telling the same again while it is unread, or after it was read, adds nothing."""
    with transaction.atomic():
        same = Task.objects.filter(record=record, kind=need.kind, key=need.key)
        if same.filter(digest=need.digest).exists():
            return
        task = same.filter(state=TaskState.OPEN).first()
        if task is None or not _refresh(record, task, need):
            _open(record, need)


def close_task(task: Task, user: User | None, note: str) -> bool:
    """By hand, as it was seen. False: it is not open any more, or there is something new in it."""
    open_now = Task.objects.filter(pk=task.pk, state=TaskState.OPEN, digest=task.digest)
    closed = {"state": TaskState.CLOSED, "closed_at": timezone.now(), "closed_by": user, "note": note[:300]}
    with transaction.atomic():
        if not open_now.update(**closed):
            return False
        _changed(task, task.record.trace_id)
        return True


def _open(record: Record, need: TaskNeed) -> None:
    task = Task(record=record, kind=need.kind, key=need.key, opened_at=timezone.now())
    _fill(task, need)
    task.save(force_insert=True)
    _changed(task, record.trace_id)


def _refresh(record: Record, task: Task, need: TaskNeed) -> bool:
    """False: somebody has just closed it, as it was; what is new in it is not among what they saw."""
    _fill(task, need)
    columns = {name: getattr(task, name) for name in ("system", "target_type", "target_id", "facts", "digest")}
    if not Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(**columns):
        return False
    _changed(task, record.trace_id)
    return True


def _fill(task: Task, need: TaskNeed) -> None:
    task.system, task.target_type, task.target_id = need.system, need.target_type, need.target_id
    task.facts = [{"field": name, "now": now, "wanted": wanted} for name, now, wanted in need.facts]
    task.digest = need.digest


def _done(record: Record, task: Task) -> None:
    open_now = Task.objects.filter(pk=task.pk, state=TaskState.OPEN)
    if open_now.update(state=TaskState.DONE, closed_at=timezone.now()):
        _changed(task, record.trace_id)


def _changed(task: Task, trace_id: str) -> None:
    """In the transaction of the change, so that neither is without the other."""
    dispatch.emit(TASK_CHANGED, ENTITY, [str(task.pk)], trace_id=trace_id)
