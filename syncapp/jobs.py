"""What Django-Q2 calls by name, but for the schedules of flows. Thin; arguments are ids; nothing is returned to it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta

from django.conf import settings

from syncapp.engine.queue import enqueue
from syncapp.engine.recovery import sweep as _sweep
from syncapp.engine.runs import claims
from syncapp.engine.workers import heartbeat
from syncapp.events import running
from syncapp.flows.adopting import adopting
from syncapp.flows.comparing import scans
from syncapp.keeping import nightly
from syncapp.models import Adoption, AdoptionState, SecondFactor
from syncapp.notify import telling
from syncapp.upkeep import pruning, summing

PRUNE = "syncapp.jobs.prune"
SUM_UP = "syncapp.jobs.sum_up"
TOGETHER_SECONDS = 0.5  # one slow record shall not keep others from an idle worker
BUSY_SECONDS = 0.02  # a task that comes so soon after the last one has waited for it, and others may still do
AGAIN_SECONDS = 0.05  # after a look at what is due next that was not worth it

_busy_until = _again_at = 0.0


def run(*pks: int) -> None:
    """Run these records, if they are due; what is left when the time is over goes back to the queue.

    In a flood they are looked at together, and with them others that are due.
    """
    global _busy_until
    steps = claims.waiting(pks)
    if steps:
        _run(pks, steps, busy=time.monotonic() < _busy_until)
    _busy_until = time.monotonic() + BUSY_SECONDS


def _run(pks: Sequence[int], steps: Mapping[int, str], *, busy: bool) -> None:
    global _again_at
    begun = time.monotonic()
    ends, ahead = begun + TOGETHER_SECONDS, busy and begun >= _again_at
    looked = running.glance_now(_sweep.next_steps() if ahead else steps.values())
    if ahead and not looked.settled:
        _again_at = begun + AGAIN_SECONDS
    if looked.left:
        _sweep.feed()  # the tasks of some may have come by while they were looked at
    for position, pk in enumerate(pks):
        if position and time.monotonic() > ends:
            enqueue.send((left, steps[left]) for left in pks[position:] if left in steps)
            return
        if pk in steps and pk not in looked.settled:
            running.run_now(pk, steps[pk])


def drain() -> None:
    """Work off what is due; hand over to another drain when the time is over."""
    if _sweep.drain(running.run_now, running.glance_now):
        enqueue.put(enqueue.DRAIN, [()])


def sweep() -> None:
    _sweep.sweep()


def compare(name: str) -> None:
    scans.run(name)


def scan_confirmed(pk: int) -> None:
    """Run a stopped comparison again; a person has agreed to what it would change."""
    scans.run_confirmed(pk)


def adopt(pk: int) -> None:
    """A person has asked for a look at what another hub has left, or for taking it over."""
    waiting = Adoption.objects.filter(pk=pk, state=AdoptionState.WAITING).first()
    if waiting is not None:
        with suppress(adopting.UnderWayError):  # its row says so
            adopting.run(waiting)


def prune() -> None:
    """Delete what is old; hand over to another task before the queue's time-out would end this one."""
    SecondFactor.seal_anew()  # nightly, for an earlier secret key is taken out of the settings after a day
    budget = timedelta(seconds=settings.CONFIG.QUEUE_TIMEOUT_SECONDS / 2)
    if not pruning.prune(budget=budget).finished:
        enqueue.put(PRUNE, [()])


def look_at_backup() -> None:
    """Fails when the timer of the machine has made no backup in the last night."""
    nightly.look()


def sum_up() -> None:
    """Figures of the hours that are over; after a long pause another task goes on."""
    if not summing.sum_up(budget=timedelta(seconds=settings.CONFIG.QUEUE_TIMEOUT_SECONDS / 2)):
        enqueue.put(SUM_UP, [()])


def notify() -> None:
    """Tell people what is wrong, and what is well again."""
    telling.tell()


def canary() -> None:
    """The proof of work that the supervisor waits for."""
    heartbeat.beat()
