"""What a clock that was ahead has left: dates of a future that nobody meant are made due, at each sweep.

Leases and locks are ended where all others are (`sweep`, `locks`); here is what only waits.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django_q.models import OrmQ, Schedule

from syncapp.engine.outside.outages import PROBE_CAP
from syncapp.kit import in_turn
from syncapp.kit.clocks import latest
from syncapp.models import TAKEN_BY, Record, ScheduledJob, SecondFactor, Status, System

LONGEST_PAUSE = timedelta(days=1)  # a reminder while something is switched off, and the second chance
STEP_SECONDS = 30  # of a code, as apps have it
OURS = "hub."  # schedules of others are theirs

log = structlog.get_logger(__name__)


def make_due() -> int:
    """How many dates were beyond what is possible."""
    now = timezone.now()
    found = {
        "records": _records(now),
        "probes": System.objects.filter(next_probe_at__gt=latest(now, PROBE_CAP)).update(next_probe_at=now),
        "schedules": _schedules(now),
        "queued": OrmQ.objects.filter(lock__gt=latest(now, _queue_retry())).update(lock=now),
        "second_factors": _second_factors(now),
        "jobs": sum(_jobs(now, column) for column in ("since", "started_at", "ended_at", "good_at", "failing_since")),
        "wrong_logins": AccessAttempt.objects.filter(attempt_time__gt=latest(now)).delete()[0],
    }
    if count := sum(found.values()):
        log.warning("clock.was_ahead", **{name: number for name, number in found.items() if number})
    return count


def _records(now: datetime) -> int:
    """Also a shorter pause, where the record itself says that it began in the future."""
    waiting = Record.objects.filter(status__in=(Status.WAITING, Status.FAILED), due_at__gt=now)
    wrong = Q(due_at__gt=latest(now, LONGEST_PAUSE)) | Q(changed_at__gt=latest(now)) | Q(waiting_since__gt=latest(now))
    return in_turn.update(waiting.filter(wrong), TAKEN_BY, due_at=now, waiting_since=now, changed_at=now)


def _schedules(now: datetime) -> int:
    ahead = Schedule.objects.filter(name__startswith=OURS, next_run__gt=latest(now)).exclude(repeats=0)
    wrong = [row.pk for row in ahead if row.next_run and row.next_run > latest(row.calculate_next_run(now))]
    return Schedule.objects.filter(pk__in=wrong).update(next_run=now)


def _second_factors(now: datetime) -> int:
    """Who mistyped a code under it would wait that long for the next try, and who did not for the next code."""
    waiting = SecondFactor.objects.filter(throttling_failure_timestamp__gt=latest(now))
    step = int(now.timestamp()) // STEP_SECONDS
    used = SecondFactor.objects.filter(step=STEP_SECONDS, last_t__gt=int(latest(now).timestamp()) // STEP_SECONDS)
    return waiting.update(throttling_failure_timestamp=now) + used.update(last_t=step)


def _jobs(now: datetime, column: str) -> int:
    """What a schedule's job tells of itself; of the future it would hide that the job is late."""
    return ScheduledJob.objects.filter(**{f"{column}__gt": latest(now)}).update(**{column: now})


def _queue_retry() -> timedelta:
    return timedelta(seconds=settings.Q_CLUSTER["retry"])
