"""`python -m tests.e2e.crashing SCENARIO SANDBOX_URL`: kills workers, one life after the other; a JSON report."""

from __future__ import annotations

import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field

import django

from sandbox.client import SandboxClient

PAIRS = 4  # in each scenario
SEED = 20260117
DRAWS = 20 * PAIRS  # a second death may be drawn beyond the end of the second life; then it is drawn again


@dataclass
class Report:
    moments: int
    killed: int = 0
    like_the_one_before: int = 0
    killed_twice: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)


def once(stage: Stage, report: Report) -> None:
    """A death at each moment in turn."""
    for number, name in enumerate(stage.moments, 1):
        if name.startswith("after GET") and not stage.scenario.after_reading:
            report.like_the_one_before += 1
            continue
        stage.set()
        life = first_worker(number)
        report.faults += stage.judge(f"{number} {name}", [life])
        report.killed += life.killed


def twice(stage: Stage, report: Report) -> None:
    """Two deaths in a row at moments drawn by lot, the second while the first is being recovered from."""
    lot = random.Random(SEED)
    for _ in range(DRAWS):
        first = lot.randint(1, len(stage.moments))
        second = lot.randint(1, len(stage.moments) - first + 1)
        stage.set()
        lives = [first_worker(first), next_worker(second)]
        if not lives[1].killed and not lives[1].failed:
            continue
        report.faults += stage.judge(f"{first} and then {second}", lives)
        report.killed_twice += 1
        if report.killed_twice == PAIRS:
            return


def main(name: str, sandbox_url: str) -> None:
    begun = time.monotonic()
    scenario = SCENARIOS[name]
    with configured(**scenario.settings):
        stage = Stage(SandboxClient(sandbox_url), scenario)
        report = Report(moments=len(stage.moments))
        once(stage, report)
        twice(stage, report)
    report.seconds = round(time.monotonic() - begun, 1)
    print(json.dumps(asdict(report)))


if __name__ == "__main__":
    django.setup()
    from tests.e2e.crashing.scenarios import SCENARIOS
    from tests.e2e.crashing.stage import Stage
    from tests.e2e.crashing.workers import first_worker, next_worker
    from tests.world import configured

    main(*sys.argv[1:])
