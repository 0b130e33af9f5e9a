"""The README's two commands, and the installation of docs/operators.md, on bare Debians with the Python of each."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.containers import bases
from tests.containers.conftest import PIP
from tests.containers.podman import Podman
from tests.installation import ROOT

PACKAGES = "ca-certificates,make,python3,python3-venv"  # what README and `make` ask for
SECONDS = 900  # loads 100 MB of packages
SUITES = {"bookworm": "3.11", "trixie": "3.13"}
# As somebody who has no rights; what is pinned is installed, the demo is played to its end, the program is in order.
STORY = """
set -eu
python3 --version
cd "$(mktemp -d)"
tar -xf /program.tar
make demo ARGS=--once
HUB_ENV_FILE= DJANGO_DEBUG=1 DATABASE_URL=sqlite:////tmp/hub.sqlite3 .venv/bin/python manage.py migrate --verbosity 0
HUB_ENV_FILE= DJANGO_DEBUG=1 DATABASE_URL=sqlite:////tmp/hub.sqlite3 .venv/bin/python manage.py check --fail-level ERROR
echo "all of it"
"""

# As docs/operators.md says; systemd itself is not started in a container.
INSTALLED = """
set -eu
mkdir /tmp/program && cd /tmp/program
tar -xf /program.tar
make install
bitbylaw migrate --verbosity 0
bitbylaw check --fail-level ERROR
bitbylaw version
stat --format '%U %a %n' /etc/bitbylaw/hub.env /var/lib/bitbylaw /var/lib/bitbylaw/hub.sqlite3
make install >/dev/null
make uninstall >/dev/null
ls /etc/bitbylaw/hub.env /var/lib/bitbylaw/hub.sqlite3
test ! -e /opt/bitbylaw
echo "all of it"
"""


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody gets who clones it: nothing that lies here besides."""
    file = tmp_path_factory.mktemp("program") / "program.tar"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    with tarfile.open(file, "w") as tar:
        for name in filter(None, tracked.split("\0")):
            tar.add(ROOT / name, name)
    file.chmod(0o644)
    return file


def told_by(engine: Podman, program: Path, suite: str, user: str, story: str) -> str:
    image = f"localhost/hub-test-bare:{suite}"
    bases.bootstrap(engine, image, suite, PACKAGES)
    volumes = [part for path in PIP if Path(path).exists() for part in ("--volume", f"{path}:{path}:ro")]
    volumes += ["--volume", f"{program}:/program.tar:ro"]
    run = ["run", "--rm", "--init", "--network", "host", "--user", user, "--env", "HOME=/tmp", *engine.limits]
    said = engine(*run, *volumes, image, "sh", "-c", story, timeout=SECONDS)
    assert said.endswith("all of it")
    return said


@pytest.mark.parametrize("suite", SUITES)
def test_a_bare_debian_needs_two_commands(engine: Podman, program: Path, suite: str) -> None:
    said = told_by(engine, program, suite, "1000:1000", STORY)
    assert f"Python {SUITES[suite]}." in said


@pytest.mark.parametrize("suite", SUITES)
def test_it_is_installed_for_the_machine_again_and_taken_away(engine: Podman, program: Path, suite: str) -> None:
    lines = told_by(engine, program, suite, "0:0", INSTALLED).splitlines()
    assert {"root 640 /etc/bitbylaw/hub.env", "bitbylaw 700 /var/lib/bitbylaw"} <= set(lines)
    assert "bitbylaw 600 /var/lib/bitbylaw/hub.sqlite3" in lines
