"""How writes of appointments are noted in the journal."""

from __future__ import annotations

from typing import Any

from syncapp.flows.calendar.entries import Entry

CREATE = "create_appointment"


def changes(before: Entry | None, after: Entry | None) -> dict[str, list[Any]]:
    """For the journal: what differs, field by field."""
    old, new = (entry.to_json() if entry is not None else {} for entry in (before, after))
    return {name: [old.get(name), new.get(name)] for name in {*old, *new} if old.get(name) != new.get(name)}
