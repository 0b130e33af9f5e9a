"""Connections to Redis that remember, for all threads of a process, that it was away a moment ago.

A Redis that takes connections and says nothing would cost every caller a time-out. Who comes while it is away is
refused at once, and does what is done without Redis; every few seconds one of them looks, with little patience.
"""

from __future__ import annotations

import threading
import time
from typing import Any

import structlog
from redis.connection import Connection, ConnectionPool
from redis.exceptions import ConnectionError, RedisError, TimeoutError

AGAIN_SECONDS = 5.0
GLANCE_SECONDS = 0.5
MINUTE = 60.0

log = structlog.get_logger(__name__)


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
    except RedisError:
        return False
    return True


class _Remembering:
    """Before one of redis-py's kinds of connections."""

    _looking = False

    def connect(self: Any) -> None:
        if self.is_connected:
            return
        if not presence.here:
            self._glance()
        try:
            super().connect()  # type: ignore[misc]
        except RedisError as exc:
            presence.missed(exc)
            raise

    def _glance(self: Any) -> None:
        """With a connection of its own, since the parser keeps the time-outs with which it began."""
        presence.take_turn()
        usual = self.socket_timeout, self.socket_connect_timeout
        self.socket_timeout = self.socket_connect_timeout = GLANCE_SECONDS
        self._looking = True
        try:
            super().connect()  # type: ignore[misc]
            self.send_command("PING", check_health=False)  # one that loads its data says so only now
            self.read_response()
        except RedisError as exc:
            presence.missed(exc)
            raise
        finally:
            self._looking = False
            self.disconnect()
            self.socket_timeout, self.socket_connect_timeout = usual
        presence.answered()

    def send_packed_command(self: Any, *args: Any, **kwargs: Any) -> None:
        if not presence.here and not self._looking:
            self.disconnect()  # opened before; the next one looks
            raise ConnectionError("Redis was away a moment ago")
        try:
            super().send_packed_command(*args, **kwargs)  # type: ignore[misc]
        except (ConnectionError, TimeoutError) as exc:
            presence.missed(exc)
            raise

    def read_response(self: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().read_response(*args, **kwargs)  # type: ignore[misc]
        except (ConnectionError, TimeoutError) as exc:
            presence.missed(exc)
            raise


class Pool(ConnectionPool):
    """`CONNECTION_POOL_CLASS` of django-redis."""

    def __init__(self, connection_class: type[Any] = Connection, **kwargs: Any) -> None:
        remembering = type("Remembering", (_Remembering, connection_class), {})
        super().__init__(connection_class=remembering, **kwargs)
