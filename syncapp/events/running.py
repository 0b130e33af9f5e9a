"""Runs of records by the names of their steps: what queue, commands and pages start."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from django.utils.module_loading import import_string

from syncapp.engine.runs import glancing, runner
from syncapp.engine.runs.glancing import Glanced
from syncapp.engine.runs.runner import Preview, Step
from syncapp.engine.runs.settling import Settlement
from syncapp.events import registry
from syncapp.models import Record


def step(name: str) -> Step:
    spec = registry.step(name)
    return Step(spec.name, import_string(spec.runs), spec.systems)


def run_now(pk: int, step_name: str, *, even_early: bool = False) -> Settlement | None:
    """None: nothing was to be done, or this program does not have the step: then one that has it does."""
    if step_name not in registry.names():
        return None
    return runner.run(pk, step(step_name), even_early=even_early)


def glance_now(step_names: Iterable[str]) -> Glanced:
    """Look at many at once where several of one of these steps, which are due, make that worth it."""
    looked = [
        glancing.glance(step(name))
        for name, due in Counter(step_names).items()
        if due >= glancing.FEWEST and name in registry.names()
    ]
    return Glanced(
        frozenset().union(*(each.settled for each in looked)), frozenset().union(*(each.left for each in looked))
    )


def preview(record: Record) -> Preview:
    """What a run of the record would do now; reads outside, writes nowhere. Raises `ClientError`."""
    return runner.preview(record, step(record.step))
