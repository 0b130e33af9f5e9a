"""`python -m tests.e2e.crashing SANDBOX_URL`: kills workers, one life after the other.

Each line of the input names a scenario, each line of the output is the report about it (JSON).
"""

from __future__ import annotations

import json
import random
import re
import sys
import time
import traceback
from dataclasses import asdict, dataclass, field

import django

from sandbox.client import SandboxClient

SEED = 20260117
DRAWS = 20  # for each pair: a second death may be drawn beyond the end of the second life; then it is drawn again
# Reading changes nothing, and before a write the claim is merely renewed.
LIKE_THE_ONE_BEFORE = re.compile(r"after GET |after UPDATE syncapp_record SET, before (POST|PUT|PATCH|DELETE) /")
AT_A_WRITE = re.compile(r"after (POST|PUT|PATCH|DELETE) /|after INSERT INTO syncapp_journalentry")
OPENING = 2  # a worker starts, claims the record: the same in every flow


@dataclass
class Report:
    moments: int = 0
    killed: int = 0
    like_the_one_before: int = 0
    like_elsewhere: int = 0
    killed_twice: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def once(stage: Stage, report: Report) -> None:
    """A death at each moment in turn."""
    scenario = stage.scenario
    for number, name in enumerate(stage.moments, 1):
        if LIKE_THE_ONE_BEFORE.match(name) and not scenario.after_reading:
            report.like_the_one_before += 1
            continue
        if _like_elsewhere(scenario, number, name):
            report.like_elsewhere += 1
            continue
        stage.set()
        life = first_worker(number, scenario.comparison)
        report.faults += stage.judge(f"{number} {name}", [life])
        report.killed += life.killed


def _like_elsewhere(scenario: Scenario, number: int, name: str) -> bool:
    """Whether another scenario covers it."""
    if number <= OPENING and not scenario.opening:
        return True
    if scenario.only_writes and not AT_A_WRITE.match(name):
        return True
    return bool(scenario.only_first) and number > scenario.only_first


def twice(stage: Stage, report: Report) -> None:
    """Two deaths in a row at moments drawn by lot, the second while the first is being recovered from."""
    lot, scenario = random.Random(SEED), stage.scenario
    for _ in range(DRAWS * scenario.pairs):
        first = lot.randint(1, len(stage.moments))
        second = lot.randint(1, len(stage.moments) - first + 1)
        stage.set()
        lives = [first_worker(first, scenario.comparison), next_worker(second, scenario.comparison)]
        if not lives[1].killed and not lives[1].failed:
            continue
        report.faults += stage.judge(f"{first} and then {second}", lives)
        report.killed_twice += 1
        if report.killed_twice == scenario.pairs:
            return


def play(scenario: Scenario, sandbox: SandboxClient) -> Report:
    begun, report = time.monotonic(), Report()
    try:
        with configured(**scenario.settings):
            stage = Stage(sandbox, scenario)
            report.moments = len(stage.moments)
            once(stage, report)
            twice(stage, report)
    except Exception:
        report.faults.append(traceback.format_exc())
    report.seconds = round(time.monotonic() - begun, 1)
    return report


def main(sandbox_url: str) -> None:
    sandbox = SandboxClient(sandbox_url)
    for line in sys.stdin:
        print(json.dumps(asdict(play(SCENARIOS[line.strip()], sandbox))), flush=True)


if __name__ == "__main__":
    django.setup()
    from tests.e2e.crashing.calendars import CALENDAR_SCENARIOS
    from tests.e2e.crashing.party_scenarios import PARTY_SCENARIOS
    from tests.e2e.crashing.scenarios import DOCUMENT_SCENARIOS, Scenario
    from tests.e2e.crashing.stage import Stage
    from tests.e2e.crashing.workers import first_worker, next_worker
    from tests.world import configured

    SCENARIOS = {**DOCUMENT_SCENARIOS, **PARTY_SCENARIOS, **CALENDAR_SCENARIOS}
    main(*sys.argv[1:])
