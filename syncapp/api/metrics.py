"""`GET /metrics` for Prometheus, counted from the tables, so that every web process tells the same.

Written by hand: the format is four kinds of lines, and the client library counts in processes, which come and go here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from syncapp.api import calendar_metrics, state
from syncapp.api.gauges import Gauge, counted, single
from syncapp.models import (
    Attempt,
    InboxMessage,
    InboxState,
    Orphan,
    OrphanState,
    Record,
    ScanRun,
    ScanState,
    Status,
    SystemState,
    Task,
    TaskState,
    Worker,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATELY = timedelta(minutes=15)  # attempts are pruned, so a count of all would fall; a window is a gauge


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 while METRICS_TOKEN is empty, 401 without it in `Authorization: Bearer`."""
    token = settings.CONFIG.METRICS_TOKEN
    if not token:
        raise Http404
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(given.strip(), token):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse("".join(map(str, _gauges(timezone.now()))), content_type=CONTENT_TYPE)


def _gauges(now: datetime) -> Iterator[Gauge]:
    records = Record.objects.values_list("step", "status").annotate(Count("pk")).order_by("step", "status")
    yield Gauge("hub_records", "Records by step and state", tuple(counted(records, "step", "state")))
    failed = Record.objects.filter(status__in=[Status.FAILED, Status.CONFLICT])
    reasons = failed.values_list("step", "reason").annotate(Count("pk")).order_by("step", "reason")
    yield Gauge("hub_records_need_a_person", "By step and reason", tuple(counted(reasons, "step", "reason")))
    tasks = Task.objects.filter(state=TaskState.OPEN).values_list("kind").annotate(Count("pk")).order_by("kind")
    yield Gauge("hub_open_tasks", "What staff must do in another system, by kind", tuple(counted(tasks, "kind")))
    lately = Attempt.objects.filter(started_at__gte=now - LATELY)
    outcomes = lately.values_list("outcome").annotate(Count("pk")).order_by("outcome")
    yield Gauge("hub_attempts_15m", "Runs of the last 15 minutes by outcome", tuple(counted(outcomes, "outcome")))

    backlog = state.backlog()
    yield single("hub_queue_tasks", "Tasks that no worker has taken", backlog.queued)
    yield single("hub_due_records", "Records whose time has come", backlog.due)
    yield single("hub_oldest_due_seconds", "Since when the first of them waits", _age(now, backlog.oldest))
    quarantined = InboxMessage.objects.filter(state=InboxState.QUARANTINED).count()
    yield single("hub_quarantined_webhooks", "Webhooks that could not be read", quarantined)
    orphans = Orphan.objects.filter(state=OrphanState.OPEN).count()
    yield single("hub_open_orphans", "Things at other systems that nothing points to", orphans)

    systems = state.systems()
    up = tuple(({"system": view.name}, float(view.state == SystemState.UP)) for view in systems if view.configured)
    yield Gauge("hub_system_up", "1 when the system answers", up)
    paused = tuple(({"system": view.name}, float(view.paused)) for view in systems if view.configured)
    yield Gauge("hub_system_paused", "1 while staff pause the system", paused)
    workers = list(Worker.objects.filter(stopped_at=None).order_by("name"))
    yield Gauge(
        "hub_worker_working",
        "1 when the worker proved lately that it works",
        tuple(({"worker": row.name}, float(state.works(row, now))) for row in workers),
    )
    restarts = tuple(({"worker": row.name}, float(row.restarts)) for row in workers)
    yield Gauge("hub_worker_restarts", "How often its supervisor had to start it anew", restarts)
    scans = ScanRun.objects.filter(state=ScanState.DONE).values_list("scan").annotate(Max("finished_at"))
    ages = tuple(({"scan": scan}, _age(now, at)) for scan, at in scans.order_by("scan"))
    yield Gauge("hub_scan_age_seconds", "Since the last comparison that went well", ages)
    yield from calendar_metrics.gauges()


def _age(now: datetime, moment: datetime | None) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0
