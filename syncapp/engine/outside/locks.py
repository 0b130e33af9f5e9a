"""Locks on what several records share (a file, a login, a comparison): Redis, or a database table where there is none.

The record itself is guarded by its claim alone. Busy is an answer (`LockBusy`), not a failure. The token of a run is
its claim, so that the sweep can free what a dead worker held without ever freeing somebody else's. The time to live
is the last resort.

While Redis is away the table is taken, once it was away for as long as a lease: what was held in it when it vanished
has mostly ended by then. Who takes a lock in Redis looks whether the table has it too, and who takes it in the table
looks afterwards whether Redis is still away: so none is held in both. Not promised where one machine reaches Redis for
longer than that and another does not.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from syncapp.kit.clocks import latest
from syncapp.kit.redis_presence import get_redis_connection, presence, redis_errors, takes_writes
from syncapp.models import Lock

if TYPE_CHECKING:
    from redis.exceptions import RedisError

PREFIX = "hub:lock:"
ASKED_AGAIN_SECONDS = 15  # a run that found none comes again within
CLAIM_LENGTH, CLAIM_HYPHENS = 36, 4  # a UUID as it is written


class LockBusy(Exception):
    """Somebody else holds it."""


class LocksAway(Exception):
    """The store of the locks does not answer since a moment ago, or does again: in a moment there is one."""


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
def hold(
    key: str, token: str, owner: str = "", ttl: timedelta | None = None, *, patient: bool = False
) -> Iterator[None]:
    """Hold the lock inside the block; raises `LockBusy` or `LocksAway` at the door.

    `patient`: waits until the database stands in for a Redis that has just gone, for whoever can't come again soon.
    """
    ttl = ttl or timedelta(seconds=settings.CONFIG.LOCK_TTL_SECONDS)
    ends = time.monotonic() + (settings.CONFIG.LEASE_SECONDS + ASKED_AGAIN_SECONDS if patient else 0)
    while True:
        try:
            acquire(key, token, owner, ttl)
            break
        except LocksAway:
            if time.monotonic() >= ends:
                raise
            time.sleep(1)
    try:
        yield
    finally:
        release(key, token)


def acquire(key: str, token: str, owner: str, ttl: timedelta) -> None:
    if not settings.CONFIG.redis_url:
        _acquire_in_table(key, token, owner, ttl)
        return
    presence.look_now()
    try:
        taken = _redis_lock(key, ttl.total_seconds()).acquire(token=token)
    except redis_errors() as exc:
        presence.say(exc)
        _outage.go_on(exc)
        _acquire_while_away(key, token, owner, ttl)
        return
    _outage.over()
    if not taken:
        raise LockBusy(key)
    if Lock.objects.filter(key=key, expires_at__gt=timezone.now()).exists():
        release(key, token)
        raise LockBusy(key)


def release(key: str, token: str) -> bool:
    """Free the lock if `token` still holds it. False: it was not ours any more, or its store is away (it expires)."""
    if settings.CONFIG.redis_url:
        from redis.exceptions import LockError

        with suppress(LockError, redis_errors()):
            _redis_lock(key, 1).do_release(token.encode())
            return True
    return _release_in_table(key, token)


def held() -> tuple[list[HeldLock], bool]:
    """All locks held now, by key. False: Redis is away, so those that it holds are missing."""
    found = [HeldLock(row.key, row.token, row.acquired_at, row.expires_at, row.owner) for row in Lock.objects.all()]
    complete = True
    if settings.CONFIG.redis_url:
        try:
            found += _held_in_redis()
        except redis_errors():
            complete = False
    return sorted(found, key=lambda lock: lock.key), complete


class _Outage:
    """For how long this process has found no store of locks in Redis."""

    def __init__(self) -> None:
        self._began = self._last = float("-inf")

    def go_on(self, exc: RedisError) -> None:
        """Raises `LocksAway` until whoever held a lock has ended or lost its record."""
        now, lease = time.monotonic(), settings.CONFIG.LEASE_SECONDS
        if now > self._last + lease + ASKED_AGAIN_SECONDS:
            self._began = now  # it may have been back since
        self._last = now
        if now < self._began + lease:
            raise LocksAway(type(exc).__name__) from exc

    def over(self) -> None:
        self._last = float("-inf")


_outage = _Outage()


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


def _acquire_while_away(key: str, token: str, owner: str, ttl: timedelta) -> None:
    client = get_redis_connection("default")
    with suppress(redis_errors()):
        if client.exists(f"{PREFIX}{key}"):  # one that is full can be read
            raise LockBusy(key)
    _acquire_in_table(key, token, owner, ttl)
    presence.look_now()
    if takes_writes(client):  # others may have taken it there before they could see it here
        _release_in_table(key, token)
        raise LocksAway("back")


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
