"""The start page, and the page of causes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from syncapp.admin.kit import numbers
from syncapp.admin.kit.views import page, part, viewer
from syncapp.admin.machinery import systems
from syncapp.admin.machinery.machinery import worker_views
from syncapp.admin.records import causes
from syncapp.models import Status

CAUSES_ON_START = 6


def start_context() -> dict[str, Any]:
    steps = numbers.by_step()
    tiles = numbers.totals(steps)
    needs = sum(count for status, count, _url in tiles if status in numbers.NEEDS_A_PERSON)
    return {
        "tiles": tiles,
        "steps": steps,
        "columns": [(status.value, status.label) for status in numbers.TILES],
        "total": sum(count for _status, count, _url in tiles),
        "needs_a_person": needs,
        "causes": causes.causes(CAUSES_ON_START) if needs else [],
        "systems": systems.overview(),
        "workers": [view for view in worker_views() if not view.row.stopped_at],
        "queue": numbers.queue(),
        "attention": numbers.attention(),
        "scans": numbers.last_scans(),
        "waiting": {status: count for status, count, _url in tiles}.get(Status.WAITING, 0),
    }


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Called by the theme when it shows the index of the admin."""
    context |= {"title": _("Start"), "here": request.get_full_path()}
    if request.user.has_perm("syncapp.view_record"):
        context |= start_context()
    return context


@viewer("numbers", "numbers/", "syncapp.view_record")
def fresh_numbers(request: HttpRequest) -> HttpResponse:
    return part(request, "start", **start_context())


@viewer("causes", "causes/", "syncapp.view_record")
def cause_list(request: HttpRequest) -> HttpResponse:
    return page(request, "causes", _("Failures by cause"), causes=causes.causes())
