"""3. A storm: very many events for one new document cost two runs and one upload."""

from __future__ import annotations

import time

from sandbox.client import SandboxClient
from sandbox.running import SandboxProcess
from tests.benchmarks import load
from tests.benchmarks.load import UPDATE
from tests.benchmarks.outside import UPLOAD, calls, case, new_document, settings_for, slow
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

BATCH = 50
CONNECTIONS = 4
PATIENCE_SECONDS = 180


def measure(sizes: Sizes) -> Findings:
    found = Findings(
        "storm",
        f"3 Storm: {sizes.storm_events} events for one new document, {sizes.storm_latency * 1000:.0f} ms outside",
        ("how they come", "POSTs took s", "settled after s", "runs", "uploads"),
    )
    with SandboxProcess() as sandbox, Stage.open(**settings_for(sandbox)) as stage:
        slow(sandbox.client, sizes.storm_latency)
        parent = case(stage, sandbox.client)
        stage.serve()
        stage.work(2)
        for name, batch in ((f"in batches of {BATCH}", BATCH), ("one by one", 1)):
            _storm(found, stage, sandbox.client, parent, name, batch, sizes.storm_events)
    return found


def _storm(
    found: Findings, stage: Stage, sandbox: SandboxClient, parent: str, name: str, batch: int, events: int
) -> None:
    sandbox.clear_calls()
    document = new_document(sandbox, parent, name)
    requests = [load.signed(UPDATE, [document] * batch)] * (events // batch)
    begun = time.perf_counter()
    volley = load.fire(stage.port, requests, CONNECTIONS)
    done = "SELECT count(*) FROM syncapp_record WHERE status = 'in_sync' AND requested = served AND entity_id = "
    took = stage.reached(done + f"'{document}'", 1, PATIENCE_SECONDS) - begun
    runs = stage.count(
        f"SELECT count(*) FROM syncapp_attempt JOIN syncapp_record r ON r.id = record_id WHERE entity_id = '{document}'"
    )
    uploads = calls(sandbox).get(UPLOAD, 0)
    found.rows.append((name, volley.seconds, took, runs, uploads))
    found.figures[name] = {"runs": runs, "uploads": uploads, "posts_s": volley.seconds, "settled_s": took}
    found.checks.append(Check(f"uploads, {name}", uploads, 1))
    found.checks.append(Check(f"accepted, {name}", dict(volley.statuses), {200: len(requests)}))
    # One by one the storm may outlast a run: each later run sees what came meanwhile and costs one read.
    found.targets.append(Target(f"runs, {name}", runs, 2))
