"""1. Intake: what the webhook accepts, against a bare DRF view in the same server, database and run."""

from __future__ import annotations

from itertools import count
from statistics import median

from tests.benchmarks import load, seeding
from tests.benchmarks.load import BARE, UPDATE, Volley
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

CONNECTIONS = (1, 4, 16)
BATCHES = (1, 10, 50)


def measure(sizes: Sizes) -> Findings:
    with Stage.open() as stage:
        return on(stage, sizes, first=1)


def on(stage: Stage, sizes: Sizes, first: int) -> Findings:
    """Every event is for a document that is new to the hub or at rest, so each costs a record, a task and a row."""
    found = Findings(
        "intake",
        "1 Intake (no workers running; every event for another document)",
        ("view, batch, connections", "requests/s", "items/s", "p50 ms", "p99 ms", "own CPU"),
    )
    port, numbers, sent = stage.serve(), count(first), 0
    kinds = [("bare", 1), *(("hub", batch) for batch in BATCHES)]
    results: dict[tuple[str, int, int], list[Volley]] = {}
    for volley_number in range(sizes.intake_rounds + 1):  # the first warms up and is thrown away
        for connections in CONNECTIONS:
            for kind, batch in kinds:
                asked = max(connections, sizes.intake_requests // (1 if batch == 1 else 2))
                requests = [
                    load.signed(BARE if kind == "bare" else UPDATE, ids)
                    for ids in ([seeding.document_id(next(numbers)) for _ in range(batch)] for _ in range(asked))
                ]
                volley = load.fire(port, requests, connections)
                if kind == "hub":
                    sent += asked * batch
                if set(volley.statuses) != {200}:
                    found.checks.append(Check(f"{kind} {batch} answers", dict(volley.statuses), {200: asked}))
                if volley_number:
                    results.setdefault((kind, batch, connections), []).append(volley)
    _tell(found, results)
    found.checks += [
        Check("events sent and not stored", sent - stage.count(f"SELECT count(*) FROM syncapp_inboxitem {_NEW}"), 0),
        Check(
            "events stored without a request that waits",
            sent - stage.count("SELECT count(*) FROM syncapp_record WHERE status = 'waiting' AND requested > served"),
            0,
        ),
    ]
    return found


_NEW = "WHERE message_id IN (SELECT id FROM syncapp_inboxmessage WHERE sender <> 'bench')"


def _tell(found: Findings, results: dict[tuple[str, int, int], list[Volley]]) -> None:
    rates: dict[tuple[str, int, int], float] = {}
    for (kind, batch, connections), volleys in sorted(results.items(), key=lambda row: (row[0][2], row[0])):
        rate = rates[kind, batch, connections] = median(v.rate for v in volleys)
        p50, p99 = (median(v.percentile(percent) for v in volleys) * 1000 for percent in (50, 99))
        own = median(v.own_cpu for v in volleys)
        name = f"{kind} {batch} over {connections}"
        found.rows.append((name, rate, rate * batch, p50, p99, own))
        found.figures[name] = {"requests_per_s": rate, "items_per_s": rate * batch, "p50_ms": p50, "p99_ms": p99}
        if kind == "hub" and connections == 16:
            found.targets.append(Target(f"p99 ms, batch {batch}, 16 connections", p99, 100))
    for connections in CONNECTIONS:
        bare = rates["bare", 1, connections]
        ratios = {1: rates["hub", 1, connections] / bare, 50: 50 * rates["hub", 50, connections] / bare}
        found.figures[f"ratios over {connections}"] = ratios
        found.targets += [
            Target(f"batch 1 to bare view, {connections} connections", ratios[1], 0.8, at_least=True),
            Target(f"items of batch 50 to bare view, {connections} connections", ratios[50], 5, at_least=True),
        ]
