"""Which entities use a file at xAI: two documents with the same bytes share one.

A membership (file in collection) is stored before it is made outside and forgotten after it was removed there, so no
crash leaves one that nobody knows. Whoever adds or removes one holds the lock of the file, so one document never takes
away what another is just attaching.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from syncapp.engine.outside import locks
from syncapp.engine.runs.run import Run
from syncapp.models import Orphan, OrphanState, OrphanWhy, Reference, ReferenceKind, SystemName

ACTIVE = (OrphanState.OPEN, OrphanState.KEPT)
# What each file in a collection is attached with; a collection must declare them when it is made.
DOCUMENT_ID, OWNER_TYPE, OWNER_ID = "espocrm_document_id", "espocrm_entity_type", "espocrm_entity_id"


@contextmanager
def locked(file_id: str, run: Run) -> Iterator[None]:
    with locks.hold(f"xai_file:{file_id}", str(run.claim.token), run.claim.worker):
        yield


@contextmanager
def locked_content(sha256: str, run: Run) -> Iterator[None]:
    """Whoever brings these bytes to xAI, or looks whether they are there already."""
    with locks.hold(f"xai_content:{sha256}", str(run.claim.token), run.claim.worker):
        yield


def memberships(entity_type: str, entity_id: str) -> frozenset[tuple[str, str]]:
    """(collection, file) pairs that the entity has, or may have after a crash."""
    rows = _of(entity_type, entity_id, ReferenceKind.MEMBERSHIP)
    return frozenset(rows.values_list("container_id", "remote_id"))


def memberships_of(entity_type: str, entity_ids: Iterable[str]) -> frozenset[tuple[str, str, str]]:
    """(entity, collection, file) of several entities."""
    rows = Reference.objects.filter(
        entity_type=entity_type, entity_id__in=entity_ids, system=SystemName.XAI, kind=ReferenceKind.MEMBERSHIP
    )
    return frozenset(rows.values_list("entity_id", "container_id", "remote_id"))


def remember_membership(entity_type: str, entity_id: str, collection_id: str, file_id: str) -> None:
    with transaction.atomic():
        Reference.objects.get_or_create(
            entity_type=entity_type,
            entity_id=entity_id,
            system=SystemName.XAI,
            kind=ReferenceKind.MEMBERSHIP,
            remote_id=file_id,
            container_id=collection_id,
        )
        in_use_again(file_id)


def forget_membership(
    entity_type: str, entity_id: str, collection_id: str, file_id: str, *, given_up: OrphanWhy | None = None
) -> None:
    """`given_up`: why the entity has no use for the file itself any more; then it is listed, unless others have."""
    rows = _of(entity_type, entity_id, ReferenceKind.MEMBERSHIP)
    with transaction.atomic():  # nobody would know of the file when a crash came in between
        rows.filter(remote_id=file_id, container_id=collection_id).delete()
        if given_up:
            note_orphan(entity_type, entity_id, file_id, given_up)


def used_by_another(entity_type: str, entity_id: str, collection_id: str, file_id: str) -> bool:
    rows = _memberships_of(file_id).filter(container_id=collection_id)
    return rows.exclude(entity_type=entity_type, entity_id=entity_id).exists()


def owner_of(collection_id: str) -> tuple[str, str]:
    """(entity type, id) of the parent whose collection it is; empty texts when the hub has not made or met it."""
    rows = Reference.objects.filter(
        system=SystemName.XAI, kind=ReferenceKind.COLLECTION, remote_id=collection_id
    ).values_list("entity_type", "entity_id")
    return rows.first() or ("", "")


def belongs_to_another(collection_id: str, entity_id: str) -> bool:
    """Whether it is known as the collection of another entity than this."""
    return owner_of(collection_id)[1] not in ("", entity_id)


def own_files(entity_type: str, entity_id: str) -> list[Reference]:
    """Files that were uploaded for, or are shared by, the entity; newest first."""
    return list(_of(entity_type, entity_id, ReferenceKind.FILE).order_by("-id"))


def same_bytes(sha256: str) -> list[str]:
    """File ids at xAI with this content, whoever uploaded them; oldest first."""
    rows = Reference.objects.filter(system=SystemName.XAI, kind=ReferenceKind.FILE, digest=sha256)
    return list(dict.fromkeys(rows.order_by("id").values_list("remote_id", flat=True)))


def remember_file(entity_type: str, entity_id: str, file_id: str, sha256: str, facts: dict[str, Any]) -> None:
    Reference.objects.update_or_create(
        entity_type=entity_type,
        entity_id=entity_id,
        system=SystemName.XAI,
        kind=ReferenceKind.FILE,
        remote_id=file_id,
        container_id="",
        defaults={"digest": sha256, "data": facts},
    )


def forget_file(file_id: str) -> None:
    """The file is gone at xAI, for everybody."""
    with transaction.atomic():
        Reference.objects.filter(system=SystemName.XAI, remote_id=file_id).delete()
        Orphan.objects.filter(system=SystemName.XAI, remote_id=file_id, state__in=ACTIVE).update(
            state=OrphanState.GONE, closed_at=timezone.now()
        )


def note_orphan(entity_type: str, entity_id: str, file_id: str, why: OrphanWhy) -> None:
    """List a file for staff, unless something still points to it. Staff's decision to keep it stands."""
    if not in_use(file_id):
        Orphan.objects.get_or_create(
            system=SystemName.XAI,
            kind=ReferenceKind.FILE,
            remote_id=file_id,
            defaults={"entity_type": entity_type, "entity_id": entity_id, "why": why},
        )
        Orphan.objects.filter(system=SystemName.XAI, remote_id=file_id, state=OrphanState.USED).update(
            state=OrphanState.OPEN, closed_at=None, why=why
        )


def list_unused(entity_type: str, entity_id: str, pointed_at: Collection[str], why: OrphanWhy) -> None:
    """List what was uploaded for the entity and never came into use: its content was replaced before, or it is gone."""
    own = {reference.remote_id for reference in own_files(entity_type, entity_id)} - set(pointed_at)
    listed = Orphan.objects.filter(system=SystemName.XAI, kind=ReferenceKind.FILE, remote_id__in=own)
    for file_id in sorted(own - set(listed.values_list("remote_id", flat=True))):
        note_orphan(entity_type, entity_id, file_id, why)


def in_use(file_id: str) -> bool:
    """Whether any document has the file in a collection (or is about to)."""
    return _memberships_of(file_id).exists()


def in_use_again(file_id: str) -> None:
    Orphan.objects.filter(system=SystemName.XAI, remote_id=file_id, state__in=ACTIVE).update(
        state=OrphanState.USED, closed_at=timezone.now()
    )


def _of(entity_type: str, entity_id: str, kind: ReferenceKind) -> QuerySet[Reference]:
    return Reference.objects.filter(entity_type=entity_type, entity_id=entity_id, system=SystemName.XAI, kind=kind)


def _memberships_of(file_id: str) -> QuerySet[Reference]:
    return Reference.objects.filter(system=SystemName.XAI, kind=ReferenceKind.MEMBERSHIP, remote_id=file_id)
