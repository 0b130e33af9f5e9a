"""`manage.py run`: web server and workers of one machine together; Ctrl-C ends both."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from syncapp.engine.workers.processes import kill_group, start_session

LOOK_SECONDS = 0.3
AFTER_THE_GRACE_SECONDS = 10


class Command(BaseCommand):
    help = (
        "Starts the web server and the workers with the settings of .env, for one machine (`make run` prepares "
        "database and static files first). Ctrl-C ends both, after running tasks have finished; a second Ctrl-C ends "
        "them at once. If one of the two ends by itself, the other is ended too and the exit code is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address of the web server (default: 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (default: 8000)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        _refuse_busy_port(host, port)
        self._signals = 0
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]
        gunicorn = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "python:bitbylaw.gunicorn",
            "--chdir",
            str(settings.BASE_DIR),
        ]
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._children["web server"] = start_session([*gunicorn, "--bind", f"{host}:{port}", "bitbylaw.wsgi"])
        self._children["workers"] = start_session([*manage, "worker"])
        self.stdout.write(f"The hub runs: http://{host}:{port}/admin/ (Ctrl-C ends it)")
        ended = self._watch()
        self._end()
        if ended:
            raise CommandError(f"The {ended} ended by itself; its own messages are above.")
        if any(child.returncode for child in self._children.values()):
            raise CommandError("Ended, but not cleanly; what was cut off runs again at the next start.")

    def _on_signal(self, *_: Any) -> None:
        self._signals += 1
        for child in getattr(self, "_children", {}).values():
            if child.poll() is None:
                child.terminate()

    def _watch(self) -> str:
        """Returns when it shall end: the name of what ended by itself, or nothing after a signal."""
        while not self._signals:
            for name, child in self._children.items():
                if child.poll() is not None:
                    return name
            time.sleep(LOOK_SECONDS)
        return ""

    def _end(self) -> None:
        deadline = time.monotonic() + settings.CONFIG.STOP_GRACE_SECONDS + AFTER_THE_GRACE_SECONDS
        if not self._signals:
            self._on_signal()
        while any(child.poll() is None for child in self._children.values()) and time.monotonic() < deadline:
            time.sleep(LOOK_SECONDS)
        for child in self._children.values():
            kill_group(child.pid)
            child.wait()


def _refuse_busy_port(host: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as exc:
            raise CommandError(
                f"Port {port} can't be used ({exc.strerror}). Does the hub run already? Else: make run PORT=8001"
            ) from exc
