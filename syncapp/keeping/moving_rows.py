"""Rows of an SQLite database as PostgreSQL takes them: streamed, a few at a time in memory, as they are stored."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg import sql

from syncapp.keeping.streams import Tell

TOLD_EVERY = 1000  # rows
WHERE = re.compile(r"COPY (\w+), line (\d+)(?:, column (\w+))?")  # what follows would quote the value
_COLUMNS = """
SELECT table_name, column_name, data_type, is_identity = 'YES' FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
"""


class NotHeld(Exception):
    """SQLite held something that PostgreSQL can't; the message names its place and not the value."""


# SQLite has no such types: Django keeps 0 and 1, UTC without saying so, and microseconds.
_AS: dict[str, Callable[[Any], Any]] = {
    "boolean": bool,
    "timestamp with time zone": lambda moment: moment if "+" in moment else f"{moment}+00",
    "interval": lambda microseconds: f"{microseconds} microseconds",
}


class Rows:
    def __init__(self, source: sqlite3.Connection, target: psycopg.Connection[Any]) -> None:
        self._source, self._target = source, target
        self._columns: dict[str, list[tuple[str, str, bool]]] = {}
        for table, *column in target.execute(_COLUMNS):
            self._columns.setdefault(table, []).append(tuple(column))

    def copy(self, table: str, tell: Tell) -> int:
        """All rows of the table; gives how many. Raises `NotHeld`."""
        names = [name for name, _kind, _identity in self._columns[table]]
        into = sql.SQL("COPY {} ({}) FROM STDIN").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        number = 0
        try:
            with self._target.cursor().copy(into) as rows:
                for number, row in enumerate(self._read(table, names), 1):
                    rows.write_row(row)
                    if number % TOLD_EVERY == 0:
                        tell(number)
        except UnicodeError:
            raise NotHeld(f"PostgreSQL can't hold row {number} of {table}: it has signs that are none.") from None
        except (psycopg.DataError, psycopg.IntegrityError) as exc:
            raise NotHeld(
                f"PostgreSQL can't hold {self._place(table, names, exc, number)} ({type(exc).__name__})."
            ) from None
        return number

    def _read(self, table: str, names: list[str]) -> Iterator[list[Any]]:
        readers = [_AS.get(kind) for _name, kind, _identity in self._columns[table]]
        special = [(at, reader) for at, reader in enumerate(readers) if reader is not None]
        columns = ", ".join(f'"{name}"' for name in names)
        for found in self._source.execute(f'SELECT {columns} FROM "{table}" ORDER BY rowid'):  # noqa: S608  our own names
            row = list(found)
            for at, reader in special:
                if row[at] is not None:
                    row[at] = reader(row[at])
            yield row

    def _place(self, table: str, names: list[str], exc: psycopg.Error, written: int) -> str:
        """The server says which row it was, later; what psycopg itself refuses is the one that was just `written`."""
        found = WHERE.match(exc.diag.context or "")
        if found is None and exc.sqlstate:
            return f"a row of {table}"
        line, column = (int(found[2]), f", column {found[3]}" if found[3] else "") if found else (written, "")
        pick = f'SELECT "{names[0]}" FROM "{table}" ORDER BY rowid LIMIT 1 OFFSET {line - 1}'  # noqa: S608
        (key,) = self._source.execute(pick).fetchone()
        # A key that is a text may be a client's word.
        return f"the row of {table} with {names[0]} {key}{column}" if isinstance(key, int) else f"{table}{column}"

    def set_sequences(self) -> None:
        """The next row gets the number that it would have got in SQLite: none that a deleted one had."""
        last = self._last_numbers()
        for table, columns in self._columns.items():
            for name, _kind, identity in columns:
                if identity and table in last:
                    sequence = (f'"{table}"', name, max(last[table], 1), last[table] > 0)
                    self._target.execute("SELECT setval(pg_get_serial_sequence(%s, %s), %s, %s)", sequence)

    def _last_numbers(self) -> dict[str, int]:
        used = dict(self._source.execute("SELECT name, seq FROM sqlite_sequence").fetchall())
        for table, columns in self._columns.items():
            for name, _kind, identity in columns:
                if identity:
                    (highest,) = self._source.execute(f'SELECT max("{name}") FROM "{table}"').fetchone()  # noqa: S608
                    used[table] = max(int(used.get(table) or 0), int(highest or 0))
        return used
