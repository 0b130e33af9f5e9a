"""The start page, and the page of causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from syncapp.admin.kit import needs, numbers
from syncapp.admin.kit.views import page, part, viewer
from syncapp.admin.machinery import systems
from syncapp.admin.machinery.machinery import worker_views
from syncapp.events import registry
from syncapp.models import NEEDS_A_PERSON, Record, Status, SystemName

CAUSES_ON_START = 6


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures with the same step, system and reason."""

    step: str
    system: str
    reason: str
    count: int
    first_at: datetime
    last_at: datetime

    @property
    def system_words(self) -> str:
        return str(SystemName(self.system).label) if self.system in SystemName.values else ""

    @property
    def retryable(self) -> bool:
        return self.reason not in registry.mended_by_data()

    @property
    def url(self) -> str:
        return numbers.records_url(step=self.step, reason=self.reason, status="open", system=self.system or "none")


def causes(limit: int = 100) -> list[Cause]:
    """What needs a person, grouped; the cause seen last comes first."""
    rows = (
        Record.objects.filter(status__in=NEEDS_A_PERSON)
        .order_by()
        .values_list("step", "system", "reason")
        .annotate(count=Count("pk"), first=Min("changed_at"), last=Max("changed_at"))
        .order_by("-last")[:limit]
    )
    return [Cause(*row) for row in rows]


def start_context(request: HttpRequest) -> dict[str, Any]:
    steps = numbers.by_step()
    tiles = numbers.totals(steps)
    failed = sum(count for status, count, _url in tiles if status in NEEDS_A_PERSON)
    counts = needs.totals(request)
    return {
        "tiles": tiles,
        "steps": steps,
        "columns": [(status.value, status.label) for status in numbers.TILES],
        "total": sum(count for _status, count, _url in tiles),
        "needs_a_person": failed,
        "needs": sum(counts.values()),
        "need_counts": [(kind, counts[kind.name]) for kind in needs.kinds(request.user) if counts[kind.name]],
        "held_back": numbers.held_back(),
        "causes": causes(CAUSES_ON_START) if failed else [],
        "systems": systems.overview(),
        "redis_away": systems.redis_away(),
        "workers": [view for view in worker_views() if not view.row.stopped_at],
        "queue": numbers.queue(),
        "attention": numbers.attention(request),
        "scans": numbers.last_scans(),
        "waiting": {status: count for status, count, _url in tiles}.get(Status.WAITING, 0),
    }


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the theme when it shows the index of the admin."""
    context |= {"title": _("Start"), "here": request.get_full_path()}
    if request.user.has_perm("syncapp.view_record"):
        context |= start_context(request)
    return context


@viewer("numbers", "numbers/", "syncapp.view_record")
def fresh_numbers(request: HttpRequest) -> HttpResponse:
    return part(request, "start", **start_context(request))


@viewer("causes", "causes/", "syncapp.view_record")
def cause_list(request: HttpRequest) -> HttpResponse:
    return page(request, "causes", _("Failures by cause"), causes=causes())
