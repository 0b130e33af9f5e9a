"""What the hub keeps in files is for its own account: how they are made, and what is said of those that are not so."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bitbylaw import gunicorn
from bitbylaw.config import BASE_DIR, Config
from syncapp.checks import files

SQLITE = "django.db.backends.sqlite3"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One that others may enter."""
    tmp_path.chmod(0o755)
    return tmp_path


def file(folder: Path, name: str, mode: int) -> Path:
    path = folder / name
    path.touch()
    path.chmod(mode)
    return path


def named(database: Path | None = None, env: Path | None = None, key: str = "") -> list[tuple[str, str]]:
    config = Config(_env_file=None, GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH=key)
    databases = {"default": {"ENGINE": SQLITE, "NAME": str(database or ":memory:")}}
    found = files.faults(config, databases, str(env) if env else None)
    return [(str(fault.id), Path(str(fault.hint).removeprefix("chmod go= ")).name) for fault in found]


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o602, 0o666])
def test_a_database_that_others_can_read_is_named(folder: Path, mode: int) -> None:
    assert named(file(folder, "hub.sqlite3", mode)) == [("hub.W098", "hub.sqlite3")]


def test_its_log_is_as_secret(folder: Path) -> None:
    database = file(folder, "hub.sqlite3", 0o600)
    file(folder, "hub.sqlite3-wal", 0o644)
    assert named(database) == [("hub.W098", "hub.sqlite3-wal")]


@pytest.mark.parametrize("mode", [0o644, 0o604, 0o660, 0o622])
def test_secrets_that_others_can_read_or_a_group_can_change_are_named(folder: Path, mode: int) -> None:
    env, key = file(folder, ".env", mode), file(folder, "key.json", mode)
    assert named(env=env, key=str(key)) == [("hub.W099", ".env"), ("hub.W099", "key.json")]


def test_what_is_as_it_should_be_is_not_mentioned(folder: Path) -> None:
    assert not named(file(folder, "hub.sqlite3", 0o600), file(folder, ".env", 0o640))
    assert not named(folder / "not-there", folder / "nor-this", str(folder / "nor-that"))
    assert not named()


def test_a_closed_folder_hides_what_is_in_it(folder: Path) -> None:
    database = file(folder, "hub.sqlite3", 0o644)
    folder.chmod(0o700)
    assert not named(database)


def test_what_a_command_makes_is_for_its_account_alone(tmp_path: Path) -> None:
    """The real command, started by somebody whose files everybody may read."""
    database = tmp_path / "data" / "hub.sqlite3"
    environment = {
        **os.environ,
        "HUB_ENV_FILE": "",
        "DJANGO_SETTINGS_MODULE": "bitbylaw.settings",
        "DJANGO_DEBUG": "1",
        "DATABASE_URL": f"sqlite:///{database}",
    }
    command = [sys.executable, "manage.py", "migrate", "--verbosity=0", "auth"]
    subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, umask=0o022, capture_output=True)
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700
    assert gunicorn.umask == 0o077
