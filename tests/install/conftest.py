"""A clone that is nothing but the real Makefile and what it installs with, and an index of invented packages.

`HUB_OLDEST_PIP` names the wheel of the pip to install with (`.ci/run` fetches it: see oldest-pip.txt); without it that
is the pip which this Python brings.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests import engines
from tests.install.index import Index

ROOT = Path(__file__).resolve().parents[2]
OLDEST_PIP = "HUB_OLDEST_PIP"
# What make and pip would take over from whoever runs the tests.
FOREIGN = re.compile(r"^(PIP_|MAKE|MFLAGS|PYTHON$|VIRTUAL_ENV|COV_)")
UNREACHABLE = "http://127.0.0.1:9/simple"


@dataclass
class Clone:
    folder: Path
    index: Index
    env: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        (self.folder / "requirements").mkdir()
        for name in ("Makefile", "requirements/install.py", "requirements/audit.py"):
            shutil.copy(ROOT / name, self.folder / name)
        self.env = {key: value for key, value in engines.clean_environment().items() if not FOREIGN.match(key)}
        self.env |= {
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index.folder),
            "PIP_CACHE_DIR": str(self.folder / "cache"),
        }
        self.pin()

    def pin(self, run: str = "", dev: str = "", demo: str = "") -> None:
        (self.folder / "requirements.txt").write_text(run)
        (self.folder / "requirements" / "dev.txt").write_text(dev)
        (self.folder / "requirements" / "demo.txt").write_text(demo)

    def make(self, target: str, **env: str) -> subprocess.CompletedProcess[str]:
        command = ["make", target, f"PYTHON={sys.executable}"]
        return subprocess.run(
            command, cwd=self.folder, env=self.env | env, capture_output=True, text=True, timeout=120, check=False
        )

    def pip(self, *args: str) -> str:
        command = [self.folder / ".venv" / "bin" / "python", "-m", "pip", *args]
        return subprocess.run(command, env=self.env, capture_output=True, text=True, timeout=120, check=True).stdout

    def installed(self) -> set[str]:
        return set(self.pip("freeze").split())

    @property
    def ready(self) -> bool:
        return any((self.folder / ".venv").glob(".installed*"))


@pytest.fixture(scope="session")
def empty_environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment as the Makefile makes it, with the pip to try."""
    folder = tmp_path_factory.mktemp("environment")
    clone = Clone(folder, Index(folder))
    made = clone.make(".venv/bin/python")
    assert made.returncode == 0, made.stdout + made.stderr
    if wheel := os.environ.get(OLDEST_PIP):
        clone.pip("install", "--no-deps", wheel)
        wanted = re.search(r"^pip==(\S+)", (Path(__file__).parent / "oldest-pip.txt").read_text(), re.MULTILINE)
        assert wanted is not None
        assert clone.pip("--version").startswith(f"pip {wanted[1]} ")
    return folder / ".venv"


@pytest.fixture
def clone(tmp_path: Path, empty_environment: Path) -> Clone:
    packages = tmp_path / "packages"
    packages.mkdir()
    folder = tmp_path / "clone"
    folder.mkdir()
    shutil.copytree(empty_environment, folder / ".venv", symlinks=True)
    return Clone(folder, Index(packages))


@pytest.fixture
def index(clone: Clone) -> Index:
    """`alpha` wants `beta` with an extra, which brings `gamma`; of `beta` there is a newer one than will be pinned."""
    index = clone.index
    index.add("alpha", "1.0", "Requires-Dist: beta[extra]>=1")
    index.add("beta", "1.0", "Provides-Extra: extra", "Requires-Dist: gamma; extra == 'extra'")
    index.add("gamma", "1.0")
    index.add("beta", "2.0", "Provides-Extra: extra", "Requires-Dist: gamma; extra == 'extra'")
    return index
