"""Whether schedules can be called and their times be read.

One schedule with a fault can stop all others in Django-Q2's scheduler, so it is found before it is stored.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from django.conf import settings
from django.utils.module_loading import import_string
from django_q.conf import croniter  # type: ignore[attr-defined]  # None where the package is missing

from syncapp.checks.faults import Fault
from syncapp.events.spec import Comparison, Schedule

FIELDS = 5


def faults(schedules: Sequence[Schedule], steps: Collection[str]) -> Iterator[Fault]:
    yield from declared(schedules, steps)
    yield from loaded(schedules)


def loaded(schedules: Sequence[Schedule]) -> Iterator[Fault]:
    for each in schedules:
        yield from _function(each)


def declared(schedules: Sequence[Schedule], steps: Collection[str]) -> Iterator[Fault]:
    """What can be told without loading what they call. `steps`: the names of those that run."""
    for name, count in Counter(each.name for each in schedules).items():
        if count > 1:
            yield Fault("E040", f"There are {count} schedules named {name!r}.")
    if croniter is None and any(each.cron for each in schedules):
        yield Fault("E041", "The package croniter is missing; schedules with cron lines can't run.", _INSTALL)
    for each in schedules:
        if bool(each.cron) == bool(each.minutes) or each.minutes < 0:
            yield Fault("E044", f"The schedule {each.name} needs either a cron line or minutes.")
        elif each.cron:
            yield from _cron(f"The schedule {each.name}", each.cron)
        if strange := sorted(set(each.starts) - set(steps)):
            yield Fault("E048", f"The schedule {each.name} starts {', '.join(strange)}, but no such step runs.")


def of_comparisons(comparisons: Iterable[Comparison]) -> Iterator[Fault]:
    for each in comparisons:
        try:
            finds = import_string(each.finds)
        except ImportError:
            finds = None
        if not inspect.isgeneratorfunction(finds) or inspect.signature(finds).parameters:
            yield Fault(
                "E049",
                f"The comparison {each.name} finds by {each.finds}, which is no generator without arguments.",
                "It wants the dotted path of a function that yields, as syncapp.flows.comparing.documents.changes.",
            )
        for name in (each.brake.limit, each.brake.percent) if each.brake else ():
            if not isinstance(getattr(settings.CONFIG, name, None), int):
                yield Fault("E039", f"The comparison {each.name} is braked by {name}, which is no setting of a number.")


_INSTALL = "Install what requirements.txt names: make venv"


def _function(schedule: Schedule) -> Iterator[Fault]:
    name, path = schedule.name, schedule.function
    try:
        function = import_string(path)
    except ImportError:
        function = None
    if not inspect.isfunction(function) or f"{function.__module__}.{function.__name__}" != path:
        yield Fault("E042", f"The schedule {name} calls {path}, which is no function.", _PATH)
        return
    try:
        inspect.signature(function).bind(*schedule.arguments)
    except TypeError:
        yield Fault(
            "E043", f"The schedule {name} calls {path} with {len(schedule.arguments)} arguments; they don't fit"
        )


_PATH = "It wants the dotted path of a function where it is written, for example syncapp.jobs.sweep."


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
