"""One turn of a thread beside the supervisor: its faults are told, its connection is closed, no fork comes between."""

from __future__ import annotations

from collections.abc import Callable

import structlog
from django.db import Error as DatabaseError
from django.db import connections

from syncapp.engine.workers.processes import alone

log = structlog.get_logger(__name__)


def take(name: str, work: Callable[[], object]) -> None:
    """Never raises: whatever fails is in the log as `<name>.…` and tried again at the next turn."""
    with alone.at_work():
        try:
            work()
        except DatabaseError as exc:
            log.warning(f"{name}.database_away", error=type(exc).__name__)
        except Exception:
            log.exception(f"{name}.failed")
        finally:
            connections.close_all()
