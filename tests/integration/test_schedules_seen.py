"""A scheduled job that raises, never ends or does not run is seen: on its page, as a metric, by the command."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django_q.models import Schedule
from django_q.signals import post_execute_in_worker, pre_execute

from syncapp import schedules
from syncapp.engine.outside import locks
from syncapp.engine.workers import scheduled
from syncapp.models import JobState, ScanRun, ScheduledFailure, ScheduledJob
from syncapp.upkeep import pruning
from tests.integration.admin import rows
from tests.world import configured

pytestmark = pytest.mark.django_db


def task(name: str, **more: Any) -> dict[str, Any]:
    return {"func": "syncapp.jobs.prune", "group": f"hub.{name}", "sync": True, **more}


def runs(name: str, error: str = "", **more: Any) -> None:
    """What Django-Q2's worker sends before and after a task."""
    pre_execute.send("django_q", func=None, task=task(name))
    result = {"success": not error, "result": error or None}
    post_execute_in_worker.send("django_q", func=None, task=task(name, **result, **more))


def careful() -> Client:
    client = Client()
    client.force_login(rows.user("karl", rows.CARE), backend="django.contrib.auth.backends.ModelBackend")
    return client


def state(name: str) -> JobState:
    return next(seen.state for seen in scheduled.look() if seen.name == name)


def traceback_of(message: str) -> str:
    return f'{message} : Traceback (most recent call last):\n  File "syncapp/jobs.py", line 7, in prune\n{message}\n'


def test_new_jobs_are_neither_good_nor_late() -> None:
    schedules.ensure()
    assert {seen.state for seen in scheduled.look()} == {JobState.NEW}


def test_a_job_that_goes_well_says_so() -> None:
    schedules.ensure()
    runs("prune")
    assert state("prune") is JobState.GOOD
    assert ScheduledFailure.objects.count() == 0


def test_a_job_that_raises_is_failed_until_it_goes_well_again_and_its_message_is_kept_nowhere() -> None:
    schedules.ensure()
    runs("prune", traceback_of("KeyError: 'Müller'"))
    runs("prune", traceback_of("KeyError: 'Müller'"))
    assert state("prune") is JobState.FAILED
    assert [row.error for row in ScheduledFailure.objects.all()] == ["KeyError in syncapp/jobs.py:7 prune"] * 2
    since = ScheduledJob.objects.get(name="hub.prune").failing_since
    runs("prune")
    assert (since is not None, state("prune")) == (True, JobState.GOOD)
    assert ScheduledJob.objects.get(name="hub.prune").failing_since is None


def test_a_job_whose_worker_was_killed_is_seen_and_not_forgotten_by_its_next_run() -> None:
    schedules.ensure()
    with configured(QUEUE_TIMEOUT_SECONDS=60), time_machine.travel(timezone.now(), tick=False) as clock:
        pre_execute.send("django_q", func=None, task=task("sweep"))
        assert state("sweep") is JobState.RUNNING
        clock.shift(timedelta(minutes=3))
        assert state("sweep") is JobState.ENDED
        runs("sweep")
        assert state("sweep") is JobState.GOOD
        assert [(row.job, row.error) for row in ScheduledFailure.objects.all()] == [("hub.sweep", "")]


def test_a_long_job_may_take_as_long_as_its_schedule_says() -> None:
    with time_machine.travel("2026-03-10 12:00+01:00", tick=False) as clock:
        schedules.ensure()
        pre_execute.send("django_q", func=None, task=task("scan_everything"))
        clock.shift(timedelta(hours=2, minutes=59))
        assert state("scan_everything") is JobState.RUNNING
        clock.shift(timedelta(minutes=3))
        assert state("scan_everything") is JobState.ENDED


def test_two_runs_at_once_are_no_failure() -> None:
    schedules.ensure()
    pre_execute.send("django_q", func=None, task=task("sweep"))
    runs("sweep")
    assert ScheduledFailure.objects.count() == 0


@pytest.mark.parametrize(
    ("name", "ran", "now", "expected"),
    [
        ("sweep", "2026-03-10 12:00", "2026-03-10 12:10", JobState.GOOD),
        ("sweep", "2026-03-10 12:00", "2026-03-10 12:12", JobState.LATE),
        ("prune", "2026-03-10 04:30", "2026-03-11 04:39", JobState.GOOD),  # it may still wait for a worker
        ("prune", "2026-03-10 04:30", "2026-03-11 04:41", JobState.LATE),
        ("prune", "2026-03-11 04:29:30", "2026-03-11 05:00", JobState.GOOD),  # by another machine's clock
        ("prune", "2026-03-10 05:30", "2026-03-11 04:00", JobState.GOOD),  # an hour late, but it ran
        ("scan_everything", "2026-03-28 02:30", "2026-03-29 06:00", JobState.LATE),  # the clocks go forward
        ("scan_everything", "2026-03-29 03:00", "2026-03-29 06:00", JobState.GOOD),
        ("scan_everything", "2026-10-25 02:30", "2026-10-25 06:00", JobState.GOOD),  # and back: it ran once
    ],
)
def test_a_job_that_did_not_run_when_it_should_is_late(name: str, ran: str, now: str, expected: JobState) -> None:
    schedules.ensure()
    row = Schedule.objects.get(name=f"hub.{name}")
    began = timezone.make_aware(timezone.datetime.fromisoformat(ran))
    job = ScheduledJob(name=row.name, since=began, started_at=began, ended_at=began, good_at=began)
    assert scheduled.judge(row, job, timezone.make_aware(timezone.datetime.fromisoformat(now))) is expected


def test_what_is_switched_off_is_not_late_nor_what_was_switched_on_just_now() -> None:
    schedules.ensure()
    with time_machine.travel(timezone.now(), tick=False) as clock:
        runs("sweep")
        row = Schedule.objects.get(name="hub.sweep")
        Schedule.objects.filter(pk=row.pk).update(repeats=0)
        clock.shift(timedelta(hours=1))
        assert state("sweep") is JobState.OFF
        careful().post(reverse("admin:hub_schedule_on", args=[row.pk]))
        assert state("sweep") is JobState.GOOD


def test_an_update_expects_what_is_new_and_forgets_what_is_gone() -> None:
    ScheduledJob.objects.create(name="hub.gone", since=timezone.now())
    schedules.ensure()
    assert set(ScheduledJob.objects.values_list("name", flat=True)) == {
        schedules.row_name(each) for each in schedules.schedules()
    }


def test_the_page_says_what_became_of_each_in_words() -> None:
    schedules.ensure()
    runs("prune", traceback_of("ValueError: x"))
    care = careful()
    answer = care.get(reverse("admin:hub_schedules"), headers={"accept-language": "de"}).content.decode()
    assert "alle 15 Minuten" in answer
    assert "täglich um 4:30" in answer
    assert "* * *" not in answer  # no cron line
    assert "fehlgeschlagen" in answer
    address = reverse("admin:hub_schedule", args=[Schedule.objects.get(name="hub.prune").pk])
    assert address in answer
    page = care.get(address, headers={"accept-language": "de"}).content.decode()
    assert "ValueError in syncapp/jobs.py:7 prune" in page
    assert "Zur nächsten Zeit wird es wieder versucht" in page
    assert care.get(reverse("admin:hub_schedule", args=[10**9])).status_code == 404


def test_strangers_have_a_page_too() -> None:
    stranger = Schedule.objects.create(name=None, func="firm.jobs.backup", schedule_type="D")
    care = careful()
    assert "firm.jobs.backup" in care.get(reverse("admin:hub_schedule", args=[stranger.pk])).content.decode()


def test_metrics_tell_it(client: Client) -> None:
    schedules.ensure()
    runs("prune", traceback_of("ValueError: x"))
    runs("sweep")
    Schedule.objects.filter(name="hub.scan_changes").update(repeats=0)
    with configured(METRICS_TOKEN="t"):
        told = client.get("/metrics", headers={"authorization": "Bearer t"}).content.decode()
    assert 'hub_schedule_good{schedule="prune"} 0' in told
    assert 'hub_schedule_good{schedule="sweep"} 1' in told
    assert 'hub_schedule_good{schedule="scan_changes"}' not in told
    assert re.search(r'hub_schedule_age_seconds\{schedule="sweep"\} 0', told)


def test_old_failures_go() -> None:
    ScheduledFailure.objects.create(job="hub.prune", started_at=timezone.now() - timedelta(days=400))
    ScheduledFailure.objects.create(job="hub.prune", started_at=timezone.now())
    assert pruning.prune().counts["failed runs of schedules"] == 1
    assert ScheduledFailure.objects.count() == 1


def test_the_command_lists_and_runs(capsys: pytest.CaptureFixture[str]) -> None:
    schedules.ensure()
    call_command("schedule", "run", "prune")
    call_command("schedule", "list")
    out = capsys.readouterr().out
    assert "prune went well" in out
    line = next(line for line in out.splitlines() if line.startswith("prune  "))
    assert "daily at 4:30" in line
    assert "went well" in line


def test_the_command_says_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise KeyError("Müller")

    monkeypatch.setattr("syncapp.jobs.prune", fails)
    schedules.ensure()
    with pytest.raises(CommandError, match=r"prune failed after .* KeyError in ") as caught:
        call_command("schedule", "run", "hub.prune")
    assert caught.value.returncode == 1
    assert "Müller" not in str(caught.value)
    with pytest.raises(CommandError, match="Not all of them run") as caught:
        call_command("schedule", "list")
    assert caught.value.returncode == 1
    with pytest.raises(CommandError, match="There is no schedule 'prun'") as caught:
        call_command("schedule", "run", "prun")
    assert caught.value.returncode == 2


def test_one_that_somebody_stops_has_not_gone_well(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("syncapp.jobs.prune", stopped)
    schedules.ensure()
    with pytest.raises(CommandError, match="Stopped") as caught:
        call_command("schedule", "run", "prune")
    assert (caught.value.returncode, state("prune")) == (130, JobState.FAILED)
    assert ScheduledJob.objects.get(name="hub.prune").good_at is None


def test_the_command_says_what_became_of_a_comparison() -> None:
    """The job went well: it has found out that nothing can be compared."""
    schedules.ensure()
    with pytest.raises(CommandError, match=r"Comparison \d+: failed \(EspoCRM is not available\)") as caught:
        call_command("schedule", "run", "scan_changes")
    assert (caught.value.returncode, state("scan_changes")) == (1, JobState.GOOD)
    with locks.hold("scan:changes", "token"), pytest.raises(CommandError, match="another one of this kind is"):
        call_command("schedule", "run", "scan_changes")


def test_a_comparison_that_finds_its_locks_away_has_not_run_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without them it can't know whether another one is under way; it was told as one that went well."""

    def away(*_: object) -> None:
        raise locks.LocksAway("ConnectionError")

    schedules.ensure()
    monkeypatch.setattr(locks, "acquire", away)
    with pytest.raises(CommandError, match=r"scan_changes failed after .*LocksAway"):
        call_command("schedule", "run", "scan_changes")
    assert ScanRun.objects.count() == 0
    assert state("scan_changes") is JobState.FAILED


def test_a_list_without_schedules_says_what_to_do() -> None:
    with pytest.raises(CommandError, match=r"manage\.py setup_schedules"):
        call_command("schedule", "list")
