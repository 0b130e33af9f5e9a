"""Steps as the pages show them (the register's entry, live numbers, what staff have switched), and their picture.

It is SVG: who sends, who receives, what runs, and what is written to.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from syncapp.admin.kit.numbers import StepNumbers, by_step
from syncapp.engine.runs import switches
from syncapp.events import registry, topics
from syncapp.events.spec import StepSpec
from syncapp.models import StepSwitch, SystemName
from syncapp.templatetags.hub import step_name

WIDTH, LOW, HIGH, GAP, BETWEEN = 190, 44, 84, 14, 70  # pixels: boxes of two heights, gaps down and across


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


@dataclass(frozen=True, slots=True)
class Box:
    x: int
    y: int
    height: int
    title: str
    lines: tuple[tuple[str, str], ...]  # (tone, text)
    tone: str

    @property
    def middle(self) -> int:
        return self.y + self.height // 2

    @property
    def placed(self) -> list[tuple[int, str, str]]:
        return [(self.y + 42 + 17 * n, tone, text) for n, (tone, text) in enumerate(self.lines)]


@dataclass(frozen=True, slots=True)
class Picture:
    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[str, ...]


def draw(views: Iterable[StepView]) -> Picture:
    """Four columns: the CRM, the steps that receive, the steps that run, the systems they speak to."""
    views = list(views)
    receivers = [view for view in views if not view.spec.runs]
    runners = [view for view in views if view.spec.runs]
    names = sorted({name for view in runners for name in view.spec.systems})
    height = max(_height(len(receivers), LOW), _height(len(runners), HIGH), _height(len(names), LOW)) + 2 * GAP
    source = _column(0, height, LOW, [(SystemName.ESPOCRM.label, (), "calm")])[0]
    left = _column(1, height, LOW, [(_word(view), (), "quiet") for view in receivers])
    middle = _column(2, height, HIGH, [(step_name(view.spec.name), _lines(view), _tone(view)) for view in runners])
    right = _column(3, height, LOW, [(SystemName(name).label, (), "calm") for name in names])
    arrows = [_arrow(source, box) for box in left]
    for receiver, box in zip(receivers, left, strict=True):
        arrows += [_arrow(box, to) for runner, to in zip(runners, middle, strict=True) if _hears(runner, receiver)]
    for runner, box in zip(runners, middle, strict=True):
        arrows += [_arrow(box, to) for name, to in zip(names, right, strict=True) if name in runner.spec.systems]
    width = 4 * WIDTH + 3 * BETWEEN + 4
    return Picture(width, height, (source, *left, *middle, *right), tuple(arrows))


def _height(count: int, each: int) -> int:
    return count * each + max(0, count - 1) * GAP


def _column(
    number: int, height: int, each: int, boxes: list[tuple[str, tuple[tuple[str, str], ...], str]]
) -> list[Box]:
    x, y = 2 + number * (WIDTH + BETWEEN), (height - _height(len(boxes), each)) // 2
    return [Box(x, y + n * (each + GAP), each, title, lines, tone) for n, (title, lines, tone) in enumerate(boxes)]


def _lines(view: StepView) -> tuple[tuple[str, str], ...]:
    counts = view.numbers.counts
    bad = counts.get("failed", 0) + counts.get("conflict", 0)
    busy = _("%(waiting)d waiting, %(running)d running") % {
        "waiting": counts.get("waiting", 0),
        "running": counts.get("running", 0),
    }
    settled = _("%(count)d in sync") % {"count": counts.get("in_sync", 0)}
    failed = _("%(count)d need a person") % {"count": bad}
    return (("good", settled), ("busy", busy), ("bad" if bad else "quiet", failed))


def _word(view: StepView) -> str:
    return view.spec.name.removesuffix("_webhook")


def _tone(view: StepView) -> str:
    if view.switch.paused or view.observing:
        return "warn"
    return "bad" if view.numbers.counts.get("failed") else "good"


def _hears(runner: StepView, receiver: StepView) -> bool:
    return any(topics.matches(pattern, topic) for pattern in runner.spec.topics for topic in receiver.spec.emits)


def _arrow(start: Box, end: Box) -> str:
    x1, x2, bend = start.x + WIDTH, end.x, BETWEEN // 2
    return f"M{x1},{start.middle} C{x1 + bend},{start.middle} {x2 - bend},{end.middle} {x2},{end.middle}"
