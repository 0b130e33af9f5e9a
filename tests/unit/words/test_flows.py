"""What a flow declares of itself is told in German: a text without a translation, or forgotten, is found here."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.utils import translation

from syncapp.events import registry
from syncapp.events.spec import Flow, Words


def texts(flow: Flow) -> Iterator[tuple[str, Words]]:
    yield flow.name, flow.description
    for step in flow.steps:
        yield f"{step.name}.description", step.description
        if step.runs:
            yield f"{step.name}.title", step.title
    for schedule in flow.schedules:
        yield schedule.name, schedule.description
    for each in flow.comparisons:
        yield from ((f"{each.name}.title", each.title), (f"{each.name}.description", each.description))
        if each.brake:
            brake = {"warning": each.brake.warning, "advice": each.brake.advice, "question": each.brake.question}
            yield from ((f"{each.name}.{name}", words) for name, words in brake.items())


TEXTS = dict(text for flow in registry.register().flows for text in texts(flow))


@pytest.mark.parametrize("place", TEXTS)
def test_what_a_flow_declares_is_told_in_german(place: str) -> None:
    with translation.override("en"):
        english = str(TEXTS[place])
    with translation.override("de"):
        assert str(TEXTS[place]) not in ("", english)
