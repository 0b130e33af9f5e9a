"""An upgrade without a pause: the released program and this one at work side by side, on one database and one queue."""

from __future__ import annotations

import io
import secrets
import signal
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from sandbox.running import SandboxProcess
from tests import engines
from tests.e2e.test_recovery import BEATING, SECONDS, Firm
from tests.installation import ROOT, Installation, settings
from tests.world import sandbox_settings

pytestmark = pytest.mark.e2e
RELEASE = 'VERSION = "1.0.0"'
STEP = 10  # documents


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program as it was released, out of the repository's history."""
    found = _git("log", "--format=%H", f"-S{RELEASE}", "--", "bitbylaw/version.py").decode().split()
    if not found:
        pytest.skip("the history of this clone does not reach back to the release")
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(fileobj=io.BytesIO(_git("archive", "--format=tar", found[-1]))) as tar:
        tar.extractall(folder, filter="data")
    assert RELEASE in (folder / "bitbylaw/version.py").read_text()
    return folder


def _git(*args: str) -> bytes:
    return subprocess.run(["git", *args], cwd=ROOT, capture_output=True, check=False).stdout


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[str]:
    """The address of a database in which nothing is."""
    engine = engines.chosen()
    if engine.name == "sqlite":
        yield f"sqlite:///{tmp_path / 'hub.sqlite3'}"
        return
    name = f"hub_rolling_{secrets.token_hex(4)}"
    with psycopg.connect(engine.postgres_url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
    yield engine.postgres_url.rpartition("/")[0] + "/" + name


def test_nothing_is_lost_or_done_twice_while_both_are_at_work(released: Path, empty: str, tmp_path: Path) -> None:
    with SandboxProcess() as sandbox:
        ours = {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        env = settings(empty, tmp_path) | ours | {"SWEEP_SECONDS": "2"}
        old = Installation(empty, env, tmp_path, root=released)
        new = replace(old, root=ROOT, _started=[])
        try:
            _story(sandbox, old, new)
        finally:
            old.end()
            new.end()


def _story(sandbox: SandboxProcess, old: Installation, new: Installation) -> None:
    old.manage("migrate", "--verbosity", "0")
    old.manage("setup_schedules")
    assert old.manage("version").stdout != new.manage("version").stdout
    firm = Firm(sandbox, old)
    worker = firm.worker()
    firm.documents(STEP)

    new.manage("migrate", "--verbosity", "0")
    new.manage("setup_schedules")
    firm.hub = new
    firm.documents(2 * STEP, since=STEP)  # queued by the new program while the old one alone works
    new.start("worker", "--workers", "2")
    new.wait_for(f"SELECT count(*) FROM ({BEATING}) AS beating HAVING count(*) = 2", seconds=SECONDS)
    firm.hub = old
    firm.documents(3 * STEP, since=2 * STEP)  # queued by the old one while both work
    worker.send_signal(signal.SIGTERM)
    worker.wait(SECONDS)
    firm.hub = new
    firm.all_in_sync(3 * STEP)
    assert new.sql("SELECT outcome, reason FROM syncapp_attempt WHERE outcome IN ('failed', 'conflict', 'lost')") == []
