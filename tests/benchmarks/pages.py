"""13. Every page of the admin with a firm's rows: none may keep staff waiting."""

from __future__ import annotations

import time
from statistics import median

from tests.benchmarks import firm, seeding
from tests.benchmarks.crawling import addresses
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage, fake_systems
from tests.benchmarks.visitor import Visitor

PAGE_MS = 300
SLOWEST = 15  # that the table shows; the figures have all
RECORD = 77
SEARCHED = (seeding.document_id(RECORD), f"remote-{RECORD}", f"run-{RECORD}", "Gericht")
SEARCH = "/admin/hub/search/"
LISTS = (
    "/admin/syncapp/record/?status=",
    "/admin/syncapp/calendarlink/?q=",
    "/admin/hub/needs/?kind=",
    "/admin/hub/trace/",
)


def measure(sizes: Sizes) -> Findings:
    found = Findings(
        "pages",
        f"13 Pages: {sizes.firm_records} records, {sizes.firm_appointments} appointments; the slowest",
        ("page", "median ms", "best ms", "worst ms"),
    )
    with fake_systems() as (_, outside), Stage.open(**outside) as stage:
        begun = time.perf_counter()
        firm.move_in(stage.hub, sizes.firm_records, sizes.firm_appointments)
        stage.hub.manage("setup_schedules")
        seeding.settled_down(stage.hub)
        found.notes.append(f"Making the rows took {time.perf_counter() - begun:.0f} s.")
        stage.serve()
        visitor = Visitor(stage)
        for address in addresses(visitor.read, SEARCHED):
            _take(found, address, [visitor.get(address) for _ in range(sizes.page_visits)])
        for words in SEARCHED:
            _take(found, f"search: {words}", [visitor.post(SEARCH, words=words) for _ in range(sizes.page_visits)])
    found.rows = sorted(found.rows, key=lambda row: -float(str(row[1])))[:SLOWEST]
    slowest = max(each["median_ms"] for each in found.figures.values())
    found.targets.append(Target(f"slowest of {len(found.figures)} pages, ms", slowest, PAGE_MS))
    missing = [page for page in LISTS if not any(address.startswith(page) for address in found.figures)]
    found.checks.append(Check("pages of the menu that were not found", missing, []))
    return found


def _take(found: Findings, name: str, took: list[float]) -> None:
    """The first visit is left out: it reads templates, and pages of the database that nobody had asked for."""
    times = took[1:]
    found.rows.append((name, median(times), min(times), max(times)))
    found.figures[name] = {"first_ms": took[0], "best_ms": min(times), "median_ms": median(times)}
