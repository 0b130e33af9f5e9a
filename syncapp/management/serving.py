"""Web server and workers of this machine as child processes, for `run` and `demo`."""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import NoReturn

from bitbylaw.places import BASE_DIR
from syncapp.engine.workers.processes import kill_group, start_session

HOST = "127.0.0.1"
SANDBOX, WEB, WORKERS = "sandbox", "web server", "workers"
LOOK_SECONDS = 0.1


def web_server(bind: str, *options: str) -> list[str]:
    gunicorn = [sys.executable, "-m", "gunicorn", "-c", "python:bitbylaw.gunicorn", "--chdir", str(BASE_DIR)]
    return [*gunicorn, "--bind", bind, *options, "bitbylaw.wsgi"]


def workers() -> list[str]:
    """Without the checks: whoever starts them has made them, or the settings."""
    return [sys.executable, str(BASE_DIR / "manage.py"), "worker", "--skip-checks"]


def become(program: str, *words: str) -> NoReturn:
    """This process goes on as another program of `manage.py`, by the same number, and gives back all that it loaded."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(sys.executable, [sys.executable, str(BASE_DIR / "manage.py"), program, *words])  # noqa: S606  (ours)


class NoPort(Exception):
    """Nobody can listen there now; the message says where and why."""


def listener(port: int, host: str = HOST) -> socket.socket:
    """Taken from now on: whoever connects waits for the program that inherits it. Raises `NoPort`."""
    try:
        return socket.create_server((host, port))
    except OverflowError:
        why = "there is no such port"
    except OSError as exc:
        why = "another program has it" if exc.errno == errno.EADDRINUSE else str(exc.strerror)
    raise NoPort(f"Port {port} can't be used ({why}).")


class Children:
    """Programs by their names; `kill` must be reached, or they outlive this process."""

    def __init__(self) -> None:
        self._started: dict[str, subprocess.Popen[bytes]] = {}

    def start(
        self,
        name: str,
        command: Sequence[str],
        env: Mapping[str, str] | None = None,
        log: Path | None = None,
        listening: socket.socket | None = None,
    ) -> None:
        """What it says goes into the `log`; without one it goes where this process's goes. It shares the socket. What
        is left of an earlier program of that name is ended."""
        if name in self._started:
            kill_group(self._started[name].pid)
        with log.open("wb") if log else nullcontext() as output:
            inherited = [listening.fileno()] if listening else []
            self._started[name] = start_session(command, env, output, BASE_DIR if log else None, inherited)

    def ended(self) -> dict[str, int]:
        """Those that do not run any more, with their exit codes."""
        codes = {name: process.poll() for name, process in self._started.items()}
        return {name: code for name, code in codes.items() if code is not None}

    def terminate(self, *names: str) -> None:
        """Ask them to end; without names all. A second time makes the workers' supervisor end at once."""
        for process in self._running(names):
            process.terminate()

    def wait(self, seconds: float, *names: str) -> None:
        """Until they have ended, without names all, or the time is over."""
        deadline = time.monotonic() + seconds
        while self._running(names) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)

    def kill(self) -> dict[str, int]:
        """Whatever is left, with all that it has started; the exit codes of all."""
        for process in self._started.values():
            kill_group(process.pid)
            process.wait()
        codes = self.ended()
        self._started.clear()
        return codes

    def _running(self, names: Collection[str]) -> list[subprocess.Popen[bytes]]:
        chosen = [process for name, process in self._started.items() if not names or name in names]
        return [process for process in chosen if process.poll() is None]
