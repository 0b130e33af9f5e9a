"""Locks on what several records share (a file, a login, a comparison): Redis, or a database table where there is none.

The record itself is guarded by its claim alone. Busy is an answer (`LockBusy`), not a failure. The token of a run is
its claim, so that the sweep can free what a dead worker held without ever freeing somebody else's. The time to live
is the last resort.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone
from django_redis import get_redis_connection
from redis.exceptions import LockError, RedisError

from syncapp.kit.clocks import latest
from syncapp.models import Lock

PREFIX = "hub:lock:"
CLAIM_LENGTH, CLAIM_HYPHENS = 36, 4  # a UUID as it is written


class LockBusy(Exception):
    """Somebody else holds it."""


class LocksAway(Exception):
    """The store of the locks does not answer."""


@dataclass(frozen=True, slots=True)
class HeldLock:
    key: str
    token: str
    held_since: datetime | None  # unknown for Redis
    expires_at: datetime | None
    owner: str = ""  # unknown for Redis
    record: int | None = None  # whose run holds it, where that is known

    @property
    def of_run(self) -> bool:
        """Whether a run holds it (its token is the claim); else a comparison or staff do."""
        return len(self.token) == CLAIM_LENGTH and self.token.count("-") == CLAIM_HYPHENS


@contextmanager
def hold(key: str, token: str, owner: str = "", ttl: timedelta | None = None) -> Iterator[None]:
    """Hold the lock inside the block; raises `LockBusy` or `LocksAway` at the door."""
    acquire(key, token, owner, ttl or timedelta(seconds=settings.CONFIG.LOCK_TTL_SECONDS))
    try:
        yield
    finally:
        release(key, token)


def acquire(key: str, token: str, owner: str, ttl: timedelta) -> None:
    if settings.CONFIG.redis_url:
        _acquire_in_redis(key, token, ttl)
    else:
        _acquire_in_table(key, token, owner, ttl)


def release(key: str, token: str) -> bool:
    """Free the lock if `token` still holds it. False: it was not ours any more, or its store is away (it expires)."""
    if not settings.CONFIG.redis_url:
        return _release_in_table(key, token)
    try:
        _redis_lock(key, 1).do_release(token.encode())
    except (LockError, RedisError):
        return False
    return True


def held() -> list[HeldLock]:
    """All locks held now, by key. Raises `LocksAway`."""
    if not settings.CONFIG.redis_url:
        rows = Lock.objects.order_by("key")
        return [HeldLock(row.key, row.token, row.acquired_at, row.expires_at, row.owner) for row in rows]
    try:
        return sorted(_held_in_redis(), key=lambda lock: lock.key)
    except RedisError as exc:
        raise LocksAway(type(exc).__name__) from exc


def forget_expired() -> int:
    """Table rows whose time to live is over, or that a wrong clock has written (Redis forgets by itself)."""
    now = timezone.now()
    return Lock.objects.filter(Q(expires_at__lt=now) | Q(acquired_at__gt=latest(now))).delete()[0]


def _held_in_redis() -> Iterator[HeldLock]:
    client = get_redis_connection("default")
    for raw in client.scan_iter(match=f"{PREFIX}*", count=500):
        token, left = client.get(raw), client.pttl(raw)
        if token is not None:
            expires = timezone.now() + timedelta(milliseconds=left) if left > 0 else None
            yield HeldLock(_text(raw).removeprefix(PREFIX), _text(token), None, expires)


def _text(raw: Any) -> str:
    return raw.decode() if isinstance(raw, bytes) else str(raw)


def _redis_lock(key: str, seconds: float) -> Any:
    client = get_redis_connection("default")
    return client.lock(f"{PREFIX}{key}", timeout=seconds, blocking=False, thread_local=False)


def _acquire_in_redis(key: str, token: str, ttl: timedelta) -> None:
    try:
        taken = _redis_lock(key, ttl.total_seconds()).acquire(token=token)
    except RedisError as exc:
        raise LocksAway(type(exc).__name__) from exc
    if not taken:
        raise LockBusy(key)


def _release_in_table(key: str, token: str) -> bool:
    # Not the ORM's delete(), which opens a transaction to look for rows that depend on this one.
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM syncapp_lock WHERE key = %s AND token = %s", [key, token])
        return bool(cursor.rowcount)


_TAKE = """
INSERT INTO syncapp_lock AS held (key, token, owner, acquired_at, expires_at) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (key) DO UPDATE SET token = excluded.token, owner = excluded.owner,
  acquired_at = excluded.acquired_at, expires_at = excluded.expires_at
WHERE held.expires_at < excluded.acquired_at
"""


def _acquire_in_table(key: str, token: str, owner: str, ttl: timedelta) -> None:
    now = timezone.now()
    moments = [connection.ops.adapt_datetimefield_value(moment) for moment in (now, now + ttl)]
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [key, token, owner, *moments])
        if cursor.rowcount != 1:
            raise LockBusy(key)
