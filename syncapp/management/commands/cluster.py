"""`manage.py cluster`: what `manage.py worker` starts and looks after; nobody else needs it."""

from __future__ import annotations

import os
import signal
from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django_q import cluster

from bitbylaw.logs import tell_of_crashes
from syncapp.engine.workers.processes import bind_children
from syncapp.kit.redis_pool import presence

IDLE = -1  # Django-Q2's mark; of one at work it is the time that it has left

log = structlog.get_logger(__name__)


class EndsWithItsQueue(cluster.Sentinel):
    """Django-Q2's guard, which does not go on with a queue that nobody can take from.

    An idle worker that is killed takes the lock of the queue within the cluster along, and the one that replaces it
    waits for ever. With nobody at work nothing is lost by a new start, which the supervisor makes at once. Else those
    at work shall finish; then it is the silence that is noticed.
    """

    def reincarnate(self, process: Any) -> None:
        if process in self.pool and all(worker.timer.value == IDLE for worker in self.pool):
            log.warning("cluster.lost_an_idle_worker")
            os._exit(1)
        super().reincarnate(process)  # type: ignore[no-untyped-call]


class EndsOnce(cluster.Cluster):
    """Django-Q2's cluster, which a second signal does not stop from ending.

    The kernel tells of a killed parent once for each of its threads, a fraction of a millisecond apart. Django-Q2's
    handler takes a lock that its own next call would wait for: such a cluster worked on for ever, looked after by none.
    """

    def sig_handler(self, signum: int, frame: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        self.stop()


class Command(BaseCommand):
    help = "The processes that do the work, without anybody who looks after them: `manage.py worker` starts this."

    def handle(self, *args: Any, **options: Any) -> None:
        tell_of_crashes()
        bind_children()
        presence.speaks = False  # the supervisor says it for all of them
        cluster.Sentinel = EndsWithItsQueue  # type: ignore[misc]  # it is started by this name
        EndsOnce().start()
