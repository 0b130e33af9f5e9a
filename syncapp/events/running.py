"""Runs of records by the names of their steps: what queue, commands and pages start."""

from __future__ import annotations

from django.utils.module_loading import import_string

from syncapp.engine.runs import runner
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


def preview(record: Record) -> Preview:
    """What a run of the record would do now; reads outside, writes nowhere. Raises `ClientError`."""
    return runner.preview(record, step(record.step))
