"""Compares the parents of documents with what was agreed about their collections."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice

from django.conf import settings

from syncapp.clients.espocrm import EspoClient, EspoParent
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.flows.collections.mapping import Agreed, Why, unchanged
from syncapp.flows.collections.reading import untold_of
from syncapp.flows.differences import Difference, Found, How
from syncapp.flows.parents import Life, life_of
from syncapp.models import NEEDS_A_PERSON, Reason, Record, Status

ROWS = 200


def changed(crm: EspoClient, entity_type: str, since: datetime | None, cursor: str) -> Iterator[Found]:
    """What differs among the parents changed since the moment."""
    stamps = crm.changed_since(entity_type, since, FIELDS.parent_select)
    while batch := list(islice(stamps, ROWS)):
        parents = [EspoParent.from_api(stamp.values, entity_type) for stamp in batch]
        newest = max(stamp.modified_at for stamp in batch)
        yield Found(list(_differing(entity_type, parents)), len(batch), {cursor: newest})


def everything(
    entity_type: str, parents: Iterable[EspoParent], collections: frozenset[str], having_documents: frozenset[str]
) -> Iterator[Found]:
    """What differs among all parents of a type; `collections`: the ids that xAI has."""
    seen: set[str] = set()
    rows = iter(parents)
    while batch := list(islice(rows, ROWS)):
        seen.update(parent.id for parent in batch)
        yield Found(list(_differing(entity_type, batch, collections, having_documents)), len(batch))
    known = Record.objects.filter(step=COLLECTION_SYNC, entity_type=entity_type)
    known = known.exclude(status=Status.SKIPPED, reason__in=[Reason.ENTITY_GONE, Why.DELETION_PROPOSED])
    ids = known.values_list("entity_id", flat=True).iterator(chunk_size=2000)
    yield Found([Difference(COLLECTION_SYNC, entity_type, pk, How.GONE) for pk in ids if pk not in seen])


def _differing(
    entity_type: str,
    parents: list[EspoParent],
    collections: frozenset[str] | None = None,
    having_documents: frozenset[str] = frozenset(),
) -> Iterator[Difference]:
    """Without `having_documents` nothing is known of documents: links change nothing in a parent."""
    rows = Record.objects.filter(
        step=COLLECTION_SYNC, entity_type=entity_type, entity_id__in=[parent.id for parent in parents]
    )
    records = {record.entity_id: record for record in rows}
    for parent in parents:
        needed = settings.CONFIG.XAI_EMPTY_COLLECTIONS or parent.id in having_documents
        how = _difference(parent, records.get(parent.id), collections, needed)
        if how is not None:
            yield Difference(COLLECTION_SYNC, entity_type, parent.id, how)


def _difference(
    parent: EspoParent, record: Record | None, collections: frozenset[str] | None, needed: bool
) -> How | None:
    life = life_of(parent.entity_type, parent.status, settings.CONFIG.parent_status)
    if record is not None and record.status in (Status.WAITING, Status.RUNNING):
        return None  # on its way already
    if record is None or (record.reason == Why.NO_DOCUMENTS and life is Life.ACTIVE):
        return How.NEW if (life is Life.ACTIVE and needed) or parent.collection_id else None
    if record.status in NEEDS_A_PERSON:
        return None  # a person has it; the parent's next event tries again
    if record.reason == Reason.NOT_CONFIGURED:
        return How.NEW  # its systems are configured only now
    agreed = Agreed.from_json(record.agreed)
    if life is not Life.ACTIVE:
        return None if agreed.life == life.value else How.CHANGED
    if not unchanged(parent, life, agreed, untold_of(parent, life)):
        return How.CHANGED
    return How.MISSING_REMOTELY if collections is not None and agreed.collection_id not in collections else None
