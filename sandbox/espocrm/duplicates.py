"""Which record EspoCRM takes for the double of a new one, by the setting `espocrm_duplicate_check`.

Source: EspoCRM's source, 9.2: Classes/DuplicateWhereBuilders/General.php. As it is delivered it compares the name and
the mail addresses of persons (Core/Templates/Metadata/Person/scopes.json; seen at 9.2.7) and of accounts
(Modules/Crm/Resources/metadata/scopes/Account.json).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Record = dict[str, Any]


def alike(field: str, kind: str, new: Record, there: Record) -> bool:
    """Whether both say the same in this field, and something."""
    if kind == "personName":
        parts = [f"{part}{field[:1].upper()}{field[1:]}" for part in ("first", "last")]
        said = [_word(new.get(part)) for part in parts]
        return any(said) and said == [_word(there.get(part)) for part in parts]
    if kind in ("email", "phone"):
        return not set(_entries(field, new)).isdisjoint(_entries(field, there))
    return _word(new.get(field)) == _word(there.get(field)) != ""


def _entries(field: str, record: Record) -> Iterator[str]:
    """All addresses or numbers, not the primary one alone."""
    rows = record.get(f"{field}Data")
    values = [row.get(field) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return filter(None, map(_word, [record.get(field), *values]))


def _word(value: Any) -> str:
    return str(value or "").strip().lower()
