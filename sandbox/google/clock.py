"""Google's times of change: UTC with milliseconds. Every change has another one, and another ETag."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime


def stamp(milliseconds: int) -> str:
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


class Clock:
    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.last = 0

    def tick(self) -> int:
        """Milliseconds since 1970, never the same twice."""
        with self.lock:
            self.last = max(self.last + 1, int(time.time() * 1000))
            return self.last


def etag(milliseconds: int) -> str:
    return f'"{milliseconds * 2}"'
