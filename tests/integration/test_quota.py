"""The limit of requests a minute that all workers keep together."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.conf import settings
from django.db import connection
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from syncapp.clients.errors import RateLimited
from syncapp.engine.outside import quota
from syncapp.engine.outside.quota import MINUTE, OF_A_USER, PATIENCE, SECOND, Bucket, SharedQuota
from syncapp.models import QuotaBucket
from tests.installation import ROOT, Installation

TAKE_ALL = """
import django; django.setup()
from syncapp.clients.errors import RateLimited
from syncapp.engine.outside.quota import SharedQuota
taken = 0
try:
    while True:
        SharedQuota(1000, 1000).take("a")
        taken += 1
except RateLimited:
    print(taken)
"""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """A clock that only the test moves (`now`, microseconds), and the table instead of Redis, which has its own."""
    moved = SimpleNamespace(now=1_700_000_000 * SECOND)
    monkeypatch.setattr(quota, "time", SimpleNamespace(time_ns=lambda: moved.now * 1000))
    monkeypatch.setattr(quota, "settings", SimpleNamespace(CONFIG=SimpleNamespace(redis_url="")))
    return moved


def most_in_a_minute(moments: list[tuple[int, int]]) -> int:
    """Of (moment, calls): the largest sum within any sixty seconds."""
    moments = sorted(moments)
    return max(
        sum(calls for moment, calls in islice(moments, place, None) if moment < start + MINUTE)
        for place, (start, _) in enumerate(moments)
    )


def full_at(name: str) -> int:
    if settings.CONFIG.redis_url:
        return int(get_redis_connection("default").get(f"hub:quota:{name}"))
    return QuotaBucket.objects.get(name=name).full_at


@pytest.mark.django_db
@pytest.mark.parametrize("figure", [100, 173, 600])
@pytest.mark.parametrize("largest", [1, 50])
def test_no_minute_ever_sees_more_than_the_figure(clock: SimpleNamespace, figure: int, largest: int) -> None:
    chance = random.Random(figure)
    shared, sent = SharedQuota(10_000, figure), []
    end = clock.now + 4 * MINUTE
    while clock.now < end:
        calls = chance.randint(1, largest)
        try:
            wait = round(shared.take("a", calls) * SECOND)
            assert wait <= PATIENCE
            sent.append((clock.now + wait, calls))
        except RateLimited as full:
            clock.now += round((full.retry_after or 0) * SECOND) - PATIENCE
        clock.now += 30 * SECOND if chance.random() < 0.002 else chance.choice([0, 1, 1000])
    assert figure * 0.6 < most_in_a_minute(sent) <= figure


@pytest.mark.django_db
def test_one_user_does_not_use_up_the_share_of_another(clock: SimpleNamespace) -> None:
    shared = SharedQuota(10_000, 600)
    assert [shared.take("a", 50) for _ in range(7)] == pytest.approx([0, 0, 0, 0, 0, 0, 10])
    assert shared.take("b", 50) == 0


@pytest.mark.django_db
def test_all_users_together_keep_below_the_figure_of_all(clock: SimpleNamespace) -> None:
    shared = SharedQuota(600, 600)
    waits = [shared.take(f"user {number}", 20) for number in range(5)]
    assert waits[:3] == [0, 0, 0]
    assert 0 < waits[3] < waits[4]


@pytest.mark.django_db
def test_what_is_refused_is_not_counted(clock: SimpleNamespace) -> None:
    shared = SharedQuota(10_000, 100)
    shared.take("a", 50)
    for _ in range(10):
        with pytest.raises(RateLimited) as caught:
            shared.take("a", 50)
    assert caught.value.retry_after == pytest.approx(60, abs=1)
    clock.now += MINUTE
    assert shared.take("a", 50) == 0


@pytest.mark.django_db
def test_a_clock_that_was_wrong_does_not_stop_everything(clock: SimpleNamespace) -> None:
    QuotaBucket.objects.create(name="google:user:a", full_at=clock.now + 1000 * MINUTE)
    shared = SharedQuota(10_000, 100)
    assert shared.take("a", 50) == 0
    assert shared.take("a", 1) > 0  # and counts on from there


@pytest.mark.django_db(transaction=True)
def test_threads_lose_no_call() -> None:
    start, taken = time.time_ns() // 1000 - SECOND, []

    def work() -> None:
        shared, mine = SharedQuota(10_000, 600), 0
        try:
            while True:
                shared.take("a")
                mine += 1
        except RateLimited:
            taken.append(mine)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    bucket = Bucket("google:user:a", 600, OF_A_USER)
    assert len(taken) == 6
    assert sum(taken) * bucket.each <= full_at(bucket.name) - start
    assert sum(taken) >= bucket.size + PATIENCE // bucket.each


def test_processes_lose_no_call(tmp_path: Path) -> None:
    with Installation.fresh(tmp_path) as hub:
        begun = time.monotonic()
        workers = [
            subprocess.Popen([sys.executable, "-c", TAKE_ALL], cwd=ROOT, env=hub.env, stdout=subprocess.PIPE, text=True)
            for _ in range(4)
        ]
        taken = [int(worker.communicate(timeout=120)[0]) for worker in workers]
        took = (time.monotonic() - begun) * SECOND
    bucket = Bucket("google:all", 1000)
    at_once = bucket.size + PATIENCE // bucket.each
    assert at_once <= sum(taken) <= at_once + took // bucket.each + 1


@pytest.mark.django_db
def test_without_redis_the_table_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: object) -> None:
        raise RedisError

    monkeypatch.setattr(quota, "_in_redis", away)
    monkeypatch.setattr(quota, "settings", SimpleNamespace(CONFIG=SimpleNamespace(redis_url="redis://away")))
    shared = SharedQuota(10_000, 100)
    assert shared.take("a", 50) == 0
    assert shared.take("a", 5) > 0
    assert QuotaBucket.objects.count() == 2
