"""What is wrong with a register of steps. Pure: looks at what it is given, touches nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Sequence

from syncapp.checks.faults import Fault
from syncapp.events import topics
from syncapp.events.registry import Kind, StepSpec


def faults(
    steps: Sequence[StepSpec],
    *,
    flows: Collection[str],
    systems: Collection[str],
    longest: int,
) -> list[Fault]:
    """`longest`: the queue's time-out (s)."""
    found = [
        Fault("E001", f"The step {name!r} is registered {count} times.", "Give each step a name of its own.")
        for name, count in Counter(spec.name for spec in steps).items()
        if count > 1
    ]
    for spec in steps:
        found += _of_step(spec, flows, systems, longest)
    return [*found, *_of_topics(steps)]


def _of_step(spec: StepSpec, flows: Collection[str], systems: Collection[str], longest: int) -> Iterator[Fault]:
    if spec.flow not in flows:
        yield Fault("E002", f"The step {spec.name} belongs to the flow {spec.flow!r}, which does not exist.")
    for system in set(spec.systems) - set(systems):
        yield Fault("E003", f"The step {spec.name} needs the system {system!r}, which does not exist.")
    if spec.runs and not spec.topics:
        yield Fault("E004", f"The step {spec.name} runs a flow but no topic starts it.")
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


def _of_topics(steps: Sequence[StepSpec]) -> Iterator[Fault]:
    heard = {pattern for spec in steps if spec.runs for pattern in spec.topics}
    emitted = {topic: spec.name for spec in steps for topic in spec.emits}
    for topic, name in sorted(emitted.items()):
        if not topics.is_topic(topic):
            yield Fault("E007", f"The step {name} emits {topic!r}, which is no topic.", _SHAPE)
        elif not any(topics.matches(pattern, topic) for pattern in heard):
            yield Fault(
                "E008",
                f"The step {name} emits {topic}, but no step runs on it.",
                "Subscribe a step to it.",
            )
    for pattern in sorted(filter(topics.is_pattern, heard)):
        if not any(topics.matches(pattern, topic) for topic in emitted):
            yield Fault("W009", f"A step listens to {pattern}, but no step emits that.")
