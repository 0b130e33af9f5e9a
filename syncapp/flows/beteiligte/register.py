"""Which party of the CRM is which in Advoware, as the hub knows it."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from syncapp.models import Reference, ReferenceKind, SystemName

ROW_ID = "row_id"  # in a reference's data: Advoware's version of the row alone
SAID = "said"  # in a reference's data: a digest of the values
GONE = "gone"  # in a reference's data: staff have been told that Advoware has it no more
NOTED = "noted"  # in a reference's data: EspoCRM shows the number, so an empty field there was emptied by a person


def reference(entity_type: str, entity_id: str) -> Reference | None:
    return _rows().filter(entity_type=entity_type, entity_id=entity_id).order_by("-pk").first()


def number(row: Reference | None) -> int | None:
    return int(row.remote_id) if row is not None else None


def noted(row: Reference | None) -> bool:
    return bool(row is not None and row.data.get(NOTED))


@dataclass(frozen=True, slots=True)
class KnownState:
    """What a party was like in Advoware when both sides last agreed."""

    entity_id: str
    fingerprint: str
    row_id: str
    said: str  # as `AdvowareParty.said`
    gone: bool


def known_states() -> dict[int, KnownState]:
    rows = _rows().values_list("remote_id", "entity_id", "digest", "data").iterator(chunk_size=2000)
    return {
        int(number): KnownState(entity_id, digest, data.get(ROW_ID, ""), data.get(SAID, ""), bool(data.get(GONE)))
        for number, entity_id, digest, data in rows
    }


def mark_gone(entity_type: str, entity_id: str) -> None:
    row = reference(entity_type, entity_id)
    if row is not None and not row.data.get(GONE):
        Reference.objects.filter(pk=row.pk).update(data={**row.data, GONE: True})


def remember(
    entity_type: str,
    entity_id: str,
    number: int,
    *,
    fingerprint: str = "",
    row_id: str = "",
    said: str = "",
    noted: bool = False,
) -> bool:
    """One number for one party; what stood here before is forgotten. Whether this one did not stand here."""
    mine = _rows().filter(entity_type=entity_type, entity_id=entity_id)
    mine.exclude(remote_id=str(number)).delete()
    row, made = Reference.objects.get_or_create(
        entity_type=entity_type,
        entity_id=entity_id,
        system=SystemName.ADVOWARE,
        kind=ReferenceKind.PARTY,
        remote_id=str(number),
        container_id="",
    )
    data = {NOTED: noted or bool(row.data.get(NOTED)), ROW_ID: row_id, SAID: said}
    if row.digest != fingerprint or row.data != data:
        Reference.objects.filter(pk=row.pk).update(digest=fingerprint, data=data)
    return made


def forget(entity_type: str, entity_id: str) -> None:
    _rows().filter(entity_type=entity_type, entity_id=entity_id).delete()


def other_owner(entity_type: str, entity_id: str, number: int) -> str:
    """Id of another party of the CRM that has this number, or ""."""
    taken = _rows().filter(entity_type=entity_type, remote_id=str(number)).exclude(entity_id=entity_id)
    return taken.values_list("entity_id", flat=True).first() or ""


def owner(number: int) -> str:
    """Id of the party of the CRM that has this number, or ""."""
    return _rows().filter(remote_id=str(number)).values_list("entity_id", flat=True).first() or ""


def known_numbers() -> frozenset[int]:
    return frozenset(map(int, _rows().values_list("remote_id", flat=True)))


def _rows() -> QuerySet[Reference]:
    return Reference.objects.filter(system=SystemName.ADVOWARE, kind=ReferenceKind.PARTY)
