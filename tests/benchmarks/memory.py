"""6. Memory of the workers over many runs, of floods that are looked at together and of events one by one in turns."""

from __future__ import annotations

import subprocess

import psutil

from tests.benchmarks import seeding
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.settle import flood, webhooks
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage, fake_systems

WORKERS = 2
BATCH = 50
MEGABYTE = 1024 * 1024
GROWTH = 1.05  # the allocator breathes by a few per cent


def measure(sizes: Sizes) -> Findings:
    found = Findings("memory", f"6 Memory of {WORKERS} workers", ("runs", "largest process MB", "all processes MB"))
    amount, done, early = sizes.memory_early, 0, 0.0
    with fake_systems() as (_, outside), Stage.open(**outside) as stage:
        seeding.records(stage.hub, amount)
        stage.serve()
        worker = stage.work(WORKERS)
        while done < sizes.memory_late:
            singly = done // amount % 2 == 0
            flood(stage, webhooks(amount, 1 if singly else BATCH), amount)
            done += amount
            each = resident(worker)
            early = early or sum(each)
            found.rows.append((done, max(each), sum(each)))
        found.figures = {"early_mb": early, "late_mb": sum(each)}
        found.targets.append(Target(f"memory after {done} runs to that after {amount}", sum(each) / early, GROWTH))
        runs = stage.count("SELECT count(*) FROM syncapp_attempt WHERE outcome = 'in_sync'")
        found.checks.append(Check("runs that settled", runs, done))
    return found


def resident(worker: subprocess.Popen[bytes]) -> list[float]:
    """Megabytes of every process of the cluster and of its supervisor."""
    top = psutil.Process(worker.pid)
    return [member.memory_info().rss / MEGABYTE for member in (top, *top.children(recursive=True))]
