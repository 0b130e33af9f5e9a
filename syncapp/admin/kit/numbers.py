"""The numbers of the start page: only sums over an index or over few rows, fast at a million records.

Never a count over attempts or over received webhooks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.expressions import RawSQL
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from syncapp.admin.kit import calendar_numbers
from syncapp.admin.kit.paging import counted
from syncapp.engine.queue import enqueue
from syncapp.models import (
    NEEDS_A_PERSON,
    Conflict,
    ConflictState,
    Reason,
    Record,
    ScanRun,
    Status,
    Task,
    TaskState,
)
from syncapp.templatetags.hub import TASK_OPEN

IN_SYNC = Q(status=Status.IN_SYNC)
# The condition of the index of all others, as it is written there: only then SQLite doesn't read every record instead.
NOT_IN_SYNC = ~Q(status=RawSQL("'in_sync'", ()))
CACHE_KEY = "admin:in_sync"
VERY_MANY = 50_000  # records in sync; counting a million takes a fifth of a second
REMEMBERED_SECONDS = 10  # two refreshes of the start page

COUNT_UP_TO = 1000

HELD = (Reason.PAUSED, Reason.OBSERVED, Reason.WRITING_OFF)  # by somebody's word, not by a fault

TILES = (*NEEDS_A_PERSON, Status.RUNNING, Status.WAITING, Status.IN_SYNC, Status.SKIPPED)
# The table keeps what only waits for a person's task among that with which nothing is to be done.
COLUMNS = (*NEEDS_A_PERSON, TASK_OPEN, *TILES[len(NEEDS_A_PERSON) :])


@dataclass(frozen=True, slots=True)
class StepNumbers:
    """How many records of a step are in which state."""

    step: str
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def cells(self) -> list[tuple[str, int, str]]:
        """(state, count, address of the list) in the order of the tiles."""
        return [(str(s), self.counts.get(s, 0), records_url(status=s, step=self.step)) for s in COLUMNS]


def records_url(**filters: str) -> str:
    given = {name: str(value) for name, value in filters.items() if value}
    return f"{reverse('admin:syncapp_record_changelist')}?{urlencode(given)}"


def by_step() -> list[StepNumbers]:
    """Sums over the index (status, step). What is in sync may be some seconds old when it is very much."""
    steps: dict[str, StepNumbers] = {}
    for status, step, count in [*_sums(~IN_SYNC), *_settled()]:
        steps.setdefault(step, StepNumbers(step)).counts[status] = count
    for step, count in _with_task():
        if counts := steps[step].counts if step in steps else None:
            counts[TASK_OPEN] = count
            counts[Status.SKIPPED] = max(0, counts.get(Status.SKIPPED, 0) - count)
    return sorted(steps.values(), key=lambda row: row.step)


def _with_task() -> list[tuple[str, int]]:
    """By the index over status and reason; few wait for a task."""
    rows = Record.objects.filter(with_task()).order_by()
    return list(rows.values_list("step").annotate(Count("pk")))


def with_task() -> Q:
    return Q(status=Status.SKIPPED, reason=Reason.TASK_OPEN)


def _settled() -> list[tuple[str, str, int]]:
    kept: tuple[float, list[tuple[str, str, int]]] | None = cache.get(CACHE_KEY)
    now = time.time()
    if kept is not None and abs(now - kept[0]) <= REMEMBERED_SECONDS:  # the cache of a process goes by its clock
        return kept[1]
    known = _sums(IN_SYNC)
    if sum(count for _status, _step, count in known) >= VERY_MANY:
        cache.set(CACHE_KEY, (now, known), REMEMBERED_SECONDS)
    return known


def _sums(which: Q) -> list[tuple[str, str, int]]:
    return list(Record.objects.filter(which).order_by().values_list("status", "step").annotate(Count("pk")))


def totals(steps: list[StepNumbers]) -> list[tuple[Status, int, str]]:
    return [(status, sum(s.counts.get(status, 0) for s in steps), records_url(status=status)) for status in TILES]


@dataclass(frozen=True, slots=True)
class Queue:
    """What is due, and how long the oldest has been waiting for a worker."""

    size: int
    oldest: datetime | None


def queue() -> Queue:
    due = Record.objects.filter(status=Status.WAITING, due_at__lte=timezone.now())
    return Queue(enqueue.queue_size(), due.aggregate(oldest=Min("due_at"))["oldest"])


@dataclass(frozen=True, slots=True)
class Attention:
    """What of the calendars waits for a person and has a list of its own in the navigation."""

    calendars: int = 0  # for which a person is needed
    appointments: int = 0  # not in sync


def attention(request: HttpRequest) -> Attention:
    """Capped counts for the badges of the navigation, taken once for a page."""
    known: Attention | None = getattr(request, "_hub_attention", None)
    if known is None:
        waiting: tuple[QuerySet[Any], ...] = (calendar_numbers.in_trouble(), calendar_numbers.open_links())
        known = Attention(*(counted(rows, COUNT_UP_TO) for rows in waiting))
        request._hub_attention = known  # type: ignore[attr-defined]
    return known


def open_tasks() -> int:
    return counted(Task.objects.filter(state=TaskState.OPEN), COUNT_UP_TO)


def held_back() -> int:
    """Records that wait because of a pause, of observing or of a switch; capped."""
    return counted(Record.objects.filter(status=Status.WAITING, reason__in=HELD), COUNT_UP_TO)


def in_conflict() -> QuerySet[Record]:
    """Records in which a person has something to choose."""
    return Record.objects.filter(pk__in=Conflict.objects.filter(state=ConflictState.OPEN).values("record"))


def last_scans() -> list[ScanRun]:
    """The newest run of each comparison."""
    newest = ScanRun.objects.order_by().values("scan").annotate(newest=Max("pk")).values_list("newest", flat=True)
    return list(ScanRun.objects.filter(pk__in=list(newest)).order_by("scan"))
