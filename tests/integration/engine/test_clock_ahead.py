"""A clock that was ahead: whatever it has written into the future goes on by itself once the clock is right."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from django_q.tasks import async_task

from syncapp import schedules
from syncapp.engine.outside import locks
from syncapp.engine.recovery import future
from syncapp.engine.recovery.sweep import sweep
from syncapp.engine.runs import claims
from syncapp.flows import cursors
from syncapp.models import Attempt, InboxMessage, Record, Status, System, SystemState, Worker
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
    assert not [lock for lock in locks.held() if lock.token == "token"]
    assert System.objects.filter(name="xai", next_probe_at__lte=now).exists()
    late = [row.name for row in Schedule.objects.exclude(pk=theirs.pk) if row.next_run > row.calculate_next_run(now)]
    # Daily ones may wait until tomorrow, and three hours ahead is no more than that.
    assert not late
    assert not OrmQ.objects.filter(lock__gt=now + timedelta(hours=1)).exists()
    assert not AccessAttempt.objects.exists()


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
