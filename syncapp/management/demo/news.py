"""What happened to documents since the last look. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.management.demo.firm import Firm, Row
from syncapp.management.demo.words import Translate


@dataclass(frozen=True, slots=True)
class Seen:
    name: str
    file: str
    status: str
    collections: int


def look(firm: Firm) -> dict[str, Seen]:
    return {row["id"]: _seen(row) for row in firm.documents}


def between(before: dict[str, Seen], now: dict[str, Seen], translate: Translate) -> list[str]:
    """One line for each document that differs."""
    lines = [f"{seen.name}: {translate('deleted')}" for key, seen in before.items() if key not in now]
    for key, seen in now.items():
        if before.get(key) != seen:
            lines.append(f"{seen.name} ({seen.file or '–'}): {seen.status}, {seen.collections} Collections")
    return lines


def _seen(row: Row) -> Seen:
    collections = len(row["xaiCollections"] or ())
    return Seen(row["name"], row["dokumentName"] or "", row["xaiSyncStatus"] or "…", collections)
