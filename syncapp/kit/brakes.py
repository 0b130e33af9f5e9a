"""Brakes for strangers: counted by address in the memory of this process, so that a flood costs no database anything.

Each process of the web server counts for itself: several of them let in as many times more.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from threading import Lock

import structlog

from syncapp.kit.callers import site_of

MINUTE = 60  # seconds
KNOWN_FOR = 600.0  # seconds after which a sender who proved itself is nobody again
MOST_SITES = 10_000  # beyond that those of one minute are counted together

log = structlog.get_logger(__name__)


class Brake:
    """For one kind of door. What is refused is told once a minute, with a count: a flood must not wash the logs out."""

    def __init__(self, door: str, burst: int) -> None:
        self.door, self.burst = door, burst
        self._lock = Lock()
        self.forget()

    def forget(self) -> None:
        self._since = -math.inf
        self._wrong: Counter[str] = Counter()
        self._right: dict[str, float] = {}
        self._told_at, self._untold = 0.0, 0

    def right(self, address: str | None) -> None:
        """This address proved itself: what it does wrong meanwhile is a mistake, and it is told so."""
        now = time.time()
        with self._lock:
            self._right[site_of(address)] = now
            if len(self._right) > MOST_SITES:
                self._right = {site: at for site, at in self._right.items() if now - at < KNOWN_FOR}

    def wrong(self, address: str | None) -> tuple[int, int | None]:
        """How often it was wrong within this minute, and for how many seconds it shall stay away; None: not yet.

        A minute begins with the first who is wrong, so that a burst after a rest is one, whatever the clock shows.
        """
        site, now = site_of(address), time.time()
        with self._lock:
            if not 0 <= now - self._since < MINUTE:
                self._since = now
                self._wrong.clear()
            if site not in self._wrong and len(self._wrong) >= MOST_SITES:
                site = "others"
            self._wrong[site] += 1
            times = self._wrong[site]
            self._untold += 1
            told = self._untold if abs(now - self._told_at) >= MINUTE else 0
            if told:
                self._told_at, self._untold = now, 0
            wait = math.ceil(self._since + MINUTE - now)
            known = abs(now - self._right.get(site, -math.inf)) < KNOWN_FOR
        if told:
            log.warning("door.refused", door=self.door, count=told, address=site, times=times)
        return times, None if known or times <= self.burst else wait
