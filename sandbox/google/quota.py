"""Requests per minute, of the project and of each user, in a window that slides."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque

from sandbox.google.config import GoogleSettings
from sandbox.google.errors import GoogleError

WINDOW_SECONDS = 60.0
EVERYBODY = ""


class Quota:
    def __init__(self, settings: GoogleSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.calls: dict[str, deque[float]] = defaultdict(deque)
        self.refusals: deque[tuple[str, int]] = deque()
        self.refused = 0

    def refuse_next(self, reason: str, times: int, status: int = 0) -> None:
        """The next calls are answered so, whatever was used."""
        GoogleError(reason)  # KeyError for one that does not exist
        self.refusals.extend([(reason, status)] * times)

    def spend(self, user: str) -> None:
        """Count a call. GoogleError 403 or 429 when there is none left; such a call is not counted."""
        with self.lock:
            if self.refusals:
                reason, status = self.refusals.popleft()
                self.refused += 1
                raise GoogleError(reason, status=status)
            limits = ((EVERYBODY, self.settings.project_per_minute), (user, self.settings.user_per_minute))
            if not any(limit for _, limit in limits):
                return
            now = time.monotonic()
            for name, limit in limits:
                calls = self.calls[name]
                while calls and calls[0] <= now - WINDOW_SECONDS:
                    calls.popleft()
                if limit and len(calls) >= limit:
                    self.refused += 1
                    reason = self.settings.quota_reason or ("userRateLimitExceeded" if name else "rateLimitExceeded")
                    raise GoogleError(reason, status=self.settings.quota_status)
            for name, _ in limits:
                self.calls[name].append(now)
