"""4. Drain: a backlog of documents with slow systems outside, by 1, 2, 4 and 8 workers; calls against the minimum."""

from __future__ import annotations

import time
from collections.abc import Sequence

from sandbox.running import SandboxProcess
from tests.benchmarks import load
from tests.benchmarks.load import UPDATE
from tests.benchmarks.outside import UPLOAD, calls, case, new_document, settings_for, slow, synced_documents
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

BATCH = 50
PATIENCE_SECONDS = 1800
LINKS = 3  # to-many links of a document to entities that have collections
# What the APIs allow for a new document in one collection: read it, read each link (in no record, unless the CRM makes
# them fields), get the file, upload it, put it into the collection, see that it is indexed, write the result back. It
# may be less, for several that wait are seen in one look.
MINIMUM_NEW = 1 + LINKS + 1 + 1 + 1 + 1 + 1
MINIMUM_SYNCED = 1 / 200  # one list tells of so many


def measure(sizes: Sizes) -> Findings:
    found = Findings(
        "drain",
        f"4 Drain: {sizes.drain_synced} documents in sync, {sizes.drain_new} new, {sizes.drain_latency * 1000:.0f} ms",
        ("workers", "seconds", "documents/s", "to one worker", "calls a new document", "minimum"),
    )
    slowest = 0.0
    for workers in sizes.drain_workers:
        took, made, files = _drain(sizes, workers)
        slowest = slowest or took * workers
        each = (made - sizes.drain_synced * MINIMUM_SYNCED) / sizes.drain_new
        amount = sizes.drain_synced + sizes.drain_new
        found.rows.append((workers, took, amount / took, slowest / took, each, MINIMUM_NEW))
        found.figures[f"{workers} workers"] = {"seconds": took, "calls_each_new": each, "minimum": MINIMUM_NEW}
        found.checks.append(Check(f"uploads, {workers} workers", files, sizes.drain_new))
        found.targets.append(Target(f"calls a new document, {workers} workers", each, MINIMUM_NEW))
        found.targets.append(Target(f"speed-up by {workers} workers", slowest / took, 0.8 * workers, at_least=True))
    return found


def _drain(sizes: Sizes, workers: int) -> tuple[float, int, int]:
    """Seconds, outside calls, uploads."""
    with SandboxProcess() as sandbox, Stage.open(**settings_for(sandbox)) as stage:
        parent = case(stage, sandbox.client)
        ids = synced_documents(stage, sandbox.client, parent, sizes.drain_synced)
        ids += [new_document(sandbox.client, parent, str(number)) for number in range(sizes.drain_new)]
        stage.serve()
        stage.work(workers)
        sandbox.client.settings(log_calls=False)
        slow(sandbox.client, sizes.drain_latency)
        sandbox.client.clear_calls()
        begun = time.perf_counter()
        load.fire(stage.port, _requests(ids), 2)
        done = "SELECT count(*) FROM syncapp_record WHERE status = 'in_sync' AND entity_type = 'CDokumente'"
        took = stage.reached(done + " AND requested = served", len(ids), PATIENCE_SECONDS) - begun
        made = calls(sandbox.client)
        return took, sum(count for call, count in made.items() if "Metadata" not in call), made.get(UPLOAD, 0)


def _requests(ids: Sequence[str]) -> list[bytes]:
    return [load.signed(UPDATE, ids[at : at + BATCH]) for at in range(0, len(ids), BATCH)]
