"""The sweep picks up what is due, what the queue lost and what a dead worker left. Harmless to run anywhere, any time.

With it the queue need not be reliable: killing any process or emptying Redis costs the time until the next sweep.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from syncapp.engine.outside import locks, outages
from syncapp.engine.queue import enqueue
from syncapp.engine.recovery import future
from syncapp.engine.runs import claims, switches
from syncapp.engine.runs.backoff import STANDARD
from syncapp.engine.runs.glancing import Glanced
from syncapp.engine.runs.run import attempt_of
from syncapp.kit import in_turn
from syncapp.kit.clocks import latest
from syncapp.models import NO_REASON, TAKEN_BY, Outcome, Reason, Record, Status

LEFT_A_SWEEP = 500  # records whose worker died; more wait for the next sweep
DRAIN_SECONDS = 30.0  # then the next task in the queue gets its turn
LOOK_AHEAD = 20

T = TypeVar("T")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    recovered: int
    second_chances: int
    systems_back: int
    drains: int


def sweep() -> Swept:
    """Each part for itself: a fault of one keeps no other from its work. The first one is raised at the end."""
    faults: list[Exception] = []

    def part(work: Callable[[], T], nothing: T) -> T:
        try:
            return work()
        except OperationalError:
            raise  # the database is away: the other parts need it too
        except Exception as exc:
            faults.append(exc)
            return nothing

    part(locks.forget_expired, None)
    part(future.make_due, None)
    recovered = part(_recover, 0)
    part(_free_locks_of_ended_runs, None)
    chances = part(_second_chances, 0)
    part(switches.wake_observed, 0)
    back = part(lambda: len(outages.probe_due()), 0)
    swept = Swept(recovered, chances, back, part(feed, 0))
    if faults:
        raise faults[0]
    return swept


def feed() -> int:
    """Put drains on the queue while there is due work and the queue is short; returns how many tasks.

    Drains run many records within one task, so a step with a time-out of its own is not theirs.
    """
    room = 2 * settings.CONFIG.QUEUE_WORKERS - enqueue.queue_size()
    if room <= 0:
        return 0
    alone = list(_due(alone=True).values_list("pk", "step")[:room])
    enqueue.send(alone)
    room -= len(alone)
    wanted = min(len(_due().values_list("pk")[:room]), settings.CONFIG.QUEUE_WORKERS)
    if wanted:
        enqueue.put(enqueue.DRAIN, [()] * wanted)
    return len(alone) + wanted


def drain(
    run: Callable[[int, str], object], glance: Callable[[Iterable[str]], Glanced], seconds: float = DRAIN_SECONDS
) -> bool:
    """Call `run(pk, step)` for due records, most urgent first, until none is left (False) or time is over (True).

    `glance` is told the steps of what is due next, and may settle many of them at once.
    """
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        found = list(_due().values_list("pk", "step", "reason")[:LOOK_AHEAD])
        if not found:
            return False
        settled = glance(_glanceable(found)).settled
        # Only the first few are surely still the most urgent; other drains take the same rows from the top. What no
        # glance settles has its turn after each: else all of a comparison would come before it.
        first = [(pk, step) for pk, step, _ in found[: LOOK_AHEAD // 4] if pk not in settled]
        worked = [run(pk, step) for pk, step in first]
        if not settled and all(result is None for result in worked):
            time.sleep(0.01)  # others were faster each time: let them
    return True


def next_steps() -> list[str]:
    """Of the records that are due next, as far as a glance may settle them."""
    return _glanceable(_due().values_list("pk", "step", "reason")[:LOOK_AHEAD])


def _glanceable(due: Iterable[tuple[int, str, str]]) -> list[str]:
    """The steps of those that wait for nothing but their turn."""
    return [step for _, step, reason in due if not reason]


def _due(*, alone: bool = False) -> QuerySet[Record]:
    """Most urgent first; `alone`: of steps with time-outs of their own, which a drain leaves to tasks of theirs.

    Only of steps that this program has: what a newer one asked for, or a flow that was taken out, waits for a program
    that can run it, and holds up nobody.
    """
    records = Record.objects.filter(status=Status.WAITING, due_at__lte=timezone.now()).order_by("urgency", "due_at")
    if enqueue.runnable is not None:
        records = records.filter(step__in=enqueue.runnable())
    if own := list(enqueue.timeouts()):
        return records.filter(step__in=own) if alone else records.exclude(step__in=own)
    return records.none() if alone else records


def _recover() -> int:
    now = timezone.now()
    over = Q(leased_until__lt=now) | Q(leased_until__gt=latest(now, claims.lease()))
    ended = Record.objects.filter(over, status=Status.RUNNING)
    return sum(take_away(ended, record, Reason.WORKER_DIED) for record in ended.order_by("leased_until")[:LEFT_A_SWEEP])


def take_away(still: QuerySet[Record], record: Record, why: Reason) -> bool:
    """End a run that will not: the claim is void and the record due at once. False when it is not among `still`.

    The attempt counts, so an entity that kills its workers ends with a person instead of killing for ever.
    """
    token, now = record.claim, timezone.now()
    assert token is not None  # noqa: S101  the database holds running rows to it
    assert record.claimed_request is not None  # noqa: S101
    gives_up = STANDARD.pause(record.attempts) is None
    with transaction.atomic():
        mine = still.filter(pk=record.pk, claim=token).update(
            status=Status.FAILED if gives_up else Status.WAITING,
            **(NO_REASON | {"reason": Reason.EXHAUSTED if gives_up else why}),
            due_at=None if gives_up else now,
            waiting_since=now,
            changed_at=now,
            **claims.FREE,
        )
        if not mine:
            return False
        begun = record.history.filter(claim=token).first()
        lost = begun or attempt_of(record, token, record.claimed_request, record.claimed_by, record.changed_at)
        lost.outcome, lost.reason, lost.finished_at = Outcome.LOST, why, now
        lost.save()
        if not gives_up:
            enqueue.send([(record.pk, record.step)])
    log.warning(
        "record.recovered",
        record=record.pk,
        entity_type=record.entity_type,
        entity_id=record.entity_id,
        step=record.step,
        trace_id=record.trace_id,
        worker=record.claimed_by,
        attempts=record.attempts,
        why=str(why),
    )
    return True


def _free_locks_of_ended_runs() -> None:
    """A worker may die with the lock of a file in its hands, which others want before its time to live is over.

    A run takes a lock under its claim only, so one that was held before we looked at the claims and has none is
    nobody's.
    """
    held = [lock for lock in locks.held()[0] if lock.of_run]
    runs = Record.objects.filter(status=Status.RUNNING, claim__in=[lock.token for lock in held])
    running = {str(claim) for claim in runs.values_list("claim", flat=True)}
    for lock in held:
        if lock.token not in running:
            locks.release(lock.key, lock.token)


def _second_chances() -> int:
    """Records that gave up a day ago get one more try by themselves."""
    now = timezone.now()
    given_up = Record.objects.filter(status=Status.FAILED, due_at__lte=now)
    begun = {"due_at": now, "waiting_since": now, "changed_at": now}
    return in_turn.update(given_up, TAKEN_BY, status=Status.WAITING, **begun, **NO_REASON)
