"""Every function that Django-Q2 calls by name. Thin; arguments are ids; nothing is returned to the queue."""

from __future__ import annotations

import time
from datetime import timedelta
from functools import lru_cache

from django.conf import settings
from django.utils.module_loading import import_string

from syncapp.engine.queue import enqueue
from syncapp.engine.recovery import sweep as _sweep
from syncapp.engine.runs import runner
from syncapp.engine.runs.runner import Preview, Step
from syncapp.engine.runs.settling import Settlement
from syncapp.engine.workers import heartbeat
from syncapp.events import registry
from syncapp.flows.calendar import asking, push
from syncapp.flows.comparing import scans
from syncapp.models import Record, ScanRun, Status, Urgency
from syncapp.upkeep import pruning

PRUNE = "syncapp.jobs.prune"
TOGETHER_SECONDS = 0.5  # one slow record shall not keep others from an idle worker


def run(*pks: int) -> None:
    """Run these records, if they are due; what is left when the time is over goes back to the queue."""
    ends = time.monotonic() + TOGETHER_SECONDS
    steps = dict(Record.objects.filter(pk__in=pks, status=Status.WAITING).values_list("pk", "step"))
    for position, pk in enumerate(pks):
        if position and time.monotonic() > ends:
            enqueue.send(pks[position:])
            return
        if pk in steps:
            run_now(pk, steps[pk])


def drain() -> None:
    """Work off what is due; hand over to another drain when the time is over."""
    if _sweep.drain(run_now):
        enqueue.put(enqueue.DRAIN, [()])


def sweep() -> None:
    _sweep.sweep()


def scan_changes() -> None:
    scans.run(scans.CHANGES)


def scan_everything() -> None:
    scans.run(scans.EVERYTHING)


def scan_parties() -> None:
    scans.run(scans.PARTIES)


def scan_all_parties() -> None:
    scans.run(scans.ALL_PARTIES)


def calendar() -> None:
    if asking.ready():
        asking.everyone(Urgency.SCAN)


def calendar_push() -> None:
    push.ask_where_needed()


def scan_confirmed(pk: int) -> None:
    """Run a stopped comparison again; a person has agreed to what it would change."""
    name = ScanRun.objects.filter(pk=pk).values_list("scan", flat=True).first()
    if name is not None:
        scans.run(name, confirmed=True)


def prune() -> None:
    """Delete what is old; hand over to another task before the queue's time-out would end this one."""
    budget = timedelta(seconds=settings.CONFIG.QUEUE_TIMEOUT_SECONDS / 2)
    if not pruning.prune(budget=budget).finished:
        enqueue.put(PRUNE, [()])


def canary() -> None:
    """The proof of work that the supervisor waits for."""
    heartbeat.beat()


def run_now(pk: int, step: str, *, even_early: bool = False) -> Settlement | None:
    return runner.run(pk, engine_step(step), even_early=even_early)


def preview(pk: int) -> Preview:
    """What a run of the record would do now; reads outside, writes nowhere. Raises `ClientError`."""
    record = Record.objects.get(pk=pk)
    return runner.preview(record, engine_step(record.step))


@lru_cache(maxsize=64)
def engine_step(name: str) -> Step:
    spec = registry.step(name)
    return Step(spec.name, import_string(spec.runs), spec.systems)
