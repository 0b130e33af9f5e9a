"""A database connection that is taken for standing, and replaced when it turns out to have fallen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

T = TypeVar("T")


def unasked(work: Callable[[], T]) -> T:
    """What a whole transaction gives, without Django's question before it whether the connection still stands.

    Where it has fallen (the database was restarted, a firewall forgot it), the work is done once more over a new one.
    So it must be such that may happen twice: the first answer may have been lost after the commit.
    """
    stood = connection.connection is not None
    connection.health_check_done = True  # type: ignore[attr-defined]  # it has
    try:
        return work()
    except (OperationalError, InterfaceError):
        if not stood or connection.in_atomic_block or connection.is_usable():
            raise
        connection.close()
    return work()
