"""Retention: what is older than the settings KEEP_… say is deleted, a little at a time.

What a person or a later run still needs stays, however old: tasks that were closed by hand, so that they don't come
again; messages in quarantine keep their bodies until they go
themselves, records that need a person keep their attempts, open writes whose outcome is unknown, or that are to be
undone, keep their entries.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django_q.models import OrmQ, Task

from syncapp.engine.workers.heartbeat import forgotten
from syncapp.models import (
    NEEDS_A_PERSON,
    Attempt,
    CalendarTombstone,
    Conflict,
    Figures,
    InboxItem,
    InboxMessage,
    InboxState,
    JournalEntry,
    JournalState,
    KnownTrouble,
    Notice,
    Outage,
    ProxyCall,
    ProxyWindow,
    ScanRun,
    ScanState,
    ScheduledFailure,
    StaffAction,
    Status,
    TaskState,
    Undo,
    UndoState,
)
from syncapp.models import Task as HubTask
from syncapp.upkeep import gone, handled, summing
from syncapp.upkeep.leftovers import Leftover, chunks, delete

# The queue's own rows are worth nothing to us: results aren't kept there, and the sweep repeats what nobody took.
KEEP_QUEUE = timedelta(days=7)
KEEP_WRONG_LOGINS = timedelta(days=1)  # they count for minutes, and hold what strangers typed
GIVEN_UP = ("discard", "give_up_needs")  # until 1.0.0 their rows told why, which may name a client

log = structlog.get_logger(__name__)

Progress = Callable[[str, int], None]


@dataclass(slots=True)
class Pruned:
    """How many rows went (a dry run: would go), by kind; not `finished`: the time was over first."""

    counts: dict[str, int] = field(default_factory=dict)
    finished: bool = True


def prune(*, dry_run: bool = False, progress: Progress | None = None, budget: timedelta | None = None) -> Pruned:
    """Delete what is old; `progress(kind, rows so far)` is called after every chunk. May be stopped at any time."""
    ends = time.monotonic() + budget.total_seconds() if budget is not None else float("inf")
    pruned = Pruned()
    for leftover in _leftovers(timezone.now()):
        before = pruned.counts.get(leftover.name, 0)
        pruned.counts[leftover.name] = before + (leftover.rows.count() if dry_run else 0)
        for went in () if dry_run else chunks(leftover):
            pruned.counts[leftover.name] += went
            if progress:
                progress(leftover.name, pruned.counts[leftover.name])
            if time.monotonic() > ends:
                pruned.finished = False
                return pruned
    if not dry_run:
        log.info("prune.done", **{name: count for name, count in pruned.counts.items() if count})
    return pruned


def _leftovers(now: datetime) -> tuple[Leftover, ...]:
    def old(rows: Any, column: str, setting: str) -> QuerySet[Any]:
        before = now - timedelta(days=getattr(settings.CONFIG, setting))
        found: QuerySet[Any] = rows.filter(**{f"{column}__lt": before})
        return found

    readable = InboxMessage.objects.filter(body__isnull=False).exclude(state=InboxState.QUARANTINED)
    unsettled = Q(state__in=[JournalState.INTENDED, JournalState.LOST]) & ~Q(record__status=Status.IN_SYNC)
    undone = Undo.objects.filter(state=UndoState.REQUESTED).values("entry")
    entries = JournalEntry.objects.exclude(unsettled).exclude(pk__in=undone)
    wanted = JournalEntry.objects.filter(unsettled, attempt__isnull=False).values("attempt")
    settled = Attempt.objects.exclude(record__status__in=NEEDS_A_PERSON).exclude(pk__in=wanted)
    newest = ScanRun.objects.values("scan").annotate(newest=Max("pk")).values("newest")
    ended = ScanRun.objects.exclude(state=ScanState.RUNNING).exclude(pk__in=newest).exclude(pk__in=ScanRun.waiting())
    tasks = HubTask.objects.exclude(state=TaskState.CLOSED)
    over = Notice.objects.filter(Q(trouble=None) | Q(trouble__gone_at__isnull=False))  # else: who is told of the end
    windows = ProxyWindow.objects.filter(minute__lt=int(now.timestamp() // 60) - 60)
    return (
        Leftover(
            "bodies of received webhooks",
            old(readable, "received_at", "KEEP_INBOX_BODIES_DAYS"),
            "received_at",
            _empty_bodies,
        ),
        Leftover(
            "received webhooks",
            old(InboxMessage.objects, "received_at", "KEEP_INBOX_DAYS"),
            "received_at",
            _delete_messages,
        ),
        Leftover("attempts", old(settled, "started_at", "KEEP_ATTEMPTS_DAYS"), "started_at"),
        Leftover("journal entries", old(entries, "begun_at", "KEEP_JOURNAL_DAYS"), "begun_at"),
        Leftover("closed tasks", old(tasks, "closed_at", "KEEP_JOURNAL_DAYS"), "pk"),
        Leftover("closed conflicts", old(Conflict.objects, "closed_at", "KEEP_JOURNAL_DAYS"), "pk"),
        Leftover("comparisons", old(ended, "started_at", "KEEP_ATTEMPTS_DAYS"), "pk"),
        gone.appointments(old(CalendarTombstone.objects, "deleted_at", "KEEP_ATTEMPTS_DAYS")),
        *gone.leftovers(old(gone.gone(), "changed_at", "KEEP_GONE_DAYS")),
        *(Leftover("notes of staff", rows) for rows in handled.over()),
        Leftover.emptied("notes of staff", StaffAction.objects.filter(action__in=GIVEN_UP), detail=""),
        Leftover("calls through the proxy", old(ProxyCall.objects, "at", "KEEP_PROXY_CALLS_DAYS"), "at"),
        Leftover("counts of the proxy", windows, "minute"),
        Leftover("notices", old(over, "made_at", "KEEP_ATTEMPTS_DAYS"), "made_at"),
        Leftover("troubles that are over", old(KnownTrouble.objects, "gone_at", "KEEP_ATTEMPTS_DAYS"), "gone_at"),
        Leftover(
            "failed runs of schedules", old(ScheduledFailure.objects, "started_at", "KEEP_ATTEMPTS_DAYS"), "started_at"
        ),
        Leftover("figures", Figures.objects.filter(begins_at__lt=now - summing.KEPT), "pk"),
        Leftover("outages", Outage.objects.filter(ended_at__lt=now - summing.KEPT), "pk"),
        Leftover("workers", forgotten(), "pk"),
        Leftover("finished tasks of the queue", Task.objects.filter(stopped__lt=now - KEEP_QUEUE), "stopped"),
        Leftover("tasks that nobody took", OrmQ.objects.filter(lock__lt=now - KEEP_QUEUE), "pk"),
        Leftover("wrong logins", AccessAttempt.objects.filter(attempt_time__lt=now - KEEP_WRONG_LOGINS), "pk"),
        Leftover("logins", old(AccessLog.objects, "attempt_time", "KEEP_LOGINS_DAYS"), "pk"),
        Leftover("ended logins", Session.objects.filter(expire_date__lt=now), "expire_date"),
    )


def _empty_bodies(pks: Sequence[Any]) -> int:
    return InboxMessage.objects.filter(pk__in=pks).update(body=None)


def _delete_messages(pks: Sequence[Any]) -> int:
    # Items first and in chunks of their own: a message may have thousands.
    for _went in chunks(Leftover("items", InboxItem.objects.filter(message__in=pks))):
        pass
    return delete(InboxMessage, pks)
