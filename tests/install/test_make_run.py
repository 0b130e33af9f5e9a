"""`make run` reads the settings where the hub reads them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYTHON = '#!/bin/sh\necho "$@"\n'  # says what it would do


@pytest.mark.parametrize(
    ("env", "starts"),
    [
        ({}, False),
        ({"HUB_ENV_FILE": "other.env"}, True),
        ({"HUB_ENV_FILE": "nowhere.env"}, False),
        ({"HUB_ENV_FILE": ""}, True),  # the environment says it all
    ],
)
def test_it_wants_the_file_that_is_named(env: dict[str, str], starts: bool, tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / "requirements.txt").touch()
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(PYTHON)
    python.chmod(0o755)
    for name in (".venv/.installed", "other.env"):
        (tmp_path / name).touch()
    env = {"PATH": os.environ["PATH"]} | env
    done = subprocess.run(["make", "run"], cwd=tmp_path, env=env, capture_output=True, text=True, check=False)
    assert (done.returncode == 0, "manage.py run --port 8000" in done.stdout) == (starts, starts)
    missing = f"There is no {env.get('HUB_ENV_FILE', '.env')} yet. Copy .env.example to it"
    assert (missing in done.stdout) is not starts


def test_who_lacks_the_packages_is_told_what_to_do() -> None:
    """`make venv` does nothing where the environment is of the Python before an upgrade of the machine."""
    command = [sys.executable, "-S", "manage.py", "check"]  # -S: as if nothing were installed
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "django is not installed here. Run `make demo`, or `make venv`" in done.stderr
    assert "`make clean` before; under systemd only `sudo make install` again" in done.stderr
    assert "Traceback" not in done.stderr
