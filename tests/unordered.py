"""Rows that nothing orders, in an order that changes. PostgreSQL gives them as they lie, and an update moves them: what
relies on the order of their making (a test too) fails there once in a hundred runs. On SQLite it shall fail each time.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

TURNED = "turned_around"


def turn_around(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """For `connection_created`: unordered rows come backwards, and the other way round after each update."""
    if connection.vendor == "sqlite":
        _turn(connection, True)
        if _after_updates not in connection.execute_wrappers:  # they outlive the connection
            connection.execute_wrappers.append(_after_updates)


def _after_updates(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    result = execute(sql, params, many, context)
    if sql.startswith("UPDATE"):
        connection = context["connection"]
        _turn(connection, not getattr(connection, TURNED))
    return result


def _turn(connection: BaseDatabaseWrapper, backwards: bool) -> None:
    connection.connection.execute(f"PRAGMA reverse_unordered_selects = {int(backwards)}")
    setattr(connection, TURNED, backwards)
