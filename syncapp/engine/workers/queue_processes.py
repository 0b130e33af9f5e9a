"""Django-Q2's own processes, but for what keeps them from ending, from being ended, or from going on."""

from __future__ import annotations

import os
import signal
from typing import Any

import django_q.scheduler as its_scheduler
import structlog
from django.utils import timezone
from django_q import cluster

IDLE = -1  # Django-Q2's mark; of one at work it is the time that it has left

log = structlog.get_logger(__name__)

# The next time of a schedule is looked for until it is later than now, and two moments of one zone are compared by what
# clocks show: in the night in which an hour comes twice, five past two is not later than ten past two. That took until
# three, its transaction open, and with SQLite nobody else could write. Moments of different zones are compared as such.
its_scheduler.localtime = timezone.now  # type: ignore[attr-defined, assignment]


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

    def sig_handler(self, *_: Any) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_IGN)
        self.stop()
