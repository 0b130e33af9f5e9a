"""What must not come alive with a restored database: it was true at the time of the backup and is no more.

Runs that were under way stay as they are: their leases are over, so the sweep finds them as it finds those of a worker
that died, and looks for what they may have written before it writes anything again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from django.conf import settings
from django_q.brokers import get_broker

from syncapp.engine.outside import locks
from syncapp.kit.redis_presence import get_redis_connection, redis_errors

# By table, so that a backup from before there was one can be settled too.
STATEMENTS = {
    # A confirmed comparison of that day would run unasked on today's data. What is due is put there by the sweep.
    "django_q_ormq": "DELETE FROM django_q_ormq",
    # Logins that have ended since, of people who are gone since.
    "django_session": "DELETE FROM django_session",
    "syncapp_lock": "DELETE FROM syncapp_lock",
    "syncapp_advoware_cache": "DELETE FROM syncapp_advoware_cache",
    # Else health and mails tell of workers that fell silent, and of jobs that nobody ran while there was no hub.
    "syncapp_worker": "UPDATE syncapp_worker SET stopped_at = COALESCE(beat_at, started_at) WHERE stopped_at IS NULL",
    "syncapp_scheduledjob": "UPDATE syncapp_scheduledjob SET since = '{now}'",
}


def settle(tables: Collection[str], execute: Callable[[str], object], now: str) -> None:
    """`now`: the moment as the database takes it."""
    for table, statement in STATEMENTS.items():
        if table in tables:
            execute(statement.format(now=now))


def empty_redis() -> bool:
    """Queue and locks there belong to the database that is replaced; the hub is at rest, so nobody needs them.
    False: Redis is away."""
    if not settings.CONFIG.redis_url:
        return True
    client = get_redis_connection("default")
    try:
        if settings.CONFIG.QUEUE_BROKER == "redis":
            client.delete(get_broker().list_key)
        for key in client.scan_iter(match=f"{locks.PREFIX}*", count=500):
            client.delete(key)
    except redis_errors():
        return False
    return True
