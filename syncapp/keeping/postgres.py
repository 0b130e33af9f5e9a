"""PostgreSQL: its own programs make an archive and turn one into statements; those run here, in one transaction."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import IO, Any

import psycopg
from django.conf import settings
from django.db import connection
from psycopg import sql

from syncapp.keeping import facts
from syncapp.keeping.refusals import Refused

INSTALL = "Debian, Ubuntu: apt install postgresql-client"
LAST_WORDS = 400  # signs of what a program complained of
LOCKED_SECONDS = 10  # for somebody who holds a table
ENDING_SECONDS = 3.0  # that a connection may take to vanish
COPY = re.compile(rb"COPY .+ FROM stdin;\n")
END_OF_COPY = b"\\.\n"


@contextmanager
def connected(params: dict[str, Any] | None = None) -> Iterator[psycopg.Connection[Any]]:
    """A connection of its own to the hub's database, or another one, within a transaction that ends undone unless the
    caller commits. Raises `Refused` behind a pooler, and when there is no connection: of that PostgreSQL's words may be
    told (host, login, why), nothing was asked yet."""
    if params is None:
        if settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"):
            raise Refused("DATABASE_URL leads to a pooler: give PostgreSQL's own address for this command.")
        params = connection.get_connection_params()
    try:
        own: psycopg.Connection[Any] = psycopg.connect(**params)
    except psycopg.OperationalError as exc:
        raise Refused(f"PostgreSQL can't be reached: {' '.join(str(exc).split())[:LAST_WORDS]}") from exc
    try:
        yield own
    finally:
        own.close()


def ask(own: psycopg.Connection[Any]) -> facts.Ask:
    return lambda statement: own.cursor().execute(statement.encode()).fetchall()


def facts_of(own: psycopg.Connection[Any]) -> facts.Facts:
    return facts.of(facts.POSTGRESQL, ask(own))


@contextmanager
def dumped(snapshot: str) -> Iterator[IO[bytes]]:
    """What pg_dump writes of the moment of that snapshot. Raises `Refused` when it did not come to its end.

    The password goes by the environment, which other accounts of the machine can't read.
    """
    arguments, env = connection.client.settings_to_cmd_args_env(connection.settings_dict, [])
    options = ["--format=custom", "--no-owner", "--no-privileges", "--no-password", f"--snapshot={snapshot}"]
    with program("pg_dump", *options, *arguments[1:], env=env) as process:
        assert process.stdout is not None  # noqa: S101
        yield process.stdout


@contextmanager
def program(name: str, *options: str, env: dict[str, str] | None = None) -> Iterator[subprocess.Popen[bytes]]:
    """One of PostgreSQL's; raises `Refused` with its last words when it fails."""
    if shutil.which(name) is None:
        raise Refused(f"{name} is not installed here. {INSTALL}")
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(  # noqa: S603  a program of PostgreSQL with options of ours
            [name, *options], env=os.environ | (env or {}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said
        )
        try:
            yield process
        except BaseException:
            process.kill()
            raise
        finally:
            for pipe in (process.stdin, process.stdout):
                if pipe is not None and not pipe.closed:
                    _close(pipe)
            process.wait()
        if process.returncode:
            said.seek(0)
            raise Refused(f"{name} failed: {said.read().decode(errors='replace').strip()[-LAST_WORDS:]}")


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # the other end is gone, and its exit code says why
        return


def others_connected(own: psycopg.Connection[Any]) -> int:
    """How many other connections to this database there are. PostgreSQL lets go of one a moment after its program has
    ended, so whoever stays for seconds counts."""
    ends = time.monotonic() + ENDING_SECONDS
    while True:
        rows = own.execute(
            "SELECT count(*) FROM pg_catalog.pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        others = int((rows.fetchone() or [0])[0])
        if not others or time.monotonic() > ends:
            return others
        time.sleep(0.1)
        own.execute("SELECT pg_catalog.pg_stat_clear_snapshot()")  # a transaction is told the same again


def drop(own: psycopg.Connection[Any], tables: Iterable[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    if names.as_string(own):
        own.execute(sql.SQL("DROP TABLE {} CASCADE").format(names))


def empty(own: psycopg.Connection[Any], tables: Iterable[str]) -> None:
    own.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, sorted(tables)))))


def play(own: psycopg.Connection[Any], script: IO[bytes]) -> None:
    """Run what pg_restore wrote, in the transaction that is under way: statements, and rows between them.

    psql is not asked to: it takes an end that came too early for the end, and commits.
    """
    cursor, statements = own.cursor(), list[bytes]()
    for line in script:
        if COPY.fullmatch(line):
            _execute(cursor, statements)
            with cursor.copy(line) as rows:
                for row in script:
                    if row == END_OF_COPY:
                        break
                    rows.write(row)
                else:
                    raise Refused("The rows of a table end too early.")
        elif not _for_others(line, own.info.server_version):
            statements.append(line)
    _execute(cursor, statements)


def _for_others(line: bytes, server: int) -> bool:
    """What only psql understands, and a setting that an older server does not know."""
    return line.startswith(b"\\") or (line.startswith(b"SET transaction_timeout ") and server < 170000)


def _execute(cursor: psycopg.Cursor[Any], statements: list[bytes]) -> None:
    if any(line.strip() and not line.startswith(b"--") for line in statements):
        cursor.execute(b"".join(statements))
    statements.clear()
