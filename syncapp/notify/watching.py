"""Who tells that no worker works? The job that tells would need one. So the supervisor's process does it meanwhile."""

from __future__ import annotations

import time
from datetime import timedelta

from django.utils import timezone
from django_q.models import Schedule

from syncapp.engine.workers.scheduled import PREFIX, SWITCHED_OFF
from syncapp.engine.workers.turns import take
from syncapp.kit.clocks import lasts
from syncapp.models import ScheduledJob
from syncapp.notify import telling

JOB = f"{PREFIX}notify"
LOOK_SECONDS = 60.0
SILENT = timedelta(minutes=3)  # the job runs each minute


def watch() -> None:
    """For ever, in a thread of its own: a mail server that is slow must not keep the supervisor waiting."""
    while True:
        time.sleep(LOOK_SECONDS)
        take("notify", tell_if_nobody_does)


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
