"""Parties and bank accounts of the CRM. Which further fields of them are synced is the table of their flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.espocrm.fields import DELETED, FIELDS, ID, MODIFIED_AT, VERSION, Fields
from syncapp.clients.espocrm.types import SYSTEM
from syncapp.clients.http.parse import Values


@dataclass(frozen=True, slots=True)
class EspoParty:
    """A Beteiligter of the CRM. ``mails`` and ``phones`` are None where the answer did not hold them."""

    id: str
    number: int | None  # Advoware's betNr
    mails: tuple[Mapping[str, Any], ...] | None
    phones: tuple[Mapping[str, Any], ...] | None
    modified_at: datetime | None
    version: int | None
    deleted: bool
    raw: Mapping[str, object] = field(compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object, fields: Fields = FIELDS) -> EspoParty:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        return cls(
            id=values.needed(ID),
            number=values.number(fields.party_number) or None,
            mails=_rows(values, fields.party_mails),
            phones=_rows(values, fields.party_phones),
            modified_at=values.moment(MODIFIED_AT),
            version=values.number(VERSION),
            deleted=values.flag(DELETED),
            raw=values.raw,
        )

    def text(self, name: str) -> str:
        """A text field; "" when it is empty, missing, or not a text."""
        value = self.raw.get(name)
        return value.strip() if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class EspoBankAccount:
    """A Bankverbindung of the CRM."""

    id: str
    party_id: str
    iban: str
    is_default: bool
    modified_at: datetime | None
    version: int | None
    deleted: bool
    raw: Mapping[str, object] = field(compare=False, repr=False)

    @classmethod
    def from_api(cls, raw: object, fields: Fields = FIELDS) -> EspoBankAccount:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        return cls(
            id=values.needed(ID),
            party_id=values.text(fields.bank_party),
            iban=values.text(fields.iban),
            is_default=values.flag(fields.bank_default),
            modified_at=values.moment(MODIFIED_AT),
            version=values.number(VERSION),
            deleted=values.flag(DELETED),
            raw=values.raw,
        )

    def text(self, name: str) -> str:
        """A text field, as it was typed. Raises ``UnexpectedAnswer`` for a value of another type."""
        return Values(SYSTEM, self.raw).text(name)


def _rows(values: Values, name: str) -> tuple[Mapping[str, Any], ...] | None:
    if name not in values.raw:
        return None
    rows = values.raw[name] or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnexpectedAnswer(SYSTEM, "wrong_or_missing_value", field=name)
    return tuple(rows)
