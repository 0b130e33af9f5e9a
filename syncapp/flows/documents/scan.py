"""Compares documents of the CRM with what was agreed: what changed since a moment, or everything, links included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from itertools import islice

from syncapp.clients.espocrm import EspoClient, EspoDocument
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.flows import files
from syncapp.flows.differences import Difference, Found, How
from syncapp.flows.documents.agreement import Agreed, untouched
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.documents.reasons import Why
from syncapp.models import Reason, Record, Status

ROWS = 200
PROVED = "proved:files"  # the cursor that says when all files of settled documents were looked for at xAI
CLOCK_GRAIN = timedelta(seconds=2)  # EspoCRM's times are whole seconds


def changed(crm: EspoClient, since: datetime | None, cursor: str) -> Iterator[Found]:
    """What differs among the documents changed since the moment."""
    stamps = crm.changed_since(FIELDS.document_entity, since, FIELDS.document_select)
    while batch := list(islice(stamps, ROWS)):
        documents = [EspoDocument.from_api(stamp.values) for stamp in batch]
        newest = max(stamp.modified_at for stamp in batch)
        yield Found(list(_differing(documents, {}, links=False)), len(batch), {cursor: newest})


def everything(
    crm: EspoClient,
    wanted: Mapping[str, frozenset[str]],
    present: frozenset[tuple[str, str]] | None,
    untold: frozenset[str] = frozenset(),
) -> Iterator[Found]:
    """What differs among all documents.

    `wanted`: document id to the collections of its active parents, as the CRM's links say now.
    `present`: (collection, file) pairs that xAI has; None: not asked.
    `untold`: those of which the CRM does not say at every parent that they are in step.
    """
    seen: set[str] = set()
    documents = crm.all_documents()
    while batch := list(islice(documents, ROWS)):
        seen.update(document.id for document in batch)
        yield Found(list(_differing(batch, wanted, links=True, present=present, untold=untold)), len(batch))
    known = Record.objects.filter(step=DOCUMENT_SYNC, entity_type=FIELDS.document_entity)
    known = known.exclude(status=Status.SKIPPED, reason=Reason.ENTITY_GONE)
    ids = known.values_list("entity_id", flat=True).iterator(chunk_size=2000)
    yield Found([Difference(DOCUMENT_SYNC, FIELDS.document_entity, pk, How.GONE) for pk in ids if pk not in seen])


def _differing(
    documents: Iterable[EspoDocument],
    wanted: Mapping[str, frozenset[str]],
    *,
    links: bool,
    present: frozenset[tuple[str, str]] | None = None,
    untold: frozenset[str] = frozenset(),
) -> Iterator[Difference]:
    batch = list(documents)
    rows = Record.objects.filter(
        step=DOCUMENT_SYNC, entity_type=FIELDS.document_entity, entity_id__in=[document.id for document in batch]
    )
    records = {record.entity_id: record for record in rows}
    recorded = files.memberships_of(FIELDS.document_entity, records) if links else None
    for document in batch:
        belongs = wanted.get(document.id, frozenset()) if links else None
        record = records.get(document.id)
        how = _difference(document, record, belongs, present, recorded)
        if how is None and document.id in untold and record is not None and record.status == Status.IN_SYNC:
            how = How.CHANGED
        if how is not None:
            yield Difference(DOCUMENT_SYNC, FIELDS.document_entity, document.id, how)


def _difference(
    document: EspoDocument,
    record: Record | None,
    wanted: frozenset[str] | None,
    present: frozenset[tuple[str, str]] | None,
    recorded: frozenset[tuple[str, str, str]] | None,
) -> How | None:
    if record is None:
        return How.NEW
    if record.status in (Status.WAITING, Status.RUNNING):
        return None  # on its way already
    agreed = Agreed.from_json(record.agreed)
    if record.status == Status.IN_SYNC:
        if not untouched(document, agreed):
            return How.CHANGED
        if wanted is not None and wanted != set(agreed.collections):
            return How.LINKS
        file_id = agreed.content.file_id if agreed.content else ""
        if present is not None and any((collection, file_id) not in present for collection in agreed.collections):
            return How.MISSING_REMOTELY
        if recorded is not None and any((document.id, each, file_id) not in recorded for each in agreed.collections):
            return How.STALE  # our own table forgot that it is there, and another document could take it away
        return None
    if record.reason in (Reason.ENTITY_GONE, Reason.NOT_CONFIGURED):
        return How.NEW  # it was restored, which sends no event; or its systems are configured only now
    if record.reason == Why.UNSUPPORTED_TYPE and agreed.unfit and not agreed.unfit.holds:
        return How.STALE  # judged by rules of before
    if record.reason in (Why.NO_PARENT, Why.PARENT_PAUSED) and wanted:
        return How.LINKS
    later = document.modified_at is not None and document.modified_at > record.changed_at + CLOCK_GRAIN
    return How.CHANGED if later else None
