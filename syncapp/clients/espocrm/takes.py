"""What EspoCRM's validators let into a field, as far as its metadata tells. Pure.

Source: application/Espo/Classes/FieldValidators (EnumType, VarcharType, LinkParentType, LinkType) and
Resources/metadata/app/regExpPatterns.json, 10.0.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

VARCHAR = 255  # EspoCRM's own limit where a varchar names none
_NAMED = {"$noBadCharacters": "[^<>=]+"}  # other names stand for what the hub never writes


@dataclass(frozen=True, slots=True)
class Takes:
    """None: anything. ``options``: of an enumeration (with "" it may be empty), or the types that may be a parent."""

    options: frozenset[str] | None = None
    longest: int | None = None
    pattern: re.Pattern[str] | None = None
    required: bool = False

    @classmethod
    def from_api(cls, raw: Mapping[str, Any]) -> Self:
        kind, longest = raw.get("type"), raw.get("maxLength")
        if not isinstance(longest, int):
            longest = VARCHAR if kind == "varchar" else None
        return cls(_options(raw), longest, _pattern(raw.get("pattern")), raw.get("required") is True)


ANYTHING = Takes()


def _options(raw: Mapping[str, Any]) -> frozenset[str] | None:
    """Of enumerations that say them themselves: a reference to another field's goes before its own."""
    if raw.get("type") == "linkParent":
        found = raw.get("entityList")
    else:
        elsewhere = raw.get("optionsPath") or raw.get("optionsReference")
        found = raw.get("options") if raw.get("type") == "enum" and not elsewhere else None
    return frozenset(map(str, found)) if isinstance(found, list) else None


def _pattern(raw: object) -> re.Pattern[str] | None:
    pattern = _NAMED.get(raw, raw) if isinstance(raw, str) else ""
    try:
        return re.compile(pattern) if pattern and not pattern.startswith("$") else None
    except re.error:  # PHP knows more than Python
        return None
