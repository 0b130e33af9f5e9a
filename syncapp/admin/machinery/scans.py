"""Comparisons: what was looked at, what differed; a stopped one waits for a person's yes."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin, StateFilter
from syncapp.admin.kit.columns import column
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import CONFIRM_SCAN, back, button, say
from syncapp.admin.machinery.traces.story import SCAN
from syncapp.events import registry
from syncapp.flows.comparing import scans
from syncapp.flows.differences import How
from syncapp.models import ScanRun, ScanState
from syncapp.templatetags.hub import scan_words, when


@admin.register(ScanRun)
class ScanAdmin(ReadOnlyAdmin[ScanRun]):
    empty_words = gettext_lazy(
        "Every 15 minutes the hub compares what changed, and everything in the night. Each comparison is "
        "listed here, with what it found."
    )
    row_page = "scan"
    list_display = ("what", "state_label", "started", "seen", "differing", "requested", "orphans")
    list_filter = (StateFilter,)

    def row_context(self, request: HttpRequest, row: ScanRun) -> dict[str, Any]:
        counts = row.counts if isinstance(row.counts, dict) else {}
        compared = registry.comparison(row.scan) if row.state == ScanState.STOPPED else None
        return {
            "title": _("Comparison"),
            "scan": row,
            "trace_id": f"{SCAN}{row.pk}",
            "brake": compared.brake if compared else None,
            "counts": sorted((_how(name), count) for name, count in counts.items()),
        }

    @admin.display(description=gettext_lazy("comparison"))
    def what(self, scan: ScanRun) -> SafeString:
        return format_html('<a href="{}/change/"><b>{}</b></a>', scan.pk, scan_words(scan.scan))

    started = column(gettext_lazy("started"), lambda scan: when(scan.started_at), "pk")


def _how(name: str) -> str:
    """Rows from before 1.0 hold sentences; they are shown as they are."""
    return str(How(name).label) if name in How.values else name


@button("confirm_scan", "comparison/<int:pk>/confirm/", CONFIRM_SCAN)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    scan = get_object_or_404(ScanRun, pk=pk)
    with recorded(request, "confirm_scan", "ScanRun", pk, scan.scan) as row:
        row.count = int(scans.confirm(pk))
    say(
        request,
        row.count,
        _("Confirmed: what differs is brought into agreement now."),
        _("This comparison doesn't wait for a confirmation any more."),
    )
    return back(request, "admin:syncapp_scanrun_change", pk)
