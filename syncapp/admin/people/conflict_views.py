"""A conflict as staff see it: one row a field, and what of it was shown when they chose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256

from syncapp.admin.people.differing import Pieces, differing
from syncapp.models import Conflict, ConflictState, Record, Side
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
        return sha256("\0".join((row.field, row.agreed, row.espocrm, row.advoware)).encode()).hexdigest()

    @property
    def sides(self) -> list[tuple[str, str, Pieces, bool]]:
        """[(side, label, pieces of its value, chosen)] of EspoCRM and Advoware."""
        pieces = differing(self._espocrm, self._advoware)
        return [(side.value, side.label, shown, self.choice == side) for side, shown in zip(Side, pieces, strict=True)]

    # What will be written when the choice holds

    @property
    def into(self) -> str:
        return str((Side.ADVOWARE if self.choice == Side.ESPOCRM else Side.ESPOCRM).label)

    @property
    def value(self) -> str:
        return self._espocrm if self.choice == Side.ESPOCRM else self._advoware

    @property
    def replaced(self) -> str:
        return self._advoware if self.choice == Side.ESPOCRM else self._espocrm

    @property
    def _espocrm(self) -> str:
        return value_in_words(self.conflict.espocrm)

    @property
    def _advoware(self) -> str:
        return value_in_words(self.conflict.advoware)


def open_fields(record: Record, choices: Mapping[int, str] | None = None) -> list[FieldView]:
    rows = Conflict.objects.filter(record=record, state=ConflictState.OPEN).order_by("pk")[:MOST]
    return [FieldView(row, (choices or {}).get(row.pk, "")) for row in rows]


def moved_on(views: Iterable[FieldView], seen: Mapping[int, str]) -> bool:
    """Whether a field of which a person saw `seen` shows something else now, or is open no more."""
    now = {view.conflict.pk: view.seen for view in views}
    return any(now.get(pk) != digest for pk, digest in seen.items())
