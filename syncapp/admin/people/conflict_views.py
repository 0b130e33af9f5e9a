"""A conflict as staff see it: one row a field, and what of it was shown when they chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from syncapp.admin.people.differing import Pieces, differing
from syncapp.models import Conflict, ConflictState, Record
from syncapp.words.field_words import field_in_words, value_in_words

MOST = 200  # conflicts of one record; a party has some twenty fields


@dataclass(frozen=True, slots=True)
class FieldView:
    conflict: Conflict
    choice: str = ""  # what the person at the page has chosen so far

    @property
    def label(self) -> str:
        return field_in_words(self.conflict.field)

    @property
    def agreed(self) -> str:
        return value_in_words(self.conflict.agreed)

    @property
    def seen(self) -> str:
        """Of the values shown: a decision about values that moved on does not count."""
        row = self.conflict
        return sha256("\0".join((row.field, row.agreed, row.here, row.there)).encode()).hexdigest()

    @property
    def sides(self) -> list[tuple[str, str, Pieces, bool]]:
        """[(system, label, pieces of its value, chosen)] of both."""
        pieces = zip(self.conflict.between, differing(*self._values), strict=True)
        return [(system.value, str(system.label), shown, self.choice == system) for system, shown in pieces]

    # What will be written when the choice holds

    @property
    def into(self) -> str:
        here, there = self.conflict.between
        return str((there if self.choice == here else here).label)

    @property
    def value(self) -> str:
        return self._values[self._chosen]

    @property
    def replaced(self) -> str:
        return self._values[1 - self._chosen]

    @property
    def _values(self) -> tuple[str, str]:
        return value_in_words(self.conflict.here), value_in_words(self.conflict.there)

    @property
    def _chosen(self) -> int:
        return 0 if self.choice == self.conflict.here_system else 1


def open_fields(record: Record, choices: Mapping[int, str] | None = None) -> list[FieldView]:
    rows = Conflict.objects.filter(record=record, state=ConflictState.OPEN).order_by("pk")[:MOST]
    return [FieldView(row, (choices or {}).get(row.pk, "")) for row in rows]


def moved_on(views: Iterable[FieldView], seen: Mapping[int, str]) -> bool:
    """Whether a field of which a person saw `seen` shows something else now, or is open no more."""
    now = {view.conflict.pk: view.seen for view in views}
    return any(now.get(pk) != digest for pk, digest in seen.items())
