"""What is to be done at a moment, unless it is taken back before: one thread of the process waits for all of it."""

from __future__ import annotations

import contextlib
import heapq
import os
import signal
import threading
from collections.abc import Callable
from time import monotonic


class Alarm:
    """`act` is quick and asks nobody: others wait for their moment behind it."""

    __slots__ = ("_act", "moment")

    def __init__(self, moment: float, act: Callable[[], None]) -> None:
        self.moment = moment
        self._act: Callable[[], None] | None = act

    def __lt__(self, other: Alarm) -> bool:
        return self.moment < other.moment

    @property
    def is_over(self) -> bool:
        return self._act is None

    def cancel(self) -> None:
        self._act = None

    def go_off(self) -> None:
        act, self._act = self._act, None
        if act is not None:
            act()


class _Clock:
    """The soonest alarm is on top of the heap. Most are taken back long before their moment: they leave it when they
    come to the top, so that the thread wakes up once in the time of a call, not once for each."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._alarms: list[Alarm] = []
        self._thread: threading.Thread | None = None

    def set(self, alarm: Alarm) -> None:
        with self._changed:
            heapq.heappush(self._alarms, alarm)
            if self._thread is None:
                thread = threading.Thread(target=self._watch, name="alarms", daemon=True)
                thread.start()  # where the machine has none to give, the next call tries again
                self._thread = thread
            elif self._alarms[0] is alarm:
                self._changed.notify()

    def _watch(self) -> None:
        signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())  # they are for the main thread
        while True:
            alarm = self._next()
            with contextlib.suppress(Exception):  # the others count on this thread
                alarm.go_off()

    def _next(self) -> Alarm:
        """The soonest that is not taken back, at its moment."""
        with self._changed:
            while True:
                while self._alarms and self._alarms[0].is_over:
                    heapq.heappop(self._alarms)
                pause = self._alarms[0].moment - monotonic() if self._alarms else None
                if pause is not None and pause <= 0:
                    return heapq.heappop(self._alarms)
                self._changed.wait(pause)


_clock = _Clock()
# A fork copies the lock as it is at that moment, and no thread.
os.register_at_fork(after_in_child=_clock.__init__)  # type: ignore[misc]


def at(moment: float, act: Callable[[], None]) -> Alarm:
    """`moment` by `time.monotonic`."""
    alarm = Alarm(moment, act)
    _clock.set(alarm)
    return alarm
