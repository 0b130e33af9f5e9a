"""How the hub is, read from its tables for health checks and metrics: numbers, names of systems, no content."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min
from django.utils import timezone

from syncapp.engine.outside import connections
from syncapp.engine.queue import enqueue
from syncapp.engine.workers.heartbeat import works
from syncapp.kit.clocks import latest
from syncapp.kit.redis_presence import get_redis_connection, takes_writes
from syncapp.models import (
    Attempt,
    InboxMessage,
    ProxyWindow,
    Reason,
    Record,
    Status,
    System,
    SystemName,
    SystemState,
    Worker,
)

PROOF_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class Backlog:
    """`queued`: tasks no worker has taken; `due`: records whose time has come; `oldest`: since when the first waits."""

    queued: int
    due: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Workers:
    """Those that have not ended by themselves."""

    working: int
    silent: int
    last_proof: datetime | None


def machine_lacks() -> list[str]:
    """What runs found used up on this machine, while they wait for it: `ENOSPC` for the disk, ..."""
    waiting = Record.objects.filter(status=Status.WAITING, reason=Reason.MACHINE)
    return sorted(waiting.values_list("detail", flat=True).distinct())


_WRITE = """
INSERT INTO {table} (name, minute, calls) VALUES ('health', %s, 1)
ON CONFLICT (name) DO UPDATE SET minute = excluded.minute, calls = 1
"""
_written_at = -PROOF_SECONDS


def prove_a_write() -> None:
    """Raises a database error when nothing can be stored: a full disk is read as before. At most once in some seconds,
    for anybody may ask."""
    global _written_at
    if time.monotonic() < _written_at + PROOF_SECONDS:
        return
    minute = int(time.time() // 60)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE.format(table=ProxyWindow._meta.db_table), [minute])
    _written_at = time.monotonic()


def clock_ahead() -> timedelta:
    """How far the newest entries lie in the future: a clock was ahead, or this one is behind. Zero: hardly at all."""
    now = timezone.now()
    newest = [
        InboxMessage.objects.aggregate(at=Max("received_at"))["at"],
        Attempt.objects.aggregate(at=Max("started_at"))["at"],
        Worker.objects.aggregate(at=Max("beat_at"))["at"],
    ]
    last = max((moment for moment in newest if moment is not None), default=now)
    return last - now if last > latest(now) else timedelta()


@dataclass(frozen=True, slots=True)
class SystemView:
    name: str
    configured: bool
    state: str
    paused: bool
    since: datetime | None


def backlog() -> Backlog:
    due = Record.objects.filter(status=Status.WAITING, due_at__lte=timezone.now())
    numbers = due.aggregate(count=Count("pk"), oldest=Min("due_at"))
    return Backlog(enqueue.queue_size(), numbers["count"], numbers["oldest"])


def workers() -> Workers:
    now = timezone.now()
    rows = list(Worker.objects.filter(stopped_at=None))
    beats = [row.beat_at for row in rows if row.beat_at is not None]
    working = sum(works(row, now) for row in rows)
    return Workers(working, len(rows) - working, max(beats, default=None))


def systems() -> list[SystemView]:
    """The systems that the hub can speak to; one that was never in trouble has no row and is up."""
    rows = {row.name: row for row in System.objects.all()}
    views = []
    for name in SystemName:
        row = rows.get(name, System(name=name, state=SystemState.UP))
        views.append(SystemView(str(name), connections.configured(name), str(row.state), row.paused, row.since))
    return views


def redis_takes_writes() -> bool | None:
    """None when the hub runs without Redis. One that is full counts as one that is away: the database stands in."""
    if not settings.CONFIG.redis_url:
        return None
    return takes_writes(get_redis_connection("default"))
