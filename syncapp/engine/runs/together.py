"""Claims on many records at once, each way a statement: taken, settled, handed back.

A request that is just being counted holds a lock on its record, in the order of its own batch. So such records are
passed over and taken up a moment later: nobody waits for anybody in a circle.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from syncapp.clients.http.observe import OutsideCall
from syncapp.engine.runs import claims
from syncapp.engine.runs.claims import Claim
from syncapp.engine.runs.run import Run
from syncapp.kit import plain_sql
from syncapp.models import Outcome

PATIENCE = 0.01  # seconds, until whoever counts a request has ended


def take(step: str, most: int) -> list[Claim]:
    """Claim what is due of a step and may prove to be unchanged, the most urgent first: records that were in agreement
    and have met no trouble since. All bear one token."""
    taken = claims.taken(_TOGETHER.format(skip=_skip_locked()), step, timezone.now(), most)
    return [replace(claim, waiting_since=claim.record.waiting_since) for claim in taken]


def settle(runs: Sequence[Run], calls: Sequence[OutsideCall]) -> set[int]:
    """Those that were settled: of them no request has come since they were claimed, nor is one coming just now."""
    if not runs:
        return set()
    with transaction.atomic():
        now = timezone.now()
        settled = _update(_SETTLED, [run.claim for run in runs], now, now)
        ended = [run for run in runs if run.record.pk in settled]
        Run.finish_together(ended, Outcome.IN_SYNC, calls)
    return settled


def hand_back(left: Sequence[Claim]) -> None:
    """As they were; one to which somebody is just counting a request, a moment later."""
    while left:
        now = timezone.now()
        done = _update(_AS_BEFORE, left, now, now)
        left = [claim for claim in left if claim.record.pk not in done]
        if left and not _update(_STILL_OURS, left):
            return
        time.sleep(PATIENCE if left else 0)


def _update(statement: str, some: Sequence[Claim], *parameters: Any) -> set[int]:
    pks = [claim.record.pk for claim in some]
    filled = statement.format(pks=", ".join(["%s"] * len(pks)), skip=_skip_locked())
    with connection.cursor() as cursor:
        cursor.execute(filled, [plain_sql.stored(each) for each in (*parameters, some[0].token, *pks)])
        return {row[0] for row in cursor.fetchall()}


_TOGETHER = claims.TAKE.format(
    which="""id IN (
  SELECT id FROM syncapp_record
  WHERE step = %s AND status = 'waiting' AND due_at <= %s
    AND reason = '' AND attempts = 0 AND full_request <= served AND settled_at IS NOT NULL
  ORDER BY urgency, due_at LIMIT %s {skip})"""
)
_OURS = "SELECT id FROM syncapp_record WHERE claim = %s AND status = 'running' AND id IN ({pks})"
_STILL_OURS = _OURS
_FREE = "claim = NULL, claimed_by = '', claimed_request = NULL, leased_until = NULL"
_SETTLED = f"""
UPDATE syncapp_record SET status = 'in_sync', served = requested, attempts = 0, detail = '', system = '',
  waits_for = '', settled_at = %s, changed_at = %s, {_FREE}
WHERE id IN ({_OURS} AND requested = claimed_request ORDER BY id {{skip}}) RETURNING id
"""  # noqa: S608  our own names
_AS_BEFORE = f"""
UPDATE syncapp_record SET status = 'waiting', due_at = %s, attempts = attempts - 1, changed_at = %s, {_FREE}
WHERE id IN ({_OURS} ORDER BY id {{skip}}) RETURNING id
"""  # noqa: S608  our own names


def _skip_locked() -> str:
    return "FOR UPDATE SKIP LOCKED" if connection.features.has_select_for_update_skip_locked else ""
