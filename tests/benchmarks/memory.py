"""6. Memory of the workers over many runs, of floods that are looked at together and of events one by one in turns.

Of the largest process, and of one on average; all together depends on how many there are at the moment, for a worker
that ends and its successor are both there.
"""

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
    columns = ("runs", "largest process MB", "one on average MB", "processes")
    found = Findings("memory", f"6 Memory of {WORKERS} workers", columns)
    amount, done = sizes.memory_early, 0
    samples: list[tuple[float, float]] = []
    with fake_systems() as (_, outside), Stage.open(**outside) as stage:
        seeding.records(stage.hub, amount)
        stage.serve()
        worker = stage.work(WORKERS)
        while done < sizes.memory_late:
            singly = done // amount % 2 == 0
            flood(stage, webhooks(amount, 1 if singly else BATCH), amount)
            done += amount
            each = resident(worker)
            samples.append((max(each), sum(each) / len(each)))
            found.rows.append((done, *samples[-1], len(each)))
        for which, before, after in zip(("largest process", "one on average"), samples[0], samples[-1], strict=True):
            found.figures |= {f"{which}, early MB": before, f"{which}, late MB": after}
            told = f"memory after {done} runs to that after {amount}, {which}"
            found.targets.append(Target(told, after / before, GROWTH))
        runs = stage.count("SELECT count(*) FROM syncapp_attempt WHERE outcome = 'in_sync'")
        found.checks.append(Check("runs that settled", runs, done))
    return found


def resident(worker: subprocess.Popen[bytes]) -> list[float]:
    """Megabytes of every process of the cluster and of its supervisor."""
    top = psutil.Process(worker.pid)
    sizes = [member.memory_info().rss / MEGABYTE for member in (top, *top.children(recursive=True))]
    return [size for size in sizes if size]  # none: it has ended, and nobody has asked for its end yet
