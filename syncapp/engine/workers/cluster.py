"""One `manage.py cluster` and everything it starts, as a thing that can be started, looked at, drained and ended."""

from __future__ import annotations

import signal
import subprocess
import sys
import time

from django.conf import settings

from syncapp.engine.workers.heartbeat import ENV_NAME
from syncapp.engine.workers.processes import group_lives, has_children, kill_group, start_session

GONE_SECONDS = 5.0  # the kernel needs a moment to bury a killed process group


class Cluster:
    """Django-Q2's main process is the leader of a session of its own.

    So a Ctrl-C in the terminal reaches the supervisor only, SIGTERM can go to the main process alone (the group would
    lose tasks and hang), and SIGKILL reaches every process of the cluster, those included whose main process is dead.
    """

    def __init__(self, name: str, workers: int | None = None) -> None:
        self.name = name
        self.workers = workers
        self._main: subprocess.Popen[bytes] | None = None
        self._had_sentinel = False
        self._draining = False

    @property
    def pid(self) -> int | None:
        return self._main.pid if self._main else None

    def start(self) -> None:
        extra = {ENV_NAME: self.name} | ({"QUEUE_WORKERS": str(self.workers)} if self.workers else {})
        self._had_sentinel = self._draining = False
        # A frozen process hears SIGKILL only. The sweep finds what was running.
        command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "cluster"]
        self._main = start_session(command, extra, parting=signal.SIGKILL)

    def fault(self) -> str:
        """What is visibly wrong with the processes; empty when nothing is. (A frozen cluster looks healthy here.)"""
        if self._main is None:
            return "it was not running"
        guarded = has_children(self._main.pid)
        # Asked after its children: a main process that has just ended has none either.
        code = self._main.poll()
        if code is not None:
            return f"the main process was killed by signal {-code}" if code < 0 else f"it ended by itself (code {code})"
        if self._had_sentinel and not guarded:
            return "its guarding process is gone"
        self._had_sentinel = guarded
        return ""

    def drain(self) -> None:
        """Ask the main process, and only it, to finish what is running and to end."""
        if self._main is not None and not self._draining and self._main.poll() is None:
            self._draining = True
            self._main.terminate()

    def wait(self, seconds: float) -> bool:
        """Whether the main process has ended within that time."""
        if self._main is not None:
            try:
                self._main.wait(seconds)
            except subprocess.TimeoutExpired:
                return False
        return True

    def kill(self) -> None:
        """End every process of the cluster at once; returns when they are gone. The sweep finds what they were at."""
        if self._main is None:
            return
        # The number of the group stays taken as long as one of its processes lives, so no stranger can have it.
        kill_group(self._main.pid)
        self._main.wait()
        deadline = time.monotonic() + GONE_SECONDS
        while group_lives(self._main.pid) and time.monotonic() < deadline:
            time.sleep(0.02)
        self._main = None
