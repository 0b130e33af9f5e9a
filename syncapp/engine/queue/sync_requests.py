"""The one way in: a sync request on a record, "look at this entity", however it came to be.

Requests are counted in a single statement for a whole batch, so that a thousand events for one entity are cheap and no
event is lost between two runs. Webhooks, comparisons, follow-ups, commands and staff's Retry all end here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any

from django.db import transaction
from django.utils import timezone

from syncapp.engine.queue import enqueue
from syncapp.kit import plain_sql
from syncapp.models import PATIENT, Urgency

# A storm of events for one entity costs one run in this time, not one an event. Far below the minutes that EspoCRM
# collects its events for, so nobody notices.
DEBOUNCE = timedelta(seconds=4)
# While events go on coming, that time goes on too: moved when half of it is left, for each move costs an index.
MOVED_AT = DEBOUNCE / 2
LONGEST_STORM = timedelta(seconds=20)  # then it is looked at in the midst of it


@dataclass(frozen=True, slots=True, order=True)
class Target:
    """What is to be looked at."""

    step: str
    entity_type: str
    entity_id: str


@dataclass(frozen=True, slots=True)
class SyncRequest:
    """A request that was counted: `number` on record `pk`; `new` when nothing was on its way to the record before."""

    target: Target
    pk: int
    number: int
    new: bool


def request(
    targets: Iterable[Target],
    *,
    urgency: Urgency,
    trace_id: str = "",
    full: bool = False,
    force: bool = False,
    delay_carriers: bool = False,
) -> list[SyncRequest]:
    """Leave one request for each distinct target, in one statement.

    `full`: the run must look at everything, links included, not only for changed content.
    `force` (staff): due now whatever pause was set, and attempts are counted anew.
    A record that is already on its way gets no second carrier. Requests of the urgency SCAN get none at all: the sweep
    feeds them in as the workers have room. `delay_carriers`: likewise, for callers that leave very many requests.
    """
    wanted = sorted(set(targets))
    if not wanted:
        return []
    with transaction.atomic(savepoint=False):  # inside a caller's transaction it is part of that
        statement, parameters = counting(wanted, urgency=urgency, trace_id=trace_id, full=full, force=force)
        found = counted(plain_sql.answer(statement, parameters))
        if urgency < Urgency.SCAN and not delay_carriers:
            enqueue.send((each.pk, each.target.step) for each in found if each.new)
    return found


def counting(
    targets: Sequence[Target], *, urgency: Urgency, trace_id: str, full: bool = False, force: bool = False
) -> tuple[str, list[Any]]:
    """The statement that counts a request for each target, and its parameters; `counted` reads its answer.

    Targets are distinct and in a stable order, so that two batches never wait for each other in a circle.
    """
    now = timezone.now()
    rows = plain_sql.as_table([(each.step, each.entity_type, each.entity_id) for each in targets])
    later = now + DEBOUNCE
    storm = [] if force else [now, now + MOVED_AT, now - LONGEST_STORM, later, now - DEBOUNCE, later]
    at = plain_sql.stored(now)
    return _statement(force), [urgency, int(full), at, at, trace_id, at, at, rows, *storm, at, at]


def counted(answer: Iterable[tuple[Any, ...]]) -> list[SyncRequest]:
    return [
        SyncRequest(Target(step, entity_type, entity_id), pk, number, bool(new))
        for pk, step, entity_type, entity_id, number, new in answer
    ]


@cache
def _statement(force: bool) -> str:
    wanted = plain_sql.table("wanted", step="text", entity_type="text", entity_id="text")
    return (_FORCED if force else _GENTLE).format(wanted=wanted)


# `r` is the row as it was, `excluded` the row that was asked for. A waiting record keeps its state; one whose pause
# is of the other system's making keeps the pause too, and one that has just run waits for the storm to end.
# Everything else becomes due at once.
_UPSERT = """
INSERT INTO syncapp_record AS r
  (step, entity_type, entity_id, status, urgency, requested, full_request,
   due_at, waiting_since, trace_id, created_at, changed_at)
SELECT step, entity_type, entity_id, 'waiting', %s, 1, %s, %s, %s, %s, %s, %s FROM {wanted} WHERE true
ON CONFLICT (step, entity_type, entity_id) DO UPDATE SET
  requested = r.requested + 1,
  full_request = CASE WHEN excluded.full_request > 0 THEN r.requested + 1 ELSE r.full_request END,
  trace_id = excluded.trace_id,
  urgency = CASE WHEN r.status = 'waiting' AND r.urgency < excluded.urgency THEN r.urgency ELSE excluded.urgency END,
  status = CASE WHEN r.status = 'running' THEN 'running' ELSE 'waiting' END,
  reason = CASE WHEN {keep} THEN r.reason ELSE '' END,
  detail = CASE WHEN {keep} THEN r.detail ELSE '' END,
  system = CASE WHEN {keep} THEN r.system ELSE '' END,
  waits_for = CASE WHEN {keep} THEN r.waits_for ELSE '' END,
  attempts = CASE WHEN {keep} THEN r.attempts ELSE 0 END,
  due_at = CASE {storm} WHEN r.status = 'running' OR {patient} THEN r.due_at {debounce} ELSE excluded.due_at END,
  waiting_since = CASE
    WHEN r.status = 'running' THEN r.waiting_since
    WHEN r.status = 'waiting' AND (r.due_at <= excluded.due_at OR {patient}) THEN r.waiting_since
    ELSE excluded.waiting_since END,
  changed_at = CASE WHEN r.status IN ('waiting', 'running') THEN r.changed_at ELSE excluded.changed_at END
RETURNING id, step, entity_type, entity_id, requested,
  status = 'waiting' AND waiting_since = %s AND due_at <= %s AS fresh
"""
# No reason at all: it is due, or will be after the debounce.
_PATIENT_REASONS = ", ".join(f"'{reason}'" for reason in sorted({"", *map(str, PATIENT)}))
_GENTLE = _UPSERT.format(
    wanted="{wanted}",
    keep="r.status IN ('waiting', 'running')",
    patient=f"(r.status = 'waiting' AND r.reason IN ({_PATIENT_REASONS}))",
    storm=(
        "WHEN r.status = 'waiting' AND r.reason = '' AND r.due_at > %s AND r.due_at < %s AND r.changed_at > %s THEN %s"
    ),
    debounce="WHEN r.status IN ('in_sync', 'skipped') AND r.changed_at > %s THEN %s",
)
_FORCED = _UPSERT.format(wanted="{wanted}", keep="r.status = 'running'", patient="1 = 0", storm="", debounce="")
