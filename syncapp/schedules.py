"""Every schedule, the machinery's own and those that flows declare, and their way into Django-Q2's table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django_q.models import Schedule as Row

from syncapp.engine.workers import scheduled
from syncapp.engine.workers.scheduled import PREFIX, SWITCHED_OFF
from syncapp.events import registry
from syncapp.events.spec import Schedule
from syncapp.models import ScheduledJob

FOR_EVER = -1
OF_THE_MACHINERY = (
    Schedule(
        "sweep",
        "syncapp.jobs.sweep",
        _("Picks up what is due, what the queue lost and what a dead worker left"),
        minutes=1,
    ),
    Schedule(
        "notify",
        "syncapp.jobs.notify",
        _("Tells people what is wrong and what is well again"),
        minutes=1,
    ),
    Schedule(
        "prune",
        "syncapp.jobs.prune",
        _("Deletes bodies, messages, attempts and journal entries that are older than the firm keeps them"),
        cron="30 4 * * *",
    ),
    Schedule(
        "figures",
        "syncapp.jobs.sum_up",
        _("Sums up the hours that are over, for the page Over time"),
        cron="5 * * * *",
    ),
    Schedule(
        "backup",
        "syncapp.jobs.look_at_backup",
        _("Sees whether the night's backup was made, where a timer makes one; its log says why not"),
        cron="0 8 * * *",
    ),
)


def schedules() -> tuple[Schedule, ...]:
    return (*OF_THE_MACHINERY, *registry.register().schedules)


def row_name(schedule: Schedule) -> str:
    return PREFIX + schedule.name


def columns(schedule: Schedule) -> dict[str, Any]:
    """What the program decides about its row; `repeats` and `next_run` are not among it."""
    return {
        "func": schedule.function,
        "schedule_type": Row.CRON if schedule.cron else Row.MINUTES,
        "cron": schedule.cron or None,
        "minutes": schedule.minutes or None,
        "args": repr(schedule.arguments) if schedule.arguments else None,
        "kwargs": repr({"q_options": {"timeout": schedule.timeout}}) if schedule.timeout else None,
        "hook": None,
        "cluster": None,
        "intended_date_kwarg": None,
    }


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


def ensure(wanted: Sequence[Schedule] | None = None, *, dry_run: bool = False) -> list[Change]:
    """Bring Django-Q2's table into agreement with what is `wanted` (all); doing it again changes nothing.

    Staff's switch (`repeats`) is never touched, nor are rows of other names. Safe to run on several machines at once.
    """
    with transaction.atomic():
        # Names are not unique in that table; this row lets only one of several starting machines in.
        ContentType.objects.select_for_update().get_or_create(app_label="django_q", model="schedule")
        rows = schedules() if wanted is None else wanted
        changes = [_ensure(each, dry_run) for each in rows]
        kept = {row_name(each) for each in rows}
        gone = Row.objects.filter(name__startswith=PREFIX).exclude(name__in=kept)
        changes += [Change(row.name or "", Step.REMOVED) for row in gone]
        if not dry_run:
            gone.delete()
            ScheduledJob.objects.filter(name__startswith=PREFIX).exclude(name__in=kept).delete()
            for name in sorted(kept):
                scheduled.expect(name)
    return changes


def _ensure(wanted: Schedule, dry_run: bool) -> Change:
    name, timing = row_name(wanted), wanted.timing
    rows = list(Row.objects.filter(name=name).order_by("pk"))
    if not rows:
        if not dry_run:
            # Sent a minute from now at the latest: `save()` finds the next time of a cron line by itself.
            Row(name=name, repeats=FOR_EVER, **columns(wanted)).save()
        return Change(name, Step.CREATED, timing)
    row, doubles = rows[0], rows[1:]
    off = any(each.repeats == SWITCHED_OFF for each in rows)
    differing = {key: value for key, value in columns(wanted).items() if getattr(row, key) != value}
    if not dry_run:
        Row.objects.filter(pk__in=[double.pk for double in doubles]).delete()
        _update(row, differing, off)
    step = Step.UPDATED if differing or doubles else Step.KEPT
    return Change(name, step, timing, switched_off=off)


def _update(row: Row, differing: dict[str, Any], off: bool) -> None:
    if off and row.repeats != SWITCHED_OFF:
        differing = {**differing, "repeats": SWITCHED_OFF}
    if not differing:
        return
    for name, value in differing.items():
        setattr(row, name, value)
    row.next_run = row.calculate_next_run(timezone.now())
    row.save()
