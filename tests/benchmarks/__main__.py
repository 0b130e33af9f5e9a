"""`python -m tests.benchmarks`: measures the hub on this machine."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from tests import servers
from tests.benchmarks.report import Findings, show
from tests.benchmarks.sizes import FULL, OF_A_SMALL_FIRM, SMOKE, Sizes

NAMES = (
    *("intake", "settle", "storm", "drain", "growth", "memory", "recovery", "parties", "calendars", "siege"),
    *("adoption", "webserver", "pages", "rest", "latency"),
)
EPILOG = """\
What is measured:
  intake    requests and items a second, latency; against a bare DRF view in the same server
  settle    webhooks accepted and settled at once; against no-op tasks of Django-Q2; delay when idle
  storm     1,000 events for one document: how many runs, how many uploads
  drain     2,000 documents in sync and 500 new ones, 50 ms latency outside; 1, 2, 4, 8 workers
  growth    intake and settle with millions of rows; start page and failures
  memory    a worker over 20,000 tasks
  recovery  workers killed in the middle of a run, default settings
  parties   comparison of 5,000 parties of which 20 changed, sync of one, what the proxy adds
  siege     200 webhooks a second under slow strangers, slow proxy calls and a flood of wrong signatures
  calendars first sync of 50 employees with 400 appointments each, a run without changes, one with 1 %
  adoption  a firm of another hub taken over: 10,000 documents, 1,000 cases, 5,000 parties; the comparisons afterwards
  webserver webhooks of one event by our web worker and by gunicorn's threaded one, in turns
  pages     every page, list and filter of the admin, and the search, with 100,000 records and 5,000 appointments
  latency   from an edit until it stands in the other system, alone and beside a scan; a first sync, nightly comparisons
  rest      how long commands take to start, and what `manage.py run` holds while nothing happens

Every process is started here on a free port and ended here; PostgreSQL and Redis are temporary ones. Ratios hold
between machines, absolute figures don't: let nothing else run beside it. All of it takes an hour on SQLite, two on
PostgreSQL.
Exit code: 0, or 1 when an event was lost, something was done twice, or a benchmark did not work. Never for speed.
"""


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m tests.benchmarks",
        description="Measures the hub with real processes on this machine.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--only", metavar="NAMES", default=",".join(NAMES), help="some of them, separated by commas")
    options.add_argument(
        "--engine",
        choices=["sqlite", "postgres", "both"],
        help="sqlite (queue and locks in the database), postgres (with Redis), both; default: both if installed, "
        "for --smoke sqlite",
    )
    options.add_argument("--smoke", action="store_true", help="tiny: proves that everything works, measures nothing")
    options.add_argument(
        "--scale", type=float, default=1.0, metavar="X", help="this share of the full amounts, for example 0.2"
    )
    options.add_argument("--json", type=Path, metavar="FILE", help="write all figures to this file, too")
    return options


def main() -> int:
    options = parser().parse_args()
    names = [name for name in options.only.split(",") if name]
    if unknown := set(names) - set(NAMES):
        parser().error(f"unknown: {', '.join(sorted(unknown))}; there are: {', '.join(NAMES)}")
    engine = options.engine or ("both" if servers.available() and not options.smoke else "sqlite")
    if engine == "both":
        return _both(options, names)
    os.environ["HUB_TEST_ENGINE"] = engine
    full = OF_A_SMALL_FIRM if engine == "sqlite" else FULL
    return 1 if _run(engine, names, SMOKE if options.smoke else full.scaled(options.scale), options.json) else 0


def _run(engine: str, names: list[str], sizes: Sizes, kept: Path | None) -> bool:
    """Whether something failed. What was measured is kept after each benchmark: all of it takes an hour or two."""
    console, failed = Console(), list[str]()
    results: list[dict[str, Any]] = []
    for name in names:
        begun = time.monotonic()
        console.print(f"{engine}: {name} ...", style="dim")
        try:
            found: Findings = importlib.import_module(f"tests.benchmarks.{name}").measure(sizes)
        except Exception:
            console.print_exception(max_frames=8)
            failed.append(f"{name}: did not work, its error stands above")
            continue
        show(console, found)
        took = round(time.monotonic() - begun, 1)
        results.append({"engine": engine, "cores": os.cpu_count(), "seconds": took, **found.as_json()})
        failed += [f"{name}: {line}" for line in found.wrong]
        if kept:
            kept.write_text(json.dumps(results, indent=1, default=str) + "\n")
    # Last, for who sees the end only.
    for line in failed:
        console.print(f"{engine}: WRONG {line}", style="bold red")
    return bool(failed)


def _both(options: argparse.Namespace, names: list[str]) -> int:
    """One process for each engine: what is imported depends on it."""
    results: list[dict[str, Any]] = []
    worst = 0
    with tempfile.TemporaryDirectory() as folder:
        for engine in ("sqlite", "postgres"):
            part = Path(folder) / f"{engine}.json"
            command = [sys.executable, "-m", "tests.benchmarks", "--engine", engine, "--only", ",".join(names)]
            command += ["--json", str(part), "--scale", str(options.scale), *(["--smoke"] if options.smoke else [])]
            worst = max(worst, subprocess.call(command))
            results += json.loads(part.read_text()) if part.exists() else []
    if options.json:
        options.json.write_text(json.dumps(results, indent=1) + "\n")
    return worst


if __name__ == "__main__":
    sys.exit(main())
