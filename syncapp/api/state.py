"""How the hub is, read from its tables for health checks and metrics: numbers, names of systems, no content."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min
from django.utils import timezone
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from syncapp.engine.outside import connections
from syncapp.engine.queue import enqueue
from syncapp.engine.workers.heartbeat import works
from syncapp.models import Reason, Record, Status, System, SystemName, SystemState, Worker


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


def redis_answers() -> bool | None:
    """None when the hub runs without Redis."""
    if not settings.CONFIG.redis_url:
        return None
    try:
        return bool(get_redis_connection("default").ping())
    except RedisError:
        return False
