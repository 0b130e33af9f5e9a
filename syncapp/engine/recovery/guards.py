"""What is held now, for staff: records by the runs that claimed them, and the locks on what records share."""

from __future__ import annotations

from dataclasses import replace

from django.db.models import QuerySet

from syncapp.engine.outside import locks
from syncapp.engine.outside.locks import HeldLock
from syncapp.engine.recovery.sweep import take_away
from syncapp.models import Reason, Record, Status


def held() -> tuple[list[HeldLock], bool]:
    """The records first, then the locks. False: Redis is away, so those in it are missing."""
    runs = {str(record.claim): record for record in _running().order_by("claimed_by")}
    claimed = [
        HeldLock(record.lock_key, token, record.changed_at, record.leased_until, record.claimed_by, record.pk)
        for token, record in runs.items()
    ]
    shared, complete = locks.held()
    return claimed + [_with_run(lock, runs.get(lock.token)) for lock in shared], complete


def release(key: str, token: str) -> bool:
    """Take a record from its run, or free a lock, if `token` still holds it."""
    for record in _running():
        if (record.lock_key, str(record.claim)) == (key, token):
            return take_away(_running(), record, Reason.LOCK_RELEASED)
    return locks.release(key, token)


def _running() -> QuerySet[Record]:
    return Record.objects.filter(status=Status.RUNNING)


def _with_run(lock: HeldLock, run: Record | None) -> HeldLock:
    return replace(lock, owner=lock.owner or run.claimed_by, record=run.pk) if run else lock
