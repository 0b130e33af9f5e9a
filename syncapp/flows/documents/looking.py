"""One look at xAI for the documents of a collection that wait for their indexing and are due, instead of one for each.

Whoever looks asks for the others too, and this process keeps what it was told of them for seconds, for one use each. It
counts only for the very wait that it was asked for: who was run or requested since then is looked at itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from time import monotonic
from typing import NamedTuple

from django.utils import timezone

from syncapp.clients.errors import Rejected, UnexpectedAnswer
from syncapp.clients.xai import IndexStatus, XaiClient, XaiDocument
from syncapp.clients.xai.client import BATCH
from syncapp.flows.documents.agreement import Agreed
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.documents.reasons import Why
from syncapp.models import Record, Status

ABOUT_TO = timedelta(seconds=1)  # those that are due so soon are asked for too
ROWS = 4 * BATCH  # of all collections
# Seconds. Who is done stays so until somebody asks for a look; who fell out of the collection or failed is looked at.
HOLDS = {IndexStatus.PROCESSED: 5.0, IndexStatus.PROCESSING: 2.0}


class Wait(NamedTuple):
    """One document's wait in one collection."""

    entity_id: str
    request_number: int
    since: str
    collection_id: str
    file_id: str


_told: dict[Wait, tuple[float, IndexStatus]] = {}


def status(xai: XaiClient, wait: Wait) -> IndexStatus | None:
    """None: it is not in the collection. `NotFound`: the collection is gone."""
    until, found = _told.pop(wait, (0.0, None))
    if monotonic() < until:
        return found
    others = list(islice(_others(wait), BATCH - 1))
    told = _ask(xai, wait, others)
    now = monotonic()
    for old in [each for each, (until, _) in _told.items() if until <= now]:
        del _told[old]
    for each in others:
        if (there := told.get(each.file_id)) is not None and there.status in HOLDS:
            _told[each] = (now + HOLDS[there.status], there.status)
    mine = told.get(wait.file_id)
    return mine.status if mine is not None else None


def _ask(xai: XaiClient, wait: Wait, others: list[Wait]) -> dict[str, XaiDocument]:
    try:
        return xai.batch_documents(wait.collection_id, [wait.file_id, *(each.file_id for each in others)])
    except (Rejected, UnexpectedAnswer):
        if not others:
            raise
    # One of the others may be at fault: its own look tells it, and costs nobody else anything.
    return xai.batch_documents(wait.collection_id, [wait.file_id])


def waits_of(entity_id: str, agreed: Agreed) -> Iterator[Wait]:
    progress, content = agreed.progress, agreed.content
    if progress and content:
        for collection_id in progress.wanted:
            yield Wait(entity_id, progress.request_number, progress.since, collection_id, content.file_id)


def _others(wait: Wait) -> Iterator[Wait]:
    """Who else is due, first those that wait longest."""
    waiting = Record.objects.filter(step=DOCUMENT_SYNC, status=Status.WAITING, reason=Why.INDEXING)
    due = waiting.filter(due_at__lte=timezone.now() + ABOUT_TO).exclude(entity_id=wait.entity_id).order_by("due_at")
    for entity_id, agreed in due.values_list("entity_id", "agreed")[:ROWS]:
        for each in waits_of(entity_id, Agreed.from_json(agreed or {})):
            if each.collection_id == wait.collection_id:
                yield each
