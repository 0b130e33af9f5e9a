"""Whether Redis answers, for everybody, also for a hub without any: its library is loaded by who has one.

`except redis_errors():` is asked only when something was raised.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from redis.exceptions import RedisError

AGAIN_SECONDS = 5.0
MINUTE = 60.0

log = structlog.get_logger(__name__)


def redis_errors() -> type[RedisError]:
    from redis.exceptions import RedisError

    return RedisError


def get_redis_connection(alias: str) -> Any:
    import django_redis

    return django_redis.get_redis_connection(alias)


class Presence:
    """Whether Redis answers, as this process sees it. That it does not is said once a minute, with a count."""

    def __init__(self) -> None:
        self.speaks = True  # not in a cluster's processes: their supervisor says it
        self._lock = threading.Lock()
        self._away_since: float | None = None
        self._look_at = 0.0
        self._said_at, self._unsaid = -MINUTE, 0

    @property
    def here(self) -> bool:
        return self._away_since is None

    def look_now(self) -> None:
        """Let the next caller ask, whenever the last one did."""
        self._look_at = 0.0

    def take_turn(self) -> None:
        """Raises Redis' own error for all but the one who may look."""
        with self._lock:
            if time.monotonic() < self._look_at:
                from redis.exceptions import ConnectionError

                raise ConnectionError("Redis was away a moment ago")
            self._look_at = time.monotonic() + AGAIN_SECONDS

    def missed(self, exc: RedisError) -> None:
        now = time.monotonic()
        self._away_since = self._away_since or now
        self._look_at = now + AGAIN_SECONDS
        self.say(exc)

    def answered(self) -> None:
        if self._away_since is None:
            return
        seconds, self._away_since = round(time.monotonic() - self._away_since), None
        if self.speaks:
            log.warning("redis.back", seconds=seconds)

    def say(self, exc: RedisError) -> None:
        with self._lock:
            self._unsaid += 1
            if not self.speaks or time.monotonic() < self._said_at + MINUTE:
                return
            self._said_at, times, self._unsaid = time.monotonic(), self._unsaid, 0
        meanwhile = "the database carries queue and locks, slower"
        log.warning("redis.away", error=type(exc).__name__, times=times, meanwhile=meanwhile)


presence = Presence()


def takes_writes(client: Any) -> bool:
    """Whether Redis answers and has room."""
    try:
        client.set("hub:health", 1, ex=60)
    except redis_errors():
        return False
    return True
