"""From SQLite to PostgreSQL with everything, in one transaction there: killed anywhere, the target has nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import dj_database_url
import psycopg
import structlog
from django.core.management import call_command
from django.db import connection, connections

from syncapp.keeping import facts, postgres, resting, sqlite
from syncapp.keeping.backups import database_file
from syncapp.keeping.facts import MIGRATIONS, Facts
from syncapp.keeping.moving_rows import NotHeld, Rows
from syncapp.keeping.refusals import Refused
from syncapp.keeping.streams import Progress

ALIAS = "move_database"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Moved:
    """`left`: tables of the source that the hub knows nothing of, and that stayed where they are."""

    tables: int
    rows: int
    left: list[str]


def move(to: str, progress: Progress, *, dry_run: bool) -> Moved:
    """Raises `Refused`, and what the databases raise: then nothing was moved. The source is only read."""
    if connection.vendor != facts.SQLITE:
        raise Refused("DATABASE_URL leads to PostgreSQL already: this brings SQLite's contents there.")
    database = database_file()
    if not database.exists():
        raise Refused(f"There is no database {database}.")
    resting.refuse_at_work()
    with _target(to) as params:
        with sqlite.alone(database) as source:
            _refuse_unmigrated(sqlite.facts_of(source))
        with postgres.connected(params) as target:
            _refuse_full(target)
        if not dry_run:
            progress("making the tables", 0, 0)
            call_command("migrate", database=ALIAS, interactive=False, verbosity=0)
            connections[ALIAS].close()
        with sqlite.alone(database) as source, postgres.connected(params) as target:
            found = sqlite.facts_of(source)
            left = resting.strangers(found)
            wanted = {name: count for name, count in found.rows.items() if name not in {MIGRATIONS, *left}}
            if not dry_run:
                _bring(source, target, found, wanted, progress)
            log.info("database.moved", tables=len(wanted), rows=sum(wanted.values()), dry_run=dry_run)
            return Moved(len(wanted), sum(wanted.values()), left)


@contextmanager
def _target(to: str) -> Iterator[dict[str, Any]]:
    """How psycopg connects to it, while Django knows it as `ALIAS`."""
    if not to.startswith(("postgres://", "postgresql://")):
        raise Refused("--to must begin with postgres://")
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(to))
    except ValueError:
        raise Refused("--to can't be read; special characters of user and password stand as %XX.") from None
    options = dict(parsed.get("OPTIONS", {}))
    if options.pop("pool_mode", "session") != "session":
        raise Refused("--to leads to a pooler: give PostgreSQL's own address.")
    connections.databases[ALIAS] = connections.databases["default"] | parsed | {"OPTIONS": options}
    try:
        yield connections[ALIAS].get_connection_params()
    finally:
        connections[ALIAS].close()
        del connections[ALIAS], connections.databases[ALIAS]


def _refuse_unmigrated(found: Facts) -> None:
    to_make, newer = facts.compared(found.migrations)
    if newer:
        raise Refused(f"The database is of a newer program than this one: it has {newer[-1]}.")
    if to_make:
        raise Refused(f"First bring the database to this version, {to_make} migrations: manage.py migrate")


def _refuse_full(target: psycopg.Connection[Any]) -> None:
    if others := postgres.others_connected(target):
        raise Refused(f"{others} other connections to the target are open: nothing else may use it meanwhile.")
    found = postgres.facts_of(target)
    if strange := resting.strangers(found):
        raise Refused(f"The target has tables of something else ({', '.join(strange[:3])}): give the hub its own.")
    if resting.has_contents(found):
        raise Refused(
            "The target is not empty: it holds rows of another hub, or of an earlier move that was completed."
        )


def _bring(
    source: sqlite3.Connection,
    target: psycopg.Connection[Any],
    found: Facts,
    wanted: dict[str, int],
    progress: Progress,
) -> None:
    there = postgres.facts_of(target)
    if there.migrations != found.migrations or not wanted.keys() <= there.rows.keys():
        raise Refused("The target's tables are not those of this database. Nothing was moved.")
    rows = Rows(source, target)
    try:
        postgres.empty(target, set(there.rows) - {MIGRATIONS})
        total, done = sum(wanted.values()), 0
        for table in wanted:
            done += rows.copy(table, partial(_tell, progress, done, total))
        rows.set_sequences()
        target.execute("SET CONSTRAINTS ALL IMMEDIATE")
        counted = postgres.facts_of(target).rows
        if differing := sorted(name for name, count in wanted.items() if counted[name] != count):
            raise Refused(f"Not all rows arrived ({', '.join(differing[:3])}). Nothing was moved.")
        target.commit()
    except NotHeld as exc:
        raise Refused(f"{exc} Nothing was moved.") from None
    except psycopg.Error as exc:  # its words quote values
        where = f", {exc.diag.table_name}" if exc.diag.table_name else ""
        words = f"PostgreSQL did not take it ({type(exc).__name__}, {exc.sqlstate or 'no code'}{where})."
        raise Refused(f"{words} Nothing was moved.") from None


def _tell(progress: Progress, before: int, total: int, more: int) -> None:
    progress("moving", before + more, total)
