"""Google's limit of requests a minute as a token bucket that all workers share: in Redis, or in a database table.

A bucket is one number, the moment at which it will be full again. It holds a part of what a minute allows and fills
with the rest, so that no sixty seconds, wherever they begin, see more than the figure.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection

from syncapp.clients.errors import RateLimited
from syncapp.kit.redis_presence import get_redis_connection, presence, redis_errors
from syncapp.models import QuotaBucket, SystemName

SECOND = 1_000_000  # microseconds, in which all is counted here
MINUTE = 60 * SECOND
PATIENCE = 15 * SECOND  # a run waits that long for its turn; then others may have the worker
LARGEST = 50  # calls taken at once: a batch
# The part of a minute's calls that may come at once; the larger it is, the slower goes on what needs more than that.
OF_A_USER = 2  # a half: a calendar of a few hundred appointments is filled once, and then changes by the handful
OF_ALL = 10  # a tenth: many calendars that are filled together want what goes on
# No bucket fills for longer than a minute and the patience: a moment beyond that was written by a wrong clock.
BELIEVED = 2 * MINUTE


@dataclass(frozen=True, slots=True)
class Bucket:
    """`per_minute` calls at most in any sixty seconds; at least twice `LARGEST`."""

    name: str
    per_minute: int
    part: int = OF_ALL

    @property
    def size(self) -> int:
        return max(self.per_minute // self.part, LARGEST)

    @property
    def each(self) -> int:
        """Microseconds in which it fills by one call."""
        return -(-MINUTE // (self.per_minute - self.size))


class SharedQuota:
    """`Quota` of the Google client for all that this installation does: of each user, and of all together."""

    def __init__(self, per_minute: int, per_user: int) -> None:
        self._per_minute = per_minute
        self._per_user = per_user

    def take(self, user: str, calls: int = 1) -> float:
        """Seconds to wait before so many calls may be sent; `RateLimited` when that is longer than the patience."""
        of_user = Bucket(f"google:user:{user}", self._per_user, OF_A_USER)
        of_all = Bucket("google:all", self._per_minute, OF_ALL)
        return max(_wait(of_user, calls), _wait(of_all, calls)) / SECOND


def _wait(bucket: Bucket, calls: int) -> int:
    """Takes the calls and returns the microseconds until their turn."""
    cost, room = calls * bucket.each, bucket.size * bucket.each
    if settings.CONFIG.redis_url:
        try:
            taken, wait = _in_redis(bucket.name, cost, room)
        except redis_errors() as exc:
            presence.say(exc)
            taken, wait = _in_table(bucket.name, cost, room)
    else:
        taken, wait = _in_table(bucket.name, cost, room)
    if not taken:
        raise RateLimited(SystemName.GOOGLE.value, "own_quota", retry_after=wait / SECOND)
    return max(wait, 0)


_TAKE = """
INSERT INTO {table} AS bucket (name, full_at) VALUES (%(name)s, %(now)s + %(cost)s)
ON CONFLICT (name) DO UPDATE SET full_at = %(cost)s +
  CASE WHEN bucket.full_at BETWEEN %(now)s AND %(believed)s THEN bucket.full_at ELSE %(now)s END
WHERE bucket.full_at + %(cost)s <= %(latest)s OR bucket.full_at > %(believed)s
RETURNING full_at
"""


def _in_table(name: str, cost: int, room: int) -> tuple[bool, int]:
    now = time.time_ns() // 1000
    values: dict[str, str | int] = {"name": name, "now": now, "cost": cost}
    values |= {"latest": now + room + PATIENCE, "believed": now + BELIEVED}
    with connection.cursor() as cursor:
        cursor.execute(_TAKE.format(table=QuotaBucket._meta.db_table), values)
        row = cursor.fetchone()
    if row is not None:
        return True, int(row[0]) - room - now
    full_at = QuotaBucket.objects.values_list("full_at", flat=True).get(name=name)
    return False, full_at + cost - room - now


# The same with the clock of Redis, which is one for all machines.
_SCRIPT = """
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local cost, room, patience, believed = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local full = tonumber(redis.call('GET', KEYS[1]) or '0')
if full < now or full > now + believed then full = now end
local wait = full + cost - room - now
if wait > patience then return {0, wait} end
redis.call('SET', KEYS[1], string.format('%.0f', full + cost), 'PX', believed / 1000)
return {1, wait}
"""


def _in_redis(name: str, cost: int, room: int) -> tuple[bool, int]:
    client: Any = get_redis_connection("default")
    taken, wait = client.eval(_SCRIPT, 1, f"hub:quota:{name}", cost, room, PATIENCE, BELIEVED)
    return bool(taken), int(wait)
