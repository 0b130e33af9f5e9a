"""`GET /metrics` for Prometheus, counted from the tables, so that every web process tells the same.

Written by hand: the format (https://prometheus.io/docs/instrumenting/exposition_formats/) is four kinds of lines, and
the client library counts in processes, which come and go here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Manager, Max, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from syncapp.api import state
from syncapp.engine.workers import scheduled
from syncapp.engine.workers.heartbeat import works
from syncapp.kit import callers
from syncapp.kit.brakes import Brake
from syncapp.models import (
    NEEDS_A_PERSON,
    Attempt,
    CalendarEmployee,
    CalendarLink,
    InboxMessage,
    InboxState,
    JobState,
    LinkState,
    Notice,
    NoticeState,
    Orphan,
    OrphanState,
    PushChannel,
    Record,
    ScanRun,
    ScanState,
    SystemState,
    Task,
    TaskState,
    Worker,
)

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATELY = timedelta(minutes=15)  # attempts are pruned, so a count of all would fall; a window is a gauge
# Channels are renewed a day before they end: one that ends within hours was not.
SPANS = (("hour", timedelta(hours=1)), ("12h", timedelta(hours=12)), ("day", timedelta(days=1)))

strangers = Brake("metrics", 30)  # wrong tokens from one address in a minute

Labels = dict[str, str]


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    help: str
    samples: Iterable[tuple[Labels, float]]

    def __str__(self) -> str:
        head = f"# HELP {self.name} {self.help}\n# TYPE {self.name} gauge\n"
        return head + "".join(f"{self.name}{_written(labels)} {value:g}\n" for labels, value in self.samples)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """404 while METRICS_TOKEN is empty, 401 without it in `Authorization: Bearer`, 429 for who goes on without it."""
    token = settings.CONFIG.METRICS_TOKEN
    if not token:
        raise Http404
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not constant_time_compare(given.strip(), token):
        _, wait = strangers.wrong(callers.address_of(request))
        if wait is not None:
            return HttpResponse(status=429, headers={"Retry-After": str(wait)})
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    strangers.right(callers.address_of(request))
    return HttpResponse("".join(map(str, _gauges(timezone.now()))), content_type=CONTENT_TYPE)


def _gauges(now: datetime) -> Iterator[Gauge]:
    yield Gauge("hub_records", "Records by step and state", _counted(Record.objects, step="step", state="status"))
    failed = Record.objects.filter(status__in=NEEDS_A_PERSON)
    yield Gauge("hub_records_need_a_person", "By step and reason", _counted(failed, step="step", reason="reason"))
    tasks = Task.objects.filter(state=TaskState.OPEN)
    yield Gauge("hub_open_tasks", "What staff must do in another system, by kind", _counted(tasks, kind="kind"))
    lately = Attempt.objects.filter(started_at__gte=now - LATELY)
    yield Gauge("hub_attempts_15m", "Runs of the last 15 minutes by outcome", _counted(lately, outcome="outcome"))

    backlog = state.backlog()
    yield _single("hub_queue_tasks", "Tasks that no worker has taken", backlog.queued)
    yield _single("hub_due_records", "Records whose time has come", backlog.due)
    yield _single("hub_oldest_due_seconds", "Since when the first of them waits", _age(now, backlog.oldest))
    quarantined = InboxMessage.objects.filter(state=InboxState.QUARANTINED).count()
    yield _single("hub_quarantined_webhooks", "Webhooks that could not be read", quarantined)
    orphans = Orphan.objects.filter(state=OrphanState.OPEN).count()
    yield _single("hub_open_orphans", "Things at other systems that nothing points to", orphans)

    systems = [view for view in state.systems() if view.configured]
    up = [({"system": view.name}, float(view.state == SystemState.UP)) for view in systems]
    yield Gauge("hub_system_up", "1 when the system answers", up)
    paused = [({"system": view.name}, float(view.paused)) for view in systems]
    yield Gauge("hub_system_paused", "1 while staff pause the system", paused)
    if (redis := state.redis_takes_writes()) is not None:
        yield _single("hub_redis_up", "1 when Redis takes writes; else the database carries queue and locks", redis)
    workers = list(Worker.objects.filter(stopped_at=None).order_by("name"))
    working = [({"worker": row.name}, float(works(row, now))) for row in workers]
    yield Gauge("hub_worker_working", "1 when the worker proved lately that it works", working)
    restarts = [({"worker": row.name}, float(row.restarts)) for row in workers]
    yield Gauge("hub_worker_restarts", "How often its supervisor had to start it anew", restarts)
    scans = ScanRun.objects.filter(state=ScanState.DONE).values_list("scan").annotate(Max("finished_at"))
    ages = [({"scan": scan}, _age(now, at)) for scan, at in scans.order_by("scan")]
    yield Gauge("hub_scan_age_seconds", "Since the last comparison that went well", ages)
    yield from _of_schedules(now)
    unsent = Notice.objects.filter(state__in=[NoticeState.WAITING, NoticeState.SENDING]).exclude(fault="").count()
    yield _single("hub_notices_unsent", "Messages to staff that were tried in vain and wait", unsent)
    yield from _of_calendars(now)


def _of_schedules(now: datetime) -> Iterator[Gauge]:
    ours = [each for each in scheduled.look() if each.job is not None and each.state != JobState.OFF]
    good = [({"schedule": each.name}, float(not each.in_trouble)) for each in ours]
    yield Gauge("hub_schedule_good", "0 when its last run failed or was ended, or when it did not run", good)
    ages = [({"schedule": each.name}, _age(now, each.job.good_at)) for each in ours if each.job and each.job.good_at]
    yield Gauge("hub_schedule_age_seconds", "Since the last run that went well", ages)


def _of_calendars(now: datetime) -> Iterator[Gauge]:
    links = CalendarLink.objects.exclude(state=LinkState.AGREED)
    words = "Appointments that are not in sync, by state"
    yield Gauge("hub_calendar_open_appointments", words, _counted(links, state="state"))
    followed = CalendarEmployee.objects.filter(enabled=True).exclude(calendar_id="").count()
    yield _single("hub_calendars", "Calendars that are kept in sync", followed)
    # Each channel once, in the shortest span that holds its end.
    begin, ends = now, dict[str, Count]()
    for name, span in SPANS:
        ends[name] = Count("pk", filter=Q(expires_at__gt=begin, expires_at__lte=now + span))
        begin = now + span
    ends["later"] = Count("pk", filter=Q(expires_at__gt=begin))
    found = PushChannel.objects.aggregate(**ends)
    samples = [({"ends": name}, float(found[name])) for name in ends]
    yield Gauge("hub_push_channels", "Open push channels by the time in which they end", samples)


def _counted(rows: Manager[Any] | QuerySet[Any], **labels: str) -> Iterator[tuple[Labels, float]]:
    """How many rows there are of each kind; ``labels``: the field of each."""
    fields = labels.values()
    for *values, count in rows.values_list(*fields).annotate(Count("pk")).order_by(*fields):
        yield dict(zip(labels, values, strict=True)), float(count)


def _single(name: str, words: str, value: float) -> Gauge:
    return Gauge(name, words, [({}, float(value))])


def _age(now: datetime, moment: datetime | None) -> float:
    return max(0.0, (now - moment).total_seconds()) if moment else 0.0


def _written(labels: Labels) -> str:
    escaped = {
        name: value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") for name, value in labels.items()
    }
    return "{" + ",".join(f'{name}="{value}"' for name, value in escaped.items()) + "}" if labels else ""
