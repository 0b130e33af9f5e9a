"""Scheduled jobs are seen: when each ran, how long, how it ended, and whether it ran when it should.

Django-Q2 keeps no results here and counts a job as done when it was put on the queue. So its worker writes down what
really happened, and the table of schedules says what should have.
"""

from __future__ import annotations

import ast
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import Error as DatabaseError
from django.db.models import F, Q
from django.utils import timezone
from django_q.conf import croniter  # type: ignore[attr-defined]  # a missing package is a finding of the checks
from django_q.models import Schedule as Row

from syncapp.models import JobState, ScheduledFailure, ScheduledJob

PREFIX = "hub."  # rows whose name starts so are ours
SWITCHED_OFF = 0  # Django-Q2's `repeats`
PATIENCE = timedelta(minutes=10)  # a job waits for a worker behind others; the scheduler looks twice a minute
CLOCKS = timedelta(minutes=1)  # by so much those of two machines may differ
TO_END = timedelta(minutes=1)  # after its time-out a job is gone; the guard that ends it looks now and then

log = structlog.get_logger(__name__)

_begun = 0.0


def started(task: dict[str, Any], **_: Any) -> None:
    """A receiver of `pre_execute`, for jobs that come of a schedule."""
    global _begun
    _begun = time.monotonic()
    if name := _name(task):
        written(begin, name)


def ended(task: dict[str, Any], **_: Any) -> None:
    """A receiver of `post_execute_in_worker`, when the result is only kind and places (`job_failures`)."""
    if name := _name(task):
        error = "" if task.get("success") else str(task.get("result") or "error")
        written(end, name, round((time.monotonic() - _begun) * 1000), error)


def _name(task: dict[str, Any]) -> str:
    group = str(task.get("group") or "")
    return group if group.startswith(PREFIX) else ""


def written(write: Any, *arguments: Any) -> None:
    """A database that is away, or takes nothing, must not keep a job from running."""
    try:
        write(*arguments)
    except DatabaseError as exc:
        log.warning("schedule.not_written", schedule=arguments[0], error=type(exc).__name__)


def expect(name: str) -> None:
    """From now on, where nobody expects it yet."""
    ScheduledJob.objects.get_or_create(name=name, defaults={"since": timezone.now()})


def expect_anew(name: str) -> None:
    """It was switched on again: what it missed meanwhile is no fault."""
    ScheduledJob.objects.update_or_create(name=name, defaults={"since": timezone.now()})


def begin(name: str) -> None:
    now = timezone.now()
    expect(name)
    unended = ScheduledJob.objects.filter(_unended(), name=name).values_list("started_at", flat=True).first()
    if unended is not None and now > unended + _longest(Row.objects.filter(name=name).first()):
        ScheduledJob.objects.filter(name=name, failing_since=None).update(failing_since=unended)
        ScheduledFailure.objects.create(job=name, started_at=unended)
    ScheduledJob.objects.filter(name=name).update(started_at=now)


def end(name: str, milliseconds: int, error: str) -> None:
    """`error`: kind and places, empty when it went well."""
    now = timezone.now()
    jobs = ScheduledJob.objects.filter(name=name)
    if not error:
        jobs.update(ended_at=now, milliseconds=milliseconds, good_at=now, failing_since=None)
        return
    jobs.filter(failing_since=None).update(failing_since=now)
    jobs.update(ended_at=now, milliseconds=milliseconds)
    began = now - timedelta(milliseconds=milliseconds)
    ScheduledFailure.objects.create(job=name, started_at=began, milliseconds=milliseconds, error=error)


def _unended() -> Q:
    return Q(started_at__isnull=False) & (Q(ended_at=None) | Q(ended_at__lt=F("started_at")))


def _longest(row: Row | None) -> timedelta:
    """After which a run has surely ended: the time-out that its schedule gives it, else the queue's."""
    try:
        options = ast.literal_eval(row.kwargs)["q_options"] if row is not None and row.kwargs else {}
        seconds = int(options["timeout"])
    except (KeyError, SyntaxError, TypeError, ValueError):
        seconds = settings.CONFIG.QUEUE_TIMEOUT_SECONDS
    return timedelta(seconds=seconds) + TO_END


@dataclass(frozen=True, slots=True)
class Seen:
    """A schedule and what became of it. `job`: None before anybody expects it."""

    row: Row
    job: ScheduledJob | None
    state: JobState

    @property
    def name(self) -> str:
        """Without the mark of the hub, as people type it."""
        return (self.row.name or self.row.func).removeprefix(PREFIX)

    @property
    def in_trouble(self) -> bool:
        return self.state in (JobState.FAILED, JobState.ENDED, JobState.LATE)


def look() -> list[Seen]:
    """All schedules by name, strangers' too: of these only what their own row says."""
    now = timezone.now()
    jobs = {job.name: job for job in ScheduledJob.objects.all()}
    found = []
    for row in Row.objects.order_by("name", "pk"):
        job = jobs.get(row.name or "")
        found.append(Seen(row, job, judge(row, job, now)))
    return found


def judge(row: Row, job: ScheduledJob | None, now: datetime) -> JobState:
    """Of what the two rows and the clock say alone."""
    if row.repeats == SWITCHED_OFF:
        return JobState.OFF
    if job is None:
        return JobState.NEW
    unended = job.started_at is not None and (job.ended_at is None or job.ended_at < job.started_at)
    if unended and job.started_at is not None and now <= job.started_at + _longest(row):
        return JobState.RUNNING
    if max(filter(None, (job.started_at, job.since))) < expected(row, now):
        return JobState.LATE
    if unended:
        return JobState.ENDED
    if job.failing_since is not None:
        return JobState.FAILED
    return JobState.GOOD if job.good_at is not None else JobState.NEW


def expected(row: Row, now: datetime) -> datetime:
    """Since when it must have been begun; the beginning of all time where that can't be told."""
    if row.schedule_type == Row.CRON and row.cron:
        due: datetime = croniter(row.cron, timezone.localtime(now - PATIENCE)).get_prev(datetime)
        return due - CLOCKS  # by what clocks show: in the night in which it comes twice, once is enough
    if row.schedule_type == Row.MINUTES and row.minutes:
        return now - PATIENCE - timedelta(minutes=row.minutes)
    return datetime.min.replace(tzinfo=now.tzinfo)
