"""2. Accepted and settled at once, against Django-Q2 with a task that does nothing; and the way to a run when idle."""

from __future__ import annotations

import subprocess
import sys
import time
from datetime import UTC, datetime
from statistics import median
from typing import Any

from tests.benchmarks import load, seeding
from tests.benchmarks.load import UPDATE
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage, fake_systems
from tests.installation import ROOT

WORKERS = 2
BATCH = 50  # what EspoCRM puts in one request
CONNECTIONS = 4
DEBOUNCE_SECONDS = (
    5  # a record that has just run waits four seconds (`sync_requests.DEBOUNCE`); these have rested for longer
)
IDLE_SECONDS = 0.05  # between two events, so that each finds everything at rest
PATIENCE_SECONDS = 300
OVER_REDIS, OVER_TABLE = 20, 50  # ms


def measure(sizes: Sizes) -> Findings:
    with fake_systems() as (_, outside), Stage.open(**outside) as stage:
        seeding.records(stage.hub, sizes.settle_records)
        return on(stage, sizes)


def on(stage: Stage, sizes: Sizes) -> Findings:
    """The first `settle_records` documents are there and in sync."""
    found = Findings("settle", f"2 Accepted and settled at once ({WORKERS} workers)", ("what", "a second", "seconds"))
    amount = sizes.settle_records
    stage.serve()
    stage.work(WORKERS)
    together, singly, touched = [], [], []
    for _ in range(sizes.settle_rounds):
        together.append(amount / flood(stage, webhooks(amount, BATCH), amount))
        singly.append(amount / flood(stage, webhooks(amount, 1), amount))
        touched.append(amount / _touch(stage, amount))
    rows = (
        ("settled in a flood", together),
        ("settled, one event a request", singly),
        ("no-op tasks of Django-Q2", touched),
    )
    for name, rates in rows:
        found.rows.append((name, median(rates), amount / median(rates)))
        found.figures[name] = rates
    for name, rates, target in (("in a flood", together, 1.5), ("singly", singly, 0.5)):
        ratio = median(rates) / median(touched)
        found.targets.append(Target(f"settled {name} to no-op tasks", ratio, target, at_least=True))
    limit = OVER_REDIS if stage.hub.env["QUEUE_BROKER"] == "redis" else OVER_TABLE
    delays = _delays(stage, sizes.latency_posts)
    p50, p99 = median(delays), sorted(delays)[int(len(delays) * 0.99)]
    found.rows += [("POST to start of run, p50 ms", p50, ""), ("POST to start of run, p99 ms", p99, "")]
    found.figures["post_to_run_ms"] = {"p50": p50, "p99": p99}
    found.targets.append(Target("POST to start of run when idle, p50 ms", p50, limit))
    open_records = "SELECT count(*) FROM syncapp_record WHERE status <> 'in_sync' AND status <> 'failed'"
    found.checks.append(Check("records that are not in sync in the end", stage.count(open_records), 0))
    return found


def webhooks(amount: int, events: int) -> list[bytes]:
    """Webhooks of so many events each, one event for each record."""
    return [
        load.signed(UPDATE, map(seeding.document_id, range(at, min(at + events, amount + 1))))
        for at in range(1, amount + 1, events)
    ]


def flood(stage: Stage, requests: list[bytes], amount: int) -> float:
    """Seconds from the first POST until every record is in sync again."""
    time.sleep(DEBOUNCE_SECONDS)
    before = stage.count("SELECT sum(served) FROM syncapp_record")
    begun = time.perf_counter()
    load.fire(stage.port, requests, CONNECTIONS)
    left = "SELECT count(*) FROM syncapp_record WHERE status IN ('waiting', 'running')"
    deadline = begun + PATIENCE_SECONDS
    while stage.count(left):
        assert time.perf_counter() < deadline, f"{stage.count(left)} left\n{stage.hub.log()[-3000:]}"
        time.sleep(0.05)
    ended = time.perf_counter()
    assert stage.count("SELECT sum(served) FROM syncapp_record") == before + amount
    return ended - begun


def _touch(stage: Stage, amount: int) -> float:
    """Seconds from the first enqueue until every no-op task has updated its row."""
    seeding.touchables(stage.hub, amount)
    command = [sys.executable, "-m", "tests.benchmarks.touching", str(amount)]
    pipe: Any = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=stage.hub.env, stdin=pipe, stdout=pipe) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        begun = time.perf_counter()
        process.stdin.close()
        return stage.reached("SELECT count(*) FROM bench_touched WHERE touched = 1", amount, PATIENCE_SECONDS) - begun


def _delays(stage: Stage, posts: int) -> list[float]:
    """Milliseconds from sending the POST to the claim of the record, one event at a time."""
    time.sleep(DEBOUNCE_SECONDS)
    sent: dict[str, float] = {}
    newest = stage.count("SELECT max(id) FROM syncapp_attempt")
    for number in range(1, posts + 1):
        time.sleep(IDLE_SECONDS)
        sent[seeding.document_id(number)] = time.time()
        load.fire(stage.port, [load.signed(UPDATE, [seeding.document_id(number)])])
    runs = f"FROM syncapp_attempt JOIN syncapp_record r ON r.id = record_id WHERE syncapp_attempt.id > {newest}"
    stage.reached(f"SELECT count(*) {runs}", posts, PATIENCE_SECONDS)
    rows = stage.hub.sql(f"SELECT r.entity_id, started_at {runs}")
    return [(_moment(started) - sent[entity_id]) * 1000 for entity_id, started in rows]


def _moment(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    return datetime.fromisoformat(value).replace(tzinfo=UTC).timestamp()
