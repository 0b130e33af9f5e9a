"""The queue in Redis, and in the database's table while Redis takes nothing: Django-Q2's broker.

So clusters, their schedules and the proof of their work go on without Redis, at the pace of the table. What lies there
when Redis is back is taken first. A task that was put into both (Redis took it and the answer was lost) finds its
record claimed or served.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.brokers import Broker
from django_q.brokers.orm import ORM

from syncapp.kit import plain_sql
from syncapp.kit.redis_presence import presence, redis_errors

LOOK_SECONDS = 2.0  # between looks into the table while Redis is here: another process may not reach it
WAIT_SECONDS = 1  # for a task in Redis
TAKING: dict[str, Any] = {"socket_connect_timeout": 1.5, "socket_timeout": WAIT_SECONDS + 3.0}
PAUSE_SECONDS = 1.0  # when neither of them answers


class Carrier(Broker):
    def __init__(self, list_key: str | None = None) -> None:
        self._redis: Any = import_string("django_q.brokers.redis_broker.Redis")(list_key)
        super().__init__(self._redis.list_key)
        self._look_at = 0.0

    @cached_property
    def _table(self) -> Any:
        return ORM(self.list_key)

    @cached_property
    def _taking(self) -> Any:
        """More patient than others: a task that Redis gave to somebody who had gone is found by the sweep only."""
        from redis import Redis

        from syncapp.kit.redis_pool import Pool

        return Redis(connection_pool=Pool.from_url(settings.CONFIG.redis_url, **TAKING))

    def enqueue(self, task: str) -> int:
        return self.carry([task])

    def carry(self, packages: Sequence[str]) -> int:
        """In one go; raises what the database does when that is away too."""
        try:
            return int(self._redis.connection.rpush(self.list_key, *packages))
        except redis_errors() as exc:
            presence.say(exc)
        put_in_table(self.list_key, packages)
        return len(packages)

    def dequeue(self) -> Any:
        if time.monotonic() >= self._look_at:
            if tasks := self._from_table():
                return tasks  # and look again at once
            self._look_at = time.monotonic() + LOOK_SECONDS
        try:
            task: Any = self._taking.blpop(self.list_key, WAIT_SECONDS)
            return [(None, task[1])] if task else None
        except redis_errors():
            self._look_at = 0.0
            return None

    def _from_table(self) -> Any:
        try:
            tasks = self._table.dequeue()
        except DatabaseError:
            connection.close()
            if not presence.here:
                time.sleep(PAUSE_SECONDS)
            return None
        if presence.here and not tasks and not connection.in_atomic_block:
            connection.close()  # hardly ever needed
        return tasks

    def acknowledge(self, task_id: Any) -> None:
        """Of those from the table; Redis forgets a task when it is taken."""
        self._table.acknowledge(task_id)

    def fail(self, task_id: Any) -> None:
        if task_id is not None:
            self._table.fail(task_id)

    def queue_size(self) -> int:
        in_redis = 0
        with suppress(redis_errors()):
            in_redis = int(self._redis.queue_size())
        return in_redis + int(self._table.queue_size())

    def delete_queue(self) -> None:
        self._redis.delete_queue()
        self._table.delete_queue()

    def purge_queue(self) -> None:
        self._redis.purge_queue()
        self._table.purge_queue()

    def ping(self) -> bool:
        return True  # a cluster starts without Redis too

    def info(self) -> str:
        return str(self._redis.info())

    def set_stat(self, key: str, value: str, timeout: int) -> None:
        with suppress(redis_errors()):
            self._redis.set_stat(key, value, timeout)

    def get_stat(self, key: str) -> Any:
        return self._redis.get_stat(key)

    def get_stats(self, pattern: str) -> Any:
        return self._redis.get_stats(pattern)


def put_in_table(list_key: str, packages: Sequence[str]) -> None:
    now = timezone.now()
    plain_sql.insert("django_q_ormq", ("key", "payload", "lock"), [(list_key, package, now) for package in packages])
