"""What is at xAI and nothing points to: listed for staff, deleted only by them, and only when still unused."""

from __future__ import annotations

import re

from django.conf import settings
from django.utils import timezone

from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS
from syncapp.engine.outside import connections, locks
from syncapp.engine.runs import switches
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows import files
from syncapp.flows.collections import register
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.flows.collections.mapping import described_owner
from syncapp.flows.comparing.landscape import Landscape
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.parents import Life, life_of, shows_collection
from syncapp.models import (
    Orphan,
    OrphanState,
    OrphanWhy,
    Reason,
    Record,
    Reference,
    ReferenceKind,
    Status,
    System,
)

# The marker in the names of files that the hub uploaded: document id and the start of the SHA-256.
_OURS = re.compile(r"--([A-Za-z0-9_-]{1,36})-[0-9a-f]{16}(\.[^.]*)?$")
ON_THEIR_WAY = (Status.WAITING, Status.RUNNING)


class StillUsed(Exception):
    """Something points to it again; it was not deleted."""


class AtWork(Exception):
    """Somebody is just doing something with it; it was not deleted."""


class HeldBack(Exception):
    """Nothing may be written there now: the reason is `OBSERVED` or `PAUSED`; `step`: of that alone. It was not
    deleted."""

    def __init__(self, reason: Reason, step: str = "") -> None:
        super().__init__(reason, step)
        self.reason, self.step = reason, step


def find(view: Landscape) -> int:
    """List what nothing points to; returns how many are open now."""
    _find_files(view)
    _find_collections(view)
    return Orphan.objects.filter(state=OrphanState.OPEN).count()


def _find_files(view: Landscape) -> None:
    used = {file_id for _, file_id in view.present}
    busy = set(Record.objects.filter(step=DOCUMENT_SYNC, status__in=ON_THEIR_WAY).values_list("entity_id", flat=True))
    pointed_at = _shown_in_crm()
    for file in view.files:
        ours = _OURS.search(file.name)
        if ours and file.id not in used and file.id not in pointed_at and ours[1] not in busy:
            files.note_orphan(FIELDS.document_entity, ours[1], file.id, OrphanWhy.UNUSED)


def _shown_in_crm() -> set[str]:
    """Files of documents that are in no collection now but keep their file (no parent at the moment)."""
    resting = Record.objects.filter(step=DOCUMENT_SYNC, status=Status.SKIPPED).exclude(reason="entity_gone")
    ids = list(resting.values_list("entity_id", flat=True))
    newest: dict[str, str] = {}
    rows = Reference.objects.filter(kind=ReferenceKind.FILE, entity_id__in=ids).order_by("id")
    for entity_id, remote_id in rows.values_list("entity_id", "remote_id"):
        newest[entity_id] = remote_id
    return set(newest.values())


def _find_collections(view: Landscape) -> None:
    named = {parent.collection_id for rows in view.parents.values() for parent in rows}
    for collection in view.collections.values():
        owner = described_owner(collection)
        if owner and owner[0] in view.parents and collection.id not in named:  # of other types nothing is known
            entity_type, entity_id = owner
            if not Record.objects.filter(
                entity_type=entity_type, entity_id=entity_id, status__in=ON_THEIR_WAY
            ).exists():
                register.propose_deletion(entity_type, entity_id, collection.id, OrphanWhy.UNNAMED)


def delete(orphan: Orphan) -> bool:
    """Delete it at xAI. False: it was gone already. Raises `HeldBack`, `StillUsed`, `AtWork`, and what the client
    raises."""
    if settings.CONFIG.OBSERVE_ONLY:
        raise HeldBack(Reason.OBSERVED)
    if System.objects.filter(name=orphan.system, paused=True).exists():
        raise HeldBack(Reason.PAUSED)
    switch = switches.switch(DOCUMENT_SYNC if orphan.kind == ReferenceKind.FILE else COLLECTION_SYNC)
    if switch.paused or switch.observe:
        raise HeldBack(Reason.PAUSED if switch.paused else Reason.OBSERVED, switch.step)
    return _delete_file(orphan) if orphan.kind == ReferenceKind.FILE else _delete_collection(orphan)


def _close(orphan: Orphan, *, deleted: bool) -> None:
    """Once: who was faster has deleted it, and that stands."""
    state = OrphanState.DELETED if deleted else OrphanState.GONE
    still = Orphan.objects.filter(pk=orphan.pk, state__in=files.ACTIVE)
    still.update(state=state, closed_at=timezone.now())


def keep(orphan: Orphan) -> bool:
    """Staff want to keep it: it leaves the list of open ones. False when it was not open any more."""
    open_one = Orphan.objects.filter(pk=orphan.pk, state=OrphanState.OPEN)
    return bool(open_one.update(state=OrphanState.KEPT, closed_at=timezone.now()))


def _delete_file(orphan: Orphan) -> bool:
    # Under the lock of the file, so that no document attaches it between the look and the deletion.
    file_id = orphan.remote_id
    try:
        with locks.hold(f"xai_file:{file_id}", f"staff-{timezone.now().timestamp()}", "staff"):
            if files.in_use(file_id):
                raise StillUsed
            deleted = connections.xai().delete_file(file_id)
            _close(orphan, deleted=deleted)
            files.forget_file(file_id)
            return deleted
    except locks.LockBusy:
        raise AtWork from None


def _delete_collection(orphan: Orphan) -> bool:
    client, collection_id = connections.xai(), orphan.remote_id
    if _named_by_a_living_parent(orphan):
        raise StillUsed
    try:
        present = client.collection(collection_id)
    except NotFound:
        _close(orphan, deleted=False)
        register.gone(collection_id)
        return False
    if register.members(collection_id) or present.documents_count:
        raise StillUsed
    deleted = client.delete_collection(collection_id)
    _close(orphan, deleted=deleted)
    register.gone(collection_id)
    if orphan.entity_type:
        # The CRM may still name it; the parent's own run takes the name away.
        dispatch.emit(topic_of(orphan.entity_type, "collection"), orphan.entity_type, [orphan.entity_id], full=True)
    return deleted


def _named_by_a_living_parent(orphan: Orphan) -> bool:
    """Restoring or reopening a parent sends no event, so the CRM is asked before anything is destroyed."""
    if not orphan.entity_type:
        return False
    try:
        parent = connections.espocrm().parent(orphan.entity_type, orphan.entity_id)
    except NotFound:
        return False
    if not shows_collection(parent):
        return True  # perhaps
    life = life_of(orphan.entity_type, parent.status, settings.CONFIG.parent_status)
    return not parent.deleted and parent.collection_id == orphan.remote_id and life is not Life.CLOSED
