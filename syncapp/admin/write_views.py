"""Writes of the journal with what became of undoing them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from syncapp.engine import people
from syncapp.models import JournalEntry, Undo, UndoState


@dataclass(frozen=True, slots=True)
class WriteView:
    entry: JournalEntry
    undos: tuple[Undo, ...]  # newest first

    @property
    def can_be_undone(self) -> bool:
        """Not while it is asked for, and not again once it was written back; after a refusal again."""
        return people.undoable(self.entry) and not any(undo.state != UndoState.REFUSED for undo in self.undos)


def write_views(entries: Iterable[JournalEntry]) -> list[WriteView]:
    """The same entries in the same order, with one statement for the undos of all."""
    entries = list(entries)
    undos: dict[int, list[Undo]] = {}
    for undo in Undo.objects.filter(entry__in=entries).select_related("requested_by").order_by("-pk"):
        undos.setdefault(undo.entry_id, []).append(undo)
    return [WriteView(entry, tuple(undos.get(entry.pk, ()))) for entry in entries]
