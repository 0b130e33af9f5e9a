"""The sweep picks up what is due, what the queue lost and what a dead worker left. Harmless to run anywhere, any time.

With it the queue need not be reliable: killing any process or emptying Redis costs the time until the next sweep.
"""

from __future__ import annotations

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from redis.exceptions import RedisError

from syncapp.engine.outside import locks, outages
from syncapp.engine.queue import enqueue
from syncapp.engine.runs import switches
from syncapp.engine.runs.backoff import STANDARD
from syncapp.engine.runs.run import attempt_of
from syncapp.models import Outcome, Reason, Record, Status

LEFT_A_SWEEP = 500  # records whose worker died; more wait for the next sweep

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Swept:
    recovered: int
    second_chances: int
    systems_back: int
    drains: int


def sweep() -> Swept:
    locks.forget_expired()
    recovered = sum(_recover(record) for record in _left_behind())
    _free_locks_of_ended_runs()
    chances = _second_chances()
    switches.wake_observed()
    back = len(outages.probe_due())
    return Swept(recovered, chances, back, feed())


def feed() -> int:
    """Put drains on the queue while there is due work and the queue is short; returns how many."""
    room = 2 * settings.CONFIG.QUEUE_WORKERS - enqueue.queue_size()
    if room <= 0:
        return 0
    due = Record.objects.filter(status=Status.WAITING, due_at__lte=timezone.now())
    waiting = len(due.values_list("pk")[:room])
    wanted = min(room, waiting, settings.CONFIG.QUEUE_WORKERS)
    if wanted:
        enqueue.put(enqueue.DRAIN, [()] * wanted)
    return wanted


def _left_behind() -> list[Record]:
    ended = Record.objects.filter(status=Status.RUNNING, leased_until__lt=timezone.now())
    return list(ended.order_by("leased_until")[:LEFT_A_SWEEP])


def _recover(record: Record) -> bool:
    """Free what a dead worker held: its lock first (compared by token), then the record, due at once.

    The attempt counts, so an entity that kills its workers ends with a person instead of killing for ever.
    """
    token, now = record.claim, timezone.now()
    assert token is not None  # noqa: S101  the database holds running rows to it
    assert record.claimed_request is not None  # noqa: S101
    locks.release(record.lock_key, str(token))
    gives_up = STANDARD.pause(record.attempts) is None
    with transaction.atomic():
        mine = Record.objects.filter(pk=record.pk, status=Status.RUNNING, claim=token, leased_until__lt=now).update(
            status=Status.FAILED if gives_up else Status.WAITING,
            reason=Reason.EXHAUSTED if gives_up else Reason.WORKER_DIED,
            detail="",
            system="",
            claim=None,
            claimed_by="",
            claimed_request=None,
            leased_until=None,
            due_at=None if gives_up else now,
            waiting_since=now,
            changed_at=now,
        )
        if not mine:
            return False
        begun = record.history.filter(claim=token).first()
        lost = begun or attempt_of(record, token, record.claimed_request, record.claimed_by, record.changed_at)
        lost.outcome, lost.reason, lost.finished_at = Outcome.LOST, Reason.WORKER_DIED, now
        lost.save()
        if not gives_up:
            enqueue.send([record.pk])
    log.warning("record.recovered", record=record.pk, worker=record.claimed_by, attempts=record.attempts)
    return True


def _free_locks_of_ended_runs() -> int:
    """A worker may die after its run is settled and before it let go, or with the lock of a file in its hands.

    A lock is taken under a claim only, so one that was held before we looked at the claims and has none is nobody's.
    """
    try:
        held = [lock for lock in locks.held() if lock.of_run]
    except RedisError as exc:
        log.warning("sweep.locks_away", error=type(exc).__name__)
        return 0
    claims = Record.objects.filter(status=Status.RUNNING, claim__in=[lock.token for lock in held])
    running = {str(claim) for claim in claims.values_list("claim", flat=True)}
    return sum(locks.release(lock.key, lock.token) for lock in held if lock.token not in running)


def _second_chances() -> int:
    """Records that gave up a day ago get one more try by themselves."""
    now = timezone.now()
    return Record.objects.filter(status=Status.FAILED, due_at__lte=now).update(
        status=Status.WAITING, reason="", detail="", system="", due_at=now, waiting_since=now, changed_at=now
    )
