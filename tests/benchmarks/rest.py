"""14. A hub at rest: how long commands take to start, and what `manage.py run` holds while nothing happens."""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

import psutil

from bitbylaw.config import Config
from tests import engines
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.installation import Installation, until
from tests.servers import free_port

COMMANDS = ("version", "steps", "schedule list", "sweep", "retry_failed --help", "migrate --check", "check")
CHECK = "worker --check"
START, START_OF_CHECK = 1.0, 0.5  # seconds
WATCHER, ALL = 40.0, 250.0  # megabytes
START_SECONDS = 120
MEGABYTE = 1024 * 1024
WEB, WORKERS = "web server", "workers"


def measure(sizes: Sizes) -> Findings:
    found = Findings("rest", "14 At rest", ("what", "processor s", "seconds", "processes", "MB, proportional"))
    workers = str(Config.model_fields["QUEUE_WORKERS"].default)
    with (
        tempfile.TemporaryDirectory(prefix="hub-bench-") as folder,
        Installation.fresh(Path(folder), QUEUE_WORKERS=workers) as hub,
    ):
        hub.manage("setup_schedules")
        port = free_port()
        run = hub.start("run", "--port", str(port))
        until(lambda: _answers(port), START_SECONDS, hub.log)
        time.sleep(sizes.rest_seconds)
        held = _held(psutil.Process(run.pid))
        for command in (*COMMANDS, CHECK):
            processor, clock = _seconds(hub, command, sizes.rest_starts)
            found.rows.append((f"manage.py {command}", processor, clock, "", ""))
            limit = START_OF_CHECK if command == CHECK else START
            found.targets.append(Target(f"processor seconds of manage.py {command}", processor, limit))
        works = hub.manage(*CHECK.split(), check=False).returncode
    for name, each in held.items():
        found.rows.append((name, "", "", len(each), sum(each)))
    total = sum(map(sum, held.values()))
    found.rows.append(("all", "", "", sum(map(len, held.values())), total))
    for name in ("manage.py run", "supervisor"):
        found.targets.append(Target(f"MB of {name}", held[name][0], WATCHER))
    if not engines.chosen().postgres_url:
        found.targets.append(Target("MB of all", total, ALL))
    found.checks.append(Check("worker --check says that they work", works, 0))
    found.notes.append("Proportional: what several processes share is counted once, a part for each (PSS).")
    return found


def _answers(port: int) -> bool:
    """All addresses are known then, so all pages are loaded, and workers have proved that they work."""
    with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def _seconds(hub: Installation, command: str, times: int) -> tuple[float, float]:
    """The least of the processor, which is all that a start needs, and the median by the clock."""
    processor, clock = [], []
    for _ in range(times):
        before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        hub.manage(*command.split())
        clock.append(time.perf_counter() - begun)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        processor.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(processor), statistics.median(clock)


def _held(run: psutil.Process) -> dict[str, list[float]]:
    """Megabytes of each process, by what it is for."""
    web, supervisor = sorted(run.children(), key=lambda process: "gunicorn" not in process.cmdline())
    return {
        "manage.py run": [_of(run)],
        WEB: [_of(process) for process in (web, *web.children(recursive=True))],
        "supervisor": [_of(supervisor)],
        WORKERS: [_of(process) for process in supervisor.children(recursive=True)],
    }


def _of(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss) / MEGABYTE
