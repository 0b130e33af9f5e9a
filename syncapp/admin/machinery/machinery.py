"""Pages about the machinery: workers and locks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from syncapp.admin.kit import export
from syncapp.admin.kit.numbers import queue
from syncapp.admin.kit.views import page, part, viewer, wants_part
from syncapp.admin.machinery.systems import redis_away
from syncapp.engine.recovery import guards
from syncapp.engine.workers.heartbeat import patience, works
from syncapp.models import Worker
from syncapp.templatetags.hub import lock_words
from syncapp.words.worker_words import restart_in_words

MOST = 200  # locks
FORGOTTEN = timedelta(days=2)  # stopped workers older than this are history


@dataclass(frozen=True, slots=True)
class WorkerView:
    row: Worker
    tone: str
    words: str


def worker_views() -> list[WorkerView]:
    """Workers of the last days; whether one works is judged as by the health check."""
    now = timezone.now()
    views = []
    for row in Worker.objects.exclude(stopped_at__lt=now - FORGOTTEN).order_by("stopped_at", "name")[:100]:
        if row.stopped_at:
            views.append(WorkerView(row, "quiet", _("ended")))
        elif works(row, now):
            views.append(WorkerView(row, "good", _("works")))
        elif row.beat_at is None and now - row.started_at <= patience(row):
            views.append(WorkerView(row, "busy", _("starting")))
        else:
            views.append(WorkerView(row, "bad", _("gives no sign of work")))
    return views


@viewer("workers", "workers/", "syncapp.view_worker")
def worker_list(request: HttpRequest) -> HttpResponseBase:
    if export.wanted(request):
        return export.as_file(request, "workers", *_workers_as_table())
    context = {"workers": worker_views(), "queue": queue(), "workers_per_cluster": settings.CONFIG.QUEUE_WORKERS}
    context["redis_away"] = redis_away()
    if wants_part(request):
        return part(request, "workers", **context)
    return page(request, "workers", _("Workers"), **context)


def _workers_as_table() -> tuple[tuple[str, ...], list[tuple[object, ...]]]:
    heads = (_("worker"), _("state"), _("last proof of work"), _("started"), _("restarts"), _("last restart because"))
    rows = [(view.row, view.words) for view in worker_views()]
    return heads, [
        (row.name, words, row.beat_at, row.started_at, row.restarts, restart_in_words(row.restart_reason))
        for row, words in rows
    ]


@viewer("locks", "locks/", "syncapp.view_lock")
def lock_list(request: HttpRequest) -> HttpResponseBase:
    held, complete = guards.held()
    if export.wanted(request):
        heads = (_("lock"), _("owner"), _("held"), _("ends by itself"))
        rows = [(lock_words(lock.key), lock.owner, lock.held_since, lock.expires_at) for lock in held]
        return export.as_file(request, "locks", heads, rows)
    if not complete:
        messages.warning(request, _("Redis does not answer: the locks that it holds are not shown."))
    return page(request, "locks", _("Locks"), locks=held[:MOST])
