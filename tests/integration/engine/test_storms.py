"""Many events for one record: how often it is looked at, and when."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from syncapp.engine.queue import sync_requests
from syncapp.engine.runs import runner
from syncapp.engine.runs.planning import Postponed
from syncapp.models import Attempt, Record, Status, Urgency
from tests.integration.engine.scripted import STEP, Scripted, ask, script

pytestmark = pytest.mark.django_db


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
