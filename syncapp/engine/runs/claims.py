"""The claim on our row is the record's lock: a token and a short lease that a running worker keeps renewing.

Every transition is one conditional UPDATE, and the row count is the answer: a worker that lost its claim learns it
before its next outside write, and cannot settle.
"""

from __future__ import annotations

import json
import os
import socket
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from syncapp.kit import plain_sql
from syncapp.models import Record, Status

FREE: Mapping[str, Any] = {"claim": None, "claimed_by": "", "claimed_request": None, "leased_until": None}


class ClaimLost(Exception):
    """The claim was taken away (the worker was thought dead); stop at once, write nothing more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A record as it was taken. `request_number` is the newest request that this run serves."""

    record: Record
    token: uuid.UUID
    request_number: int
    worker: str
    taken_at: datetime
    waiting_since: datetime | None = None  # None: work beside the runs

    @property
    def full(self) -> bool:
        return self.record.full_request > self.record.served


def process_name() -> str:
    """Which process this is, for staff; the supervisor names its cluster in HUB_WORKER."""
    return f"{os.environ.get('HUB_WORKER') or socket.gethostname()}/{os.getpid()}"[:100]


def lease() -> timedelta:
    return timedelta(seconds=settings.CONFIG.LEASE_SECONDS)


def waiting(pks: Sequence[int]) -> dict[int, str]:
    """Those of them that wait, with their steps; a look, no claim."""
    named = ", ".join(["NULL", *["%s"] * len(pks)])
    return dict(plain_sql.answer(_WAITING.format(named=named), pks))


def take(pk: int, *, even_early: bool = False) -> Claim | None:
    """Claim a waiting record that is due; None when it is not due or somebody else was faster.

    The attempt is counted here, before anything is done outside.
    """
    claim = _take(pk, _EVEN_EARLY) if even_early else _take(pk, _DUE, timezone.now())
    return claim and replace(claim, waiting_since=claim.record.waiting_since)


def borrow(pk: int) -> Claim | None:
    """Claim a record in whatever state for work beside its runs; None while somebody else has it."""
    return _take(pk, _NOT_RUNNING)


def _take(pk: int, statement: str, *parameters: datetime) -> Claim | None:
    return next(iter(taken(statement, pk, *parameters)), None)


def taken(statement: str, *parameters: Any) -> list[Claim]:
    """What a statement of `TAKE` claims; all of it bears one token."""
    now, token, worker = timezone.now(), uuid.uuid4(), process_name()
    values: list[Any] = [token, worker, now + lease(), now, *parameters]
    claims = []
    for row in plain_sql.answer(statement, values):
        values = [_READ[name](value) if name in _READ else value for name, value in zip(_KNOWN, row, strict=True)]
        record = Record.from_db(connection.alias, _KNOWN, values)
        claims.append(Claim(record, token, record.requested, worker, now))
    return claims


# What a run may ask of its record, in the order of the model's fields; anything else is fetched when it is asked for.
_KNOWN = (
    *("id", "step", "entity_type", "entity_id", "reason", "detail", "system"),
    *("requested", "served", "full_request", "urgency", "waiting_since"),
    *("attempts", "agreed", "trace_id"),
)


def _moment(value: datetime | None) -> datetime | None:
    """SQLite's times are in UTC and don't say so."""
    return value if value is None or value.tzinfo else value.replace(tzinfo=UTC)


_READ: Mapping[str, Callable[[Any], Any]] = {"agreed": json.loads, "waiting_since": _moment}
# The newest request is counted in the same moment; one that comes later is above `claimed_request` and causes one
# more run.
TAKE = f"""
UPDATE syncapp_record SET status = 'running', claim = %s, claimed_by = %s, claimed_request = requested,
  leased_until = %s, attempts = attempts + 1, due_at = NULL, changed_at = %s
WHERE {{which}} RETURNING {", ".join(_KNOWN)}
"""  # noqa: S608  our own names
_WAITING = "SELECT id, step FROM syncapp_record WHERE id IN ({named}) AND status = 'waiting'"
_DUE = TAKE.format(which="id = %s AND status = 'waiting' AND due_at <= %s")
_EVEN_EARLY = TAKE.format(which="id = %s AND status = 'waiting'")
_NOT_RUNNING = TAKE.format(which="id = %s AND status <> 'running'")


def keep(claim: Claim) -> None:
    """Renew the lease; raises `ClaimLost` when the claim is not ours any more."""
    held = _held(claim).update(leased_until=timezone.now() + lease())
    if not held:
        raise ClaimLost(str(claim.record))


def let_go(claim: Claim, *, fresh: Mapping[str, Any], again: Mapping[str, Any]) -> bool:
    """End the run: `fresh` when no request came meanwhile, else `again`. True when the record must run once more.

    Both name the columns to set. Raises `ClaimLost` when the claim is not ours any more.
    """
    now = {"changed_at": timezone.now()}
    if _set(claim, {**FREE, **now, **fresh}, " AND requested = %s", claim.request_number):
        return False
    if _set(claim, {**FREE, **now, **again}):
        return True
    raise ClaimLost(str(claim.record))


def _set(claim: Claim, columns: Mapping[str, Any], condition: str = "", *parameters: int) -> bool:
    names = ", ".join(f"{name} = %s" for name in columns)
    statement = f"UPDATE syncapp_record SET {names} WHERE id = %s AND claim = %s AND status = 'running'{condition}"  # noqa: S608
    return bool(plain_sql.execute(statement, [*columns.values(), claim.record.pk, claim.token, *parameters]))


def _held(claim: Claim) -> Any:
    return Record.objects.filter(pk=claim.record.pk, claim=claim.token, status=Status.RUNNING)
