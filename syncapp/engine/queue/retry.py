"""What staff may do to a record: try again, or give up. Retry is the same request that a webhook leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice

from django.db.models import QuerySet
from django.utils import timezone

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import SyncRequest, Target
from syncapp.kit import in_turn
from syncapp.models import NEEDS_A_PERSON, TAKEN_BY, Reason, Record, Status, Urgency

CHUNK = 1000


def ask(targets: Iterable[Target], trace_id: str = "") -> list[SyncRequest]:
    """Have these looked at now: due at once and full, attempts counted anew, before all that nobody waits for."""
    return sync_requests.request(targets, urgency=Urgency.STAFF, trace_id=trace_id, full=True, force=True)


def retry(records: QuerySet[Record], trace_id: str = "") -> int:
    """Ask for every record of the query, due now and full, attempts counted anew; returns how many moved.

    A record that is running counts too: it runs once more.
    """
    rows = records.order_by("pk").values_list("step", "entity_type", "entity_id").iterator(chunk_size=CHUNK)
    moved = 0
    for chunk in _chunks(Target(*row) for row in rows):
        moved += len(ask(chunk, trace_id))
    return moved


def discard(records: QuerySet[Record], note: str) -> int:
    """Give records up, with the reason that staff named; a later event brings them back. Returns how many moved."""
    given_up = records.filter(status__in=(*NEEDS_A_PERSON, Status.WAITING))
    return in_turn.update(
        given_up,
        TAKEN_BY,
        status=Status.SKIPPED,
        reason=Reason.DISCARDED,
        detail=note[:300],
        system="",
        due_at=None,
        attempts=0,
        changed_at=timezone.now(),
    )


def _chunks(targets: Iterator[Target]) -> Iterator[list[Target]]:
    while chunk := list(islice(targets, CHUNK)):
        yield chunk
