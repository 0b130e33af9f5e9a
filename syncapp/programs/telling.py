"""What programs are told: states, reasons, numbers, ids. No names, no values, no texts of anybody."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count

from syncapp.events import registry
from syncapp.models import (
    NOTICES,
    Conflict,
    ConflictState,
    Reason,
    Record,
    Reference,
    ReferenceKind,
    Status,
    Task,
    TaskKind,
    TaskState,
)
from syncapp.programs.entities import Entity
from syncapp.programs.holds import Holds
from syncapp.words.reason_words import reason_in_words

MOST_REFERENCES = 200
# Of an entity with several records: the one that most needs somebody to look says how it stands.
WORST_FIRST = (Status.FAILED, Status.CONFLICT, Status.RUNNING, Status.WAITING, Status.IN_SYNC, Status.SKIPPED)


def entity(of: Entity, rows: Collection[Record]) -> dict[str, Any]:
    told = records(rows)
    status = min((Status(row.status) for row in rows), key=WORST_FIRST.index)
    return {
        "entity_type": of.given,
        "entity_id": of.id,
        "status": status.value,
        "status_words": str(status.label),
        "needs_a_person": any(each["needs_a_person"] for each in told),
        "steps": told,
        "references": references(of),
    }


def records(rows: Collection[Record]) -> list[dict[str, Any]]:
    """Each with what is open about it, for a constant number of statements."""
    pks = [row.pk for row in rows]
    tasks: dict[int, list[dict[str, Any]]] = defaultdict(list)
    open_tasks = Task.objects.filter(record__in=pks, state=TaskState.OPEN)
    for pk, kind, system, count in (
        open_tasks.values_list("record", "kind", "system").annotate(Count("pk")).order_by("record", "kind", "system")
    ):
        tasks[pk].append({"kind": kind, "words": _task_words(kind), "system": system, "count": count})
    unsettled = Conflict.objects.filter(record__in=pks, state=ConflictState.OPEN)
    conflicts = dict(unsettled.values_list("record").annotate(Count("pk")))
    holds = Holds()
    return [_record(row, tasks[row.pk], conflicts.get(row.pk, 0), holds) for row in rows]


def _record(row: Record, tasks: list[dict[str, Any]], conflicts: int, holds: Holds) -> dict[str, Any]:
    by_hand = any(task["kind"] not in NOTICES for task in tasks)
    reason = row.reason or (Reason.TASK_OPEN.value if row.status == Status.IN_SYNC and by_hand else "")
    held = holds.of(row.step)
    return {
        "record": row.pk,
        "step": row.step,
        "title": titles().get(row.step, row.step),
        "entity_type": settings.CONFIG.espocrm_names.entity(row.entity_type),
        "entity_id": row.entity_id,
        "status": row.status,
        "status_words": row.get_status_display(),
        "reason": reason,
        "reason_words": reason_in_words(reason, row.system) if reason else "",
        "system": row.system,
        "needs_a_person": row.status in (Status.FAILED, Status.CONFLICT) or by_hand,
        "since": moment(row.changed_at),
        "last_agreement": moment(row.settled_at),
        "next_try": moment(row.due_at) if row.status == Status.WAITING else None,
        "attempts": row.attempts,
        "tasks": tasks,
        "conflicts": conflicts,
        "held_back": held.told if held else None,
    }


def references(of: Entity) -> list[dict[str, Any]]:
    """Its ids in the other systems."""
    rows = Reference.objects.filter(entity_type=of.kind, entity_id=of.id).order_by("system", "kind", "pk")
    return [
        {"system": row.system, "kind": row.kind, "id": row.remote_id, "inside": row.container_id}
        for row in rows[:MOST_REFERENCES]
        if _is_an_id(row)
    ]


def _is_an_id(row: Reference) -> bool:
    """Until Advoware has told the number of a bank account, its IBAN stands in its place."""
    return row.kind != ReferenceKind.BANK_ACCOUNT or row.remote_id.isdecimal()


def titles() -> dict[str, str]:
    return {spec.name: str(spec.title or spec.description) for spec in registry.runnable()}


def moment(at: datetime | None) -> str | None:
    """UTC, as ISO 8601."""
    return at.isoformat().replace("+00:00", "Z") if at else None


def _task_words(kind: str) -> str:
    return str(TaskKind(kind).label) if kind in TaskKind else kind
