"""From which moment on a comparison has to look."""

from __future__ import annotations

from datetime import datetime, timedelta

from syncapp.models import Cursor

# Clocks differ, and a transaction in the CRM may become visible after its time stamp.
OVERLAP = timedelta(minutes=10)


def since(cursor: Cursor | None) -> datetime | None:
    """None: from the beginning."""
    return cursor.position - OVERLAP if cursor is not None and cursor.position else None
