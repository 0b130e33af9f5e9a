"""Whether scheduled jobs can be called and their times be read.

One schedule with a fault can stop all others in Django-Q2's scheduler, so it is found before it is stored.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Iterator, Sequence
from types import ModuleType

from django_q.conf import croniter  # type: ignore[attr-defined]  # None where the package is missing

from syncapp.checks.faults import Fault
from syncapp.events.registry import Kind, StepSpec
from syncapp.schedules import Job

FIELDS = 5


def of_jobs(jobs: Sequence[Job], module: ModuleType) -> Iterator[Fault]:
    """`module`: where the functions of all jobs have to be."""
    for name, count in Counter(job.name for job in jobs).items():
        if count > 1:
            yield Fault("E040", f"There are {count} schedules named {name!r}.")
    if croniter is None and any(job.cron for job in jobs):
        yield Fault("E041", "The package croniter is missing; schedules with cron lines can't run.", _INSTALL)
    for job in jobs:
        yield from _function(job, module)
        if bool(job.cron) == bool(job.minutes) or job.minutes < 0:
            yield Fault("E044", f"The schedule {job.name} needs either a cron line or minutes.")
        elif job.cron:
            yield from _cron(f"The schedule {job.name}", job.cron)


_INSTALL = "Install what requirements.txt names: make venv"


def of_steps(steps: Sequence[StepSpec]) -> Iterator[Fault]:
    for spec in steps:
        for trigger in spec.triggers:
            if trigger.kind is Kind.CRON:
                yield from _cron(f"The step {spec.name}", trigger.value)


def _function(job: Job, module: ModuleType) -> Iterator[Fault]:
    home, _, name = job.function.rpartition(".")
    function = getattr(module, name, None) if home == module.__name__ else None
    if not inspect.isfunction(function) or function.__module__ != module.__name__:
        yield Fault("E042", f"The schedule {job.name} calls {job.function}, which is no function of {module.__name__}.")
        return
    try:
        inspect.signature(function).bind()
    except TypeError:
        yield Fault("E043", f"The schedule {job.name} calls {job.function} without arguments, but it needs some.")


def _cron(whose: str, line: str) -> Iterator[Fault]:
    fields = line.split()
    if len(fields) == FIELDS + 1:
        yield Fault(
            "E045",
            f"{whose} has the cron line {line!r} with six fields; five are wanted (no seconds).",
            f"Drop the first field: {' '.join(fields[1:])!r}",
        )
    elif len(fields) != FIELDS:
        yield Fault(
            "E046", f"{whose} has the cron line {line!r}; five fields are wanted.", "minute hour day month weekday"
        )
    elif croniter is not None and not _readable(line):
        yield Fault(
            "E047", f"{whose} has the cron line {line!r}, which can't be read.", "minute hour day month weekday"
        )


def _readable(line: str) -> bool:
    try:
        croniter.expand(line)
    except ValueError:
        return False
    return True
