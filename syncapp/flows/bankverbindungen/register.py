"""Which bank account of the CRM is which in Advoware, and which number its party has there, as the hub knows it."""

from __future__ import annotations

from django.db.models import QuerySet

from syncapp.clients.espocrm import FIELDS
from syncapp.flows.bankverbindungen.mapping import Account
from syncapp.models import Reference, ReferenceKind, SystemName


def party_number(party_id: str) -> int | None:
    parties = Reference.objects.filter(system=SystemName.ADVOWARE, kind=ReferenceKind.PARTY)
    row = parties.filter(entity_type=FIELDS.party_entity, entity_id=party_id).order_by("-pk").first()
    return int(row.remote_id) if row is not None else None


def remember(entity_id: str, number: int, account: Account) -> None:
    place = (account.id or account.iban, str(number))
    _rows().filter(entity_id=entity_id).exclude(remote_id=place[0], container_id=place[1]).delete()
    Reference.objects.get_or_create(
        entity_type=FIELDS.bank_entity,
        entity_id=entity_id,
        system=SystemName.ADVOWARE,
        kind=ReferenceKind.BANK_ACCOUNT,
        remote_id=place[0],
        container_id=place[1],
    )


def forget(entity_id: str) -> None:
    _rows().filter(entity_id=entity_id).delete()


def stands_elsewhere(entity_id: str) -> bool:
    """Whether another account of the CRM is the same account in Advoware."""
    mine = _rows().filter(entity_id=entity_id).first()
    if mine is None:
        return False
    same = _rows().filter(remote_id=mine.remote_id, container_id=mine.container_id)
    return same.exclude(entity_id=entity_id).exists()


def _rows() -> QuerySet[Reference]:
    return Reference.objects.filter(
        system=SystemName.ADVOWARE, kind=ReferenceKind.BANK_ACCOUNT, entity_type=FIELDS.bank_entity
    )
