"""Calls a minute of each key, counted for all web processes together: in Redis, or in a table where there is none."""

from __future__ import annotations

import math
import time

from django.conf import settings
from django.db import connection

from syncapp.kit.brakes import Brake
from syncapp.kit.redis_presence import get_redis_connection, redis_errors
from syncapp.models import ProxyKey, ProxyWindow

MINUTE = 60  # seconds
# Wrong keys from one address. Enough for somebody who is setting a program up, nothing for somebody who guesses.
strangers = Brake("proxy", 30)

_COUNT = """
INSERT INTO {table} (name, minute, calls) VALUES (%s, %s, 1)
ON CONFLICT (name) DO UPDATE SET
  calls = CASE WHEN {table}.minute = excluded.minute THEN {table}.calls + 1 ELSE 1 END, minute = excluded.minute
RETURNING calls
"""


def of_key(key: ProxyKey) -> int | None:
    """Counts a call. None: go on; else the seconds until the next minute, in which there is room again."""
    now = time.time()
    minute = int(now // MINUTE)
    calls = _counted(f"key:{key.pk}", minute)
    return None if calls <= key.per_minute else math.ceil((minute + 1) * MINUTE - now)


def _counted(name: str, minute: int) -> int:
    if settings.CONFIG.redis_url:
        try:
            return _counted_in_redis(name, minute)
        except redis_errors():
            pass  # the table counts as well; a Redis that is away must not open the door wide
    with connection.cursor() as cursor:
        cursor.execute(_COUNT.format(table=ProxyWindow._meta.db_table), [name, minute])
        return int(cursor.fetchone()[0])


def _counted_in_redis(name: str, minute: int) -> int:
    key = f"hub:proxy:{name}:{minute}"
    with get_redis_connection("default").pipeline() as pipe:
        pipe.incr(key)
        pipe.expire(key, 2 * MINUTE)
        return int(pipe.execute()[0])
