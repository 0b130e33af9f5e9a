"""The start page, and the page of causes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

from syncapp.admin.kit import export, needs, numbers
from syncapp.admin.kit.navigation import sidebar
from syncapp.admin.kit.views import page, part, viewer
from syncapp.admin.machinery import systems
from syncapp.admin.machinery.machinery import worker_views
from syncapp.admin.records.row import retryable
from syncapp.events import registry
from syncapp.models import NEEDS_A_PERSON, Record, Status, SystemName
from syncapp.templatetags.hub import status_words, step_name
from syncapp.words.reason_words import reason_in_words

CAUSES_ON_START = 6


@dataclass(frozen=True, slots=True)
class Cause:
    """Failures with the same step, system and reason. `mendable`: those of them that a retry can mend, which is all
    that a retry of the cause moves; `choices`: those that wait for somebody to choose."""

    step: str
    system: str
    reason: str
    count: int
    first_at: datetime
    last_at: datetime
    mendable: int
    choices: int

    @property
    def system_words(self) -> str:
        return str(SystemName(self.system).label) if self.system in SystemName.values else ""

    @property
    def by_data(self) -> bool:
        """Whether other data end it, and nothing else."""
        return self.reason in registry.mended_by_data()

    @property
    def row(self) -> tuple[object, ...]:
        words = reason_in_words(self.reason, self.system)
        return step_name(self.step), self.system_words, words, self.count, self.first_at, self.last_at

    @property
    def url(self) -> str:
        return numbers.records_url(step=self.step, reason=self.reason, status="open", system=self.system or "none")


def causes(limit: int = 100) -> list[Cause]:
    """What needs a person, grouped; the cause seen last comes first."""
    rows = (
        Record.objects.filter(numbers.NOT_IN_SYNC, status__in=NEEDS_A_PERSON)
        .order_by()
        .values_list("step", "system", "reason")
        .annotate(
            count=Count("pk"),
            first=Min("changed_at"),
            last=Max("changed_at"),
            mendable=Count("pk", filter=retryable()),
            choices=Count("pk", filter=Q(status=Status.CONFLICT)),
        )
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
        "columns": [status_words(each) for each in numbers.COLUMNS],
        "total": sum(sum(step.counts.values()) for step in steps),
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
        "open_tasks": numbers.open_tasks(),
        "scans": numbers.last_scans(),
        "waiting": {status: count for status, count, _url in tiles}.get(Status.WAITING, 0),
    }


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the theme when it shows the index of the admin."""
    context |= {"title": _("Start"), "here": request.get_full_path()}
    if request.user.has_perm("syncapp.view_record"):
        context |= start_context(request)
    else:
        context["others"] = [item for group in sidebar(request) for item in group["items"] if not item["active"]]
    return context


@viewer("numbers", "numbers/", "syncapp.view_record")
def fresh_numbers(request: HttpRequest) -> HttpResponse:
    return part(request, "start", **start_context(request))


@viewer("causes", "causes/", "syncapp.view_record")
def cause_list(request: HttpRequest) -> HttpResponseBase:
    found = causes()
    if export.wanted(request):
        heads = (_("step"), _("system"), _("what happened, what to do"), _("how many"), _("first"), _("last"))
        return export.as_file(request, "causes", heads, [cause.row for cause in found])
    return page(request, "causes", _("Failures by cause"), causes=found)
