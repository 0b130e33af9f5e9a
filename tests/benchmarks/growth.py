"""5. Growth: intake and settling with millions of rows beside an empty hub, in turns; and the pages of the admin."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import count
from statistics import median

from tests.benchmarks import load, seeding
from tests.benchmarks.load import UPDATE
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.settle import flood, webhooks
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage, fake_systems
from tests.benchmarks.visitor import Visitor

WORKERS = 2
ROUNDS = 3
FLOODS = 9  # of a second each, in which a checkpoint of the database is a fifth
CONNECTIONS = 4
BATCHES = (1, 50)
SLOWER, PAGE_MS = 1.2, 300
ONE_FAILED_IN = 500
PAGES = {"start page": "/admin/", "failure list": "/admin/syncapp/record/?status=open"}


def measure(sizes: Sizes) -> Findings:
    found = Findings(
        "growth",
        f"5 Growth: {sizes.grown_records} records, {sizes.grown_history} inbox items and attempts",
        ("what", "small", "grown", "times slower"),
    )
    with fake_systems() as (_, outside), Stage.open(**outside) as small, Stage.open(redis=2, **outside) as grown:
        seeding.records(small.hub, sizes.settle_records)
        begun = time.perf_counter()
        seeding.records(grown.hub, sizes.grown_records)
        seeding.history(grown.hub, sizes.grown_history, sizes.grown_records)
        seeding.settled_down(grown.hub)
        found.notes.append(f"Making the rows took {time.perf_counter() - begun:.0f} s.")
        for stage in (small, grown):
            stage.serve()
        _settling(found, small, grown, sizes)
        _intake(found, small, grown, sizes)
        seeding.failures(grown.hub, ONE_FAILED_IN)
        _pages(found, grown, sizes.pages)
    return found


def _settling(found: Findings, small: Stage, grown: Stage, sizes: Sizes) -> None:
    amount = sizes.settle_records
    workers = [(stage, stage.work(WORKERS)) for stage in (small, grown)]
    rates: dict[Stage, list[float]] = {small: [], grown: []}
    for _ in range(FLOODS):
        for stage, _worker in workers:
            rates[stage].append(amount / flood(stage, webhooks(amount, BATCHES[-1]), amount))
    for stage, worker in workers:
        stage.stop(worker)
    _compare(found, "records settled a second", rates[small], rates[grown])


def _intake(found: Findings, small: Stage, grown: Stage, sizes: Sizes) -> None:
    numbers = count(10 * sizes.grown_records)
    for batch in BATCHES:
        rates: dict[Stage, list[float]] = {small: [], grown: []}
        for _ in range(ROUNDS):
            for stage in (small, grown):
                volley = load.fire(stage.port, list(_fresh(numbers, batch, sizes.intake_requests)), CONNECTIONS)
                rates[stage].append(volley.rate)
                if set(volley.statuses) != {200}:
                    found.checks.append(Check("answers", dict(volley.statuses), {200: sizes.intake_requests}))
        _compare(found, f"requests a second, batch {batch}", rates[small], rates[grown])


def _fresh(numbers: Iterator[int], batch: int, amount: int) -> Iterator[bytes]:
    for _ in range(amount):
        yield load.signed(UPDATE, [seeding.document_id(next(numbers)) for _ in range(batch)])


def _compare(found: Findings, name: str, small: list[float], grown: list[float]) -> None:
    slower = median(small) / median(grown)
    found.rows.append((name, median(small), median(grown), slower))
    found.figures[name] = {"small": small, "grown": grown}
    found.targets.append(Target(f"{name}, times slower", slower, SLOWER))


def _pages(found: Findings, stage: Stage, visits: int) -> None:
    visitor = Visitor(stage)
    for name, path in PAGES.items():
        visitor.get(path)
        took = [visitor.get(path) for _ in range(visits)]
        found.rows.append((f"{name} ms", "", median(took), ""))
        found.figures[name] = {"median_ms": median(took), "worst_ms": max(took)}
        found.targets.append(Target(f"{name}, ms", median(took), PAGE_MS))
