"""Every scheduled job, as data, and its way into Django-Q2's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_q.models import Schedule

from syncapp.flows.comparing import scans

PREFIX = "hub."  # rows whose name starts so are ours; all others are left alone
SWITCHED_OFF = 0  # Django-Q2's `repeats`
FOR_EVER = -1


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled call of `function`, without arguments: either `cron` (five fields, Europe/Berlin) or `minutes`."""

    name: str
    function: str
    description: str | Promise
    cron: str = ""
    minutes: int = 0
    timeout: int = 0  # seconds, where the job may take longer than the queue's time-out

    @property
    def row_name(self) -> str:
        return PREFIX + self.name

    @property
    def timing(self) -> str:
        return self.cron or f"every {self.minutes} min"

    @property
    def columns(self) -> dict[str, Any]:
        """What the program decides about its row; `repeats` and `next_run` are not among it."""
        return {
            "func": self.function,
            "schedule_type": Schedule.CRON if self.cron else Schedule.MINUTES,
            "cron": self.cron or None,
            "minutes": self.minutes or None,
            "args": None,
            "kwargs": repr({"q_options": {"timeout": self.timeout}}) if self.timeout else None,
            "hook": None,
            "cluster": None,
            "intended_date_kwarg": None,
        }


JOBS: tuple[Job, ...] = (
    Job(
        "sweep",
        "syncapp.jobs.sweep",
        _("Picks up what is due, what the queue lost and what a dead worker left"),
        minutes=1,
    ),
    Job(
        "scan_changes",
        "syncapp.jobs.scan_changes",
        _("Compares what changed in the CRM lately, because webhooks get lost"),
        cron="*/15 * * * *",
    ),
    Job(
        "scan_everything",
        "syncapp.jobs.scan_everything",
        _("Compares everything, links included, and looks for orphans"),
        cron="30 2 * * *",
        timeout=scans.LONGEST_SECONDS,
    ),
    Job(
        "scan_parties",
        "syncapp.jobs.scan_parties",
        _("Compares what changed at parties and bank accounts, in the CRM and in Advoware"),
        cron="7-59/15 * * * *",
    ),
    Job(
        "scan_all_parties",
        "syncapp.jobs.scan_all_parties",
        _("Compares all parties and bank accounts with Advoware"),
        cron="15 3 * * *",
        timeout=scans.LONGEST_SECONDS,
    ),
    Job(
        "calendar",
        "syncapp.jobs.calendar",
        _("Has the calendars of all employees compared with Advoware"),
        cron="3-59/15 * * * *",
    ),
    Job(
        "calendar_push",
        "syncapp.jobs.calendar_push",
        _("Opens, renews and stops the channels through which Google tells of changes"),
        cron="41 * * * *",
    ),
    Job(
        "prune",
        "syncapp.jobs.prune",
        _("Deletes old bodies, messages, attempts and journal entries (settings KEEP_…)"),
        cron="30 4 * * *",
    ),
)


class Step(Enum):
    CREATED = "created"
    UPDATED = "updated"
    REMOVED = "removed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one row."""

    name: str
    step: Step
    timing: str = ""
    switched_off: bool = False


def ensure(jobs: Sequence[Job] = JOBS, *, dry_run: bool = False) -> list[Change]:
    """Bring Django-Q2's table into agreement with `jobs`; doing it again changes nothing.

    Staff's switch (`repeats`) is never touched, nor are rows of other names. Safe to run on several machines at once.
    """
    with transaction.atomic():
        # Names are not unique in that table; this row lets only one of several starting machines in.
        ContentType.objects.select_for_update().get_or_create(app_label="django_q", model="schedule")
        changes = [_ensure(job, dry_run) for job in jobs]
        kept = {job.row_name for job in jobs}
        gone = Schedule.objects.filter(name__startswith=PREFIX).exclude(name__in=kept)
        changes += [Change(row.name or "", Step.REMOVED) for row in gone]
        if not dry_run:
            gone.delete()
    return changes


def _ensure(job: Job, dry_run: bool) -> Change:
    rows = list(Schedule.objects.filter(name=job.row_name).order_by("pk"))
    if not rows:
        if not dry_run:
            # Sent a minute from now at the latest: `save()` finds the next time of a cron line by itself.
            Schedule(name=job.row_name, repeats=FOR_EVER, **job.columns).save()
        return Change(job.row_name, Step.CREATED, job.timing)
    row, doubles = rows[0], rows[1:]
    off = any(each.repeats == SWITCHED_OFF for each in rows)
    differing = {name: value for name, value in job.columns.items() if getattr(row, name) != value}
    if not dry_run:
        Schedule.objects.filter(pk__in=[double.pk for double in doubles]).delete()
        _update(row, differing, off)
    step = Step.UPDATED if differing or doubles else Step.KEPT
    return Change(job.row_name, step, job.timing, switched_off=off)


def _update(row: Schedule, differing: dict[str, Any], off: bool) -> None:
    if off and row.repeats != SWITCHED_OFF:
        differing = {**differing, "repeats": SWITCHED_OFF}
    if not differing:
        return
    for name, value in differing.items():
        setattr(row, name, value)
    row.next_run = row.calculate_next_run(timezone.now())
    row.save()
