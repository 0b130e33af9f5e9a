"""What fails: how often it is tried, after which pauses, and when a person is asked."""

from __future__ import annotations

import errno
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from syncapp.clients import errors
from syncapp.clients.errors import Outdated
from syncapp.clients.http.retry import retry_after_seconds
from syncapp.engine.outside import connections, outages
from syncapp.engine.queue import retry, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery import future, sweep
from syncapp.engine.runs import claims, runner
from syncapp.engine.runs.planning import Ending, Failed, Postponed, read_again
from syncapp.engine.runs.run import Run
from syncapp.engine.runs.runner import Step
from syncapp.models import Attempt, Reason, Record, Status, System, SystemState, Urgency
from syncapp.words.fault_words import trouble_in_words
from tests.integration.engine.scripted import STEP, Scripted, ask, raising, script

pytestmark = pytest.mark.django_db


def test_an_entity_that_kills_its_workers_ends_with_a_person() -> None:
    record = ask()
    for _ in range(6):
        assert claims.take(record.pk, even_early=True)
        Record.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
        sweep.sweep()
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.FAILED, Reason.EXHAUSTED)


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


def test_staff_retry_moves_what_it_says_it_moves() -> None:
    raising(errors.Forbidden("xai"))
    for n in range(3):
        runner.run(ask(entity=f"e{n}").pk, STEP)
    assert retry.retry(Record.objects.filter(status=Status.FAILED)) == 3
    assert Record.objects.filter(status=Status.WAITING, urgency=Urgency.STAFF, attempts=0).count() == 3
    assert retry.discard(Record.objects.all(), "not needed") == 3
    assert retry.discard(Record.objects.all(), "not needed") == 0


def test_one_probe_at_a_time_and_then_everything_flows(monkeypatch: pytest.MonkeyPatch) -> None:
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
    monkeypatch.setattr(connections, "ping", lambda _: None)
    record = ask()
    raising(errors.ServerTrouble("espocrm", status=500))
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert (record.reason, record.attempts) == (Reason.TRANSIENT, 1)
    assert not System.objects.exclude(state=SystemState.UP).exists()


@pytest.mark.parametrize("ending", [Postponed("indexing", timedelta(minutes=5)), Failed("rejected", "x" * 1000)])
def test_long_details_and_postponements_are_stored(ending: Ending) -> None:
    record = ask()
    script(lambda _: ending)
    runner.run(record.pk, STEP)
    record.refresh_from_db()
    assert record.reason == ending.reason  # type: ignore[union-attr]
    assert len(record.detail) <= 300


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
