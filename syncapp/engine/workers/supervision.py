"""Keeps one cluster of workers working: proof of work or a new start.

The supervisor puts canary tasks on the queue; a cluster that executes tasks moves its heartbeat. Without a heartbeat
for `CANARY_SECONDS`, or when its processes are visibly broken, the cluster is ended hard and started anew. Nothing is
lost by that: the tables are the truth, the sweep repeats what was running.
"""

from __future__ import annotations

import os
import secrets
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django_q.tasks import async_task

from bitbylaw.version import VERSION
from syncapp.engine.workers import service_manager
from syncapp.engine.workers.cluster import Cluster
from syncapp.engine.workers.heartbeat import WorkerRow
from syncapp.engine.workers.processes import signals_held
from syncapp.engine.workers.proof import host_name
from syncapp.engine.workers.sweeper import Sweeper

CANARY = "syncapp.jobs.canary"
LOOK_SECONDS = 0.5
SHORTEST_LOOK_SECONDS = 0.1
START_SECONDS = 60.0  # loading Django on a busy machine; a cluster that never comes up is not helped by haste
LONGEST_BACK_OFF_SECONDS = 60.0
HOPELESS_STARTS = 4  # in a row without any proof of work: then a service manager may start the supervisor anew too
LONGEST_STEP = 2.0  # seconds that one look may add: a suspended machine or a slow database is not a silent cluster

log = structlog.get_logger(__name__)


@dataclass
class Silence:
    """How long a cluster has given no proof of work, summed up from looks at which it could have been heard.

    Clocks of other processes are not compared: any change of the heartbeat counts as heard, so a corrected system
    time restarts nobody.
    """

    limit: float  # seconds without proof after which the cluster is taken for frozen
    start_limit: float  # the same for a cluster that has not been heard yet: it has to load everything first
    seconds: float = 0.0
    heard: bool = False
    _beat: datetime | None = field(default=None, repr=False)

    def begin(self) -> None:
        """A new cluster was started; proof of the one before says nothing about it."""
        self.seconds, self.heard = 0.0, False

    def look(self, beat: datetime | None, elapsed: float) -> None:
        """The heartbeat as it stands now, `elapsed` seconds after the last look."""
        if beat is not None and beat != self._beat:
            self._beat, self.seconds, self.heard = beat, 0.0, True
        else:
            self.seconds += min(elapsed, LONGEST_STEP)

    @property
    def is_too_long(self) -> bool:
        return self.seconds > (self.limit if self.heard else self.start_limit)

    @property
    def is_worrying(self) -> bool:
        """Half of the patience is used up: time to ask more often."""
        return self.heard and self.seconds > self.limit / 2


class Supervisor:
    def __init__(self, besides: Sequence[threading.Thread] = ()) -> None:
        config = settings.CONFIG
        self.name = f"{host_name()}-{os.getpid()}-{secrets.token_hex(3)}"
        self.grace = float(config.STOP_GRACE_SECONDS)
        self.canary_every = config.CANARY_SECONDS / 6
        self.cluster = Cluster(self.name)
        self.silence = Silence(config.CANARY_SECONDS, max(START_SECONDS, 2 * config.CANARY_SECONDS))
        self.row = WorkerRow(self.name)
        self.sweeper = Sweeper(config.SWEEP_SECONDS)
        self._besides = besides
        self._signals = 0
        self._in_vain = 0  # starts in a row without any proof of work
        self._looked = self._sent = float("-inf")

    def run(self) -> int:
        """Supervise until SIGTERM or SIGINT; 0 when the cluster then ended cleanly, 1 when it had to be killed."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        log.info("worker.started", worker=self.name, version=VERSION)
        try:
            self._start()
            with signals_held():  # a thread that could hear one would have it heard in the midst of a fork
                for thread in (self.sweeper, *self._besides):  # after the first fork
                    thread.start()
            service_manager.tell(service_manager.READY)
            while not self._signals:
                time.sleep(self._pause())
                reason = self.cluster.fault() or self._silence()
                self._tell_alive()
                if reason and not self._signals:
                    self._restart(reason)
            return self._drain()
        finally:
            self.sweeper.end()
            self.cluster.kill()
            with self._surviving("stop"):
                self.row.stopped()

    def _on_signal(self, *_: Any) -> None:
        self._signals += 1
        service_manager.tell(service_manager.STOPPING)
        if self._signals > 1:
            raise SystemExit(1)
        self.cluster.drain()

    def _start(self) -> None:
        self.cluster.start()
        self.silence.begin()
        self._looked, self._sent = time.monotonic(), float("-inf")

    def _silence(self) -> str:
        """Looks, asks for a sign of life when it is time, and says what is wrong; empty when nothing is."""
        elapsed, self._looked = time.monotonic() - self._looked, time.monotonic()
        with self._surviving("look"):
            beat = self.row.beat()
            if self.silence.is_worrying or time.monotonic() - self._sent >= self.canary_every:
                async_task(CANARY, save=False)
                self._sent = time.monotonic()
            self.silence.look(beat, elapsed)  # last: a look that failed proves nothing about the cluster
        if self.silence.heard:
            self._in_vain = 0
        return f"no proof of work for {self.silence.seconds:.0f} s" if self.silence.is_too_long else ""

    def _tell_alive(self) -> None:
        if self._in_vain < HOPELESS_STARTS:
            service_manager.tell(service_manager.ALIVE)

    def _pause(self) -> float:
        """Several clusters share the queue and another one may take our canary: then more are sent, not all at once."""
        if not self.silence.is_worrying:
            return LOOK_SECONDS
        others = 0
        with self._surviving("count"):
            others = self.row.others_at_work(self.silence.limit)
        return max(SHORTEST_LOOK_SECONDS, LOOK_SECONDS / (1 + others))

    def _restart(self, reason: str) -> None:
        back_off = min(LONGEST_BACK_OFF_SECONDS, 2.0**self._in_vain - 1)
        self._in_vain += 1
        log.error("worker.restarted", worker=self.name, reason=reason, pause=back_off)
        self.cluster.kill()
        self.row.restarted(reason)
        until = time.monotonic() + back_off
        while time.monotonic() < until and not self._signals:
            time.sleep(LOOK_SECONDS)
        if not self._signals:
            self._start()

    def _drain(self) -> int:
        log.info("worker.draining", worker=self.name, grace=self.grace)
        self.cluster.drain()  # again: the signal may have come between two clusters
        clean = self.cluster.wait(self.grace)
        log.info("worker.stopped", worker=self.name, clean=clean)
        return 0 if clean else 1

    @contextmanager
    def _surviving(self, during: str) -> Iterator[None]:
        """A database or a queue that is away must not end the one who restarts everything when it is back."""
        try:
            yield
        except Exception as exc:
            log.warning("worker.trouble", worker=self.name, during=during, error=type(exc).__name__)
            self.row.reconnect()
