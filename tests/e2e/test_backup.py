"""Backups as an operator makes them: the command, its file, and what it refuses."""

from __future__ import annotations

import gzip
import json
import os
import shutil
import sqlite3
import stat
import subprocess
import threading
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from tests import engines, servers
from tests.installation import Installation
from tests.keeping import key

pytestmark = pytest.mark.e2e
SQLITE = engines.chosen().name == "sqlite"


def manifest(file: Path) -> dict[str, object]:
    with zipfile.ZipFile(file) as zipped:
        return json.loads(zipped.read("manifest.json"))  # type: ignore[no-any-return]


def test_it_says_what_it_is_and_is_nobody_elses(full: Installation) -> None:
    file = full.folder / "one.backup"
    said = full.manage("backup", str(file)).stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    found = manifest(file)
    made = dict(full.sql("SELECT app, count(*) FROM django_migrations GROUP BY app"))
    assert {app: len(names) for app, names in found["migrations"].items()} == made  # type: ignore[attr-defined]
    ((records,),) = full.sql("SELECT count(*) FROM syncapp_record")
    assert found["rows"]["syncapp_record"] == records > 0  # type: ignore[index]
    assert found["engine"] == ("sqlite" if SQLITE else "postgresql")
    assert str(found["made_at"]).endswith("Z")
    assert f"{sum(found['rows'].values()):,} rows" in said  # type: ignore[attr-defined]
    assert "not encrypted" in said
    assert sorted(each.name for each in full.folder.iterdir() if "partial" in each.name) == []
    assert "is whole" in full.manage("backup", "--check", str(file)).stdout


def test_without_the_hub_it_is_opened_with_usual_programs(tmp_path: Path) -> None:
    identity, recipient = key(tmp_path)
    assert shutil.which("age") or not servers.REQUIRED, "age is not installed (Debian/Ubuntu: apt install age)"
    with Installation.fresh(tmp_path, BACKUP_RECIPIENT=recipient) as hub:
        file = tmp_path / "one.backup"
        hub.manage("backup", str(file))
    found = manifest(file)
    with zipfile.ZipFile(file) as zipped:
        zipped.extract(str(found["content"]), tmp_path)
    inside = tmp_path / str(found["content"])
    assert inside.read_bytes().startswith(b"age-encryption.org/v1\n")
    if not servers.REQUIRED and shutil.which("age") is None:
        pytest.skip("not installed: age")
    plain = tmp_path / "plain"
    subprocess.run(["age", "--decrypt", "--identity", identity, "--output", plain, inside], check=True)
    if SQLITE:
        (tmp_path / "hub.db").write_bytes(gzip.decompress(plain.read_bytes()))
        with closing(sqlite3.connect(tmp_path / "hub.db")) as database:
            assert database.execute("SELECT count(*) FROM django_migrations").fetchone()[0] > 40
    else:
        listed = subprocess.run(["pg_restore", "--list", plain], check=True, capture_output=True, text=True).stdout
        assert "TABLE DATA public syncapp_record" in listed


def test_it_is_of_one_moment_while_others_write(hub: Installation) -> None:
    """Two rows are always written together; a torn copy has one of them."""
    pair = "INSERT INTO syncapp_cursor (name, moved_at) VALUES (?, '2026-01-01'), (?, '2026-01-01')"
    stop, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not stop.is_set():
            hub.sql(pair, f"{written} a", f"{written} b")
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        files = [hub.folder / f"{number}.backup" for number in range(3)]
        for file in files:
            hub.manage("backup", str(file))
    finally:
        stop.set()
        writer.join()
    counts = [manifest(file)["rows"]["syncapp_cursor"] for file in files]  # type: ignore[index]
    assert all(count % 2 == 0 for count in counts)
    assert counts == sorted(set(counts))  # something was written meanwhile


def test_in_a_folder_the_newest_stay(hub: Installation) -> None:
    folder = hub.folder / "backups"
    folder.mkdir()
    others = [folder / "firm.backup", folder / "hub-2020.backup"]
    old = [folder / f"hub-2020-01-0{day}T030000Z.backup" for day in range(1, 6)]
    # Of one that was killed the day before, and of one that is perhaps still at it.
    dead = [hub.folder / ".hub.sqlite3.0a0b.partial-journal"] if SQLITE else []
    dead, busy = [*dead, folder / ".hub-2020.backup.0a0b.partial"], folder / ".hub-2020.backup.0a0c.partial"
    for each in (*others, *old, *dead, busy):
        each.write_text("")
    for each in dead:
        os.utime(each, (time.time() - 90_000,) * 2)
    said = hub.manage("backup", str(folder), "--keep", "3").stdout
    there = sorted(set(folder.iterdir()) - {*others, busy})
    assert there[:2] == old[-2:]
    assert len(there) == 3
    assert manifest(there[2])["format"] == 1
    assert "3 older went" in said
    assert all(each.exists() for each in (*others, busy))
    assert not any(each.exists() for each in dead)


def test_by_itself_it_goes_into_the_folder_of_the_settings(tmp_path: Path) -> None:
    with Installation.fresh(tmp_path, BACKUP_DIR=str(tmp_path / "there" / "backups")) as hub:
        hub.manage("backup", "--nightly", "--keep", "14")
        assert hub.sql("SELECT count(good_at), count(failing_since) FROM syncapp_scheduledjob") == [(1, 0)]
        (file,) = (tmp_path / "there" / "backups").iterdir()
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert "is whole" in hub.manage("backup", "--check", str(file)).stdout


def test_what_is_there_is_not_written_over(hub: Installation) -> None:
    file = hub.folder / "one.backup"
    file.write_text("precious")
    done = hub.manage("backup", str(file), check=False)
    assert (done.returncode, file.read_text()) == (1, "precious")
    assert "is there already" in done.stderr
    assert hub.manage("backup", check=False).returncode == 2
    assert hub.manage("backup", str(hub.folder / "none" / "one"), check=False).returncode == 1
    assert hub.manage("backup", str(file), "--keep", "2", check=False).returncode == 2


def test_one_that_is_cut_off_is_not_whole(hub: Installation) -> None:
    file = hub.folder / "one.backup"
    hub.manage("backup", str(file))
    file.write_bytes(file.read_bytes()[:-1])
    done = hub.manage("backup", "--check", str(file), check=False)
    assert (done.returncode, "is damaged or not a backup" in done.stderr) == (1, True)


@pytest.mark.skipif(SQLITE, reason="SQLite has no passwords")
def test_a_password_is_on_no_command_line(tmp_path: Path) -> None:
    """pg_dump is watched: what it is called with, and what it finds in its environment."""
    with Installation.fresh(tmp_path) as hub:
        programs = tmp_path / "programs"
        programs.mkdir()
        (programs / "pg_dump").write_text(
            f'#!/bin/sh\necho "$@" > {tmp_path}/asked\necho "$PGPASSWORD" > {tmp_path}/env\n'
            f'exec {shutil.which("pg_dump")} "$@"\n'
        )
        (programs / "pg_dump").chmod(0o755)
        hub.env["PATH"] = f"{programs}:{hub.env['PATH']}"
        hub.env["DATABASE_URL"] = hub.database_url.replace("hub@", "hub:geh%2Feim@")
        hub.manage("backup", str(tmp_path / "one.backup"))
    assert "geh" not in (tmp_path / "asked").read_text()
    assert (tmp_path / "env").read_text() == "geh/eim\n"


@pytest.mark.skipif(SQLITE, reason="SQLite needs no program")
def test_a_dump_that_fails_half_way_leaves_no_file(hub: Installation) -> None:
    programs = hub.folder / "programs"
    programs.mkdir()
    (programs / "pg_dump").write_text("#!/bin/sh\necho half\necho 'pg_dump: error: gone' >&2\nexit 1\n")
    (programs / "pg_dump").chmod(0o755)
    hub.env["PATH"] = f"{programs}:{hub.env['PATH']}"
    done = hub.manage("backup", str(hub.folder / "one.backup"), check=False)
    assert (done.returncode, "pg_dump: error: gone" in done.stderr) == (1, True)
    assert [each.name for each in hub.folder.iterdir() if "backup" in each.name] == []


@pytest.mark.skipif(not SQLITE, reason="PostgreSQL looks at its own pages")
def test_of_a_broken_database_none_is_made_that_would_push_out_the_good_ones(full: Installation) -> None:
    path = Path(full.database_url.removeprefix("sqlite:///"))
    full.sql("PRAGMA wal_checkpoint(TRUNCATE)")
    text = path.read_bytes()
    with closing(sqlite3.connect(path)) as database:
        ((page,),) = database.execute("SELECT rootpage FROM sqlite_master WHERE name = 'syncapp_record'").fetchall()
        ((size,),) = database.execute("PRAGMA page_size").fetchall()
    path.write_bytes(text[: (page - 1) * size] + b"\xff" * size + text[page * size :])
    done = full.manage("backup", str(full.folder / "one.backup"), check=False)
    assert (done.returncode, "not sound" in done.stderr) == (1, True)
    assert [each.name for each in full.folder.iterdir() if "backup" in each.name] == []
