"""Steps as the pages show them: the register's entry, live numbers, and what staff have switched."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.admin.kit.numbers import StepNumbers, by_step
from syncapp.engine.runs import switches
from syncapp.events import registry
from syncapp.events.spec import StepSpec
from syncapp.models import StepSwitch


@dataclass(frozen=True, slots=True)
class StepView:
    spec: StepSpec
    flow_words: str
    numbers: StepNumbers
    switch: StepSwitch
    observing: bool


def step_views() -> list[StepView]:
    numbers = {row.step: row for row in by_step()}
    set_by_staff = {row.step: row for row in StepSwitch.objects.all()}
    views = []
    for spec in registry.steps():
        switch = set_by_staff.get(spec.name) or StepSwitch(step=spec.name)
        row = numbers.get(spec.name) or StepNumbers(spec.name)
        views.append(StepView(spec, registry.flow_words(spec.flow), row, switch, switches.observing(switch)))
    return views
