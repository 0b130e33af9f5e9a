"""The claim on our row: a token and a short lease that a running worker keeps renewing.

Every transition is one conditional UPDATE, and the row count is the answer: a worker that lost its claim learns it
before its next outside write, and cannot settle.
"""

from __future__ import annotations

import os
import socket
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import timezone

from syncapp.models import Record, Status


class ClaimLost(Exception):
    """Another worker has taken over (this one was thought dead); stop at once, write nothing more."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A record as it was taken. `wish` is the newest wish that this run serves."""

    record: Record
    token: uuid.UUID
    wish: int
    worker: str
    taken_at: datetime

    @property
    def thorough(self) -> bool:
        return self.record.thorough_wish > self.record.served


def worker_name() -> str:
    """Which process this is, for staff; the supervisor names its cluster in HUB_WORKER."""
    return f"{os.environ.get('HUB_WORKER') or socket.gethostname()}/{os.getpid()}"[:100]


def lease() -> timedelta:
    return timedelta(seconds=settings.CONFIG.LEASE_SECONDS)


def take(pk: int, *, even_early: bool = False) -> Claim | None:
    """Claim a waiting record that is due; None when it is not due or somebody else was faster.

    The attempt is counted here, before anything is done outside.
    """
    now = timezone.now()
    record = Record.objects.filter(pk=pk, status=Status.WAITING).first()
    if record is None or record.due_at is None or (record.due_at > now and not even_early):
        return None
    token, worker = uuid.uuid4(), worker_name()
    # A wish that comes between the look and the UPDATE is above `claimed_wish` and causes one more run.
    taken = Record.objects.filter(pk=pk, status=Status.WAITING).update(
        status=Status.RUNNING,
        claim=token,
        claimed_by=worker,
        claimed_wish=record.wished,
        leased_until=now + lease(),
        attempts=F("attempts") + 1,
        due_at=None,
        changed_at=now,
    )
    if not taken:
        return None
    record.attempts += 1
    return Claim(record, token, record.wished, worker, now)


def keep(claim: Claim) -> None:
    """Renew the lease; raises `ClaimLost` when the claim is not ours any more."""
    held = _held(claim).update(leased_until=timezone.now() + lease())
    if not held:
        raise ClaimLost(str(claim.record))


def let_go(claim: Claim, *, fresh: Mapping[str, Any], again: Mapping[str, Any]) -> bool:
    """End the run: `fresh` when no wish came meanwhile, else `again`. True when the record must run once more.

    Both name the columns to set. Raises `ClaimLost` when the claim is not ours any more.
    """
    free: dict[str, Any] = {
        "claim": None,
        "claimed_by": "",
        "claimed_wish": None,
        "leased_until": None,
        "changed_at": timezone.now(),
    }
    if _held(claim).filter(wished=claim.wish).update(**free, **fresh):
        return False
    if _held(claim).update(**free, **again):
        return True
    raise ClaimLost(str(claim.record))


def _held(claim: Claim) -> Any:
    return Record.objects.filter(pk=claim.record.pk, claim=claim.token, status=Status.RUNNING)
