"""Fields that both sides changed: shown to a person, decided, and closed when no run finds them any more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from syncapp.engine.runs.planning import ConflictNeed
from syncapp.models import (
    Conflict,
    ConflictState,
    Record,
    Side,
)

UNSETTLED = (ConflictState.OPEN, ConflictState.DECIDED)


@dataclass(frozen=True, slots=True)
class Decision:
    """What a person chose for a field, and the values that were shown then."""

    field: str
    choice: Side
    espocrm: str
    advoware: str


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
