"""Which engine the tests run on: `HUB_TEST_ENGINE=sqlite` (default) or `postgres` (real PostgreSQL and Redis).

`tests/settings.py` asks here before Django is configured. The first process of a run starts the servers and makes the
folder; pytest-xdist's workers inherit their addresses through the environment and share them.
"""

from __future__ import annotations

import atexit
import os
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bitbylaw.config import Config
from tests import servers

# Sixteen databases of Redis for each process of pytest-xdist, so that none sees another's queue or locks.
REDIS_DATABASES_PER_PROCESS = 16


@dataclass(frozen=True)
class Engine:
    name: str
    folder: Path
    postgres_url: str = ""
    redis_server: str = ""

    @property
    def process(self) -> int:
        """The number of this pytest process: 0, or that of pytest-xdist's worker."""
        return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))

    def redis_url(self, number: int = 0) -> str:
        """The address of this process's n-th Redis database; empty when the engine has no Redis."""
        return self.redis_server and f"{self.redis_server}/{self.redis_database(number)}"

    def redis_database(self, number: int) -> int:
        return self.process * REDIS_DATABASES_PER_PROCESS + number


@cache
def chosen() -> Engine:
    """The engine of this run; its servers are running when this returns."""
    name = os.environ.get("HUB_TEST_ENGINE", "sqlite")
    if name not in {"sqlite", "postgres"}:
        raise SystemExit(f"HUB_TEST_ENGINE is {name!r}; it must be sqlite or postgres.")
    if "HUB_TEST_FOLDER" not in os.environ:
        _start(name)
    return Engine(
        name,
        Path(os.environ["HUB_TEST_FOLDER"]),
        os.environ.get("HUB_TEST_POSTGRES_URL", ""),
        os.environ.get("HUB_TEST_REDIS_URL", ""),
    )


def _start(name: str) -> None:
    stack = ExitStack()
    atexit.register(stack.close)
    if name == "postgres":
        if lacking := servers.missing():
            raise SystemExit(f"HUB_TEST_ENGINE=postgres needs {' and '.join(lacking)}. {servers.INSTALL_HINT}")
        os.environ["HUB_TEST_POSTGRES_URL"] = stack.enter_context(servers.postgres())
        os.environ["HUB_TEST_REDIS_URL"] = stack.enter_context(servers.redis())
    os.environ["HUB_TEST_FOLDER"] = stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-test-"))


def clean_environment() -> dict[str, str]:
    """This process's environment without any setting of the hub, so that no test meets a person's real systems."""
    ours = {*Config.model_fields, "DJANGO_SETTINGS_MODULE", "HUB_WORKER"}
    return {key: value for key, value in os.environ.items() if key not in ours} | {"HUB_ENV_FILE": ""}
