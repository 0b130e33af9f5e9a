"""Where a task belongs in the CRM, and whom its party is assigned to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS, EspoClient
from syncapp.clients.espocrm.fields import DELETED
from syncapp.flows.tasks import register
from syncapp.flows.tasks.mapping import Place
from syncapp.models import Task


def place_of(task: Task, crm: EspoClient, parents: frozenset[str] | None = None) -> Place:
    """What was deleted in the CRM is no place, nor what is none of the `parents` (None: any); a bank account's task
    then belongs to its party."""
    kind, pk = task.record.entity_type, task.record.entity_id
    if kind not in settings.CONFIG.WEBHOOK_ENTITIES.values():
        return Place()  # no entity of the CRM
    entity = _there(crm, kind, pk)
    if kind != FIELDS.bank_entity:
        return _placed(kind, pk, _text(entity, FIELDS.assigned_user), parents) if entity is not None else Place()
    party_id = _text(entity, FIELDS.bank_party) or register.party_with(task.target_id)
    party = _there(crm, FIELDS.party_entity, party_id) if party_id else None
    user_id = _text(party, FIELDS.assigned_user)
    if entity is not None and (parents is None or kind in parents):
        return Place(kind, pk, user_id)
    return _placed(FIELDS.party_entity, party_id, user_id, parents) if party is not None else Place()


def _placed(kind: str, pk: str, user_id: str, parents: frozenset[str] | None) -> Place:
    return Place(kind, pk, user_id) if parents is None or kind in parents else Place(user_id=user_id)


def _there(crm: EspoClient, kind: str, pk: str) -> Mapping[str, Any] | None:
    try:
        row = crm.get(kind, pk)
    except NotFound:
        return None
    return None if row.get(DELETED) else row


def _text(row: Mapping[str, Any] | None, name: str) -> str:
    value = row.get(name) if row is not None else None
    return value if isinstance(value, str) else ""
