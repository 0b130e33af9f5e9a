"""Aktenzeichen in one form, and what is remembered of a case and its Akte. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

# Two digits are a year of this span: no Akte is older than 1970, and none is of the future.
CENTURY_FROM, FIRST_YEAR, LAST_YEAR = 70, 1970, 2069
_REFERENCE = re.compile(
    r"(?:(?:az|aktenzeichen)\b\s*[.:]*\s*)?"  # "Az.: " in front
    r"(?P<number>[0-9]{1,6})\s*/\s*(?P<year>[0-9]{4}|[0-9]{2})"
    r"(?:\s*[-‐‑–—]\s*[^\W\d_]{1,6}|\s+[^\W\d_]{1,6})?",  # whose Akte it is: "-SB"
    re.IGNORECASE,
)


class Why(StrEnum):
    """Reasons of this flow; each is one of the hub's reasons (`syncapp.models.Reason`) or of `flow.REASONS`."""

    ENTITY_GONE = "entity_gone"
    NO_FIELD = "matter_field_missing"
    NO_REFERENCE = "matter_not_named"
    RESTING = "matter_resting"


@dataclass(frozen=True, slots=True)
class Names:
    """What an entity type of the CRM calls the fields (setting MATTER_ENTITIES). `status` "": it does not count."""

    id: str = "advowareAkteId"
    reference: str = "aktenzeichen"
    status: str = ""

    @property
    def needed(self) -> tuple[str, ...]:
        return (self.id, self.reference)


@dataclass(frozen=True, slots=True)
class Agreed:
    """How a case and its Akte stood: the Akte's number, the canonical Aktenzeichen of the case, and the task that a
    person has, by its kind and content."""

    akte: str = ""
    reference: str = ""
    task: str = ""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agreed:
        return cls(**{key: str(value) for key, value in raw.items() if key in cls.__dataclass_fields__})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def canonical(text: str) -> str:
    """`123/2026` for every spelling of it: leading zeros, two digits for the year, blanks, "Az." in front, a Kürzel
    behind. "" for whatever else it is (a court's Aktenzeichen, two of them, a remark): that is never guessed."""
    plain = "".join(sign for sign in unicodedata.normalize("NFKC", text) if unicodedata.category(sign) != "Cf")
    found = _REFERENCE.fullmatch(plain.strip())
    if found is None:
        return ""
    number, year = int(found["number"]), int(found["year"])
    if len(found["year"]) == len("26"):
        year += 1900 if year >= CENTURY_FROM else 2000
    return f"{number}/{year}" if number and FIRST_YEAR <= year <= LAST_YEAR else ""
