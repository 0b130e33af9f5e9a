"""Everything the hub holds about a person, as values that JSON knows (GDPR articles 15 and 20)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import BinaryField, Model
from django.utils import timezone

from syncapp.models import InboxItem
from syncapp.upkeep.persons import BATCH, Person, appointments, held

Row = dict[str, Any]


def disclosed(person: Person, words: str = "") -> dict[str, Any]:
    """{"made_at", "entities", "numbers", "tables": {model: rows}}; times in ISO 8601, UTC. `words`: appointments with
    all of them in it are told too. Nobody else's data: of a webhook only the items that are about this person."""
    tables: dict[str, list[Row]] = {}
    for model, rows in (held(person) | appointments(words)).items():
        tables[model._meta.label] = [_told(row) for row in rows.order_by("pk").iterator(BATCH)]
    return {
        "made_at": timezone.now().isoformat(),
        "entities": [f"{entity_type} {entity_id}" for entity_type, entity_id in person.entities],
        "numbers": list(person.numbers),
        "tables": tables,
    }


def _told(row: Model) -> Row:
    fields = [field for field in row._meta.concrete_fields if not isinstance(field, BinaryField)]
    told = {field.attname: _plain(getattr(row, field.attname)) for field in fields}
    if isinstance(row, InboxItem):
        told |= {"received_at": _plain(row.message.received_at), "sent": _sent(row)}
    return told


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return str(value) if isinstance(value, UUID) else value


def _sent(item: InboxItem) -> Any:
    """What EspoCRM sent about it, as long as the hub keeps that; None: nothing is kept, or it can't be told whose it
    is."""
    try:
        body = json.loads(bytes(item.message.body or b"null"))
    except ValueError:
        return None
    mine = [each for each in body if _is(each, item)] if isinstance(body, list) else [body] if _is(body, item) else []
    return mine or None


def _is(sent: Any, item: InboxItem) -> bool:
    """By the first of the names that `events.bodies` knows."""
    if not isinstance(sent, dict):
        return False
    named = (sent[name] for name in ("id", "entity_id", "entityId") if sent.get(name) not in (None, ""))
    return bool(next(named, None) == item.entity_id)
