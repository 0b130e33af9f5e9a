"""The way of a run: one at a time, nothing lost in between, nobody else's work settled."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from syncapp.clients import errors
from syncapp.engine.outside import connections, locks
from syncapp.engine.queue import enqueue
from syncapp.engine.recovery import sweep
from syncapp.engine.runs import claims, runner, switches
from syncapp.engine.runs.glancing import Glanced
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.models import Attempt, JournalEntry, Lock, Outcome, Reason, Record, Status, Urgency
from tests.integration.engine.scripted import STEP, Scripted, ask, script
from tests.world import configured

pytestmark = pytest.mark.django_db


def no_glance(_: Iterable[str]) -> Glanced:
    return Glanced()


def test_a_request_is_served_and_remembered() -> None:
    record = ask()
    settlement = runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert settlement is not None
    assert (record.status, record.served, record.attempts, record.agreed) == (Status.IN_SYNC, 1, 0, {"n": 1})
    assert Attempt.objects.get().outcome == Outcome.IN_SYNC
    assert runner.run(record.pk, STEP) is None


def test_a_worker_that_lost_its_claim_writes_nothing_and_settles_nothing() -> None:
    record = ask()
    written = []

    def thought_dead(run: Run) -> None:
        Record.objects.filter(pk=record.pk).update(claim=uuid.uuid4())
        run.before_write()
        written.append(1)

    script(thought_dead)
    assert runner.run(record.pk, STEP) is None
    record.refresh_from_db()
    assert written == []
    assert record.status == Status.RUNNING
    assert not Attempt.objects.exists()


def test_a_dead_worker_is_followed_by_another() -> None:
    record = ask()
    claim = claims.take(record.pk)
    assert claim is not None
    assert sweep.sweep().recovered == 0
    Record.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert sweep.sweep().recovered == 1
    assert Attempt.objects.get().outcome == Outcome.LOST
    assert runner.run(record.pk, STEP) is not None
    with pytest.raises(claims.ClaimLost):
        claims.keep(claim)


def test_a_busy_lock_is_no_failure_and_loses_nothing() -> None:
    record = ask()

    def shares(run: Run) -> None:
        with locks.hold("file:1", str(run.claim.token)):
            return

    script(shares)
    with locks.hold("file:1", "another"):
        runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.status, record.reason, record.attempts) == (Status.WAITING, Reason.LOCK_BUSY, 0)
    assert runner.run(record.pk, STEP, even_early=True) is not None


def test_a_store_of_locks_that_is_away_is_not_told_as_another_run(monkeypatch: pytest.MonkeyPatch) -> None:
    record = ask()

    def shares(run: Run) -> None:
        with locks.hold("file:1", str(run.claim.token)):
            return

    def away(*_: object) -> None:
        raise locks.LocksAway("ConnectionError")

    script(shares)
    with monkeypatch.context() as patch:
        patch.setattr(locks, "acquire", away)
        runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.status, record.reason, record.attempts) == (Status.WAITING, Reason.LOCKS_AWAY, 0)
    assert runner.run(record.pk, STEP, even_early=True) is not None


def test_only_the_owner_releases_a_lock_and_an_old_one_ends() -> None:
    locks.acquire("k", "one", "", timedelta(minutes=1))
    with pytest.raises(locks.LockBusy):
        locks.acquire("k", "two", "", timedelta(minutes=1))
    assert not locks.release("k", "two")
    assert locks.release("k", "one")
    if Lock.objects.model and not locks.held()[0]:
        locks.acquire("k", "three", "", timedelta(minutes=1))
        Lock.objects.update(expires_at=timezone.now() - timedelta(seconds=1), acquired_at="2020-01-01T00:00Z")
        if Lock.objects.exists():
            locks.acquire("k", "four", "", timedelta(minutes=1))
            assert [lock.token for lock in locks.held()[0]] == ["four"]


def test_fresh_events_run_before_a_full_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enqueue, "runnable", None)  # no flow has the step of these tests
    for n in range(30):
        ask(Urgency.SCAN, f"scan{n}")
    ask(Urgency.EVENT, "fresh")
    ask(Urgency.STAFF, "staff")
    ran: list[str] = []
    sweep.drain(lambda pk, _: ran.append(Record.objects.get(pk=pk).entity_id) or runner.run(pk, STEP), no_glance)
    assert ran[:2] == ["staff", "fresh"]
    assert len(ran) == 32


def test_what_no_glance_settles_has_its_turn_before_the_end_of_a_comparison(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(enqueue, "runnable", None)
    for n in range(30):
        ask(Urgency.SCAN, f"scan{n}")
    waits = ask(Urgency.EVENT, "outdated")
    Record.objects.filter(pk=waits.pk).update(reason=Reason.OUTDATED)
    done: list[str] = []
    told: list[int] = []

    def glance(steps: Iterable[str]) -> Glanced:
        told.append(len(list(steps)))
        waiting = Record.objects.filter(status=Status.WAITING, urgency=Urgency.SCAN)
        scans = list(waiting.values_list("pk", flat=True)[:6])
        waiting.filter(pk__in=scans).update(status=Status.IN_SYNC, due_at=None, served=1)
        done.append("glance")
        return Glanced(frozenset(scans))

    def run(pk: int, _: str) -> object:
        done.append(Record.objects.get(pk=pk).entity_id)
        return runner.run(pk, STEP, even_early=True)

    sweep.drain(run, glance)
    assert done[:2] == ["glance", "outdated"]
    assert done.count("glance") > 2
    assert told[0] == sweep.LOOK_AHEAD - 1  # it waits for more than its turn, which no glance gives it


def test_a_comparison_puts_nothing_on_the_queue_by_itself() -> None:

    ask(Urgency.SCAN)
    assert enqueue.queue_size() == 0


def test_an_intent_is_stored_before_the_write_and_its_end_after(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections, "ping", lambda _: None)
    record = ask()
    during: list[str] = []

    def write(run: Run) -> None:
        with run.writing(WriteIntent("xai", "upload", "file", mark="m")) as entry:
            during.append(JournalEntry.objects.get().state)
            entry.target_id = "file_1"
        with run.writing(WriteIntent("xai", "upload", "file", mark="n")):
            raise errors.AnswerLost("xai")

    script(write)
    runner.run(record.pk, STEP)
    assert during == ["intended"]
    assert list(JournalEntry.objects.order_by("id").values_list("state", "target_id")) == [
        ("done", "file_1"),
        ("lost", ""),
    ]


def test_pause_of_a_step_and_observe_mode() -> None:
    record = ask()
    switches.set_paused("scripted", True)
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.reason, len(Scripted.seen)) == (Reason.PAUSED, 0)
    switches.set_paused("scripted", False)
    switches.set_observing("scripted", True)
    called: list[int] = []
    script(lambda _: called.append(1))
    settlement = runner.run(record.pk, STEP)
    assert settlement is not None
    assert (settlement.outcome, called) == (Outcome.OBSERVED, [])
    assert Attempt.objects.order_by("-id")[0].plan == [{"kind": "tests.touch"}]
    switches.set_observing("scripted", False)
    assert runner.run(record.pk, STEP) is not None
    assert called == [1]


def test_a_preview_leaves_no_trace() -> None:
    record = ask()
    before = Record.objects.values().get()
    shown = runner.preview(record, STEP)
    assert (shown.actions, shown.status, shown.reason) == (({"kind": "tests.touch"},), "in_sync", "")
    assert Record.objects.values().get() == before
    assert not Attempt.objects.exists()


def test_the_database_refuses_half_states() -> None:
    record = ask()
    for broken in (
        {"status": Status.RUNNING},
        {"status": Status.FAILED, "reason": ""},
        {"due_at": None},
        {"served": 5},
        {"status": Status.IN_SYNC},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Record.objects.filter(pk=record.pk).update(**broken)


def test_the_end_of_observe_mode_is_noticed_however_it_came() -> None:
    record = ask()
    with configured(OBSERVE_ONLY=True):
        runner.run(record.pk, STEP)
        sweep.sweep()
        record.refresh_from_db()
        assert (record.status, record.reason) == (Status.WAITING, Reason.OBSERVED)
    sweep.sweep()
    record.refresh_from_db()
    assert record.reason == ""
    assert runner.run(record.pk, STEP) is not None
