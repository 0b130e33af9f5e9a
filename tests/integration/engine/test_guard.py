"""One guard for a record: its claim. One run at a time, and a run whose claim is gone stops and settles nothing."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from redis import Redis

from syncapp.engine.outside import locks
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery import guards, sweep
from syncapp.engine.runs import claims, runner
from syncapp.engine.runs.planning import Ending, Plan, Settled
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.engine.runs.runner import Step
from syncapp.engine.runs.settling import Settlement
from syncapp.models import Attempt, JournalEntry, Outcome, Reason, Record, Status, Urgency
from tests.servers import free_port
from tests.world import configured

pytestmark = pytest.mark.django_db

PATIENCE = 60  # seconds


def step(apply: Callable[[Run], None], name: str = "guarded") -> Step:
    """A step that does the given."""

    class Doing:
        def __init__(self, run: Run) -> None:
            self.run = run

        def read(self) -> None: ...

        def plan(self, state: None) -> Plan:
            return Plan(Settled({"by": "plan"}))

        def apply(self, state: None, plan: Plan) -> Ending:
            apply(self.run)
            return plan.ending

        def failed(self, reason: str) -> None: ...

    return Step(name, Doing, ())


def ask(name: str = "guarded", **how: Any) -> Record:
    made = sync_requests.request([Target(name, "Thing", "e1")], urgency=Urgency.EVENT, **how)
    return Record.objects.get(pk=made[0].pk)


class Slow:
    """A flow that is in the middle of its work until it may go on; then it writes outside."""

    def __init__(self) -> None:
        self.busy, self.may_go_on = threading.Event(), threading.Event()
        self.begun = self.written = 0

    def __call__(self, run: Run) -> None:
        self.begun += 1
        self.busy.set()
        assert self.may_go_on.wait(PATIENCE)
        with run.writing(WriteIntent("xai", "upload", "file")):
            run.before_write()
            self.written += 1


class Worker(threading.Thread):
    def __init__(self, pk: int, of: Step) -> None:
        super().__init__(daemon=True)
        self.pk, self.step, self.came_of_it = pk, of, list[Settlement | None]()

    def run(self) -> None:
        try:
            self.came_of_it.append(runner.run(self.pk, self.step, even_early=True))
        finally:
            connections.close_all()


@contextmanager
def at_work(record: Record) -> Iterator[tuple[Slow, Worker]]:
    """A worker in the middle of the record's run; at the end of the block it goes on, and has ended after it."""
    slow = Slow()
    worker = Worker(record.pk, step(slow))
    worker.start()
    assert slow.busy.wait(PATIENCE)
    yield slow, worker
    slow.may_go_on.set()
    worker.join(PATIENCE)
    assert not worker.is_alive()


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_runs_a_record() -> None:
    record, slow = ask(), Slow()
    workers = [Worker(record.pk, step(slow)) for _ in range(6)]
    for worker in workers:
        worker.start()
    assert slow.busy.wait(PATIENCE)
    deadline = time.monotonic() + PATIENCE
    while sum(worker.is_alive() for worker in workers) > 1 and time.monotonic() < deadline:
        time.sleep(0.01)
    ask()  # whatever comes meanwhile
    assert runner.run(record.pk, step(slow), even_early=True) is None
    slow.may_go_on.set()
    for worker in workers:
        worker.join(PATIENCE)
    ends = [end for worker in workers for end in worker.came_of_it if end is not None]
    assert [(end.outcome, end.again) for end in ends] == [(Outcome.IN_SYNC, True)]
    assert (slow.begun, slow.written, Attempt.objects.count()) == (1, 1, 1)


@pytest.mark.django_db(transaction=True)
def test_another_step_of_the_same_entity_is_another_record() -> None:
    record, other, ran = ask(), ask("other"), list[str]()
    with at_work(record) as (slow, _):
        assert runner.run(other.pk, step(lambda run: ran.append(run.record.step), "other")) is not None
    assert (ran, slow.written) == (["other"], 1)


def taken_over_by_the_sweep(record: Record) -> None:
    Record.objects.filter(pk=record.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    assert sweep.sweep().recovered == 1


def released_by_staff(record: Record) -> None:
    (held,) = guards.held()[0]
    assert not guards.release(held.key, "another")
    assert not guards.release("guarded:Thing:another", held.token)
    assert guards.release(held.key, held.token)
    assert not guards.release(held.key, held.token)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("take_away", "reason"),
    [(taken_over_by_the_sweep, Reason.WORKER_DIED), (released_by_staff, Reason.LOCK_RELEASED)],
)
@pytest.mark.parametrize("followed", [True, False])
def test_a_run_that_lost_its_record_writes_nothing_more_and_settles_nothing(
    take_away: Callable[[Record], None], reason: Reason, followed: bool
) -> None:
    record = ask()
    with at_work(record) as (slow, worker):
        take_away(record)
        record.refresh_from_db()
        assert (record.status, record.reason, record.claim, record.attempts) == (Status.WAITING, reason, None, 1)
        if followed:
            assert runner.run(record.pk, step(lambda _: None)) is not None
        before = Record.objects.values().get()
    assert (slow.written, worker.came_of_it) == (0, [None])
    assert Record.objects.values().get() == before
    assert Record.objects.get().status == (Status.IN_SYNC if followed else Status.WAITING)
    lost = list(Attempt.objects.exclude(outcome=Outcome.IN_SYNC).values_list("outcome", flat=True))
    assert set(lost) == {Outcome.LOST}  # none looks as if it were still running


@pytest.mark.django_db(transaction=True)
def test_a_command_that_holds_a_record_keeps_runs_away_and_is_followed_by_one() -> None:
    record = ask()
    with at_work(record), pytest.raises(locks.LockBusy), runner.alone(record.pk):
        pytest.fail("a run is at work")
    record.refresh_from_db()
    assert record.status == Status.IN_SYNC
    with runner.alone(record.pk) as run:
        assert runner.run(record.pk, step(lambda _: None), even_early=True) is None
        assert guards.held()[0][0].key == record.lock_key
        with run.writing(WriteIntent("google", "delete_event", "event", "1")):
            run.before_write()
    record.refresh_from_db()
    assert (record.status, record.reason, record.attempts) == (Status.WAITING, "", 0)
    assert JournalEntry.objects.get(action="delete_event").attempt == Attempt.objects.latest("pk")
    assert runner.run(record.pk, step(lambda _: None)) is not None


def test_a_command_that_lost_its_record_leaves_nothing_that_looks_unended() -> None:
    record = ask()

    def work() -> None:
        with runner.alone(record.pk) as run:
            released_by_staff(record)
            writes(run)

    with pytest.raises(claims.ClaimLost):
        work()
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.WAITING, Reason.LOCK_RELEASED)
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {Outcome.LOST}


def test_what_a_dead_worker_shared_with_others_is_freed_with_its_record() -> None:
    record, others = ask(), ask("other")
    dead, alive = claims.take(record.pk), claims.take(others.pk)
    assert dead is not None
    assert alive is not None
    for key, token in (("file:1", dead.token), ("file:2", alive.token), ("scan:all", "somebody")):
        locks.acquire(key, str(token), "w", timedelta(minutes=30))
    Record.objects.filter(pk=record.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    sweep.sweep()
    assert [lock.key for lock in locks.held()[0]] == ["file:2", "scan:all"]
    assert [(lock.key, lock.record) for lock in guards.held()[0]] == [
        (others.lock_key, others.pk),
        ("file:2", others.pk),
        ("scan:all", None),
    ]


def test_a_run_needs_no_redis_and_says_so_when_a_shared_lock_does() -> None:
    def shares(run: Run) -> None:
        with locks.hold("file:1", str(run.claim.token)):
            pytest.fail("there is no store of locks")

    record, needs_a_lock = ask(), ask("other")
    with without_redis():
        assert runner.run(record.pk, step(lambda _: None)) is not None
        runner.run(needs_a_lock.pk, step(shares, "other"))
        claims.take(needs_a_lock.pk, even_early=True)
        held, complete = guards.held()
        assert ([lock.key for lock in held], complete) == ([needs_a_lock.lock_key], False)
        assert guards.release(held[0].key, held[0].token)
    assert Record.objects.get(pk=record.pk).status == Status.IN_SYNC
    reasons = Attempt.objects.filter(record=needs_a_lock).order_by("pk").values_list("reason", flat=True)
    assert list(reasons) == [Reason.LOCKS_AWAY, Reason.LOCK_RELEASED]


@contextmanager
def without_redis() -> Iterator[None]:
    """Redis is configured and does not answer."""
    port = free_port()
    nobody = Redis(port=port, retry=None)
    with configured(redis_url=f"redis://127.0.0.1:{port}/0"), mock.patch.object(locks, "get_redis_connection") as get:
        get.return_value = nobody
        yield


def writes(run: Run) -> None:
    with run.writing(WriteIntent("xai", "upload", "file")):
        run.before_write()


CLAIM, SWITCHES, SETTLE = "UPDATE record", "SELECT stepswitch", "UPDATE record"
INTENT = ["INSERT attempt", "BEGIN", "INSERT journalentry", "COMMIT"]
WRITE = [*INTENT, "UPDATE record", "UPDATE journalentry"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("apply", "between", "at_the_end"), [(lambda _: None, [], "INSERT attempt"), (writes, WRITE, "UPDATE attempt")]
)
def test_no_run_costs_a_statement_more_than_this(
    apply: Callable[[Run], None], between: list[str], at_the_end: str
) -> None:
    record = ask()
    with CaptureQueriesContext(connection) as told:
        assert runner.run(record.pk, step(apply)) is not None
    said = [_in_short(query["sql"]) for query in told]
    assert said == [CLAIM, SWITCHES, *between, "BEGIN", SETTLE, at_the_end, "COMMIT"]


def _in_short(sql: str) -> str:
    """What it does, and the first of our tables it names."""
    table = re.search(r"syncapp_(\w+)", sql)
    return " ".join([sql.split()[0], *([table[1]] if table else [])])
