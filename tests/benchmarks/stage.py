"""A hub of the benchmark's own with its real processes: web server, workers, and a fake or the sandbox outside."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from tests import engines, servers
from tests.benchmarks import lines, load, seeding
from tests.installation import ROOT, Installation, until

START_SECONDS = 60


class Stage:
    """Everything that was started here is ended, by its process number, when the block is left."""

    def __init__(self, hub: Installation) -> None:
        self.hub = hub
        self.port = 0

    @classmethod
    @contextlib.contextmanager
    def open(cls, redis: int = 1, **settings: str) -> Iterator[Stage]:
        """`redis`: the number of its Redis database; two stages at a time must not share a queue."""
        with tempfile.TemporaryDirectory(prefix="hub-bench-") as folder, contextlib.ExitStack() as stack:
            secrets = json.dumps({load.WEBHOOK_ID: [load.WEBHOOK_SECRET]})
            mine = {"DJANGO_SETTINGS_MODULE": "tests.benchmarks.settings", "ESPOCRM_WEBHOOK_SECRETS": secrets}
            mine |= {"LOG_FORMAT": "json", "REDIS_URL": engines.chosen().redis_url(redis)}
            hub = stack.enter_context(Installation.fresh(Path(folder), **(mine | settings)))
            seeding.bench_tables(hub)
            yield cls(hub)

    def serve(self, *options: str) -> int:
        """gunicorn as it runs in life, on a free port; `options` are more of its own."""
        self.port = servers.free_port()
        command = ["-m", "gunicorn", "-c", "python:bitbylaw.gunicorn", "--bind", f"127.0.0.1:{self.port}"]
        self.start(*command, *options, "bitbylaw.wsgi")
        until(self._answers, START_SECONDS, lambda: f"the web server does not answer\n{self.hub.log()}")
        return self.port

    def work(self, workers: int, **settings: str) -> subprocess.Popen[bytes]:
        """`manage.py worker`; returns when its workers have proved that they work."""
        known = self._beats()
        process = self.hub.start("worker", "--workers", str(workers), **settings)
        until(lambda: self._beats() > known, START_SECONDS, lambda: f"the workers do not work\n{self.hub.log()}")
        return process

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        with (self.hub.folder / "processes.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.hub.env, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        self.hub._started.append(process)
        return process

    def stop(self, process: subprocess.Popen[bytes]) -> None:
        """End a process and its descendants at once."""
        with contextlib.suppress(psutil.NoSuchProcess):
            family = [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
            for member in family:
                with contextlib.suppress(psutil.NoSuchProcess):
                    member.kill()
        process.wait(10)

    def count(self, statement: str) -> int:
        return int(self.hub.sql(statement)[0][0] or 0)

    def reached(self, statement: str, wanted: int, seconds: float) -> float:
        """When (time.perf_counter) the count was reached."""
        until(
            lambda: self.count(statement) >= wanted,
            seconds,
            lambda: f"{self.count(statement)} of {wanted}: {statement}\n{self.hub.log()[-3000:]}",
        )
        return time.perf_counter()

    def _beats(self) -> int:
        return self.count("SELECT count(*) FROM syncapp_worker WHERE beat_at IS NOT NULL")

    def _answers(self) -> bool:
        try:
            return bool(load.fire(self.port, [load.signed("/nowhere", [])]).statuses)
        except (OSError, lines.LoadFailed):
            return False


@contextlib.contextmanager
def fake_systems() -> Iterator[tuple[int, dict[str, str]]]:
    """The fast fake in a process of its own: its port, and the settings that lead a hub to it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.fake"],
        cwd=ROOT, env=engines.clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        port = int(process.stdout.readline())
        yield port, outside(f"http://127.0.0.1:{port}")
    finally:
        process.stdin.close()
        process.wait(10)
        process.stdout.close()


def outside(url: str) -> dict[str, str]:
    return {
        "ESPOCRM_API_BASE_URL": url,
        "ESPOCRM_API_KEY": "bench",
        "XAI_API_BASE_URL": url,
        "XAI_MANAGEMENT_BASE_URL": url,
        "XAI_API_KEY": "bench",
        "XAI_MANAGEMENT_KEY": "bench",
    }
