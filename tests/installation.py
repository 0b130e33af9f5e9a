"""A hub of its own for one test: a fresh migrated database, its own queue, and real processes of `manage.py`.

hub = Installation.fresh(tmp_path)
hub.manage("sync", "documents.xai", "CDokumente", "65f0…")
worker = hub.start("worker", "--workers", "2")
hub.wait_for("SELECT beat_at FROM syncapp_worker WHERE beat_at IS NOT NULL")
"""

from __future__ import annotations

import contextlib
import secrets
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import psutil
import psycopg

from tests import engines

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120.0  # seconds; only what never comes takes so long, however busy the machine is
REDIS_DATABASE = 1  # of this pytest process; 0 is the one of the tests that run inside it
REDIS_DATABASE_OF_TOKENS = 3  # 2 is the one of the tests that run inside it


def settings(database_url: str, folder: Path) -> dict[str, str]:
    """The environment of the hub's processes: nothing of the shell's or of `.env`."""
    engine = engines.chosen()
    return engines.clean_environment() | {
        "DJANGO_SETTINGS_MODULE": "bitbylaw.settings",
        "DJANGO_SECRET_KEY": "only-for-one-test-" + folder.name,
        "DJANGO_HTTPS_ONLY": "0",
        "DATABASE_URL": database_url,
        "QUEUE_BROKER": "redis" if engine.redis_server else "orm",
        "REDIS_URL": engine.redis_url(REDIS_DATABASE),
        "REDIS_DB_ADVOWARE_CACHE": str(engine.redis_database(REDIS_DATABASE_OF_TOKENS)),
        "QUEUE_WORKERS": "2",
        "LOG_FORMAT": "text",
    }


@dataclass
class Installation:
    database_url: str
    env: dict[str, str]
    folder: Path
    root: Path = ROOT  # where the program lies
    _started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    @contextlib.contextmanager
    def fresh(cls, folder: Path, rows: str = "", **overrides: str) -> Iterator[Installation]:
        """A migrated hub, empty but for what that Python program fills in; its processes are ended and its queue
        emptied when the block is left."""
        url = _copy_of_template(folder, rows)
        hub = cls(url, settings(url, folder) | overrides, folder)
        hub._flush_redis()
        try:
            yield hub
        finally:
            hub.end()
            hub._flush_redis()

    def manage(self, *args: str, check: bool = True, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; a failure shows what it said."""
        command = [sys.executable, "manage.py", *args]
        done = subprocess.run(command, cwd=self.root, env=self.env, capture_output=True, text=True, timeout=timeout)
        assert not check or done.returncode == 0, f"{args} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done

    def start(self, *args: str, **overrides: str) -> subprocess.Popen[bytes]:
        """Start a command that stays; what it says is in `log()`."""
        with (self.folder / "processes.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "manage.py", *args],
                cwd=self.root, env=self.env | overrides, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        self._started.append(process)
        return process

    def log(self) -> str:
        path = self.folder / "processes.log"
        return path.read_text() if path.exists() else ""

    def sql(self, statement: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows, read or written past Django; `?` marks a parameter on both engines."""
        if self.database_url.startswith("sqlite"):
            with contextlib.closing(sqlite3.connect(self.database_url.removeprefix("sqlite:///"), timeout=30)) as db:
                rows = db.execute(statement, parameters).fetchall()
                db.commit()
                return rows
        with psycopg.connect(self.database_url) as pg:
            cursor = pg.execute(statement.replace("?", "%s"), parameters)
            return cursor.fetchall() if cursor.description else []

    def wait_for(self, statement: str, *parameters: Any, seconds: float = PATIENCE) -> list[tuple[Any, ...]]:
        """The rows of the statement as soon as there are any."""
        return until(lambda: self.sql(statement, *parameters), seconds, lambda: f"no row: {statement}\n{self.log()}")

    def end(self) -> None:
        """Kill every process that was started here, with all that they started themselves."""
        victims: list[psutil.Process] = []
        for process in self._started:
            with contextlib.suppress(psutil.NoSuchProcess):
                victims += [*psutil.Process(process.pid).children(recursive=True), psutil.Process(process.pid)]
        for victim in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.send_signal(signal.SIGKILL)
        for process in self._started:
            process.wait(PATIENCE)

    def _flush_redis(self) -> None:
        if url := self.env["REDIS_URL"]:
            import redis

            with redis.Redis.from_url(url) as client, contextlib.suppress(redis.ConnectionError):
                client.flushdb()


def until(ask: Callable[[], T], seconds: float, otherwise: Callable[[], str]) -> T:
    """The first true answer; fails with an explanation when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := ask()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {otherwise()}"
        time.sleep(0.05)
    return answer


def by_age(processes: list[psutil.Process]) -> list[psutil.Process]:
    """The oldest first. Their numbers alone don't tell: after the last one they begin anew, which is soon reached."""
    return sorted(processes, key=lambda process: (process.create_time(), process.pid))


def alive(processes: list[psutil.Process]) -> list[psutil.Process]:
    return [process for process in processes if _lives(process)]


def _lives(process: psutil.Process) -> bool:
    with contextlib.suppress(psutil.NoSuchProcess):  # it may end between the two questions
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


@cache
def _template(rows: str) -> str:
    """A migrated database, made once for each pytest process: migrating takes seconds, copying none."""
    engine, name = engines.chosen(), f"hub_template_{secrets.token_hex(4)}"
    path = engine.folder / f"{name}.sqlite3"
    url = f"sqlite:///{path}"
    if engine.name == "postgres":
        _create_database(name)
        url = engine.postgres_url.rpartition("/")[0] + "/" + name
    env = settings(url, engine.folder) | {"QUEUE_BROKER": "orm", "REDIS_URL": ""}
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)
    if rows:
        subprocess.run([sys.executable, "-c", rows], cwd=ROOT, env=env, check=True)
    if engine.name == "sqlite":
        with contextlib.closing(sqlite3.connect(path)) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return name


def _copy_of_template(folder: Path, rows: str) -> str:
    engine, template = engines.chosen(), _template(rows)
    if engine.name == "sqlite":
        shutil.copy(engine.folder / f"{template}.sqlite3", folder / "hub.sqlite3")
        return f"sqlite:///{folder / 'hub.sqlite3'}"
    name = f"hub_{secrets.token_hex(6)}"
    _create_database(name, template)
    return engine.postgres_url.rpartition("/")[0] + "/" + name


def _create_database(name: str, template: str = "template1") -> None:
    with psycopg.connect(engines.chosen().postgres_url, autocommit=True) as pg:
        pg.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
