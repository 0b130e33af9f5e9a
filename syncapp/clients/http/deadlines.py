"""A call ends at its deadline, whatever the other side does: its connection is shut down from outside.

A read time-out is about one silence. Who sends a byte a second, in the headers, in the body or while TLS is being set
up, or says `100 Continue` for ever, never meets it, and holds a thread for as long as he likes.
"""

from __future__ import annotations

import contextlib
import os
import socket
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from time import monotonic

from syncapp.clients.http import alarms

TOO_SLOW = "too_slow"  # the code of the error

_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


class Deadline:
    """`passed`: the connection was shut down; what ended then has not ended by itself."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._lock = threading.Lock()
        self._connection: socket.socket | None = None
        self._begun = monotonic()
        self._alarm = alarms.at(self._begun + seconds, self._pass)

    def extend(self, seconds: float) -> None:
        """Counted from the beginning; what has passed has passed."""
        self._alarm.cancel()
        self._alarm = alarms.at(self._begun + seconds, self._pass)

    def watch(self, connection: socket.socket) -> None:
        """From now on this one. A descriptor of our own: the call may close its, and its number be given away."""
        with self._lock:
            self._close()
            self._connection = socket.socket(fileno=os.dup(connection.fileno()))
        if self.passed:
            self._pass()

    def end(self) -> None:
        self._alarm.cancel()
        with self._lock:
            self._close()

    def _pass(self) -> None:
        self.passed = True
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(OSError):
                    self._connection.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@contextlib.contextmanager
def within(deadline: Deadline) -> Iterator[None]:
    """What is sent inside is the call that it is about."""
    token = _current.set(deadline)
    try:
        yield
    finally:
        _current.reset(token)


def watched(connection: socket.socket) -> None:
    """The connection that the present call goes over."""
    deadline = _current.get()
    if deadline is not None:
        deadline.watch(connection)
