"""The supervisor's sweep: recovery must not depend on the scheduler of a cluster that may be frozen.

Between two sweeps it only feeds: what has become due (a pause is over) goes to the workers within seconds.
"""

from __future__ import annotations

import random
import threading
import time

from syncapp.engine.recovery.sweep import feed, sweep
from syncapp.engine.workers.replacing import note_replaced
from syncapp.engine.workers.turns import take

FIRST_WITHIN_SECONDS = 3.0
FEED_SECONDS = 1.0  # two small questions to the database each time


class Sweeper(threading.Thread):
    """Sweeps every `seconds`, a little earlier or later, so that many workers don't all sweep at once."""

    def __init__(self, seconds: float) -> None:
        super().__init__(name="sweeper", daemon=True)
        self.seconds = seconds
        self._ended = threading.Event()

    def run(self) -> None:
        sweep_at = time.monotonic() + random.uniform(0, min(FIRST_WITHIN_SECONDS, self.seconds))  # noqa: S311
        while not self._ended.wait(min(FEED_SECONDS, self.seconds)):
            if time.monotonic() < sweep_at:
                take("sweep", feed)
            else:
                take("sweep", sweep)
                take("sweep", note_replaced)
                sweep_at = time.monotonic() + self.seconds * random.uniform(0.8, 1.2)  # noqa: S311

    def end(self) -> None:
        self._ended.set()
