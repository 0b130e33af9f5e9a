from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
import time_machine
from django.core.management import call_command
from django.utils import timezone
from django_q.brokers import get_broker
from django_q.models import Schedule
from django_q.scheduler import scheduler
from django_q.utils import localtime

from syncapp import schedules
from syncapp.engine.workers import queue_processes
from syncapp.events.spec import Schedule as Declared
from syncapp.schedules import Step, row_name

pytestmark = pytest.mark.django_db


def rows() -> dict[str, tuple[str, str | None, int | None, int]]:
    return {row.name: (row.func, row.cron, row.minutes, row.repeats) for row in Schedule.objects.all()}


def test_every_job_gets_its_row_and_a_second_time_changes_nothing() -> None:
    assert {change.step for change in schedules.ensure()} == {Step.CREATED}
    first = list(Schedule.objects.order_by("pk").values())
    assert rows()["hub.scan_everything"] == ("syncapp.jobs.compare", "30 2 * * *", None, -1)
    assert rows()["hub.sweep"] == ("syncapp.jobs.sweep", None, 1, -1)
    assert {change.step for change in schedules.ensure()} == {Step.KEPT}
    assert list(Schedule.objects.order_by("pk").values()) == first


def test_the_first_run_of_a_cron_line_is_its_next_time() -> None:
    schedules.ensure()
    nightly = Schedule.objects.get(name="hub.scan_everything")
    assert nightly.next_run > timezone.now()
    assert timezone.localtime(nightly.next_run).strftime("%H:%M") in ("02:30", "03:00")  # 03:00 where 02:30 is skipped


def test_a_dry_run_writes_nothing() -> None:
    assert len(schedules.ensure(dry_run=True)) == len(schedules.schedules())
    assert rows() == {}


def test_what_staff_switched_off_stays_off_even_when_its_time_changes() -> None:
    schedules.ensure()
    Schedule.objects.filter(name="hub.prune").update(repeats=0)
    (change,) = schedules.ensure([Declared("prune", "syncapp.jobs.prune", "", minutes=30)])[:1]
    assert (change.step, change.switched_off) == (Step.UPDATED, True)
    assert rows()["hub.prune"] == ("syncapp.jobs.prune", None, 30, 0)


def test_a_changed_job_is_brought_up_to_date() -> None:
    Schedule.objects.create(name="hub.sweep", func="old.path", minutes=7, schedule_type="I", kwargs="broken(")
    schedules.ensure()
    row = Schedule.objects.get(name="hub.sweep")
    assert (row.func, row.minutes, row.kwargs) == ("syncapp.jobs.sweep", 1, None)


def test_ours_that_are_gone_are_removed_and_strangers_stay() -> None:
    Schedule.objects.create(name="hub.gone", func="syncapp.jobs.gone", schedule_type="D")
    Schedule.objects.create(name="the firm's own", func="firm.jobs.backup", schedule_type="D")
    Schedule.objects.create(name=None, func="firm.jobs.other", schedule_type="D")
    changes = schedules.ensure()
    assert [change.name for change in changes if change.step is Step.REMOVED] == ["hub.gone"]
    assert set(rows()) == {*map(row_name, schedules.schedules()), "the firm's own", None}


def test_doubles_become_one_and_a_switch_on_any_of_them_counts() -> None:
    schedules.ensure()
    double = Schedule.objects.get(name="hub.sweep")
    double.pk, double.repeats = None, 0
    double.save()
    schedules.ensure()
    assert Schedule.objects.filter(name="hub.sweep").count() == 1
    assert rows()["hub.sweep"][3] == 0


def test_the_scheduler_of_the_queue_takes_every_job_and_plans_its_next_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django_q.scheduler.close_old_django_connections", lambda: None)  # it would end the test's
    schedules.ensure()
    past = timezone.now() - timedelta(minutes=2)
    Schedule.objects.update(next_run=past)
    Schedule.objects.filter(name="hub.prune").update(repeats=0)
    scheduler(broker=get_broker())
    assert get_broker().queue_size() == len(schedules.schedules()) - 1
    assert not Schedule.objects.exclude(repeats=0).filter(next_run__lt=timezone.now()).exists()
    assert Schedule.objects.get(name="hub.prune").next_run == past


@pytest.mark.parametrize("minute", [4, 31, 59])
@pytest.mark.parametrize("hour", [datetime(2027, 10, 30, 23, tzinfo=UTC) + timedelta(hours=hour) for hour in range(5)])
def test_in_the_night_in_which_an_hour_comes_twice_the_next_time_is_found(
    hour: datetime, minute: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django-Q2 looks for it until it is later than now, in an open transaction."""
    now = hour + timedelta(minutes=minute, seconds=10)
    assert queue_processes.its_scheduler.localtime is not localtime, "as processes of the queue have it"
    looks, looked = count(), Schedule.calculate_next_run

    def look(row: Schedule, after: datetime) -> datetime:
        assert next(looks) < 100, "it looks on and on"
        return looked(row, after)

    schedules.ensure()
    Schedule.objects.update(next_run=now - timedelta(minutes=1))
    monkeypatch.setattr(Schedule, "calculate_next_run", look)
    monkeypatch.setattr("django_q.scheduler.close_old_django_connections", lambda: None)
    with time_machine.travel(now, tick=False):
        scheduler(broker=get_broker())
        assert get_broker().queue_size() == len(schedules.schedules())
    planned = Schedule.objects.values_list("name", "next_run")
    assert [name for name, then in planned if not now < then <= now + timedelta(hours=26)] == []


def test_the_command_says_what_it_did(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("setup_schedules", "--dry-run")
    assert rows() == {}
    call_command("setup_schedules")
    Schedule.objects.filter(name="hub.sweep").update(repeats=0)
    call_command("setup_schedules")
    out = capsys.readouterr().out
    assert "would be" in out
    assert "switched off by staff" in out.splitlines()[-len(schedules.schedules())]
