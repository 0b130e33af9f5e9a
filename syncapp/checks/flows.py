"""Whether the flows that steps name can be loaded and run."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence

from django.utils.module_loading import import_string

from syncapp.checks.faults import Fault
from syncapp.engine.runs.runner import Flow
from syncapp.events.spec import StepSpec

METHODS = ("__init__", "read", "plan", "apply", "failed")


def faults(steps: Sequence[StepSpec]) -> Iterator[Fault]:
    for spec in steps:
        if not spec.runs:
            continue
        try:
            flow = import_string(spec.runs)
        except ImportError as exc:
            yield Fault("E020", f"The step {spec.name} runs {spec.runs}, which can't be loaded: {exc}.")
            continue
        if lacking := [name for name in METHODS if not _fits(flow, name)]:
            yield Fault(
                "E021",
                f"The step {spec.name} runs {spec.runs}, which is no flow: {', '.join(lacking)} missing or different.",
                "What a flow must have is in syncapp/engine/runner.py (Flow).",
            )


def _fits(flow: object, name: str) -> bool:
    """Whether it can be called as the runner calls it."""
    method = getattr(flow, name, None)
    if not inspect.isclass(flow) or not inspect.isfunction(method):
        return False
    try:
        inspect.signature(method).bind(*inspect.signature(getattr(Flow, name)).parameters)
    except TypeError:
        return False
    return True
