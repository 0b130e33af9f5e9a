"""Proof of work of a cluster: `Worker.beat_at` moves only because a task was executed or is being executed.

A cluster of Django-Q2 can freeze for ever while its processes live and its own status says "Working"
(docs/operators.md, "Workers"). So liveness is not asked for; what counts is that a task came out at the other end.
"""

from __future__ import annotations

import os
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import close_old_connections, connections
from django.db.models import Q, QuerySet
from django.utils import timezone
from django_q.signals import post_execute_in_worker, pre_execute

from syncapp.engine.workers import job_failures, proof, scheduled
from syncapp.engine.workers.proof import UNSUPERVISED, host_name, proved
from syncapp.kit.clocks import latest
from syncapp.models import Worker

ENV_NAME = "HUB_WORKER"  # set by `manage.py worker` for the cluster that it supervises
THROTTLE_SECONDS = 1.0
FORGET_AFTER = timedelta(days=7)  # every start makes a new row; long enough to look back at a bad week

log = structlog.get_logger(__name__)

_last_beat = float("-inf")
_busy = threading.Event()
_tasks = 0
_watching_pid = 0  # threads don't survive a fork


def cluster_name() -> str:
    """The cluster that this process works for; a plain `manage.py qcluster` has one name a machine."""
    return os.environ.get(ENV_NAME) or f"{host_name()}{UNSUPERVISED}"


def beat() -> None:
    """Write down, at most once a second and process, that this cluster works. Not to be called inside a transaction.

    A database that is away is no error here: silence is what the supervisor looks at.
    """
    global _last_beat
    if time.monotonic() - _last_beat < THROTTLE_SECONDS:
        return
    _last_beat = time.monotonic()
    now, name = timezone.now(), cluster_name()
    try:
        if not Worker.objects.filter(pk=name).update(beat_at=now, stopped_at=None):
            Worker.objects.bulk_create([Worker(name=name, started_at=now, beat_at=now)], ignore_conflicts=True)
    except DatabaseError as exc:
        log.warning("worker.beat_not_written", worker=name, error=type(exc).__name__)


def connect() -> None:
    """Let every task of a cluster count as proof, long ones while they run; costs a task no statement.

    One that comes of a schedule is written down besides (`scheduled`).
    """
    pre_execute.connect(_task_starts, dispatch_uid="canary")
    pre_execute.connect(scheduled.started, dispatch_uid="scheduled")
    post_execute_in_worker.connect(_task_ends, dispatch_uid="canary")
    post_execute_in_worker.connect(job_failures.without_contents, dispatch_uid="failures")
    post_execute_in_worker.connect(scheduled.ended, dispatch_uid="scheduled")  # after what takes contents away


def _task_starts(task: dict[str, Any], **_: Any) -> None:
    global _tasks, _watching_pid
    if task.get("sync"):
        return  # executed by the caller itself: no proof of any cluster
    _tasks += 1
    _busy.set()
    if _watching_pid != os.getpid():
        _watching_pid = os.getpid()
        threading.Thread(target=_watch, name="canary", daemon=True).start()


def _task_ends(**_: Any) -> None:
    _busy.clear()


def _watch() -> None:
    seen = _tasks
    while True:
        time.sleep(settings.CONFIG.CANARY_SECONDS / 6)
        if _busy.is_set() or seen != _tasks:
            seen = _tasks
            beat()
            connections.close_all()


class WorkerRow:
    """The supervisor's row, in which its cluster's heartbeat stands.

    Every method may raise a database error; what could not be written is written at the next chance.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._columns: dict[str, Any] = {"started_at": timezone.now(), "restarts": 0}
        self._written = False

    def beat(self) -> datetime | None:
        """The last proof of work, as it stands in the table."""
        close_old_connections()
        if not self._written:
            forgotten().delete()
            Worker.objects.update_or_create(name=self.name, defaults=self._columns)
            self._written = True
        return Worker.objects.values_list("beat_at", flat=True).get(pk=self.name)

    def others_at_work(self, seconds: float) -> int:
        now = timezone.now()
        lately = (now - timedelta(seconds=2 * seconds), latest(now))
        return Worker.objects.filter(stopped_at=None, beat_at__range=lately).exclude(pk=self.name).count()

    def restarted(self, reason: str) -> None:
        """Only noted here, written at the next look: a restart must not wait for the database."""
        self._columns |= {"restarts": self._columns["restarts"] + 1, "restart_reason": reason[:200]}
        self._columns |= {"restarted_at": timezone.now()}
        self._written = False

    def stopped(self) -> None:
        Worker.objects.filter(pk=self.name).update(stopped_at=timezone.now())

    def reconnect(self) -> None:
        connections.close_all()


def forgotten() -> QuerySet[Worker]:
    """Rows of workers that are long gone."""
    old = timezone.now() - FORGET_AFTER
    return Worker.objects.filter(Q(stopped_at__lt=old) | Q(beat_at__lt=old))


def works(worker: Worker, now: datetime) -> bool:
    return proved(worker.name, worker.beat_at, now)


def patience(worker: Worker) -> timedelta:
    return proof.patience(worker.name)
