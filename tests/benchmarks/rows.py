"""Rows by the hundred thousand, each table in one statement, in the SQL of both engines. `n` is a row's number."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from tests.benchmarks.seeding import engine_of
from tests.installation import Installation


class Rows:
    def __init__(self, hub: Installation) -> None:
        self._hub = hub
        self._sqlite = engine_of(hub) == "sqlite"

    def make(self, table: str, count: int, /, **columns: str) -> None:
        """`count` rows; each column is an expression."""
        numbers = f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {count})"
        self._insert(table, numbers, "numbers", columns)

    def make_of(self, table: str, source: str, /, **columns: str) -> None:
        """A row for each `n` of a query."""
        self._insert(table, "", f"({source}) AS numbers", columns)

    def _insert(self, table: str, before: str, source: str, columns: dict[str, str]) -> None:
        names = ", ".join(f'"{name}"' for name in columns)
        given = f"SELECT {', '.join(columns.values())} FROM {source}"
        self._hub.sql(f"INSERT INTO syncapp_{table} ({names}) {before} {given}")

    def ids_go_on(self, table: str) -> None:
        if not self._sqlite:
            name = f"syncapp_{table}"
            self._hub.sql(f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), max(id)) FROM {name}")

    def hex(self, number: str = "n") -> str:
        return f"printf('%014x', {number})" if self._sqlite else f"lpad(to_hex({number}), 14, '0')"

    def json(self, value: object) -> str:
        return f"'{json.dumps(value)}'" + ("" if self._sqlite else "::jsonb")

    def moment(self, when: datetime) -> str:
        text = f"'{when.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
        return f"{text}.000000'" if self._sqlite else f"{text}+00'::timestamptz"

    def ago(self, seconds: str) -> str:
        if self._sqlite:
            return f"strftime('%Y-%m-%d %H:%M:%f000', 'now', (-({seconds})) || ' seconds')"
        return f"now() - ({seconds}) * interval '1 second'"

    def day(self, ahead: str) -> str:
        return f"date('now', ({ahead}) || ' days')" if self._sqlite else f"current_date + ({ahead})"


def rest(of: int, times: int = 1) -> str:
    """`n * times` modulo `of`: the drivers take a % for a parameter. A prime as `times` mixes the rows."""
    return f"(n * {times} - n * {times} / {of} * {of})"


def one_of(*values: str) -> str:
    if len(values) == 1:
        return f"'{values[0]}'"
    cases = " ".join(f"WHEN {number} THEN '{value}'" for number, value in enumerate(values))
    return f"CASE {rest(len(values))} {cases} END"
