"""Staff's requests to take back a write: asked for once, finished or refused once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.auth.models import User
from django.utils import timezone

from syncapp.events import registry
from syncapp.models import JournalEntry, JournalState, Record, Undo, UndoRefusal, UndoState


def undoable(entry: JournalEntry) -> bool:
    """Whether the write can be asked back: it is known to have been done, the values before it are known, and its
    flow can write them back by the version check."""
    return entry.state == JournalState.DONE and bool(entry.changes) and bool(registry.undoable(entry.action))


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
