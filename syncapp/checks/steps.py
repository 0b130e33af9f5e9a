"""What is wrong with a register. Looks at what it is given, and loads what is to be run."""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Iterable, Iterator

from django.conf import settings
from django.utils.module_loading import import_string

from syncapp.checks.faults import Fault
from syncapp.events import topics
from syncapp.events.registry import Register
from syncapp.events.spec import Flow, Kind, StepSpec

METHODS = ("__init__", "read", "plan", "apply")


def faults(register: Register, *, systems: Collection[str], longest: int) -> list[Fault]:
    return [*declared(register, systems=systems, longest=longest), *loaded(register)]


def declared(register: Register, *, systems: Collection[str], longest: int) -> list[Fault]:
    """What can be told without loading anything. `longest`: the queue's time-out (s)."""
    steps, flows = register.steps, register.flows
    return [
        *(Fault("E010", f"{package} declares no flow: {why}", _DECLARES) for package, why in register.broken),
        *_twice("E001", "step", (spec.name for spec in steps)),
        *_twice("E002", "flow", (flow.name for flow in flows)),
        *_twice("E011", "comparison", (each.name for flow in flows for each in flow.comparisons)),
        *(fault for flow in flows for fault in _of_flow(flow, systems)),
        *(fault for spec in steps for fault in _of_step(spec, systems, longest)),
        *_of_topics(register),
    ]


def loaded(register: Register) -> list[Fault]:
    return [fault for spec in register.steps if spec.runs for fault in _of_what_it_runs(spec)]


_DECLARES = "Its module flow needs a function flow() that answers a Flow (syncapp/events/spec.py)."


def _twice(code: str, what: str, names: Iterable[str]) -> Iterator[Fault]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Fault(code, f"The {what} {name!r} is registered {count} times.", f"Give each {what} its own name.")


def _of_flow(flow: Flow, systems: Collection[str]) -> Iterator[Fault]:
    for each in flow.comparisons:
        for system in set(each.systems) - set(systems):
            yield Fault("E003", f"The comparison {each.name} needs the system {system!r}, which does not exist.")


def _of_step(spec: StepSpec, systems: Collection[str], longest: int) -> Iterator[Fault]:
    for system in set(spec.systems) - set(systems):
        yield Fault("E003", f"The step {spec.name} needs the system {system!r}, which does not exist.")
    if spec.runs and not spec.topics and (not spec.only_if or getattr(settings.CONFIG, spec.only_if, None)):
        yield Fault("E004", f"The step {spec.name} runs a flow but no topic starts it.")
    if spec.only_if and not hasattr(settings.CONFIG, spec.only_if):
        yield Fault(
            "E012",
            f"The step {spec.name} wants the setting {spec.only_if!r}, which does not exist.",
            "A setting is a line in bitbylaw/config.py, explained in .env.example.",
        )
    if spec.runs and spec.timeout > longest:
        yield Fault(
            "E005",
            f"The step {spec.name} may take {spec.timeout} s, but the queue ends every task after {longest} s.",
            "Raise QUEUE_TIMEOUT_SECONDS or shorten the step's timeout.",
        )
    for trigger in spec.triggers:
        if trigger.kind is Kind.TOPIC and not topics.is_pattern(trigger.value):
            yield Fault(
                "E006", f"The step {spec.name} listens to {trigger.value!r}, which is no topic pattern.", _SHAPE
            )


_SHAPE = "A topic is {module}.{entity}.{action}: three words in lower case, with dots; * stands for any word."


def _of_topics(register: Register) -> Iterator[Fault]:
    heard = {pattern for spec in register.steps if spec.runs for pattern in spec.topics}
    emitted = {topic: f"step {spec.name}" for spec in register.steps for topic in spec.emits}
    emitted |= {topic: f"schedule {each.name}" for each in register.schedules for topic in each.emits}
    for topic, name in sorted(emitted.items()):
        if not topics.is_topic(topic):
            yield Fault("E007", f"The {name} emits {topic!r}, which is no topic.", _SHAPE)
        elif not any(topics.matches(pattern, topic) for pattern in heard):
            yield Fault("E008", f"The {name} emits {topic}, but no step runs on it.", "Subscribe a step to it.")
    for pattern in sorted(filter(topics.is_pattern, heard)):
        if not any(topics.matches(pattern, topic) for topic in emitted):
            yield Fault("W009", f"A step listens to {pattern}, but no step emits that.", _EMIT)


_EMIT = (
    "A change in the CRM: name its entity type in `receives` of the flow and in WEBHOOK_ENTITIES. Else: in `emits` of "
    "the step or schedule that emits it."
)


def _of_what_it_runs(spec: StepSpec) -> Iterator[Fault]:
    try:
        flow = import_string(spec.runs)
    except ImportError as exc:
        yield Fault("E020", f"The step {spec.name} runs {spec.runs}, which can't be loaded: {exc}.")
        return
    if lacking := [name for name in METHODS if not _fits(flow, name)]:
        yield Fault(
            "E021",
            f"The step {spec.name} runs {spec.runs}, which is no flow: {', '.join(lacking)} missing or different.",
            "What a flow must have is in syncapp/engine/runs/runner.py (Flow).",
        )


def _fits(flow: object, name: str) -> bool:
    """Whether it can be called as the runner calls it."""
    method = getattr(flow, name, None)
    if not inspect.isclass(flow) or not inspect.isfunction(method):
        return False
    from syncapp.engine.runs import runner  # stands on all that a run needs

    try:
        inspect.signature(method).bind(*inspect.signature(getattr(runner.Flow, name)).parameters)
    except TypeError:
        return False
    return True
