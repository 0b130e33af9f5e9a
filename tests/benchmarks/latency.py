"""15. Latency, as users see it, with 50 ms for each call outside: how long until an edit stands in the other system,
alone and while a scan's requests wait; and how long the large amounts take that nobody sends an event for."""

from __future__ import annotations

import time
from collections.abc import Sequence
from statistics import median

from sandbox.running import SandboxProcess
from tests.benchmarks import amounts
from tests.benchmarks.calendars import ALL, DONE, google_settings
from tests.benchmarks.edits import EDITS, Firm
from tests.benchmarks.outside import slow
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

WORKERS = 4
REST_SECONDS = 5  # a record that has just run waits four (`sync_requests.DEBOUNCE`); these have rested for longer
PATIENCE_SECONDS = 1800
SLOWER = 1.5  # a fresh event may take so many times as long while a scan waits
# Of documents that the CRM does not have (any more): one call each, as of those in which nothing changed.
SCAN = """
from syncapp.engine.queue import sync_requests
from syncapp.models import Urgency
targets = [sync_requests.Target('document_sync', 'CDokumente', f'65e{{n:014x}}') for n in range({amount})]
sync_requests.request(targets, urgency=Urgency.SCAN)
"""
WAITING = "SELECT count(*) FROM syncapp_record WHERE status = 'waiting' AND urgency = 50"
IN_SYNC = "SELECT count(*) FROM syncapp_record WHERE step = '{step}' AND status = 'in_sync' AND requested = served"


def measure(sizes: Sizes) -> Findings:
    found = Findings(
        "latency",
        f"15 Latency, as users see it ({sizes.user_latency * 1000:.0f} ms a call, {WORKERS} workers)",
        ("what", "calls", "seconds or p50", "least s or p95", "MB"),
    )
    _edits(found, sizes)
    amounts.first_sync(found, sizes, WORKERS)
    amounts.nightly(found, sizes)
    return found


def _edits(found: Findings, sizes: Sizes) -> None:
    each = sizes.user_edits
    arguments = ("--seed", "calendar", "--employees", str(2 * each))
    with SandboxProcess(*arguments) as sandbox, Stage.open(**google_settings(sandbox)) as stage:
        stage.serve()
        stage.work(WORKERS)
        firm = Firm.opened(stage, sandbox.client, 2 * each)
        stage.hub.manage("sync", ALL, "Kanzlei", "ALL")
        stage.reached(DONE, 2 * each, PATIENCE_SECONDS)
        stage.reached(IN_SYNC.format(step="beteiligte_sync"), 2 * each, PATIENCE_SECONDS)
        slow(sandbox.client, sizes.user_latency)
        time.sleep(REST_SECONDS)
        alone = _seconds(firm, range(each))
        stage.hub.manage("shell", "--command", SCAN.format(amount=sizes.user_scan))
        begun = time.perf_counter()
        beside = _seconds(firm, range(each, 2 * each))
        left, took = stage.count(WAITING), time.perf_counter() - begun
        found.notes.append(
            f"Of a scan's {sizes.user_scan} requests {sizes.user_scan - left} were served in {took:.0f} s."
        )
        found.checks.append(Check("the scan was over before the edits", left == 0, False))
    for name in EDITS:
        for when, edits in ((", alone", alone[name]), (", beside a scan", beside[name])):
            p50, p95 = median(edits), sorted(edits)[int(len(edits) * 0.95)]
            found.rows.append((f"{name}{when}", "", p50, p95, ""))
            found.figures[f"{name}{when}"] = {"p50_s": p50, "p95_s": p95}
        slower = median(beside[name]) / median(alone[name])
        found.targets.append(Target(f"times slower beside a scan: {name}", slower, SLOWER))


def _seconds(firm: Firm, numbers: Sequence[int]) -> dict[str, list[float]]:
    """One edit after the other, each of something that has rested."""
    took: dict[str, list[float]] = {name: [] for name in EDITS}
    for number in numbers:
        for name, edit in EDITS.items():
            took[name].append(edit(firm, number))
    return took
