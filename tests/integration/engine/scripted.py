"""A flow that does what the test says, and requests for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.planning import Action, Ending, Plan, Settled
from syncapp.engine.runs.run import Run
from syncapp.engine.runs.runner import Step
from syncapp.models import Record, Urgency


@dataclass(frozen=True)
class Touch(Action):
    kind = "tests.touch"
    words = "touch"


class Scripted:
    """A flow that does what the test says."""

    script: Any = None
    seen: list[Run] = []

    def __init__(self, run: Run) -> None:
        self.run = run
        self.seen.append(run)

    def read(self) -> None:
        return None

    def plan(self, state: None) -> Plan:
        return Plan(Settled({"n": 1}), (Touch(),))

    def apply(self, state: None, plan: Plan) -> Ending:
        result = self.script(self.run) if self.script else None
        return result or plan.ending

    def failed(self, reason: str) -> None:
        return None


STEP = Step("scripted", Scripted, ())


def script(function: Any) -> None:
    Scripted.script = staticmethod(function)


def raising(exc: Exception) -> None:
    def do(_: Run) -> None:
        raise exc

    script(do)


def ask(urgency: Urgency = Urgency.EVENT, entity: str = "e1", **kw: Any) -> Record:
    made = sync_requests.request([Target("scripted", "Thing", entity)], urgency=urgency, **kw)
    return Record.objects.get(pk=made[0].pk)
