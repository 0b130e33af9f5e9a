"""What is wrong now, by causes, as far as the tables tell: counts, names of the program, no client's data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count
from django.utils import timezone

from syncapp.engine.outside import connections
from syncapp.engine.workers import scheduled
from syncapp.engine.workers.heartbeat import works
from syncapp.events import registry
from syncapp.flows.comparing.notes import NotAvailable
from syncapp.kit.clocks import lasts, latest
from syncapp.models import (
    NEEDS_A_PERSON,
    InboxMessage,
    InboxState,
    Record,
    ScanRun,
    ScanState,
    Status,
    System,
    SystemName,
    SystemState,
    TroubleKind,
    Worker,
)
from syncapp.notify.decide import Trouble

REFUSED_AGAIN = 2  # probes: a login that lost its token in an idle process is tried anew before anybody is told
FROZEN = timedelta(hours=1)  # so long a restart of frozen workers counts as news
MOST = 200  # causes that are looked at


def found() -> list[Trouble]:
    now = timezone.now()
    workers = list(_workers(now))
    troubles = [*_failures(), *_systems(now), *_comparisons(), *_quarantine(), *workers]
    if not any(each.key == NONE_WORKS for each in workers):  # else no job runs, of course
        troubles += _schedules()
    return troubles


def _failures() -> Iterator[Trouble]:
    failed = Record.objects.filter(status__in=NEEDS_A_PERSON).order_by()
    rows = failed.values_list("step", "system", "reason").annotate(count=Count("pk")).order_by("step", "reason")
    for step, system, reason, count in rows[:MOST]:
        facts = {"step": step, "system": system, "reason": reason, "count": count}
        yield Trouble(f"failures|{step}|{system}|{reason}", TroubleKind.FAILURES, facts)


def _systems(now: datetime) -> Iterator[Trouble]:
    """Not those that staff pause: they know. Shorter outages mend themselves and are nobody's business."""
    away = timedelta(minutes=settings.CONFIG.ALERT_AWAY_MINUTES)
    for row in System.objects.exclude(state=SystemState.UP).filter(paused=False).order_by("name"):
        if row.name not in SystemName.values or not connections.configured(row.name) or row.since is None:
            continue
        refused = row.state == SystemState.REFUSED
        long = not lasts(row.since + away, now, away)
        if long or (refused and row.failed_probes >= REFUSED_AGAIN):
            facts = {"system": row.name, "refused": refused, "since": row.since.isoformat()}
            yield Trouble(f"systems|{row.name}", TroubleKind.SYSTEMS, facts, sure=True)


def _comparisons() -> Iterator[Trouble]:
    """One that asks a person; and one that failed twice in a row, though its systems answered."""
    for each in registry.comparisons():
        last = list(ScanRun.objects.filter(scan=each.name).exclude(state=ScanState.RUNNING).order_by("-pk")[:2])
        if last and last[0].state == ScanState.STOPPED:
            yield _comparison(last[0], "stopped")
        elif len(last) == 2 and all(_failed(run) for run in last):
            yield _comparison(last[0], "failed")


def _failed(run: ScanRun) -> bool:
    return run.state == ScanState.FAILED and (run.note or {}).get("kind") != NotAvailable.kind


def _comparison(run: ScanRun, what: str) -> Trouble:
    facts = {"scan": run.scan, "what": what, "run": run.pk}
    return Trouble(f"comparisons|{run.scan}|{what}", TroubleKind.COMPARISONS, facts)


def _quarantine() -> Iterator[Trouble]:
    if count := InboxMessage.objects.filter(state=InboxState.QUARANTINED).order_by().values("pk")[:1000].count():
        yield Trouble("quarantine", TroubleKind.QUARANTINE, {"count": count})


NONE_WORKS = "workers|none"


def _workers(now: datetime) -> Iterator[Trouble]:
    rows = list(Worker.objects.filter(stopped_at=None))
    if rows and not any(works(row, now) for row in rows):
        yield Trouble(NONE_WORKS, TroubleKind.WORKERS, {"what": "none"})
    lately = (now - FROZEN, latest(now))
    frozen = [row for row in rows if row.restarted_at is not None and lately[0] <= row.restarted_at <= lately[1]]
    if frozen:
        facts = {"what": "frozen", "count": sum(row.restarts for row in frozen)}
        yield Trouble("workers|frozen", TroubleKind.WORKERS, facts)
    if left := _of_no_step(now):
        yield Trouble("workers|steps", TroubleKind.WORKERS, {"what": "steps", "count": left})


def _of_no_step(now: datetime) -> int:
    """Records whose step no worker of this version has; not in the minutes of a restart, one after the other."""
    since = now - timedelta(minutes=settings.CONFIG.ALERT_AWAY_MINUTES)
    waiting = Record.objects.filter(status=Status.WAITING, due_at__lte=since).exclude(step__in=registry.names())
    return waiting.order_by().values("pk")[:1000].count()


def _schedules() -> Iterator[Trouble]:
    for seen in scheduled.look():
        if seen.in_trouble and (seen.row.name or "").startswith(scheduled.PREFIX):
            facts = {"schedule": seen.name, "state": str(seen.state), "row": seen.row.pk}
            yield Trouble(f"schedules|{seen.name}", TroubleKind.SCHEDULES, facts)
