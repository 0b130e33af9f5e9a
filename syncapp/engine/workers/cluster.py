"""One cluster of Django-Q2 and everything it starts, as a thing that can be started, looked at, drained and ended.

It is forked off the supervisor, which has loaded all that a run needs: so all processes share one copy of the program,
and a new start takes as long as a fork.
"""

from __future__ import annotations

import os
import signal
import time
from multiprocessing.context import ForkProcess

from django.db import connections
from django_q import cluster as queue

from syncapp.engine.workers.heartbeat import ENV_NAME
from syncapp.engine.workers.processes import (
    FORK,
    alone,
    begin_session,
    bind_children,
    group_lives,
    has_children,
    kill_group,
    signals_held,
)
from syncapp.engine.workers.queue_processes import EndsOnce, EndsWithItsQueue
from syncapp.kit.redis_presence import presence

GONE_SECONDS = 5.0  # the kernel needs a moment to bury a killed process group


class Cluster:
    """Django-Q2's main process is the leader of a session of its own.

    So a Ctrl-C in the terminal reaches the supervisor only, SIGTERM can go to the main process alone (the group would
    lose tasks and hang), and SIGKILL reaches every process of the cluster, those included whose main process is dead.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._main: ForkProcess | None = None
        self._had_sentinel = False
        self._draining = False

    @property
    def pid(self) -> int | None:
        return self._main.pid if self._main else None

    def start(self) -> None:
        self._had_sentinel = self._draining = False
        self._main = FORK.Process(target=_work, args=(self.name,), name="cluster")
        connections.close_all()  # a connection is one process's
        with alone.for_a_fork(), signals_held():
            self._main.start()

    def fault(self) -> str:
        """What is visibly wrong with the processes; empty when nothing is. (A frozen cluster looks healthy here.)"""
        if self._main is None:
            return "it was not running"
        guarded = has_children(self._main.pid or 0)
        # Asked after its children: a main process that has just ended has none either.
        code = self._main.exitcode
        if code is not None:
            return f"the main process was killed by signal {-code}" if code < 0 else f"it ended by itself (code {code})"
        if self._had_sentinel and not guarded:
            return "its guarding process is gone"
        self._had_sentinel = guarded
        return ""

    def drain(self) -> None:
        """Ask the main process, and only it, to finish what is running and to end."""
        if self._main is not None and not self._draining and self._main.exitcode is None:
            self._draining = True
            self._main.terminate()

    def wait(self, seconds: float) -> bool:
        """Whether the main process has ended within that time."""
        if self._main is None:
            return True
        self._main.join(seconds)
        return self._main.exitcode is not None

    def kill(self) -> None:
        """End every process of the cluster at once; returns when they are gone. The sweep finds what they were at."""
        if self._main is None or self._main.pid is None:
            return
        # The number of the group stays taken as long as one of its processes lives, so no stranger can have it.
        kill_group(self._main.pid)
        self._main.kill()  # before it has a group
        self._main.join()
        deadline = time.monotonic() + GONE_SECONDS
        while group_lives(self._main.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._main = None


def _work(name: str) -> None:
    """The main process of the cluster."""
    # A frozen process hears SIGKILL only. The sweep finds what was running.
    begin_session(parting=signal.SIGKILL)
    os.environ[ENV_NAME] = name
    bind_children()
    presence.speaks = False  # the supervisor says it for all of them
    queue.Sentinel = EndsWithItsQueue  # type: ignore[misc]  # it is started by this name
    EndsOnce().start()
