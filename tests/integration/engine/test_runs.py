"""The way of a run: one at a time, nothing lost in between, nobody else's work settled."""

from __future__ import annotations

import errno
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from syncapp.clients import errors
from syncapp.clients.errors import Outdated
from syncapp.clients.http.retry import retry_after_seconds
from syncapp.engine.outside import locks, outages
from syncapp.engine.queue import enqueue, retry, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery import future, sweep
from syncapp.engine.runs import claims, runner
from syncapp.engine.runs.glancing import Glanced
from syncapp.engine.runs.planning import Action, Ending, Failed, Plan, Postponed, Settled, read_again
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.engine.runs.runner import Step
from syncapp.models import (
    Attempt,
    JournalEntry,
    Lock,
    Outcome,
    Reason,
    Record,
    Status,
    System,
    SystemState,
    Urgency,
)
from syncapp.words.fault_words import trouble_in_words

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Touch(Action):
    kind = "tests.touch"
    words = "touch"


class Scripted:
    """A flow that does what the test says."""

    script: Any = None
    seen: list[Run] = []

    def __init__(self, run: Run) -> None:
        self.run = run
        self.seen.append(run)

    def read(self) -> None:
        return None

    def plan(self, state: None) -> Plan:
        return Plan(Settled({"n": 1}), (Touch(),))

    def apply(self, state: None, plan: Plan) -> Ending:
        result = self.script(self.run) if self.script else None
        return result or plan.ending

    def failed(self, reason: str) -> None:
        return None


STEP = Step("scripted", Scripted, ())


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    Scripted.script, Scripted.seen = None, []
    yield
    Scripted.script, Scripted.seen = None, []


def script(function: Any) -> None:
    Scripted.script = staticmethod(function)


def ask(urgency: Urgency = Urgency.EVENT, entity: str = "e1", **kw: Any) -> Record:
    made = sync_requests.request([Target("scripted", "Thing", entity)], urgency=urgency, **kw)
    return Record.objects.get(pk=made[0].pk)


def no_glance(_: Iterable[str]) -> Glanced:
    return Glanced()


def raising(exc: Exception) -> None:
    def do(_: Run) -> None:
        raise exc

    script(do)


def test_a_request_is_served_and_remembered() -> None:
    record = ask()
    settlement = runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert settlement is not None
    assert (record.status, record.served, record.attempts, record.agreed) == (Status.IN_SYNC, 1, 0, {"n": 1})
    assert Attempt.objects.get().outcome == Outcome.IN_SYNC
    assert runner.run(record.pk, STEP) is None


def test_a_thousand_events_during_a_run_cause_exactly_one_more() -> None:
    record = ask()
    script(lambda _: [ask() for _ in range(1000)] and None)
    first = runner.run(record.pk, STEP)
    assert first is not None
    assert first.again
    Scripted.script = None
    assert runner.run(record.pk, STEP) is None  # not before the storm is over
    assert runner.run(record.pk, STEP, even_early=True) is not None
    assert runner.run(record.pk, STEP, even_early=True) is None
    record.refresh_from_db()
    assert (record.requested, record.served, Attempt.objects.count()) == (1001, 1001, 2)


def test_a_storm_of_single_events_waits_for_the_calm_and_staff_do_not() -> None:
    record = ask()
    runner.run(record.pk, STEP)
    for _ in range(20):
        ask()
        assert runner.run(record.pk, STEP) is None
    record.refresh_from_db()
    assert record.due_at is not None
    assert timedelta() < record.due_at - timezone.now() <= sync_requests.DEBOUNCE
    ask(Urgency.STAFF, force=True)
    assert runner.run(record.pk, STEP) is not None
    Record.objects.update(changed_at=timezone.now() - sync_requests.DEBOUNCE)
    ask()
    assert runner.run(record.pk, STEP) is not None


def due_in(record: Record) -> float:
    """Seconds."""
    record.refresh_from_db()
    assert record.due_at is not None
    return (record.due_at - timezone.now()).total_seconds()


def passed(record: Record, seconds: float) -> None:
    """So much time, as the record sees it."""
    record.refresh_from_db()
    assert record.due_at is not None
    by = timedelta(seconds=seconds)
    Record.objects.update(due_at=record.due_at - by, changed_at=record.changed_at - by)


def test_a_storm_that_goes_on_is_looked_at_once_when_it_has_ended() -> None:
    record = ask()
    runner.run(record.pk, STEP)
    for seconds in range(0, 18, 3):
        ask()
        assert 2 < due_in(record) <= 4, seconds
        passed(record, 3)
    ask()
    passed(record, due_in(record))
    assert runner.run(record.pk, STEP) is not None
    record.refresh_from_db()
    assert (record.status, record.requested, record.served) == (Status.IN_SYNC, 8, 8)
    assert Attempt.objects.count() == 2


def test_a_storm_without_an_end_is_looked_at_in_its_midst() -> None:
    record = ask()
    runner.run(record.pk, STEP)
    waited = 0
    while ask() and due_in(record) > 0 and waited < 60:
        passed(record, 1)
        waited += 1
    assert sync_requests.LONGEST_STORM.total_seconds() <= waited <= 24
    assert runner.run(record.pk, STEP) is not None


def test_what_waits_for_another_reason_is_not_put_off_by_events() -> None:
    record = ask()
    script(lambda _: Postponed("indexing", timedelta(seconds=1)))
    runner.run(record.pk, STEP)
    ask()
    assert due_in(record) <= 0


def test_requests_during_a_run_that_goes_on_later_wait_for_the_calm_but_no_longer_than_it_would() -> None:
    record = ask()
    script(lambda _: [ask(), Postponed("indexing", timedelta(minutes=5))][1])
    runner.run(record.pk, STEP)
    assert 3 < due_in(record) <= 4
    ask()
    script(lambda _: [ask(), Postponed("indexing", timedelta())][1])
    runner.run(record.pk, STEP, even_early=True)
    assert due_in(record) <= 0


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


def test_an_entity_that_kills_its_workers_ends_with_a_person() -> None:
    record = ask()
    for _ in range(6):
        assert claims.take(record.pk, even_early=True)
        Record.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        sweep.sweep()
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.FAILED, Reason.EXHAUSTED)


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


def test_the_pauses_grow_then_a_person_is_needed_then_one_more_try() -> None:
    record = ask()
    raising(errors.UnexpectedAnswer("xai", "json"))
    pauses = []
    for _ in range(5):
        runner.run(record.pk, STEP, even_early=True)
        record.refresh_from_db()
        assert record.due_at is not None
        pauses.append(round((record.due_at - timezone.now()).total_seconds() / 60))
    assert pauses == [1, 5, 15, 60, 240]
    runner.run(record.pk, STEP, even_early=True)
    record.refresh_from_db()
    assert record.status == Status.FAILED
    assert record.due_at is not None
    assert round((record.due_at - timezone.now()).total_seconds() / 3600) == 24
    Record.objects.update(due_at=timezone.now())
    assert sweep.sweep().second_chances == 1
    runner.run(record.pk, STEP, even_early=True)
    record.refresh_from_db()
    assert (record.status, record.due_at) == (Status.FAILED, None)


def test_that_somebody_was_faster_is_free_once_and_counts_when_it_is_said_again_and_again() -> None:
    """A flow that always says so would run every two seconds for ever, and nobody would see it."""
    record = ask()
    script(lambda _run: read_again())
    seen = []
    for _ in range(7):
        runner.run(record.pk, STEP, even_early=True)
        record.refresh_from_db()
        pause = round((record.due_at - timezone.now()).total_seconds()) if record.due_at else 0
        seen.append((record.status, record.reason, record.attempts, pause))
    waits = [(0, 2), (1, 60), (2, 300), (3, 900), (4, 3600), (5, 14400)]
    assert seen[:-1] == [(Status.WAITING, Reason.OUTDATED, attempts, pause) for attempts, pause in waits]
    assert seen[-1][:2] == (Status.FAILED, Reason.EXHAUSTED)
    assert trouble_in_words(record.detail) == "inzwischen von jemandem geändert"
    script(None)
    retry.retry(Record.objects.all())
    runner.run(record.pk, STEP, even_early=True)
    script(lambda _run: read_again())
    sync_requests.request([Target("scripted", "Thing", "e1")], urgency=Urgency.EVENT)
    runner.run(record.pk, STEP, even_early=True)
    record.refresh_from_db()
    assert (record.status, record.attempts) == (Status.WAITING, 0), "an agreement in between makes it the first time"


@pytest.mark.parametrize("force", [False, True], ids=["event", "retry of staff"])
def test_a_request_that_comes_during_the_last_try_has_all_its_tries(force: bool) -> None:
    record = ask()
    Record.objects.update(attempts=5)

    def fails(run: Run) -> None:
        sync_requests.request([Target("scripted", "Thing", "e1")], urgency=Urgency.EVENT, force=force)
        raise errors.UnexpectedAnswer("xai", "json")

    script(fails)
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.status, record.attempts) == (Status.WAITING, 0)
    raising(errors.UnexpectedAnswer("xai", "json"))
    runner.run(record.pk, STEP, even_early=True)
    record.refresh_from_db()
    assert (record.status, record.attempts) == (Status.WAITING, 1)


def test_a_system_that_is_away_says_what_keeps_it_away_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Down for a maintenance in which its key was changed: only a person can end that, and nobody would be told."""
    away, refused = errors.Unreachable("xai", "refused"), errors.Unauthorized("xai", "key", 401)
    says: list[errors.ClientError] = [away, refused, away]

    def ping(_system: str) -> None:
        raise says.pop(0)

    monkeypatch.setattr(outages.connections, "ping", ping)
    seen = []
    while says:
        assert not outages.try_now("xai")
        row = System.objects.get(pk="xai")
        seen.append((row.state, row.code, outages.why_waiting(row)))
    assert seen == [
        (SystemState.DOWN, "refused", Reason.SYSTEM_DOWN),
        (SystemState.REFUSED, "key", Reason.SYSTEM_SETTINGS),
        (SystemState.DOWN, "refused", Reason.SYSTEM_DOWN),
    ]


def test_retry_after_lengthens_a_pause_and_a_fresh_event_does_not_shorten_it() -> None:
    record = ask()
    raising(errors.RateLimited("xai", retry_after=600))
    runner.run(record.pk, STEP)
    ask()
    record.refresh_from_db()
    assert record.due_at is not None
    assert record.due_at - timezone.now() > timedelta(seconds=590)
    assert (record.reason, record.requested) == (Reason.RATE_LIMITED, 2)


@pytest.mark.parametrize("asked", ["172800", "999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_who_asks_for_more_than_a_day_is_asked_again_after_a_day(asked: str) -> None:
    """A clock over there is wrong. Longer pauses would be taken for dates of a wrong clock of ours, and made due."""
    record = ask()
    raising(errors.RateLimited("xai", retry_after=retry_after_seconds(asked, timezone.now())))
    runner.run(record.pk, STEP)
    assert future.make_due() == 0
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.WAITING, Reason.RATE_LIMITED)
    assert record.due_at is not None
    assert timedelta(hours=23) < record.due_at - timezone.now() <= timedelta(days=1)


@pytest.mark.parametrize(
    ("exc", "reason"),
    [
        (errors.Forbidden("espocrm"), Reason.FORBIDDEN),
        (errors.Rejected("espocrm", field="name"), Reason.REJECTED),
        (errors.Duplicate("espocrm"), Reason.REJECTED),
        (errors.EntityTypeUnknown("espocrm"), Reason.TYPE_UNSEEN),
        (ZeroDivisionError("secret value"), Reason.INTERNAL_ERROR),
    ],
)
def test_what_needs_a_person_says_so_at_once(exc: Exception, reason: Reason) -> None:
    record = ask()
    raising(exc)
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.FAILED, reason)
    assert "secret value" not in record.detail
    ask()
    record.refresh_from_db()
    assert record.status == Status.WAITING


def _while_reading(exc: BaseException) -> Exception:
    error = RuntimeError("secret value")
    error.__cause__ = exc
    return error


@pytest.mark.parametrize(
    ("exc", "lacks"),
    [
        (OSError(errno.ENOSPC, "secret value"), "ENOSPC"),
        (OSError(errno.EMFILE, "secret value"), "EMFILE"),
        (OSError(errno.EDQUOT, "secret value"), "EDQUOT"),
        (PermissionError(errno.EROFS, "secret value"), "EROFS"),
        (MemoryError("secret value"), "MEMORY"),
        (_while_reading(OSError(errno.ENOSPC, "secret value")), "ENOSPC"),
    ],
)
def test_what_the_machine_lacks_is_no_fault_of_the_record(exc: Exception, lacks: str, client: Client) -> None:
    record = ask()
    raising(exc)
    for _ in range(9):  # however often, no attempt is used up
        runner.run(record.pk, STEP, even_early=True)
    record.refresh_from_db()
    assert (record.status, record.reason, record.detail) == (Status.WAITING, Reason.MACHINE, lacks)
    assert record.attempts == 0
    assert client.get("/health/ready").json()["machine"] == lacks

    script(lambda _run: None)
    runner.run(record.pk, STEP, even_early=True)
    assert client.get("/health/ready").json()["machine"] == "ok"


@pytest.mark.parametrize(
    "exc", [OSError("secret value"), FileNotFoundError(errno.ENOENT, "x"), OSError(errno.EPERM, "x")]
)
def test_another_error_of_the_machine_is_one_of_the_program(exc: Exception) -> None:
    record = ask()
    raising(exc)
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.FAILED, Reason.INTERNAL_ERROR)


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


def test_a_comparison_puts_nothing_on_the_queue_by_itself() -> None:

    ask(Urgency.SCAN)
    assert enqueue.queue_size() == 0


def test_staff_retry_moves_what_it_says_it_moves() -> None:
    raising(errors.Forbidden("xai"))
    for n in range(3):
        runner.run(ask(entity=f"e{n}").pk, STEP)
    assert retry.retry(Record.objects.filter(status=Status.FAILED)) == 3
    assert Record.objects.filter(status=Status.WAITING, urgency=Urgency.STAFF, attempts=0).count() == 3
    assert retry.discard(Record.objects.all(), "not needed") == 3
    assert retry.discard(Record.objects.all(), "not needed") == 0


def test_one_probe_at_a_time_and_then_everything_flows(monkeypatch: pytest.MonkeyPatch) -> None:
    from syncapp.engine.outside import connections

    pings: list[str] = []

    def down(name: str) -> None:
        pings.append(name)
        raise errors.Unreachable(name, "refused")

    monkeypatch.setattr(connections, "ping", down)
    monkeypatch.setattr(connections, "configured", lambda _: True)
    step = Step("scripted", Scripted, ("xai",))
    record = ask()
    raising(errors.Unreachable("xai"))
    runner.run(record.pk, step)
    record.refresh_from_db()
    assert (record.reason, record.attempts, record.system) == (Reason.SYSTEM_DOWN, 0, "xai")
    assert System.objects.get(pk="xai").state == SystemState.DOWN
    runner.run(record.pk, step, even_early=True)
    assert len(Scripted.seen) == 1  # while it is down nothing is tried
    System.objects.update(next_probe_at=timezone.now())
    assert outages.probe_due() == []
    assert outages.probe_due() == []
    assert len(pings) == 2
    monkeypatch.setattr(connections, "ping", lambda _: None)
    System.objects.update(next_probe_at=timezone.now())
    assert outages.probe_due() == ["xai"]
    Scripted.script = None
    assert runner.run(record.pk, step) is not None


def test_a_poisoned_record_does_not_take_a_system_down(monkeypatch: pytest.MonkeyPatch) -> None:
    from syncapp.engine.outside import connections

    monkeypatch.setattr(connections, "ping", lambda _: None)
    record = ask()
    raising(errors.ServerTrouble("espocrm", status=500))
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.reason, record.attempts) == (Reason.TRANSIENT, 1)
    assert not System.objects.exclude(state=SystemState.UP).exists()


def test_an_intent_is_stored_before_the_write_and_its_end_after(monkeypatch: pytest.MonkeyPatch) -> None:
    from syncapp.engine.outside import connections

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
    from syncapp.engine.runs import switches

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


@pytest.mark.parametrize("ending", [Postponed("indexing", timedelta(minutes=5)), Failed("rejected", "x" * 1000)])
def test_long_details_and_postponements_are_stored(ending: Ending) -> None:
    record = ask()
    script(lambda _: ending)
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert record.reason == ending.reason  # type: ignore[union-attr]
    assert len(record.detail) <= 300


def test_the_end_of_observe_mode_is_noticed_however_it_came() -> None:
    from tests.world import configured

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


@pytest.mark.parametrize(
    ("times", "status", "reason"),
    [(1, Status.IN_SYNC, ""), (2, Status.IN_SYNC, ""), (3, Status.WAITING, Reason.OUTDATED)],
)
def test_what_was_written_by_somebody_else_meanwhile_is_looked_at_again_at_once(
    times: int, status: Status, reason: str
) -> None:
    """As a rule it was another step of ours: no attempt is lost, and nobody waits a minute for it."""

    def outdated(run: Run) -> None:
        if len(Scripted.seen) <= times:
            raise Outdated("espocrm", "modified", 409)

    script(outdated)
    record = ask()
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.status, record.reason, len(Scripted.seen)) == (status, reason, min(times + 1, 3))
    assert Attempt.objects.count() == 1
