"""Redis is configured and is not there, says nothing, loads its data, is full: what stands in for it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.scheduler import scheduler
from redis import Redis
from redis.exceptions import OutOfMemoryError, RedisError, TimeoutError

from syncapp.engine.outside import locks
from syncapp.engine.queue import enqueue
from syncapp.engine.queue.carrier import Carrier
from syncapp.kit import redis_pool, redis_presence
from syncapp.models import Lock
from tests import engines
from tests.e2e.doors import silent_system
from tests.servers import free_port
from tests.world import configured

TTL = timedelta(minutes=1)
LOADING = b"-LOADING Redis is loading the dataset in memory\r\n"


@pytest.fixture(autouse=True)
def presence(monkeypatch: pytest.MonkeyPatch) -> Iterator[redis_presence.Presence]:
    mine = redis_presence.Presence()
    monkeypatch.setattr(redis_pool, "presence", mine)
    monkeypatch.setattr(locks, "presence", mine)
    monkeypatch.setattr(locks, "_outage", locks._Outage())
    yield mine
    mine.answered()  # the real one is emptied after each test


def client(port: int, seconds: float = 1) -> Redis:
    waits = {"socket_timeout": seconds, "socket_connect_timeout": seconds}
    return Redis(connection_pool=redis_pool.Pool.from_url(f"redis://127.0.0.1:{port}/0", **waits))


def refused(there: Redis) -> bool:
    """Whether its own time-out was waited for; else it was known already, and Redis was not asked."""
    with pytest.raises(RedisError) as caught:
        there.ping()
    return isinstance(caught.value, TimeoutError)


# Connections


def test_one_that_says_nothing_costs_one_time_out_and_then_nobody_anything(
    presence: redis_presence.Presence, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_presence, "AGAIN_SECONDS", 3600.0)  # however long this test takes
    with silent_system() as port:
        there = client(port)
        assert refused(there)
        with ThreadPoolExecutor(10) as pool:
            assert not any(pool.map(refused, [there] * 30))
        presence.look_now()
        with ThreadPoolExecutor(10) as pool:  # one of them looks
            assert sum(pool.map(refused, [there] * 10)) == 1
        presence.look_now()
        patient, began = client(port, seconds=60), time.monotonic()
        assert refused(patient)
        assert time.monotonic() - began < 30, "with little patience, whatever it has else"


def test_one_that_loads_its_data_is_away_until_it_has(presence: redis_presence.Presence) -> None:
    answers = [LOADING]
    with saying(answers) as port:
        there = client(port)
        for _ in range(2):
            presence.look_now()
            refused(there)
            assert not presence.here
        answers[0] = b"+OK\r\n"
        refused(there)  # a moment ago it was away
        presence.look_now()
        assert redis_presence.takes_writes(there)
    assert presence.here


def test_it_is_said_once_a_minute_with_a_count_and_when_it_is_back(
    presence: redis_presence.Presence, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        presence.missed(RedisError())
    presence._said_at -= redis_presence.MINUTE
    presence.missed(RedisError())
    presence.answered()
    presence.answered()
    assert said(caplog) == [("redis.away", 1), ("redis.away", 5), ("redis.back", None)]


def said(caplog: pytest.LogCaptureFixture) -> list[tuple[str, int | None]]:
    lines: list[Any] = [record.msg for record in caplog.records]
    return [(line["event"], line.get("times")) for line in lines if isinstance(line, dict)]


class saying:
    """A port where each command is answered with the first of `answers`."""

    def __init__(self, answers: list[bytes]) -> None:
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))

    def __enter__(self) -> int:
        threading.Thread(target=self._serve, daemon=True).start()
        return int(self._listener.getsockname()[1])

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                peer = self._listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=self._talk, args=(peer,), daemon=True).start()

    def _talk(self, peer: socket.socket) -> None:
        with peer:
            while said := peer.recv(65536):
                commands = sum(line.startswith(b"*") for line in said.splitlines())
                hello = b"HELLO" in said
                peer.sendall(
                    b"%1\r\n+proto\r\n:3\r\n" if hello and self._answers[0] != LOADING else self._answers[0] * commands
                )


# Locks


@pytest.fixture
def away() -> Iterator[None]:
    with configured(redis_url="redis://127.0.0.1:1/0"), mock.patch.object(locks, "get_redis_connection") as get:
        get.return_value = Redis(port=free_port(), retry=None)
        yield


@pytest.mark.django_db
def test_a_lock_is_in_the_table_once_redis_was_away_for_a_lease(away: None) -> None:
    with pytest.raises(locks.LocksAway):
        locks.acquire("file:1", "one", "w", TTL)
    assert locks.held() == ([], False)
    with configured(redis_url="redis://127.0.0.1:1/0", LEASE_SECONDS=0):
        locks.acquire("file:1", "one", "w", TTL)
        with pytest.raises(locks.LockBusy):
            locks.acquire("file:1", "two", "w", TTL)
        found, complete = locks.held()
        assert ([(lock.key, lock.token, lock.owner) for lock in found], complete) == ([("file:1", "one", "w")], False)
        assert not locks.release("file:1", "two")
        assert locks.release("file:1", "one")
    assert not Lock.objects.exists()


@pytest.mark.django_db
def test_who_can_wait_waits_until_the_table_stands_in(away: None) -> None:
    with configured(redis_url="redis://127.0.0.1:1/0", LEASE_SECONDS=1), locks.hold("scan:x", "token", patient=True):
        assert [lock.key for lock in locks.held()[0]] == ["scan:x"]


@pytest.mark.django_db
def test_a_redis_that_came_back_meanwhile_gets_its_locks_again(away: None) -> None:
    with (
        configured(redis_url="redis://127.0.0.1:1/0", LEASE_SECONDS=0),
        mock.patch.object(locks, "takes_writes", return_value=True),
        pytest.raises(locks.LocksAway),
    ):
        locks.acquire("file:1", "one", "w", TTL)
    assert not Lock.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(("there", "expected"), [(1, locks.LockBusy), (0, None)])
def test_what_a_full_redis_still_holds_is_held(there: int, expected: type[Exception] | None) -> None:
    full: Any = mock.Mock()
    full.lock.return_value.acquire.side_effect = OutOfMemoryError
    full.set.side_effect = OutOfMemoryError
    full.exists.return_value = there
    with (
        configured(redis_url="redis://127.0.0.1:1/0", LEASE_SECONDS=0),
        mock.patch.object(locks, "get_redis_connection", return_value=full),
    ):
        if expected:
            with pytest.raises(expected):
                locks.acquire("file:1", "one", "w", TTL)
        else:
            locks.acquire("file:1", "one", "w", TTL)
    assert Lock.objects.count() == (0 if expected else 1)


@pytest.mark.django_db
@pytest.mark.skipif(engines.chosen().name != "postgres", reason="there is no Redis")
def test_what_was_taken_in_the_table_is_held_when_redis_is_back() -> None:
    locks._acquire_in_table("file:1", "one", "w", TTL)
    with pytest.raises(locks.LockBusy):
        locks.acquire("file:1", "two", "w", TTL)
    assert [lock.token for lock in locks.held()[0]] == ["one"]
    assert locks.release("file:1", "one")
    locks.acquire("file:1", "two", "w", TTL)
    assert locks.held()[1]
    assert [lock.token for lock in locks.held()[0]] == ["two"]
    assert not Lock.objects.exists()
    assert locks.release("file:1", "two")


# The queue


@pytest.fixture
def carrier() -> Carrier:
    made = Carrier()
    made._taking = made._redis.connection = Redis(port=free_port(), retry=None)
    return made


@pytest.mark.django_db
def test_the_table_carries_and_gives_each_task_once(carrier: Carrier) -> None:
    carrier.carry(["first", "second"])
    assert carrier.queue_size() == 2
    taken = [task for _ in range(5) for task in carrier.dequeue() or []]
    assert sorted(package for _, package in taken) == ["first", "second"]  # in whatever order the table gives them
    assert (carrier.queue_size(), OrmQ.objects.count()) == (0, 2)
    for pk, _ in taken:
        carrier.acknowledge(pk)
    assert not OrmQ.objects.exists()
    assert carrier.ping()
    carrier.set_stat("key", "value", 3)


@pytest.mark.django_db(transaction=True)  # the scheduler closes its connection
def test_schedules_go_on(carrier: Carrier) -> None:
    Schedule.objects.all().delete()
    due = timezone.now() - timedelta(seconds=5)
    row = Schedule.objects.create(func="syncapp.jobs.sweep", schedule_type=Schedule.MINUTES, minutes=1, next_run=due)
    for _ in range(2):
        scheduler(broker=carrier)
    row.refresh_from_db()
    assert row.next_run > timezone.now()
    assert OrmQ.objects.count() == 1


@pytest.mark.django_db
def test_nobody_hears_of_it_when_the_database_takes_nothing_either(
    carrier: Carrier, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier.list_key = None  # a row that the database refuses
    monkeypatch.setattr(enqueue, "get_broker", lambda: carrier)
    enqueue._push([(enqueue.RUN, (1,), None)])
    assert ("queue.away", None) in said(caplog)
