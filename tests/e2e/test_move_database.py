"""From SQLite to PostgreSQL, with the real programs: everything arrives, or nothing does and it says why."""

from __future__ import annotations

import json
import secrets
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests import engines
from tests.installation import ROOT, Installation, settings
from tests.keeping import FILL, KILLED, lives

# The source is SQLite, whatever the tests run on; the target needs the server of the other engine.
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(engines.chosen().name != "postgres", reason="needs PostgreSQL"),
]
ADVANCED = 1000  # numbers that were given to rows which are gone


@pytest.fixture
def target() -> str:
    """The address of an empty database."""
    engine, name = engines.chosen(), f"moved_{secrets.token_hex(4)}"
    with psycopg.connect(engine.postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    return engine.postgres_url.rpartition("/")[0] + "/" + name


class Source(Installation):
    """A hub on SQLite, without Redis."""


def on_sqlite(folder: Path, rows: str) -> Source:
    url = f"sqlite:///{folder / 'hub.sqlite3'}"
    env = settings(url, folder) | {"QUEUE_BROKER": "orm", "REDIS_URL": ""}
    hub = Source(url, env, folder)
    hub.manage("migrate", "--verbosity", "0")
    if rows:
        subprocess.run([sys.executable, "-c", rows], cwd=ROOT, env=env, check=True)
    return hub


@pytest.fixture
def source(tmp_path: Path) -> Iterator[Source]:
    hub = on_sqlite(tmp_path, FILL)
    yield hub
    hub.end()


def contents(hub: Installation, **env: str) -> list[dict[str, Any]]:
    """Every row as Python sees it, whatever the engine."""
    command = [sys.executable, "manage.py", "dumpdata", "--all"]
    done = subprocess.run(command, cwd=ROOT, env=hub.env | env, check=True, capture_output=True, text=True)
    return sorted(json.loads(done.stdout), key=lambda row: (row["model"], str(row["pk"])))


def count(target: str, table: str) -> int:
    with psycopg.connect(target) as there:
        return int(there.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # type: ignore[index, arg-type]


def refused(hub: Installation, target: str, *options: str) -> str:
    done = hub.manage("move_database", "--to", target, *options, check=False)
    assert done.returncode == 1, done.stdout
    return done.stderr


def test_everything_arrives(source: Source, target: str) -> None:
    source.sql("UPDATE sqlite_sequence SET seq = seq + ? WHERE name = 'syncapp_scanrun'", ADVANCED)
    ((last,),) = source.sql("SELECT seq FROM sqlite_sequence WHERE name = 'syncapp_scanrun'")
    before, file = contents(source), source.folder / "hub.sqlite3"
    assert "would be moved" in source.manage("move_database", "--to", target, "--dry-run").stdout

    said = source.manage("move_database", "--to", target).stdout
    assert contents(source, DATABASE_URL=target) == before == contents(source)
    assert len(before) > 200
    assert "DATABASE_URL=" in said
    assert str(file) in said
    with psycopg.connect(target) as there:
        made = there.execute(
            "INSERT INTO syncapp_scanrun (scan, state, started_at, seen, differing, requested, orphans, detail, counts,"
            " note, calls) VALUES ('x', 'done', now(), 0, 0, 0, 0, '', '{}', '{}', '[]') RETURNING id"
        )
        assert made.fetchone() == (last + 1,)
    # What is there now is somebody's, and stays.
    assert "is not empty" in refused(source, target)
    source.env["DATABASE_URL"] = target
    source.manage("migrate", "--check")
    assert "leads to PostgreSQL already" in refused(source, target)


def test_what_postgresql_cant_hold_is_named_and_nothing_is_moved(source: Source, target: str) -> None:
    ((pk,),) = source.sql("SELECT max(id) FROM syncapp_scanrun")
    source.sql("UPDATE syncapp_scanrun SET detail = ? WHERE id = ?", "Geheim" * 100, pk)
    said = refused(source, target)
    assert f"syncapp_scanrun with id {pk}, column detail" in said
    assert "eheim" not in said
    source.sql("UPDATE syncapp_scanrun SET detail = ? WHERE id = ?", "Ge\0heim", pk)
    said = refused(source, target)
    assert f"syncapp_scanrun with id {pk}" in said
    assert "heim" not in said
    assert count(target, "syncapp_record") == count(target, "syncapp_scanrun") == 0
    source.sql("UPDATE syncapp_scanrun SET detail = '' WHERE id = ?", pk)
    source.manage("move_database", "--to", target)  # begun anew


def test_what_must_not_be_moved(source: Source, target: str) -> None:
    with psycopg.connect(target) as there:
        assert "1 other connections" in refused(source, target)
        there.execute("CREATE TABLE accounting (id int)")
    assert "tables of something else (accounting)" in refused(source, target)
    with psycopg.connect(target) as there:
        there.execute("DROP TABLE accounting")
    with closing(sqlite3.connect(source.folder / "hub.sqlite3")) as web_server:
        web_server.execute("PRAGMA journal_mode=WAL")  # as the hub opens it
        web_server.execute("SELECT count(*) FROM syncapp_record").fetchone()
        assert "is open in another program" in refused(source, target)
    source.sql("UPDATE syncapp_worker SET stopped_at = NULL, beat_at = strftime('%Y-%m-%d %H:%M:%f', 'now')")
    assert "The hub is at work" in refused(source, target)
    source.sql("UPDATE syncapp_worker SET stopped_at = beat_at")
    assert "pooler" in refused(source, f"{target}?pool_mode=transaction")
    assert "must begin with postgres://" in refused(source, "sqlite:///there")
    assert "--to can't be read; special characters" in refused(source, "postgres://hub:ge/heim@there/hub")
    source.sql("DELETE FROM django_migrations WHERE app = 'syncapp' AND name LIKE '0041%'")
    assert "1 migrations: manage.py migrate" in refused(source, target)
    with psycopg.connect(target) as there:
        assert there.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)


def test_who_is_not_let_in_is_told_why(source: Source, target: str) -> None:
    """A forgotten password, a wrong name or host were all *PostgreSQL: OperationalError*."""
    source.env["PGPASSWORD"] = "geheim"
    said = refused(source, f"{target}_of_nobody")
    assert "PostgreSQL can't be reached: " in said
    assert "_of_nobody" in said
    assert "Connection refused" in (gone := refused(source, "postgres://hub:geheim@127.0.0.1:9/hub"))
    assert "geheim" not in said + gone


def test_the_password_may_stay_off_the_command_line(source: Source, target: str) -> None:
    """The server of the tests takes any; what is looked at is what is sent there."""
    source.env["PGPASSWORD"] = "geheim"
    done = source.manage("move_database", "--to", target)
    assert "geheim" not in done.stdout + done.stderr


def test_killed_at_any_line_it_is_begun_anew(source: Source, target: str) -> None:
    whole, *ended = lives(source, 7, [], ["move_database", "--to", target], HUB_TARGET=target)
    assert whole[1] == 0
    digests = [digest for _place, _code, digest in ended]
    assert len(set(digests)) == 2, ended  # nothing or all, and the source as it was
    assert whole[2] in digests
    assert sum(code == KILLED and digest != whole[2] for _place, code, digest in ended) > 15
