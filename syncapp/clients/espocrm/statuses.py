"""How the hub's words for the state of something are spelled in this installation of EspoCRM. Pure.

EspoCRM refuses a value that is not among the options of an enumeration, and each firm has options of its own. So a
value is spelled as the table says, and one that is not among the options is not written at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from syncapp.clients.espocrm.fields import FIELDS
from syncapp.clients.espocrm.takes import Takes

Table = Mapping[str, Mapping[str, str]]  # "CBeteiligte.syncStatus" to ours and theirs

NAMES = frozenset({FIELDS.sync_status, FIELDS.xai_status, FIELDS.file_status, FIELDS.old_file_status})


def theirs(
    entity_type: str, fields: Mapping[str, object], table: Table, takes: Mapping[str, Takes]
) -> dict[str, object]:
    """What is sent of the fields; the others are sent as they are."""
    sent = {name: _spelled(entity_type, name, value, table) for name, value in fields.items()}
    return {name: value for name, value in sent.items() if _taken(name, value, takes)}


def ours(entity_type: str, raw: Mapping[str, Any], table: Table) -> Mapping[str, Any]:
    """What they say, in our words; of two words that they spell alike the first."""
    found = dict(raw)
    for name in NAMES & found.keys():
        spelled = {their: our for our, their in reversed([*table.get(f"{entity_type}.{name}", {}).items()])}
        found[name] = spelled.get(found[name], found[name]) if isinstance(found[name], str) else found[name]
    return found


def _taken(name: str, value: object, takes: Mapping[str, Takes]) -> bool:
    options = takes[name].options if name in NAMES and name in takes else None
    return options is None or str(value or "") in options


def _spelled(entity_type: str, name: str, value: object, table: Table) -> object:
    words = table.get(f"{entity_type}.{name}", {}) if name in NAMES else {}
    return words.get(value, value) if isinstance(value, str) else value
