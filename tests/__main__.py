"""`python -m tests`: the whole suite on SQLite, then integration and end-to-end tests on PostgreSQL and Redis.

Arguments go to pytest, both times. Ends with 0 only when every pass that ran was green. The property tests draw the
same values each time, so that a red run is about the change; with HUB_EXAMPLES=1000 they draw new ones, that many.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests import servers

SECOND_PASS = ["tests/integration", "tests/e2e"]
# Histories that each property test tries: what they find rarely depends on the engine, and they take long.
EXAMPLES = {"sqlite": "40", "postgres": "10"}
NO_TESTS_COLLECTED = 5  # pytest's exit code; with arguments like `-k` one of the passes may well be empty


def run(engine: str, *args: str) -> int:
    print(f"\nTests on {engine}", flush=True)
    command = [sys.executable, "-m", "pytest", "-n", "2", "--dist", "loadgroup", *args]
    if "HUB_EXAMPLES" not in os.environ:
        command.append("--hypothesis-seed=0")
    env = {"HUB_EXAMPLES": EXAMPLES[engine]} | os.environ | {"HUB_TEST_ENGINE": engine}
    code = subprocess.run(command, env=env, check=False).returncode
    return 0 if code == NO_TESTS_COLLECTED and sys.argv[1:] else code


def main() -> int:
    extra = sys.argv[1:]
    codes = [run("sqlite", *extra)]
    if lacking := servers.missing():
        print(
            f"\nSkipped: the tests on PostgreSQL and Redis. Not installed: {', '.join(lacking)}. {servers.INSTALL_HINT}"
        )
        codes.append(1 if servers.REQUIRED else 0)
    else:
        codes.append(run("postgres", *SECOND_PASS, *extra))
    return max(codes)


if __name__ == "__main__":
    sys.exit(main())
