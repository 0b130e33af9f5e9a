"""`manage.py steps`"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from django.core.management.base import CommandParser

from syncapp.events import registry, topics
from syncapp.events.spec import StepSpec
from syncapp.management.base import HubCommand
from syncapp.management.output import table
from syncapp.programs import machinery


class Command(HubCommand):
    help = (
        "Shows every step of this installation: what starts it, what it emits, which systems it needs.\n\n"
        "  --format table    for people (the default)\n"
        "  --format mermaid  the flow picture, for https://mermaid.live or a Markdown page\n"
        "  --json            for programs: steps, and the schedules as they are in the queue's table"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=("table", "mermaid", "json"), default="table", help="see above")
        parser.add_argument("--json", action="store_const", const="json", dest="format", help="short for --format json")

    def handle(self, *args: Any, format: str, **options: Any) -> None:
        self.stdout.write({"table": _table, "mermaid": _mermaid, "json": _json}[format](registry.steps()))


def _table(steps: tuple[StepSpec, ...]) -> str:
    rows = [
        (
            spec.name,
            ", ".join(registry.flows_of(spec)),
            ", ".join(trigger.value for trigger in spec.triggers),
            ", ".join(spec.emits) or "-",
            ", ".join(spec.systems) or "-",
            str(machinery.longest_run(spec) or "-"),
        )
        for spec in steps
    ]
    return table(("step", "flow", "started by", "emits", "systems", "ended after (s)"), rows)


def _json(_steps: tuple[StepSpec, ...]) -> str:
    return json.dumps(machinery.told(), indent=2)


def _mermaid(steps: tuple[StepSpec, ...]) -> str:
    """Receivers on the left, steps on the right, one arrow for each word of topics between two of them."""
    lines = ["flowchart LR"]
    lines += [f"  {_node(spec)}" for spec in steps if not spec.flow]  # serves several
    for flow in dict.fromkeys(spec.flow for spec in steps if spec.flow):
        lines.append(f'  subgraph {flow}["{registry.flow_words(flow)}"]')
        lines += [f"    {_node(spec)}" for spec in steps if spec.flow == flow]
        lines.append("  end")
    lines += sorted(f'  {_id(giver.name)} -->|"{words}"| {_id(taker.name)}' for giver, taker, words in _arrows(steps))
    return "\n".join(lines)


def _arrows(steps: tuple[StepSpec, ...]) -> Iterator[tuple[StepSpec, StepSpec, str]]:
    for giver in steps:
        for taker in steps:
            heard = [
                topic for topic in giver.emits if taker.runs and any(topics.matches(p, topic) for p in taker.topics)
            ]
            if heard:
                yield giver, taker, "<br>".join(sorted(_shortened(heard)))


def _shortened(heard: list[str]) -> set[str]:
    """`vmh.document.create`, `.update`, `.delete` are one arrow `vmh.document.*`."""
    stems: dict[str, set[str]] = {}
    for topic in heard:
        stem, _, action = topic.rpartition(".")
        stems.setdefault(stem, set()).add(action)
    return {f"{stem}.{actions.pop() if len(actions) == 1 else '*'}" for stem, actions in stems.items()}


def _node(spec: StepSpec) -> str:
    left, right = ("[", "]") if spec.runs else ("([", "])")
    return f'{_id(spec.name)}{left}"{spec.name}"{right}'


def _id(name: str) -> str:
    return re.sub(r"\W", "_", name)
