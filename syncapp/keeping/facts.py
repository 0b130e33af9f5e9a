"""What a database holds, told alike of both engines: its migrations, and the rows of each table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.migrations.loader import MigrationLoader

SQLITE, POSTGRESQL = "sqlite", "postgresql"
_TABLES = {
    SQLITE: "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'",
    POSTGRESQL: "SELECT tablename FROM pg_catalog.pg_tables WHERE schemaname = current_schema()",
}
MIGRATIONS = "django_migrations"

Ask = Callable[[str], Iterable[Sequence[Any]]]


@dataclass(frozen=True, slots=True)
class Facts:
    """`migrations` by app, in the order of their names; `rows` by table."""

    migrations: Mapping[str, list[str]]
    rows: Mapping[str, int]


def tables(engine: str, ask: Ask) -> list[str]:
    return sorted(row[0] for row in ask(_TABLES[engine]))


def of(engine: str, ask: Ask) -> Facts:
    """`ask` runs a statement and gives its rows; all in one transaction of the caller's, so they are of one moment."""
    names = tables(engine, ask)
    rows = {name: _count(ask, name) for name in names}
    return Facts(migrations(ask) if MIGRATIONS in names else {}, rows)


def compared(made: Mapping[str, list[str]]) -> tuple[int, list[str]]:
    """With this program's migrations: how many of these a database with those of `made` lacks; which it has beyond."""
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations.keys()
    there = {(app, name) for app, names in made.items() for name in names}
    labels = {app for app, _name in known}
    return len(known - there), sorted(f"{app}.{name}" for app, name in there - known if app in labels)


def _count(ask: Ask, table: str) -> int:
    [(count,)] = ask(f'SELECT count(*) FROM "{table}"')  # noqa: S608  a name of the database's own catalogue
    return int(count)


def migrations(ask: Ask) -> dict[str, list[str]]:
    made: dict[str, list[str]] = {}
    for app, name in ask(f"SELECT app, name FROM {MIGRATIONS} ORDER BY app, name"):  # noqa: S608
        made.setdefault(app, []).append(name)
    return made
