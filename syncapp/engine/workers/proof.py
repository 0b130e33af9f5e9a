"""Whether workers have proved lately that they work: one rule for pages, metrics, and the health check of a container.

That check is asked every half minute, so it loads no model: settings, a connection, one question, a look at the clock.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.apps import apps
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection

# `manage.py qcluster` without our supervisor gets no canaries; its proof is the sweep that Django-Q2 schedules every
# minute and looks for every half.
UNSUPERVISED = "-qcluster"
SCHEDULED_PROOF = timedelta(seconds=90)
FINE = "The workers of this machine work."
AT_WORK = "SELECT name, beat_at FROM syncapp_worker WHERE stopped_at IS NULL"


def host_name() -> str:
    return socket.gethostname()[:70]


def patience(name: str) -> timedelta:
    """For how long the worker of that name may give no proof of work."""
    canaries = timedelta(seconds=2 * settings.CONFIG.CANARY_SECONDS)
    return canaries + SCHEDULED_PROOF if name.endswith(UNSUPERVISED) else canaries


def proved(name: str, beat_at: datetime | None, now: datetime) -> bool:
    """Whether it has proved its work lately enough. A proof of the future is none: a clock was ahead."""
    return beat_at is not None and abs(now - beat_at) <= patience(name)


def working_here() -> bool:
    """Whether a worker of this machine has proved lately that it works."""
    with connection.cursor() as cursor:
        cursor.execute(AT_WORK)
        rows = cursor.fetchall()
    here, now = f"{host_name()}-", datetime.now(UTC)
    return any(name.startswith(here) and proved(name, _in_utc(beat_at), now) for name, beat_at in rows)


def _in_utc(moment: datetime | None) -> datetime | None:
    """SQLite gives it without the zone that it was stored in."""
    return moment.replace(tzinfo=UTC) if moment is not None and moment.tzinfo is None else moment


def fault() -> str:
    """In words; empty when workers of this machine work."""
    try:
        return "" if working_here() else "No worker of this machine has proved lately that it works."
    except DatabaseError as exc:
        return f"The database does not answer ({type(exc).__name__})."


def main(_words: Sequence[str]) -> int:
    apps.populate(())  # none are needed, and none is waited for
    why = fault()
    (sys.stderr if why else sys.stdout).write(f"{why or FINE}\n")
    return 1 if why else 0
