"""The page Over time."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from syncapp.admin.kit.views import page, viewer
from syncapp.admin.machinery.over_time.comparisons import comparisons
from syncapp.admin.machinery.over_time.day_by_day import day_by_day
from syncapp.admin.machinery.over_time.runs import by_step, run_chart, waiting_chart
from syncapp.admin.machinery.over_time.slots import PERIODS, slots
from syncapp.admin.machinery.over_time.systems import outages, systems
from syncapp.models import About, Figures, Span
from syncapp.upkeep.summing import HOUR, SETTLES, floor


@viewer("over_time", "over-time/", "syncapp.view_record")
def over_time(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    chosen = request.GET.get("period", "")
    chosen = chosen if chosen in PERIODS else "day"
    shown_slots = slots(PERIODS[chosen], now)
    newest = Figures.objects.filter(span=Span.HOUR, about=About.EVERYTHING).order_by("-begins_at").first()
    return page(
        request,
        "over_time",
        _("Over time"),
        periods=[(name, period.words, name == chosen) for name, period in PERIODS.items()],
        days=day_by_day(now),
        until=newest.begins_at + HOUR if newest else None,
        first_at=floor(now) + HOUR + SETTLES,
        charts=[run_chart(shown_slots), waiting_chart(shown_slots)],
        steps=by_step(shown_slots),
        systems=systems(shown_slots, outages(shown_slots.begins[0], now)),
        comparisons=comparisons(shown_slots),
    )
