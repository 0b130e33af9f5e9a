"""Restoring: the same contents as before, what must not come alive does not, and what is refused."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from tests import engines
from tests.installation import PATIENCE, ROOT, Installation
from tests.keeping import FILL, contents, key

pytestmark = pytest.mark.e2e
SQLITE = engines.chosen().name == "sqlite"
COUNTS = {
    table: f"SELECT count(*) FROM {table}"
    for table in ("django_q_ormq", "django_session", "syncapp_lock", "syncapp_advoware_cache")
}


@pytest.fixture
def new_machine(tmp_path: Path) -> Iterator[Installation]:
    """Another hub, as `migrate` and `setup_schedules` make it."""
    (folder := tmp_path / "new").mkdir()
    with Installation.fresh(folder) as hub:
        hub.manage("setup_schedules")
        yield hub


def test_it_is_all_there_on_another_machine(full: Installation, new_machine: Installation) -> None:
    file = full.folder / "one.backup"
    full.manage("backup", str(file))
    before = contents(full)
    dry = new_machine.manage("restore", str(file), "--dry-run").stdout
    assert "could be restored" in dry
    assert new_machine.sql("SELECT count(*) FROM syncapp_record") == [(0,)]

    said = new_machine.manage("restore", str(file)).stdout
    assert "everybody logs in anew" in said
    assert "manage.py migrate" not in said
    assert contents(new_machine) == before
    assert sum(map(len, before.values())) > 200
    # A new row gets a number that none had before.
    ((last,),) = full.sql("SELECT max(id) FROM syncapp_scanrun")
    assert _next_number(new_machine) > last


def _next_number(hub: Installation) -> int:
    code = (
        "import django; django.setup()\n"
        "from syncapp.models import ScanRun\n"
        "from django.utils import timezone\n"
        "print(ScanRun.objects.create(scan='x', started_at=timezone.now()).pk)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=hub.env, check=True, capture_output=True, text=True
    )
    return int(done.stdout.split()[-1])


def test_what_was_true_at_the_time_of_the_backup_only_does_not_come_alive(full: Installation) -> None:
    long_ago = str(timezone.now() - timedelta(days=3))[:19]
    full.sql("UPDATE syncapp_worker SET stopped_at = NULL")
    full.sql(f"UPDATE syncapp_scheduledjob SET since = '{long_ago}'")
    assert all(full.sql(ask) != [(0,)] for table, ask in COUNTS.items() if table != "syncapp_advoware_cache")
    full.manage("backup", str(full.folder / "one.backup"))
    full.manage("restore", str(full.folder / "one.backup"), "--replace")
    assert {table: full.sql(ask) for table, ask in COUNTS.items()} == {table: [(0,)] for table in COUNTS}
    assert full.sql("SELECT count(*) FROM syncapp_worker WHERE stopped_at IS NULL") == [(0,)]
    ((jobs, lately),) = full.sql(
        "SELECT count(*), sum(CASE WHEN since > ? THEN 1 ELSE 0 END) FROM syncapp_scheduledjob",
        (timezone.now() - timedelta(hours=1)).replace(tzinfo=None) if SQLITE else timezone.now() - timedelta(hours=1),
    )
    assert jobs == lately > 0
    # Runs that were under way are those of workers that are gone: the next sweep takes them from nobody.
    running = "SELECT count(*) FROM syncapp_record WHERE status = 'running'"
    assert full.sql(running) != [(0,)]
    full.manage("sweep")
    assert full.sql(running) == [(0,)]
    assert full.sql("SELECT count(*) FROM syncapp_attempt WHERE reason = 'worker_died'") != [(0,)]


@pytest.mark.skipif(SQLITE, reason="without Redis")
def test_queue_and_locks_in_redis_go_too(hub: Installation) -> None:
    import redis

    hub.manage("setup_schedules")
    hub.manage("backup", str(hub.folder / "one.backup"))
    with redis.Redis.from_url(hub.env["REDIS_URL"]) as client:
        client.rpush("django_q:bitbylaw:q", "a task of another database")
        client.set("hub:lock:scan_parties", "somebody")
        client.set("somebody.elses", "1")
        hub.manage("restore", str(hub.folder / "one.backup"), "--replace", "--dry-run")
        assert len(client.keys("*")) == 3
        hub.manage("restore", str(hub.folder / "one.backup"), "--replace")
        assert client.keys("*") == [b"somebody.elses"]
    hub.env["REDIS_URL"] = "redis://127.0.0.1:9/0"
    assert "Redis did not answer" in hub.manage("restore", str(hub.folder / "one.backup"), "--replace").stdout


def test_a_database_that_is_not_empty_stays(hub: Installation) -> None:
    file = hub.folder / "one.backup"
    hub.manage("backup", str(file))
    hub.sql("INSERT INTO syncapp_cursor (name, moved_at) VALUES ('precious', '2026-01-01')")
    done = hub.manage("restore", str(file), check=False)
    assert (done.returncode, "is not empty" in done.stderr) == (1, True)
    assert hub.sql("SELECT name FROM syncapp_cursor") == [("precious",)]
    hub.manage("restore", str(file), "--replace")
    assert hub.sql("SELECT name FROM syncapp_cursor") == []


def test_a_hub_at_work_is_left_alone(hub: Installation) -> None:
    hub.manage("backup", str(hub.folder / "one.backup"))
    worker = hub.start("worker", "--workers", "1")
    hub.wait_for("SELECT name FROM syncapp_worker WHERE beat_at IS NOT NULL")
    done = hub.manage("restore", str(hub.folder / "one.backup"), "--replace", check=False)
    assert done.returncode == 1
    assert "stop web server and workers first" in done.stderr
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(PATIENCE) == 0
    hub.manage("restore", str(hub.folder / "one.backup"), "--replace")


def test_a_web_server_at_work_too(hub: Installation) -> None:
    """It gives no proof of work, but it has the database open."""
    hub.manage("backup", str(hub.folder / "one.backup"))
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        "connection.ensure_connection(); print('open', flush=True); input()"
    )
    open_ = [sys.executable, "-c", code]
    with subprocess.Popen(open_, cwd=ROOT, env=hub.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin
        assert other.stdout
        assert b"open" in other.stdout.readline()
        done = hub.manage("restore", str(hub.folder / "one.backup"), "--replace", check=False)
        assert (done.returncode, "stop web server" in done.stderr) == (1, True)
        other.communicate(b"\n")
    hub.manage("restore", str(hub.folder / "one.backup"), "--replace")


def test_one_of_a_newer_program_or_of_the_other_engine_is_refused(hub: Installation) -> None:
    file, other = hub.folder / "one.backup", hub.folder / "other.backup"
    hub.manage("backup", str(file))

    def refused(old: bytes, new: bytes) -> str:
        with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
            for name in source.namelist():
                text = source.read(name)
                target.writestr(name, text.replace(old, new) if name == "manifest.json" else text)
        assert other.read_bytes() != file.read_bytes()
        done = hub.manage("restore", str(other), "--replace", check=False)
        assert done.returncode == 1
        return done.stderr

    assert "newer program" in refused(b'"0001_initial"', b'"0001_initial", "9999_of_tomorrow"')
    engines_ = (b'"sqlite"', b'"postgresql"')
    assert "move_database" in refused(*(engines_ if SQLITE else engines_[::-1]))
    # A manifest that does not fit its content, as of a file that somebody put together.
    assert "other than its manifest says" in refused(b'"syncapp_record": 0', b'"syncapp_record": 1')


def test_one_of_an_older_program_says_that_it_must_be_migrated(full: Installation) -> None:
    ((newest,),) = full.sql("SELECT max(name) FROM django_migrations WHERE app = 'syncapp'")
    full.sql("DELETE FROM django_migrations WHERE app = 'syncapp' AND name = ?", newest)
    full.manage("backup", str(full.folder / "one.backup"))
    said = full.manage("restore", str(full.folder / "one.backup"), "--replace").stdout
    assert "manage.py migrate         1 migrations are newer" in said


def test_an_encrypted_one_needs_its_key(tmp_path: Path) -> None:
    (identity, recipient), (another, _) = key(tmp_path), key(tmp_path, "another.txt")
    with Installation.fresh(tmp_path, FILL, BACKUP_RECIPIENT=recipient) as hub:
        before = contents(hub)
        file = tmp_path / "one.backup"
        assert ", encrypted," in hub.manage("backup", str(file)).stdout
        hub.manage("backup", "--check", str(file), "--identity", str(identity))
        hub.sql("DELETE FROM syncapp_cursor")
        changed = contents(hub)
        for options, words in {
            (): "is encrypted: give the file with its key",
            ("--identity", str(another)): "does not open the backup",
            ("--identity", str(file)): "no identity file",
            ("--identity", str(tmp_path / "none")): "can't be read",
        }.items():
            done = hub.manage("restore", str(file), "--replace", *options, check=False)
            assert (done.returncode, words in done.stderr) == (1, True), done.stderr
        assert contents(hub) == changed != before
        hub.manage("restore", str(file), "--replace", "--identity", str(identity))
        assert contents(hub) == before
    assert [each.name for each in tmp_path.iterdir() if "partial" in each.name] == []


@pytest.mark.skipif(not SQLITE, reason="a server mends itself or is set up anew")
def test_a_database_that_cant_be_read_is_set_aside(full: Installation) -> None:
    before = contents(full)
    file, database = full.folder / "one.backup", Path(full.database_url.removeprefix("sqlite:///"))
    full.manage("backup", str(file))
    wreck = b"not a database at all" + os.urandom(5000)
    database.write_bytes(wreck)
    done = full.manage("restore", str(file), check=False)
    assert (done.returncode, "With --replace it is set aside" in done.stderr) == (1, True)
    said = full.manage("restore", str(file), "--replace").stdout
    (aside,) = full.folder.glob("hub.sqlite3.unreadable-*")
    assert aside.read_bytes() == wreck
    assert str(aside) in said
    assert contents(full) == before


@pytest.mark.skipif(SQLITE, reason="a file is the hub's own")
def test_a_database_that_others_use_too_is_left_alone(hub: Installation) -> None:
    hub.manage("backup", str(hub.folder / "one.backup"))
    hub.sql("CREATE TABLE accounting (id int)")
    done = hub.manage("restore", str(hub.folder / "one.backup"), "--replace", check=False)
    assert (done.returncode, "tables of something else (accounting)" in done.stderr) == (1, True)
    assert hub.sql("SELECT count(*) FROM accounting") == [(0,)]


@pytest.mark.skipif(SQLITE, reason="SQLite knows no connections")
@pytest.mark.parametrize("stays", [True, False])
def test_who_is_still_connected_stops_it_and_who_is_just_leaving_does_not(hub: Installation, stays: bool) -> None:
    file = hub.folder / "one.backup"
    hub.manage("backup", str(file))
    with psycopg.connect(hub.database_url) as other:
        leaving = threading.Timer(60 if stays else 1.5, other.close)  # the command has begun by then, or finds it gone
        leaving.start()
        done = hub.manage("restore", str(file), "--replace", check=False)
        leaving.cancel()
        leaving.join()
    assert ("1 other connections" in done.stderr) is stays
    assert done.returncode == int(stays), done.stderr
