"""Large amounts for which no event comes: a first sync, and a comparison at night. For `latency`."""

from __future__ import annotations

import time

from sandbox.running import SandboxProcess
from tests.benchmarks import adoption
from tests.benchmarks.outside import UPLOAD, calls, settings_for, slow
from tests.benchmarks.parties import PATIENCE_SECONDS
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

OF_A_CASE = 20  # documents
SLOWER = 1.3  # than calls and their latency alone
FIRST = "from syncapp.flows.comparing import scans; print(scans.run('everything', confirmed=True).state)"
NIGHT = """
import resource, time
from syncapp.flows.comparing import scans
begun = time.perf_counter()
run = scans.run('{name}')
took = time.perf_counter() - begun
print(run.state, run.requested, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
"""
IN_SYNC = "SELECT count(*) FROM syncapp_record WHERE step = 'document_sync' AND status = 'in_sync'"


def first_sync(found: Findings, sizes: Sizes, workers: int) -> None:
    amount, latency = sizes.first_documents, sizes.user_latency
    arguments = ("--seed", "bench", "--documents", str(amount), "--documents-per-case", str(OF_A_CASE))
    with SandboxProcess(*arguments) as sandbox, Stage.open(**settings_for(sandbox)) as stage:
        stage.work(workers)
        sandbox.client.settings(log_calls=False)
        slow(sandbox.client, latency)
        sandbox.client.clear_calls()
        begun = time.perf_counter()
        stage.hub.manage("shell", "--command", FIRST, timeout=PATIENCE_SECONDS)
        took = stage.reached(IN_SYNC, amount, max(PATIENCE_SECONDS, amount)) - begun
        made = calls(sandbox.client)
    total = sum(made.values())
    limit = total * latency / workers
    name = f"first sync of {amount} documents"
    found.rows.append((name, total, took, limit, ""))
    found.figures[name] = {"calls": total, "seconds": took, "limit": limit, "a_document": total / amount}
    found.checks.append(Check("uploads of the first sync", made.get(UPLOAD, 0), amount))
    if limit:
        found.targets.append(Target("first sync, times slower than its calls take", took / limit, SLOWER))


def nightly(found: Findings, sizes: Sizes) -> None:
    """After a firm was taken over: nothing differs, everything is looked at."""
    documents, parties, latency = sizes.night_documents, sizes.night_parties, sizes.user_latency
    with adoption.left_by_another_hub(documents, OF_A_CASE, parties) as (sandbox, stage):
        stage.hub.manage("adopt", "--apply", timeout=max(PATIENCE_SECONDS, documents))
        sandbox.client.settings(log_calls=False)
        slow(sandbox.client, latency)
        for name, what in (("everything", f"{documents} documents"), ("all_parties", f"{parties} parties")):
            sandbox.client.clear_calls()
            said = stage.hub.manage("shell", "-v", "0", "-c", NIGHT.format(name=name), timeout=PATIENCE_SECONDS)
            state, requested, took, memory = said.stdout.split()[-4:]
            total = sum(calls(sandbox.client).values())
            row = f"comparison of {what}"
            found.rows.append((row, total, float(took), total * latency, float(memory)))
            found.figures[row] = {"calls": total, "seconds": float(took), "memory_mb": float(memory)}
            found.checks.append(Check(f"{row}: how it ended, requests", [state, requested], ["done", "0"]))
