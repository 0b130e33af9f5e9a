"""When the demo has parties and calendars compared: within seconds, where a real installation does it every 15 minutes.

Advoware tells nobody of a change. So the demo looks itself, and lets the hub compare once there is something to find;
how the hub finds it, and what it does about it, is the same.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

PAUSE_SECONDS = 2.0  # a comparison that was under way already may have looked too early: one more follows


class Comparisons:
    """`of`: what of Advoware is looked at."""

    def __init__(
        self, ask: Callable[[], None], clock: Callable[[], float] = time.monotonic, *, of: str = "parties"
    ) -> None:
        self._ask, self._clock, self._of = ask, clock, of
        self._known = ""
        self._again_at: list[float] = []

    def saw(self, advoware: dict[str, Any]) -> None:
        """Advoware as it is now; what was there at the first look is left to the comparison at the start."""
        seen, now = json.dumps(advoware[self._of], sort_keys=True), self._clock()
        if self._known and seen != self._known:
            self._again_at = [now, now + PAUSE_SECONDS]
        self._known = seen
        if self._again_at and now >= self._again_at[0]:
            self._again_at.pop(0)
            self._ask()
