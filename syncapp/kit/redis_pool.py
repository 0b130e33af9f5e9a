"""Connections to Redis that remember, for all threads of a process, that it was away a moment ago.

A Redis that takes connections and says nothing would cost every caller a time-out. Who comes while it is away is
refused at once, and does what is done without Redis; every few seconds one of them looks, with little patience.
"""

from __future__ import annotations

from typing import Any

from redis.connection import Connection, ConnectionPool
from redis.exceptions import ConnectionError, RedisError, TimeoutError

from syncapp.kit.redis_presence import presence

GLANCE_SECONDS = 0.5


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
