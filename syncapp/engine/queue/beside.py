"""Work for which nobody waits: a thread of the process does it beside those that answer.

What comes while it is busy is done together in its next turn. What it has taken is done before the process ends; one
that is killed leaves it to the sweep.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog
from django.db import close_old_connections

T = TypeVar("T")

log = structlog.get_logger(__name__)


class Beside(Generic[T]):
    """`work` gets all that has come, and must bear that others do the same at this time."""

    def __init__(self, work: Callable[[list[T]], None]) -> None:
        self._work = work
        self._came: deque[T] = deque()
        self._thread = ThreadPoolExecutor(1, "beside")

    def take(self, things: list[T]) -> None:
        self._came.extend(things)
        self._thread.submit(self._turn)

    def _turn(self) -> None:
        things = [self._came.popleft() for _ in range(len(self._came))]
        if not things:
            return  # an earlier turn had them
        try:
            self._work(things)
        except Exception as exc:
            log.error("beside.failed", error=type(exc).__name__, things=len(things))
        finally:
            close_old_connections()
