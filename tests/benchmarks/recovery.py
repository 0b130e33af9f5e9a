"""7. Recovery: workers killed hard in the middle of a run, with the default settings."""

from __future__ import annotations

import http.client
import os
import signal
import time
from statistics import median

from tests.benchmarks import load, seeding
from tests.benchmarks.load import UPDATE
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage, fake_systems

TARGET_SECONDS = 90
PATIENCE_SECONDS = 240
LOOK_SECONDS = 0.1


def measure(sizes: Sizes) -> Findings:
    kills = sizes.recovery_kills_a_round
    found = Findings(
        "recovery",
        f"7 Recovery: {kills} workers killed at once, each in the middle of a run, {sizes.recovery_rounds} times",
        ("round", "killed", "first s", "median s", "last s"),
    )
    times: list[float] = []
    with fake_systems() as (port, outside), Stage.open(**outside, **dict(sizes.recovery_settings)) as stage:
        seeding.records(stage.hub, kills)
        stage.serve()
        stage.work(kills)
        for number in range(1, sizes.recovery_rounds + 1):
            took = _round(stage, port, kills)
            found.rows.append((number, len(took), min(took), median(took), max(took)))
            times += took
        settled = (
            f"SELECT count(*) FROM syncapp_record WHERE status = 'in_sync' AND requested = {1 + sizes.recovery_rounds}"
        )
        found.checks.append(Check("records in sync in the end", stage.count(settled), kills))
        lost = stage.count("SELECT count(*) FROM syncapp_attempt WHERE outcome = 'lost'")
        found.checks.append(Check("runs shown as interrupted", lost, len(times)))
    found.figures = {"seconds": sorted(times)}
    found.targets.append(Target("until the record runs again, slowest, s", max(times), TARGET_SECONDS))
    return found


def _round(stage: Stage, port: int, kills: int) -> list[float]:
    """Seconds from each kill until its record was running again; in the end everything is in sync."""
    _tell(port, "/hold")
    for number in range(1, kills + 1):  # one by one: each worker gets a task of its own
        load.fire(stage.port, [load.signed(UPDATE, [seeding.document_id(number)])])
    stage.reached("SELECT count(*) FROM syncapp_record WHERE status = 'running'", kills, PATIENCE_SECONDS)
    held = stage.hub.sql("SELECT id, claim, claimed_by FROM syncapp_record WHERE status = 'running'")
    claims, killed_at = {pk: str(claim) for pk, claim, _ in held}, time.perf_counter()
    for pid in {int(claimed_by.rpartition("/")[2]) for _, _, claimed_by in held}:
        os.kill(pid, signal.SIGKILL)
    took: dict[int, float] = {}
    while len(took) < len(claims):
        assert time.perf_counter() - killed_at < PATIENCE_SECONDS, stage.hub.log()[-3000:]
        time.sleep(LOOK_SECONDS)
        for pk, claim in stage.hub.sql("SELECT id, claim FROM syncapp_record WHERE status = 'running'"):
            if pk in claims and pk not in took and str(claim) != claims[pk]:
                took[pk] = time.perf_counter() - killed_at
    _tell(port, "/release")
    stage.reached("SELECT count(*) FROM syncapp_record WHERE status = 'in_sync'", kills, PATIENCE_SECONDS)
    return list(took.values())


def _tell(port: int, path: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.request("GET", path)
    line.getresponse().read()
    line.close()
