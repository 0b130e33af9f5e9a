"""Plain statements for the hot paths: the ORM takes several times as long to write one as a database to run it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from functools import cache, lru_cache
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from django.db import NotSupportedError, connection

ROWS_A_STATEMENT = 500  # times the columns of a row; SQLite takes 32,766 parameters in all


def insert(table: str, columns: tuple[str, ...], rows: Sequence[Sequence[Any]]) -> None:
    with connection.cursor() as cursor:
        for start in range(0, len(rows), ROWS_A_STATEMENT):
            some = rows[start : start + ROWS_A_STATEMENT]
            cursor.execute(_insert(table, columns, len(some)), [stored(value) for row in some for value in row])


def insert_one(table: str, columns: tuple[str, ...], row: Sequence[Any]) -> int:
    """The id of the new row."""
    return int(answer(_insert(table, columns, 1) + " RETURNING id", row)[0][0])


def table(name: str, **columns: str) -> str:
    """Rows out of one parameter (`as_table`), so that a statement reads the same however many they are: drivers and
    database parse it once. Each column has its type; rows come in their order."""
    value, source = _JSON[connection.vendor]
    some = (f"CAST({value.format(at)} AS {kind}) AS {column}" for at, (column, kind) in enumerate(columns.items()))
    return f"(SELECT {', '.join(some)} FROM {source}) AS {name}"  # noqa: S608  our own names


def as_table(rows: Sequence[Sequence[str | int | None]]) -> str:
    return json.dumps(rows)


_JSON = {
    "postgresql": ("value->>{}", "json_array_elements(%s::json)"),
    "sqlite": ("json_extract(value, '$[{}]')", "json_each(%s)"),
}


def answer(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Its rows. On PostgreSQL the statement is kept with the connection: to read and to plan a long one takes longer
    than to run it. So it is for those that always read the same."""
    with _executed(statement, parameters) as cursor:
        return list(cursor.fetchall())


@cache
def _preparing() -> Any:
    """A cursor that prepares, and tells Django's log of statements what it ran as others do."""
    from django.db.backends.postgresql.base import ServerBindingCursor

    class Preparing(ServerBindingCursor):
        def execute(self, query: str, params: Any = None) -> Any:
            try:
                return super().execute(query, params)  # type: ignore[misc]  # psycopg 3 is not known there
            finally:
                self._query = SimpleNamespace(query=query.encode())

    return Preparing


def execute(statement: str, parameters: Sequence[Any]) -> int:
    """How many rows were touched; kept as those of `answer` are."""
    with _executed(statement, parameters) as cursor:
        return int(cursor.rowcount)


@contextmanager
def _executed(statement: str, parameters: Sequence[Any]) -> Iterator[Any]:
    values = [stored(value) for value in parameters]
    try:
        cursor = _begun(statement, values)
    except NotSupportedError:
        # A migration has changed the table since this was planned. Plans end with the transaction that fails because of
        # them, or with the connection.
        if connection.in_atomic_block:
            raise
        connection.close()
        cursor = _begun(statement, values)
    with cursor:
        yield cursor


def _begun(statement: str, values: list[Any]) -> Any:
    cursor = connection.cursor()
    if connection.settings_dict["OPTIONS"].get("prepare_threshold") is not None:
        cursor.cursor = _preparing()(cursor.connection)
    cursor.execute(statement, values)
    return cursor


_PLAIN = (str, int, bytes, bool, type(None))


def stored(value: Any) -> Any:
    """The value as the database's driver takes it; the ORM's fields do the same."""
    if type(value) in _PLAIN:
        return value
    match value:
        case Enum():
            return value.value
        case datetime():
            return connection.ops.adapt_datetimefield_value(value)
        case UUID():
            return value if connection.features.has_native_uuid_field else value.hex
        case _:
            return json.dumps(value)


@lru_cache(maxsize=256)
def _insert(table: str, columns: tuple[str, ...], rows: int) -> str:
    row = f"({', '.join(['%s'] * len(columns))})"
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * rows)}"  # noqa: S608  our own names
