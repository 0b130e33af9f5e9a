"""Who tells that no worker works? The job that tells would need one. So the supervisor's process does it meanwhile."""

from __future__ import annotations

import time
from datetime import timedelta

import structlog
from django.db import Error as DatabaseError
from django.db import connections
from django.utils import timezone
from django_q.models import Schedule

from syncapp.engine.workers.processes import alone
from syncapp.engine.workers.scheduled import PREFIX, SWITCHED_OFF
from syncapp.kit.clocks import lasts
from syncapp.models import ScheduledJob
from syncapp.notify import telling

JOB = f"{PREFIX}notify"
LOOK_SECONDS = 60.0
SILENT = timedelta(minutes=3)  # the job runs each minute

log = structlog.get_logger(__name__)


def watch() -> None:
    """For ever, in a thread of its own: a mail server that is slow must not keep the supervisor waiting."""
    while True:
        time.sleep(LOOK_SECONDS)
        with alone.at_work():
            _look()


def _look() -> None:
    try:
        tell_if_nobody_does()
    except DatabaseError as exc:
        log.warning("notify.database_away", error=type(exc).__name__)
    except Exception:
        log.exception("notify.failed")
    finally:
        connections.close_all()


def tell_if_nobody_does() -> bool:
    """True: nobody did, and it was done here. Not while the job is switched off, or before it was set up."""
    now = timezone.now()
    job = ScheduledJob.objects.filter(name=JOB).first()
    if job is None or not Schedule.objects.filter(name=JOB).exclude(repeats=SWITCHED_OFF).exists():
        return False
    if lasts(max(filter(None, (job.since, job.started_at))) + SILENT, now, SILENT):
        return False
    telling.tell()
    return True
