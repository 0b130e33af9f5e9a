"""A clock that was ahead: whatever it has written into the future goes on by itself once the clock is right."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from syncapp import schedules
from syncapp.admin.kit import numbers
from syncapp.clients.http import remembered
from syncapp.clients.http.login import RefusedLogin, Token
from syncapp.clients.http.remembered import Remembered
from syncapp.engine.outside import locks, tokens
from syncapp.engine.recovery import future
from syncapp.engine.recovery.sweep import sweep
from syncapp.engine.runs import claims
from syncapp.engine.workers import scheduled
from syncapp.flows import cursors
from syncapp.flows.calendar import channels
from syncapp.kit.clocks import latest
from syncapp.models import (
    Attempt,
    InboxMessage,
    Record,
    ScheduledJob,
    SecondFactor,
    Status,
    System,
    SystemState,
    Worker,
)
from tests import engines

pytestmark = pytest.mark.django_db
SHIFTS = [timedelta(hours=26), timedelta(hours=3), timedelta(days=400)]


def record(**more: Any) -> Record:
    now = timezone.now()
    return Record.objects.create(
        step="document_sync", entity_type="CDokumente", entity_id=f"e{Record.objects.count()}",
        **({"created_at": now, "changed_at": now, "waiting_since": now, "due_at": now} | more),
    )  # fmt: skip


def is_due(row: Record) -> bool:
    row.refresh_from_db()
    assert row.due_at is not None
    return row.due_at <= timezone.now()


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
@pytest.mark.parametrize("pause", [timedelta(0), timedelta(minutes=1), timedelta(hours=4)], ids=str)
def test_what_waits_is_due(shift: timedelta, pause: timedelta) -> None:
    with time_machine.travel(timezone.now() + shift):
        row = record(due_at=timezone.now() + pause)
        failed = record(status=Status.FAILED, reason="exhausted", due_at=timezone.now() + timedelta(days=1))
    sweep()
    assert is_due(row)
    assert is_due(failed)
    assert future.make_due() == 0, "once is enough"


def test_a_pause_that_is_meant_stays() -> None:
    day = record(due_at=timezone.now() + timedelta(hours=23))
    sweep()
    assert not is_due(day)


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_a_run_that_died_under_it_is_taken_back(shift: timedelta) -> None:
    with time_machine.travel(timezone.now() + shift):
        row = record()
        assert claims.take(row.pk) is not None
    sweep()
    row.refresh_from_db()
    assert row.status == Status.WAITING
    assert is_due(row)


def test_a_run_that_lives_keeps_its_lease() -> None:
    row = record()
    assert claims.take(row.pk) is not None
    sweep()
    row.refresh_from_db()
    assert row.status == Status.RUNNING


@pytest.mark.parametrize("minutes", range(0, 300, 7))
def test_the_night_in_which_an_hour_comes_twice_is_no_clock_that_is_ahead(minutes: int) -> None:
    with time_machine.travel(datetime(2027, 10, 30, 23, tzinfo=UTC) + timedelta(minutes=minutes), tick=False):
        schedules.ensure()
        planned = list(Schedule.objects.order_by("pk").values_list("name", "next_run"))
        future.make_due()
        assert list(Schedule.objects.order_by("pk").values_list("name", "next_run")) == planned


@pytest.mark.skipif(engines.chosen().name != "sqlite", reason="locks of Redis end by its own clock")
@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_locks_probes_schedules_and_the_queue(shift: timedelta) -> None:
    schedules.ensure()
    with time_machine.travel(timezone.now() + shift):
        now = timezone.now()
        locks.acquire("file:1", "token", "somebody", timedelta(minutes=30))
        System.objects.create(name="xai", state=SystemState.DOWN, since=now, next_probe_at=now + timedelta(minutes=1))
        Schedule.objects.filter(name__startswith=schedules.PREFIX).update(next_run=now + timedelta(minutes=1))
        theirs = Schedule.objects.create(name="of somebody else", func="time.sleep", next_run=now)
        async_task("syncapp.jobs.canary", save=False)
        AccessAttempt.objects.create(username="anna", ip_address="192.0.2.1", failures_since_start=8)
    locks.forget_expired()
    future.make_due()  # a sweep would try xAI at once
    now = timezone.now()
    assert not [lock for lock in locks.held()[0] if lock.token == "token"]
    assert System.objects.filter(name="xai", next_probe_at__lte=now).exists()
    late = [
        row.name for row in Schedule.objects.exclude(pk=theirs.pk) if row.next_run > latest(row.calculate_next_run(now))
    ]
    # Daily ones may wait until tomorrow; and what is late by minutes is no harm.
    assert not late
    assert not OrmQ.objects.filter(lock__gt=now + timedelta(hours=1)).exists()
    assert not AccessAttempt.objects.exists()


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_a_login_that_was_refused_is_tried_again_and_its_token_not_believed(shift: timedelta) -> None:
    """Advoware refuses logins whose time is wrong; that must not hold for a day after the clock is right."""
    store = tokens.SharedTokens("me")
    with time_machine.travel(timezone.now() + shift):
        store.refuse(RefusedLogin.after(None, "signature", enabled=True))
        refusal = store.refusal()
        assert refusal is not None
        assert refusal.pauses
        if shift > timedelta(days=1):
            store.put(Token.lasting("of-tomorrow", timedelta(hours=1), timedelta(minutes=5)))
            store.refuse(refusal)
    refusal = store.refusal()
    assert refusal is None or not refusal.pauses
    for _process in range(2):
        assert store.get() is None
        tokens.forget()


def test_a_token_that_is_meant_is_used_and_a_pause_that_is_meant_kept() -> None:
    store = tokens.SharedTokens("me")
    store.put(Token.lasting("a", timedelta(hours=1), timedelta(minutes=5)))
    assert store.get() is not None
    refusal: RefusedLogin | None = None
    for _ in range(8):
        refusal = RefusedLogin.after(refusal, "wrong", enabled=True)
        assert refusal.pauses
    assert Token.lasting("a", timedelta(days=400), timedelta(minutes=5)).usable


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_a_channel_of_google_is_opened_anew(shift: timedelta) -> None:
    now, watch = timezone.now(), channels.Watch("c1", "https://hub.example.org/push")
    ahead = channels.OpenedChannel("hub-1", watch, "res", now + shift, now + shift + channels.LIFE)
    right = channels.OpenedChannel("hub-2", watch, "res", now, now + channels.LIFE)
    kinds = [type(each) for each in channels.plan(channels.PushState(watch, (ahead,), now)).actions]
    assert kinds == [channels.OpenChannel, channels.StopChannel]
    assert channels.plan(channels.PushState(watch, (right, ahead), now)).actions == (
        channels.StopChannel("hub-1", "res"),
    )
    assert channels.plan(channels.PushState(watch, (right,), now)).actions == ()


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_who_mistyped_a_code_under_it_may_try_again(shift: timedelta) -> None:
    user = User.objects.create_user("erika")
    device = SecondFactor.objects.create(user=user, confirmed=True)

    def code() -> int:
        totp = TOTP(device.bin_key)
        totp.time = timezone.now().timestamp()
        return int(totp.token())

    with time_machine.travel(timezone.now() + shift):
        assert device.verify_token(code())
        for _ in range(3):
            device.verify_token(0)
    assert not device.verify_is_allowed()[0]
    sweep()
    with time_machine.travel(timezone.now() + timedelta(minutes=1), tick=False):
        device.refresh_from_db()
        assert device.verify_token(code())
        assert not device.verify_token(code()), "a code counts once"


def test_of_what_a_code_was_used_for_lately_nothing_changes() -> None:
    device = SecondFactor.objects.create(user=User.objects.create_user("erika"), confirmed=True)
    now, step = timezone.now(), int(timezone.now().timestamp()) // 30
    SecondFactor.objects.update(last_t=step + 1, throttling_failure_timestamp=now, throttling_failure_count=2)
    sweep()
    device.refresh_from_db()
    assert (device.last_t, device.throttling_failure_timestamp) == (step + 1, now)


@pytest.mark.parametrize("shift", SHIFTS, ids=str)
def test_a_job_that_is_late_is_said_to_be(shift: timedelta) -> None:
    schedules.ensure()
    name = "hub.prune"
    with time_machine.travel(timezone.now() + shift):
        scheduled.expect_anew(name)
        scheduled.begin(name)
    sweep()
    row = ScheduledJob.objects.get(name=name)
    assert max(moment for moment in (row.since, row.started_at) if moment) <= timezone.now()
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        (seen,) = [each for each in scheduled.look() if each.row.name == name]
        assert seen.in_trouble


def test_numbers_that_are_remembered_for_seconds_are_not_for_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(numbers, "VERY_MANY", 1)
    record(status=Status.IN_SYNC, due_at=None, served=1)
    with time_machine.travel(timezone.now() + timedelta(hours=26)):
        assert sum(row.counts.get(Status.IN_SYNC, 0) for row in numbers.by_step()) == 1
    record(status=Status.IN_SYNC, due_at=None, served=1)
    assert sum(row.counts.get(Status.IN_SYNC, 0) for row in numbers.by_step()) == 2


def test_what_a_client_remembers_goes_by_no_wall_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """EspoCRM's metadata and settings, Advoware's lists: an hour is one of the machine's own count."""
    kept: Remembered[str] = Remembered()
    with time_machine.travel(timezone.now() + timedelta(hours=26)):
        kept.put("metadata", "old", 3600)
    assert kept.get("metadata") == "old"
    after = time.monotonic() + 3601
    monkeypatch.setattr(remembered, "monotonic", lambda: after)
    assert kept.get("metadata") is None


def test_a_comparison_looks_at_what_it_would_have_skipped() -> None:
    cursors.move("parties", timezone.now() + timedelta(hours=26))
    assert cursors.since("parties") is None
    cursors.move("parties", timezone.now())
    assert cursors.since("parties") is not None


WRITTEN: dict[str, Callable[[], object]] = {
    "a webhook": lambda: InboxMessage.objects.create(
        trace_id="t", received_at=timezone.now(), path="document", entity_type="CDokumente", action="update"
    ),
    "a run": lambda: Attempt.objects.create(record=record(), number=1, request_number=1, started_at=timezone.now()),
    "a proof of work": lambda: Worker.objects.create(name="w", started_at=timezone.now(), beat_at=timezone.now()),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_health_says_what_is_wrong(kind: str) -> None:
    def clock() -> str:
        return str(Client().get("/health/ready").json()["clock"])

    WRITTEN[kind]()
    assert clock() == "ok"
    Worker.objects.all().delete()
    with time_machine.travel(timezone.now() + timedelta(hours=26)):
        WRITTEN[kind]()
    assert "in the future" in clock()
