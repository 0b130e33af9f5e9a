"""The supervisor's sweep: recovery must not depend on the scheduler of a cluster that may be frozen."""

from __future__ import annotations

import random
import threading

import structlog
from django.db import Error as DatabaseError
from django.db import connections

FIRST_WITHIN_SECONDS = 3.0

log = structlog.get_logger(__name__)


class Sweeper(threading.Thread):
    """Sweeps every `seconds`, a little earlier or later, so that many workers don't all sweep at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__(name="sweeper", daemon=True)
        self.seconds = seconds
        self._ended = threading.Event()

    def run(self) -> None:
        pause = random.uniform(0, min(FIRST_WITHIN_SECONDS, self.seconds))  # noqa: S311
        while not self._ended.wait(pause):
            self.sweep_once()
            pause = self.seconds * random.uniform(0.8, 1.2)  # noqa: S311

    def sweep_once(self) -> None:
        """Never raises: whatever fails is in the log and tried again at the next turn."""
        try:
            from syncapp.engine.sweep import sweep

            sweep()
        except DatabaseError as exc:
            log.warning("sweep.database_away", error=type(exc).__name__)
        except Exception:
            log.exception("sweep.failed")
        finally:
            connections.close_all()

    def end(self) -> None:
        self._ended.set()
