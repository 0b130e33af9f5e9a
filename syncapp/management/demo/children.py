"""The processes that the demo starts, and ends again whatever happens."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from syncapp.engine.workers.processes import kill_group, start_session
from syncapp.management.demo import environment
from syncapp.management.demo.addresses import HOST, Addresses
from syncapp.management.demo.environment import Secrets

LAST_LINES = 15
LOOK_SECONDS = 0.1
SECOND_SIGNAL_SECONDS = 5
SANDBOX, WEB, WORKERS = "sandbox", "web server", "workers"
# The sandbox goes last, or what the workers are just finishing would meet an outage.
ENDING = ((WORKERS, WEB), (SANDBOX,))


class ChildEnded(Exception):
    """One of the processes ended by itself; the message has the last lines of its log."""


class Children:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._running: dict[str, subprocess.Popen[bytes]] = {}

    def log_of(self, name: str) -> Path:
        return self.folder / f"{name.replace(' ', '-')}.log"

    def start_sandbox(self, addresses: Addresses, known: Secrets) -> None:
        command = [sys.executable, "-m", "sandbox", "--seed", "demo"]
        for setting in environment.SANDBOX_SETTINGS:
            command += ["--set", setting]
        self._start(
            SANDBOX, [*command, "--port", str(addresses.sandbox_port)], environment.of_sandbox(addresses, known)
        )

    def start_hub(self, addresses: Addresses, known: Secrets, language: str, google_key: str) -> None:
        env = environment.of_hub(addresses, known, language, google_key)
        gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:bitbylaw.gunicorn", "bitbylaw.wsgi"]
        options = ["--bind", f"{HOST}:{addresses.hub_port}", "--workers", "1", "--graceful-timeout", "3"]
        self._start(WEB, [*gunicorn, *options], env)
        self._start(WORKERS, [sys.executable, str(settings.BASE_DIR / "manage.py"), "worker"], env)

    def check(self) -> None:
        """Raises `ChildEnded` when one of them is not running any more."""
        for name, process in self._running.items():
            if process.poll() is not None:
                code = process.returncode
                how = f"was killed by signal {-code}" if code < 0 else f"ended by itself (code {code})"
                raise ChildEnded(f"The {name} {how}. {self.last_words(name)}")

    def last_words(self, name: str) -> str:
        log = self.log_of(name)
        lines = log.read_text(errors="replace").splitlines()[-LAST_LINES:] if log.exists() else []
        return "\n  ".join([f"The end of {log}:", *(lines or ["(empty)"])])

    def end(self, patience: float) -> None:
        """Let them finish within `patience` seconds, then end them hard. A Ctrl-C meanwhile makes it quick."""
        try:
            for names in ENDING:
                self._finish([self._running[name] for name in names if name in self._running], patience)
        except KeyboardInterrupt:
            # A second signal makes the workers' supervisor end at once, together with what it started.
            self._finish(list(self._running.values()), SECOND_SIGNAL_SECONDS)
        finally:
            for process in self._running.values():
                kill_group(process.pid)
                process.wait()
            self._running.clear()

    def _finish(self, processes: list[subprocess.Popen[bytes]], patience: float) -> None:
        deadline = time.monotonic() + patience
        for process in processes:
            if process.poll() is None:
                process.terminate()
        while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def _start(self, name: str, command: list[str], env: dict[str, str]) -> None:
        with self.log_of(name).open("wb") as log:
            self._running[name] = start_session(command, {**env, "PYTHONUNBUFFERED": "1"}, log, settings.BASE_DIR)


@contextmanager
def family(folder: Path, patience: float) -> Iterator[Children]:
    """No child outlives the block, however it is left."""
    children = Children(folder)
    try:
        yield children
    finally:
        children.end(patience)
