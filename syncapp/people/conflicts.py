"""Fields that both sides changed: shown to a person, decided, and closed when no run finds them any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from syncapp.engine.runs.planning import ConflictNeed
from syncapp.models import (
    Conflict,
    ConflictState,
    Record,
    SystemName,
)

UNSETTLED = (ConflictState.OPEN, ConflictState.DECIDED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person chose for a field, and the values that were shown then."""

    field: str
    choice: SystemName
    here: str
    there: str


def decisions(record: Record) -> dict[str, Decision]:
    rows = Conflict.objects.filter(record=record, state=ConflictState.DECIDED)
    return {row.field: Decision(row.field, SystemName(row.choice), row.here, row.there) for row in rows}


def decide(record: Record, choices: dict[int, str], user: User | None) -> int:
    """Write down what a person chose, {pk of the conflict: side}; returns how many were still open."""
    now, moved = timezone.now(), 0
    for pk, choice in choices.items():
        waiting = Conflict.objects.filter(record=record, pk=pk, state=ConflictState.OPEN)
        between = waiting.filter(Q(here_system=choice) | Q(there_system=choice))
        moved += between.update(state=ConflictState.DECIDED, choice=choice, decided_at=now, decided_by=user)
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
            elif (row.agreed, row.here, row.there) != (need.agreed, need.here, need.there):
                # A value moved on since it was shown: a decision about the old one does not count.
                row.agreed, row.here, row.there = need.agreed, need.here, need.there
                row.state, row.choice, row.decided_at, row.decided_by = ConflictState.OPEN, "", None, None
                row.save()
        Conflict.objects.bulk_create(
            Conflict(
                record=record,
                field=need.field,
                agreed=need.agreed,
                here=need.here,
                there=need.there,
                here_system=need.between[0],
                there_system=need.between[1],
                opened_at=now,
            )
            for need in wanted.values()
        )
