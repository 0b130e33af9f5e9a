"""Which bank account of the CRM is which in Advoware, and which number its party has there, as the hub knows it.

A place is noted before an account is created there, and forgotten only when Advoware shows it no more: what the CRM
deleted, or moved to another party, is known until a person has removed it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.db.models import QuerySet

from syncapp.clients.advoware import BankAccount
from syncapp.clients.espocrm import FIELDS
from syncapp.flows.bankverbindungen.accounts import Place, iban_there
from syncapp.models import Reference, ReferenceKind, SystemName

IBAN = "iban"  # in a reference's data
BEHIND = "behind"  # in a reference's data: the CRM's account stands there no more


def party_number(party_id: str) -> int | None:
    row = _parties().filter(entity_id=party_id).order_by("-pk").first()
    return int(row.remote_id) if row is not None else None


def places(entity_id: str) -> dict[Place, str]:
    """Where the account stands and stood in Advoware, with its id there ("" while nobody has seen it)."""
    rows = _rows().filter(entity_id=entity_id).order_by("pk")
    found = {Place(int(row.container_id), row.data.get(IBAN, row.remote_id)): row.remote_id for row in rows}
    return {place: "" if remote_id == place.iban else remote_id for place, remote_id in found.items()}


def intend(entity_id: str, place: Place) -> None:
    """It is about to be created there; a lost answer does not make us forget it."""
    if place not in places(entity_id):
        _note(entity_id, place, place.iban)


def remember(entity_id: str, number: int, account: BankAccount) -> None:
    """It stands there now, and nowhere else any more."""
    iban = iban_there(account)
    remote_id = account.id or iban
    intended = _rows().filter(entity_id=entity_id, container_id=str(number), remote_id=iban)
    intended.exclude(remote_id=remote_id).delete()
    _note(entity_id, Place(number, iban), remote_id)
    leave(entity_id, but=(remote_id, str(number)))


def leave(entity_id: str, *, but: tuple[str, str] | None = None) -> None:
    for row in _rows().filter(entity_id=entity_id):
        if (row.remote_id, row.container_id) != but and not row.data.get(BEHIND):
            Reference.objects.filter(pk=row.pk).update(data={**row.data, BEHIND: True})


def forget(entity_id: str, gone: Iterable[Place]) -> None:
    for place in gone:
        rows = _rows().filter(entity_id=entity_id, container_id=str(place.number))
        Reference.objects.filter(pk__in=[row.pk for row in rows if row.data.get(IBAN) == place.iban]).delete()


def stands_elsewhere(entity_id: str, number: int, account: BankAccount) -> bool:
    """Whether another account of the CRM stands for this account in Advoware."""
    same = _rows().filter(remote_id__in=_keys(account), container_id=str(number))
    return any(not row.data.get(BEHIND) for row in same.exclude(entity_id=entity_id))


def is_anothers(entity_id: str, number: int, account: BankAccount) -> bool:
    """Whether it is another account's of the CRM, of those that stand for it, though this one's IBAN is another: of one
    that stands for it as it is now, else of the one that has stood there longest."""
    same = _rows().filter(remote_id__in=_keys(account), container_id=str(number)).order_by("pk")
    standing = [row for row in same if not row.data.get(BEHIND)]
    as_it_is = [row for row in standing if row.data.get(IBAN) == iban_there(account) and row.entity_id != entity_id]
    return bool(as_it_is) or any(row.entity_id != entity_id for row in standing[:1])


def never_known(number: int, accounts: Iterable[BankAccount]) -> list[BankAccount]:
    """Those accounts of the party that no account of the CRM stands for, or ever stood for."""
    known = set(_rows().filter(container_id=str(number)).values_list("remote_id", flat=True))
    return [account for account in accounts if known.isdisjoint(_keys(account))]


def standing() -> Iterator[Reference]:
    """Where accounts of the CRM stand now, those of one party together."""
    rows = _rows().order_by("container_id", "pk").iterator(chunk_size=2000)
    return (row for row in rows if not row.data.get(BEHIND))


def _keys(account: BankAccount) -> list[str]:
    return [key for key in (account.id, iban_there(account)) if key]


def _note(entity_id: str, place: Place, remote_id: str) -> None:
    row, _made = Reference.objects.get_or_create(
        entity_type=FIELDS.bank_entity,
        entity_id=entity_id,
        system=SystemName.ADVOWARE,
        kind=ReferenceKind.BANK_ACCOUNT,
        remote_id=remote_id,
        container_id=str(place.number),
    )
    if row.data != {IBAN: place.iban}:
        Reference.objects.filter(pk=row.pk).update(data={IBAN: place.iban})


def _rows() -> QuerySet[Reference]:
    return Reference.objects.filter(
        system=SystemName.ADVOWARE, kind=ReferenceKind.BANK_ACCOUNT, entity_type=FIELDS.bank_entity
    )


def _parties() -> QuerySet[Reference]:
    return Reference.objects.filter(
        system=SystemName.ADVOWARE, kind=ReferenceKind.PARTY, entity_type=FIELDS.party_entity
    )
