"""The backup that a timer of the machine makes every night: what became of it is noted, and a job looks at it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from time import monotonic

from django.utils import timezone

from syncapp.engine.workers import scheduled
from syncapp.models import ScheduledJob

NAME = "timer.backup"  # no schedule of the queue has it
LATELY = timedelta(hours=26)  # a day, and what one night takes longer than another


class NoBackupLately(Exception):
    """The timer's last good one is too old; why is in its log."""


@contextmanager
def written_down() -> Iterator[None]:
    """From the first time on it is expected every night. A database that takes no note of it can still be saved."""
    began = monotonic()
    scheduled.written(scheduled.begin, NAME)
    error = ""
    try:
        yield
    except BaseException as exc:
        error = type(exc.__cause__ or exc).__name__
        raise
    finally:
        scheduled.written(scheduled.end, NAME, round((monotonic() - began) * 1000), error)


def look() -> None:
    """Raises `NoBackupLately`. Where no timer has ever made one, none is missed."""
    job = ScheduledJob.objects.filter(name=NAME).first()
    if job is not None and (job.good_at is None or timezone.now() - job.good_at > LATELY):
        raise NoBackupLately
