"""Plain INSERTs for the hot paths: one statement for many rows, without the ORM's several times higher price.

Values must be as the database driver takes them: moments through `moment`, JSON through `json.dumps`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

ROWS_A_STATEMENT = 500  # times the columns of a row; SQLite takes 32,766 parameters in all


def insert(table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            some = rows[start : start + ROWS_A_STATEMENT]
            cursor.execute(_statement(table, columns, len(some)), [value for row in some for value in row])


def insert_one(table: str, columns: tuple[str, ...], row: Sequence[Any]) -> int:
    """The id of the new row."""
    with connection.cursor() as cursor:
        cursor.execute(_statement(table, columns, 1) + " RETURNING id", row)
        return int(cursor.fetchone()[0])


def moment(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


@lru_cache(maxsize=256)
def _statement(table: str, columns: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608  our own names
