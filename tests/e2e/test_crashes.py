"""A worker is killed at every outside call and every commit of each flow in turn, and all ends as without it.

Real processes and SIGKILL, on the engine that the tests run on: the same final state on both sides and in the hub, no
event lost, nothing made twice, nothing orphaned that is not on the orphans' list, no lock left.
"""

from __future__ import annotations

import json
import select
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from sandbox.running import SandboxProcess
from tests.installation import ROOT, Installation
from tests.world import sandbox_settings

pytestmark = pytest.mark.e2e
DOCUMENT_SCENARIOS = (
    "new",
    "content",
    "moved",
    "deleted",
    "closed",
    "closed_and_removed",
    "new_then_other_content",
    "new_then_deleted",
    "joined",
    "joined_and_deactivated",
    "matter_found",
)
PARTY_SCENARIOS = (
    "party_new",
    "party_edited_in_crm",
    "party_edited_in_advoware",
    "party_edited_on_both_sides",
    "party_decided",
    "party_taken_back",
    "party_deleted",
    "party_new_then_edited",
    "party_only_there",
    "logging_in",
    "unreported",
    "account_new",
    "account_changed",
    "account_changed_there_too",
    "accounts_of_party",
)
CALENDAR_SCENARIOS = ("calendar_first", "calendar_edited", "calendar_created", "calendar_list_expired")
FEWEST_MOMENTS = 8  # the shortest scenario has as many: below that, the counting is broken
PATIENCE = 600  # seconds for one scenario
Crash = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def crash(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crash]:
    """One process plays all scenarios: loading what a worker needs takes longer than many lives."""
    folder = tmp_path_factory.mktemp("crashes")
    with SandboxProcess() as sandbox, Installation.fresh(folder, LOG_LEVEL="ERROR") as hub:
        env = hub.env | {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        env["ADVOWARE_LOOKUP_URL"] = sandbox.advoware_lookup_url
        env["MATTER_ENTITIES"] = "{}"  # Akten have a scenario of their own
        with (folder / "stderr").open("w+") as errors, _player(sandbox.url, env, errors) as player:
            asking, telling = player.stdin, player.stdout
            assert asking
            assert telling

            def run(scenario: str) -> dict[str, Any]:
                print(scenario, file=asking, flush=True)
                ready, _, _ = select.select([telling], [], [], PATIENCE)
                line = telling.readline() if ready else ""
                assert line, f"no report in {PATIENCE} s\n{(folder / 'stderr').read_text()}"
                report: dict[str, Any] = json.loads(line)
                faults = report.pop("faults")
                print(f"{scenario}: {report}")
                assert not faults, "\n".join([*faults, (folder / "stderr").read_text()])
                return report

            yield run
            player.kill()


def _player(sandbox_url: str, env: dict[str, str], errors: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tests.e2e.crashing", sandbox_url],
        cwd=ROOT, env=env, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
    )  # fmt: skip


def _died_everywhere(report: dict[str, Any]) -> None:
    assert report["moments"] >= FEWEST_MOMENTS
    left_out = report["like_the_one_before"] + report["like_elsewhere"]
    assert report["killed"] == report["moments"] - left_out


@pytest.mark.parametrize("scenario", DOCUMENT_SCENARIOS)
def test_a_death_at_any_moment_changes_nothing(crash: Crash, scenario: str) -> None:
    report = crash(scenario)
    _died_everywhere(report)
    assert report["killed_twice"] == 4


@pytest.mark.parametrize("scenario", PARTY_SCENARIOS)
def test_a_death_at_any_moment_changes_nothing_for_parties_and_their_accounts(crash: Crash, scenario: str) -> None:
    report = crash(scenario)
    _died_everywhere(report)
    assert report["killed_twice"] == 2


@pytest.mark.parametrize("scenario", CALENDAR_SCENARIOS)
def test_a_death_at_any_moment_changes_nothing_for_calendars(crash: Crash, scenario: str) -> None:
    report = crash(scenario)
    _died_everywhere(report)
    assert report["killed_twice"] == 2
