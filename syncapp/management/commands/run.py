"""`manage.py run`: web server and workers of one machine together; Ctrl-C ends both."""

from __future__ import annotations

import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from syncapp.management import serving

AFTER_THE_GRACE_SECONDS = 10


class Command(BaseCommand):
    help = (
        "Starts the web server and the workers with the settings of .env, for one machine (`make run` prepares "
        "database and static files first). Ctrl-C ends both, after running tasks have finished; a second Ctrl-C ends "
        "them at once. If one of the two ends by itself, the other is ended too and the exit code is 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=serving.HOST, help="address of the web server (default: 127.0.0.1)")
        parser.add_argument("--port", type=int, default=8000, help="port of the web server (default: 8000)")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        try:
            listening = serving.listener(port, host)
        except serving.NoPort as why:
            raise CommandError(f"{why} Does the hub run already? Else: make run PORT=8001") from None
        self._told = False
        self._children = serving.Children()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        self._children.start(serving.WEB, serving.web_server(f"fd://{listening.fileno()}"), listening=listening)
        self._children.start(serving.WORKERS, serving.workers())
        self.stdout.write(f"The hub runs: http://{host}:{port}/admin/ (Ctrl-C ends it)")
        ended = self._watch()
        if not self._told:
            self._children.terminate()
        self._children.wait(settings.CONFIG.STOP_GRACE_SECONDS + AFTER_THE_GRACE_SECONDS)
        codes = self._children.kill()
        if ended:
            raise CommandError(f"The {ended} ended by itself; its own messages are above.")
        if any(codes.values()):
            raise CommandError("Ended, but not cleanly; what was cut off runs again at the next start.")

    def _on_signal(self, *_: Any) -> None:
        self._told = True
        self._children.terminate()

    def _watch(self) -> str:
        """Returns when it shall end: the name of what ended by itself, or nothing after a signal."""
        while not self._told:
            if ended := self._children.ended():
                return next(iter(ended))
            time.sleep(serving.LOOK_SECONDS)
        return ""
