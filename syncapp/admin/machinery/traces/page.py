"""The page of a trace: one picture of what happened, and below it every detail."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from syncapp.admin.kit.addresses import plain
from syncapp.admin.kit.views import page, viewer
from syncapp.admin.machinery.over_time.slots import duration
from syncapp.admin.machinery.traces.axis import Axis, axis
from syncapp.admin.machinery.traces.story import Event, Story, story
from syncapp.admin.records.write_views import write_views

THINNEST = 0.4  # per cent: what took a millisecond is to be seen too


@dataclass(frozen=True, slots=True)
class Row:
    event: Event
    left: str
    width: str

    @property
    def took(self) -> str:
        return duration(self.event.milliseconds) if self.event.ends > self.event.begins else ""


@dataclass(frozen=True, slots=True)
class Waterfall:
    rows: list[Row]
    pauses: list[tuple[str, str, str]]  # left, width, how long it was
    begins: Event
    whole: str


def waterfall(told: Story) -> Waterfall | None:
    if not told.events:
        return None
    spans = [(each.begins, each.ends) for each in told.events if not each.waits]
    spans += [(each.begins, each.begins) for each in told.events if each.waits]
    scale = axis(spans)
    ends = max(each.ends for each in told.events)
    first = min(told.events, key=lambda each: each.begins)
    pauses = [
        (f"{each.left:.2f}", f"{each.width:.2f}", duration(each.lasts.total_seconds() * 1000)) for each in scale.pauses
    ]
    whole = duration((ends - first.begins).total_seconds() * 1000)
    return Waterfall([_row(each, scale) for each in told.events], pauses, first, whole)


def _row(event: Event, scale: Axis) -> Row:
    left, right = scale.at(event.begins), scale.at(event.ends)
    width = max(right - left, THINNEST)
    return Row(event, f"{min(left, 100 - width):.2f}", f"{width:.2f}")


@viewer("trace", "trace/<str:trace_id>/", "syncapp.view_record")
def trace(request: HttpRequest, trace_id: str) -> HttpResponse:
    """Everything that one trace id is on: what came, which runs it led to, what they wrote."""
    trace_id = plain(trace_id)
    told = story(trace_id, request.user.has_perm)
    return page(
        request,
        "trace",
        _("Trace") + f" {trace_id}",
        trace_id=trace_id,
        fall=waterfall(told),
        received=told.received,
        items=told.items,
        attempts=told.attempts,
        writes=write_views(told.writes),
    )
