"""The two commands of the README on bare machines of other Debians, with the Python that each of them brings."""

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


@pytest.mark.parametrize("suite", SUITES)
def test_a_bare_debian_needs_two_commands(engine: Podman, program: Path, suite: str) -> None:
    image = f"localhost/hub-test-bare:{suite}"
    bases.bootstrap(engine, image, suite, PACKAGES)
    volumes = [part for path in PIP if Path(path).exists() for part in ("--volume", f"{path}:{path}:ro")]
    volumes += ["--volume", f"{program}:/program.tar:ro"]
    run = ["run", "--rm", "--init", "--network", "host", "--user", "1000:1000", "--env", "HOME=/tmp", *engine.limits]
    said = engine(*run, *volumes, image, "sh", "-c", STORY, timeout=SECONDS)
    assert f"Python {SUITES[suite]}." in said
    assert said.endswith("all of it")
