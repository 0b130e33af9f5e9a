"""A worker is killed at every outside call and every commit of the document flow in turn, and all ends as without it.

Real processes and SIGKILL, on the engine that the tests run on: the same final state on both sides and in the hub, no
event lost, no second upload, nothing orphaned that is not on the orphans' list, no lock left.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.running import SandboxProcess
from tests.e2e.crashing.__main__ import PAIRS
from tests.installation import ROOT, Installation
from tests.world import sandbox_settings

pytestmark = pytest.mark.e2e
SCENARIOS = (
    "new",
    "content",
    "moved",
    "deleted",
    "closed",
    "closed_and_removed",
    "new_then_other_content",
    "new_then_deleted",
)
FEWEST_MOMENTS = 10  # the shortest scenario has more: below that, the counting is broken
Crash = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crash]:
    folder = tmp_path_factory.mktemp("crashes")
    with SandboxProcess() as sandbox, Installation.fresh(folder, LOG_LEVEL="ERROR") as hub:
        env = hub.env | {name: str(value) for name, value in sandbox_settings(sandbox).items()}

        def run(scenario: str) -> dict[str, Any]:
            done = subprocess.run(
                [sys.executable, "-m", "tests.e2e.crashing", scenario, sandbox.url],
                cwd=ROOT, env=env, capture_output=True, text=True, timeout=600,
            )  # fmt: skip
            assert done.returncode == 0, done.stderr
            report: dict[str, Any] = json.loads(done.stdout)
            faults = report.pop("faults")
            print(f"{scenario}: {report}")
            assert not faults, "\n".join([*faults, done.stderr])
            return report

        yield run


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_death_at_any_moment_changes_nothing(crash: Crash, scenario: str) -> None:
    report = crash(scenario)
    assert report["moments"] >= FEWEST_MOMENTS
    assert report["killed"] == report["moments"] - report["like_the_one_before"]
    assert report["killed_twice"] == PAIRS
