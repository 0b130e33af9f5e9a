"""What the hub knows of collections: whose they are, which documents are in them, which may go."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from syncapp.models import Orphan, OrphanState, OrphanWhy, Reference, ReferenceKind, SystemName


def remember(entity_type: str, entity_id: str, collection_id: str) -> None:
    """The entity has this collection, and no other."""
    rows = _collections().filter(entity_type=entity_type, entity_id=entity_id)
    with transaction.atomic():
        if list(rows.values_list("remote_id", flat=True)) != [collection_id]:
            rows.exclude(remote_id=collection_id).delete()
            Reference.objects.get_or_create(
                entity_type=entity_type,
                entity_id=entity_id,
                system=SystemName.XAI,
                kind=ReferenceKind.COLLECTION,
                remote_id=collection_id,
                container_id="",
            )


def in_use(collection_id: str) -> None:
    """Its parent is alive: no longer something that staff should decide about."""
    listed = Orphan.objects.filter(system=SystemName.XAI, kind=ReferenceKind.COLLECTION, remote_id=collection_id)
    listed.filter(state__in=[OrphanState.OPEN, OrphanState.KEPT]).update(
        state=OrphanState.USED, closed_at=timezone.now()
    )


def gone(collection_id: str) -> None:
    """It does not exist at xAI any more, and so nothing is in it."""
    with transaction.atomic():
        _collections().filter(remote_id=collection_id).delete()
        _members(collection_id).delete()
        listed = Orphan.objects.filter(system=SystemName.XAI, kind=ReferenceKind.COLLECTION, remote_id=collection_id)
        listed.exclude(state=OrphanState.DELETED).update(state=OrphanState.GONE, closed_at=timezone.now())


def members(collection_id: str) -> int:
    return _members(collection_id).count()


def member_documents(collection_id: str) -> set[str]:
    return set(_members(collection_id).values_list("entity_id", flat=True))


def documents_of(files: Iterable[str]) -> set[str]:
    """The documents that these files were made of, or that share them."""
    rows = Reference.objects.filter(system=SystemName.XAI, kind=ReferenceKind.FILE, remote_id__in=list(files))
    return set(rows.values_list("entity_id", flat=True))


def propose_deletion(entity_type: str, entity_id: str, collection_id: str, why: OrphanWhy) -> None:
    """List it for staff; that staff decided to keep it stands."""
    listed, new = Orphan.objects.get_or_create(
        system=SystemName.XAI,
        kind=ReferenceKind.COLLECTION,
        remote_id=collection_id,
        defaults={"entity_type": entity_type, "entity_id": entity_id, "why": why},
    )
    if not new and listed.state == OrphanState.USED:
        Orphan.objects.filter(pk=listed.pk).update(state=OrphanState.OPEN, closed_at=None, why=why)


def _collections() -> QuerySet[Reference]:
    return Reference.objects.filter(system=SystemName.XAI, kind=ReferenceKind.COLLECTION)


def _members(collection_id: str) -> QuerySet[Reference]:
    return Reference.objects.filter(system=SystemName.XAI, kind=ReferenceKind.MEMBERSHIP, container_id=collection_id)
