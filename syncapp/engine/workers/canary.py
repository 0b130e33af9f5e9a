"""Proof of work of a cluster: `Worker.beat_at` moves only because a task was executed or is being executed.

A cluster of Django-Q2 can freeze for ever while its processes live and its own status says "Working"
(docs/operators.md, "Workers"). So liveness is not asked for; what counts is that a task came out at the other end.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone
from django_q.signals import post_execute_in_worker, pre_execute

from syncapp.models import Worker

ENV_NAME = "HUB_WORKER"  # set by `manage.py worker` for the cluster that it supervises
THROTTLE_SECONDS = 1.0

log = structlog.get_logger(__name__)

_last_beat = float("-inf")
_busy = threading.Event()
_tasks = 0
_watching_pid = 0  # threads don't survive a fork


def host_name() -> str:
    return socket.gethostname()[:70]


def cluster_name() -> str:
    """The cluster that this process works for; a plain `manage.py qcluster` has one name a machine."""
    return os.environ.get(ENV_NAME) or f"{host_name()}-qcluster"


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
    """Let every task of a cluster count as proof, long ones while they run; costs a task no statement."""
    pre_execute.connect(_task_starts, dispatch_uid="canary")
    post_execute_in_worker.connect(_task_ends, dispatch_uid="canary")


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
