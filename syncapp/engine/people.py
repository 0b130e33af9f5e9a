"""What a run leaves to people: tasks, conflicts, and staff's wishes to undo. One way in, one way out for each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from syncapp.engine import mirror
from syncapp.engine.planning import ConflictNeed, TaskNeed
from syncapp.models import (
    NOTICES,
    Conflict,
    ConflictState,
    JournalEntry,
    JournalState,
    Record,
    Side,
    Task,
    TaskState,
    Undo,
    UndoRefusal,
    UndoState,
)

# Writes that a flow can take back by the version check, by the name of their action in the journal.
UNDOABLE: frozenset[str] = frozenset({"update_party", "update_contact", "update_crm_party"})
UNSETTLED = (ConflictState.OPEN, ConflictState.DECIDED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person chose for a field, and the values that were shown then."""

    field: str
    choice: Side
    espocrm: str
    advoware: str


# Tasks


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
    """By hand. False: it is not open any more."""
    open_now = Task.objects.filter(pk=task.pk, state=TaskState.OPEN)
    closed = {"state": TaskState.CLOSED, "closed_at": timezone.now(), "closed_by": user, "note": note[:300]}
    with transaction.atomic():
        if not open_now.update(**closed):
            return False
        mirror.changed(task, task.record.trace_id)
        return True


def _open(record: Record, need: TaskNeed) -> None:
    task = Task(record=record, kind=need.kind, key=need.key, opened_at=timezone.now())
    _fill(task, need)
    task.save(force_insert=True)
    mirror.changed(task, record.trace_id)


def _refresh(record: Record, task: Task, need: TaskNeed) -> bool:
    """False: somebody has just closed it, as it was; what is new in it is not among what they saw."""
    _fill(task, need)
    columns = {name: getattr(task, name) for name in ("system", "target_type", "target_id", "facts", "digest")}
    if not Task.objects.filter(pk=task.pk, state=TaskState.OPEN).update(**columns):
        return False
    mirror.changed(task, record.trace_id)
    return True


def _fill(task: Task, need: TaskNeed) -> None:
    task.system, task.target_type, task.target_id = need.system, need.target_type, need.target_id
    task.facts = [{"field": name, "now": now, "wanted": wanted} for name, now, wanted in need.facts]
    task.digest = need.digest


def _done(record: Record, task: Task) -> None:
    open_now = Task.objects.filter(pk=task.pk, state=TaskState.OPEN)
    if open_now.update(state=TaskState.DONE, closed_at=timezone.now()):
        mirror.changed(task, record.trace_id)


# Conflicts


def decisions(record: Record) -> dict[str, Decision]:
    rows = Conflict.objects.filter(record=record, state=ConflictState.DECIDED)
    return {row.field: Decision(row.field, Side(row.choice), row.espocrm, row.advoware) for row in rows}


def decide(record: Record, choices: dict[int, str], user: User | None) -> int:
    """Write down what a person chose, {pk of the conflict: side}; returns how many were still open."""
    now, moved = timezone.now(), 0
    for pk, choice in choices.items():
        waiting = Conflict.objects.filter(record=record, pk=pk, state=ConflictState.OPEN)
        moved += waiting.update(state=ConflictState.DECIDED, choice=Side(choice), decided_at=now, decided_by=user)
    return moved


def reconcile_conflicts(record: Record, needs: Iterable[ConflictNeed]) -> None:
    """Show what is in conflict now; what is not any more was written as decided, or settled by itself."""
    wanted = {need.field: need for need in needs}
    now = timezone.now()
    with transaction.atomic():
        for row in Conflict.objects.filter(record=record, state__in=UNSETTLED):
            need = wanted.pop(row.field, None)
            if need is None:
                applied = row.state == ConflictState.DECIDED
                row.state = ConflictState.APPLIED if applied else ConflictState.SETTLED
                row.closed_at = now
                row.save(update_fields=["state", "closed_at"])
            elif (row.agreed, row.espocrm, row.advoware) != (need.agreed, need.espocrm, need.advoware):
                # A value moved on since it was shown: a decision about the old one does not count.
                row.agreed, row.espocrm, row.advoware = need.agreed, need.espocrm, need.advoware
                row.state, row.choice, row.decided_at, row.decided_by = ConflictState.OPEN, "", None, None
                row.save()
        Conflict.objects.bulk_create(
            Conflict(
                record=record,
                field=need.field,
                agreed=need.agreed,
                espocrm=need.espocrm,
                advoware=need.advoware,
                opened_at=now,
            )
            for need in wanted.values()
        )


# Undo


def undoable(entry: JournalEntry) -> bool:
    """Whether the write can be asked back: it is known to have been done, and the values before it are known."""
    return entry.state == JournalState.DONE and entry.action in UNDOABLE and bool(entry.changes)


def request_undo(entry: JournalEntry, user: User | None) -> bool:
    """False: it is asked for already."""
    _undo, made = Undo.objects.get_or_create(
        entry=entry, state=UndoState.REQUESTED, defaults={"requested_at": timezone.now(), "requested_by": user}
    )
    return made


def requested_undos(record: Record) -> Sequence[Undo]:
    """Oldest first."""
    return list(
        Undo.objects.filter(entry__record=record, state=UndoState.REQUESTED).select_related("entry").order_by("pk")
    )


def finish_undo(undo_pk: int, refusal: str = "") -> None:
    state = UndoState.REFUSED if refusal else UndoState.DONE
    reason: Any = UndoRefusal(refusal) if refusal else ""
    Undo.objects.filter(pk=undo_pk, state=UndoState.REQUESTED).update(
        state=state, refusal=reason, finished_at=timezone.now()
    )


# What the hub itself wrote since the last agreement


def last_entry(record: Record) -> int:
    return int(JournalEntry.objects.filter(record=record).aggregate(last=Max("pk"))["last"] or 0)


def entries_since(record: Record, entry_pk: int) -> list[JournalEntry]:
    """Journal entries after the given one, oldest first."""
    return list(JournalEntry.objects.filter(record=record, pk__gt=entry_pk).order_by("pk"))
