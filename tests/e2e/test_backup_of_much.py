"""However much there is, the commands hold little of it in memory."""

from __future__ import annotations

import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from tests import engines
from tests.installation import ROOT, Installation, settings
from tests.keeping import key

pytestmark = pytest.mark.e2e
SQLITE = engines.chosen().name == "sqlite"
MESSAGES, SIZE = 300, 1_000_000
# A command that does nothing takes half of it; what is in the tables is more than twice that.
MOST = 270
BODY = {True: f"randomblob({SIZE})", False: f"decode(repeat(md5(random()::text), {SIZE // 16}), 'hex')"}
COUNT = {
    True: f"(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MESSAGES}) SELECT i FROM n)",
    False: f"generate_series(1, {MESSAGES})",
}


def fill(hub: Installation, sqlite: bool) -> None:
    hub.sql(
        "INSERT INTO syncapp_inboxmessage (trace_id, received_at, path, entity_type, action, sender, state, reason,"
        " body, size, items_total, items_new, rejected)"
        f" SELECT '', '2026-01-01 00:00:00', '', '', '', '', 'done', '', {BODY[sqlite]}, 1, 0, 0, '[]'"
        f" FROM {COUNT[sqlite]} AS counted"
    )


# The figure of a process that was forked begins with that of who forked it; this one is small, pytest is not.
_SMALL = (
    "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL);"
    "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
)


def peak(hub: Installation, *command: str) -> float:
    """In megabytes, of the largest process of those that run it."""
    run = [sys.executable, "-c", _SMALL, sys.executable, "manage.py", *command]
    done = subprocess.run(run, cwd=ROOT, env=hub.env, stdout=subprocess.PIPE, check=True)
    return int(done.stdout) / (1e6 if sys.platform == "darwin" else 1e3)


def test_backup_and_restore(tmp_path: Path) -> None:
    identity, recipient = key(tmp_path)
    with Installation.fresh(tmp_path, BACKUP_RECIPIENT=recipient) as hub:
        fill(hub, SQLITE)
        file = str(tmp_path / "one.backup")
        assert peak(hub, "backup", file) < MOST
        assert peak(hub, "restore", file, "--replace", "--identity", str(identity)) < MOST
        assert hub.sql("SELECT count(*) FROM syncapp_inboxmessage") == [(MESSAGES,)]


@pytest.mark.skipif(SQLITE, reason="needs PostgreSQL")
def test_moving(tmp_path: Path) -> None:
    url, name = f"sqlite:///{tmp_path / 'hub.sqlite3'}", f"moved_{secrets.token_hex(4)}"
    env = settings(url, tmp_path) | {"QUEUE_BROKER": "orm", "REDIS_URL": ""}
    hub = Installation(url, env, tmp_path)
    hub.manage("migrate", "--verbosity", "0")
    fill(hub, sqlite=True)
    with psycopg.connect(engines.chosen().postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    target = engines.chosen().postgres_url.rpartition("/")[0] + "/" + name
    assert peak(hub, "move_database", "--to", target) < MOST
    with psycopg.connect(target) as there:
        assert there.execute("SELECT count(*) FROM syncapp_inboxmessage").fetchone() == (MESSAGES,)
        there.execute("TRUNCATE syncapp_inboxmessage CASCADE")
