"""Keeps the leases of this process alive while it works.

One quiet thread a process: it wakes a few times a lease, renews what is running for longer than that in one
statement, and sleeps again. Runs that are over in milliseconds never cost a statement.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from syncapp.engine.runs.claims import Claim, lease
from syncapp.kit import in_turn
from syncapp.models import TAKEN_BY, Record, Status

log = structlog.get_logger(__name__)

_running: dict[uuid.UUID, float] = {}
_guard = threading.Lock()
_keeper: tuple[int, threading.Thread] | None = None  # the process it belongs to: threads don't survive a fork


@contextmanager
def kept(claim: Claim) -> Iterator[None]:
    """Renew the claim's lease in the background as long as the block runs."""
    _start_once()
    _running[claim.token] = time.monotonic()
    try:
        yield
    finally:
        _running.pop(claim.token, None)


def _start_once() -> None:
    global _keeper
    if _keeper is not None and _keeper[0] == os.getpid():
        return
    with _guard:
        if _keeper is None or _keeper[0] != os.getpid():
            thread = threading.Thread(target=_keep_on, name="lease-keeper", daemon=True)
            _keeper = (os.getpid(), thread)
            thread.start()


def _keep_on() -> None:
    while True:
        pause = lease().total_seconds() / 3
        time.sleep(pause)
        old_enough = time.monotonic() - pause / 2
        tokens = [token for token, since in list(_running.items()) if since < old_enough]
        if tokens:
            _renew(tokens)


def _renew(tokens: list[uuid.UUID]) -> None:
    try:
        held = Record.objects.filter(claim__in=tokens, status=Status.RUNNING)
        in_turn.update(held, TAKEN_BY, leased_until=timezone.now() + lease())
    except DatabaseError as exc:
        # The run notices by itself before its next outside write; here only the record of it.
        log.warning("lease.not_renewed", error=type(exc).__name__)
    finally:
        connection.close()
