"""Which workers need not be waited for any more: killed ones say no goodbye, and another took their place.

Each worker takes the place of one at most, of the one that ended last before it was started. So after a restart of one
machine the silence of another stays in sight.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from syncapp.engine.workers.heartbeat import works
from syncapp.models import Worker

SURE_AFTER = timedelta(minutes=5)  # of silence; by then a supervisor has started a frozen cluster anew


def note_replaced() -> None:
    """Their silence is over: a worker that does come back takes its row back with its next proof."""
    now = timezone.now()
    for worker in replaced(Worker.objects.order_by("name"), now):
        silent = Worker.objects.filter(pk=worker.pk, stopped_at=None, beat_at=worker.beat_at)
        silent.update(stopped_at=_last_sign(worker))


def replaced(workers: Iterable[Worker], now: datetime) -> list[Worker]:
    """The silent ones among them whose place another has taken."""
    rows = list(workers)
    ended = {row.name: row for row in rows if row.stopped_at or not works(row, now)}
    free, found = set(ended), []
    for newer in sorted(rows, key=lambda row: (row.started_at, row.name)):
        before = [ended[name] for name in free if name != newer.name and _end(ended[name]) <= newer.started_at]
        if before:
            place = max(before, key=lambda row: (_end(row), row.name))
            free.discard(place.name)
            if place.stopped_at is None and _last_sign(place) < now - SURE_AFTER:
                found.append(place)
    return found


def _end(worker: Worker) -> datetime:
    return worker.stopped_at or _last_sign(worker)


def _last_sign(worker: Worker) -> datetime:
    return worker.beat_at or worker.started_at
