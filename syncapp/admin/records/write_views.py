"""Writes of the journal with what became of undoing them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from syncapp.events import registry
from syncapp.models import JournalEntry, Undo, UndoState
from syncapp.people import undos


@dataclass(frozen=True, slots=True)
class WriteView:
    entry: JournalEntry
    undos: tuple[Undo, ...]  # newest first

    @property
    def can_be_undone(self) -> bool:
        """Not while it is asked for, and not again once it was written back; after a refusal again."""
        asked = any(undo.state != UndoState.REFUSED for undo in self.undos)
        return undos.undoable(self.entry) and bool(self.written_back) and not asked

    @property
    def written_back(self) -> dict[str, Any]:
        """The changes that undoing takes back: what the entity is like, not what the hub noted about its own work."""
        restored = registry.undoable(self.entry.action)
        changes = self.entry.changes if isinstance(self.entry.changes, dict) else {}
        return {name: change for name, change in changes.items() if name in restored}


def write_views(entries: Iterable[JournalEntry]) -> list[WriteView]:
    """The same entries in the same order, with one statement for the undos of all."""
    entries = list(entries)
    undos: dict[int, list[Undo]] = {}
    for undo in Undo.objects.filter(entry__in=entries).select_related("requested_by").order_by("-pk"):
        undos.setdefault(undo.entry_id, []).append(undo)
    return [WriteView(entry, tuple(undos.get(entry.pk, ()))) for entry in entries]
