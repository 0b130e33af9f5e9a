"""`manage.py run`: web server and workers of one machine together; Ctrl-C ends both, what dies is started anew."""

from __future__ import annotations

import signal
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from syncapp.management import serving

AFTER_THE_GRACE_SECONDS = 10
# One that ends so often in that time will not do its work at the next start either: something is set wrong.
TOO_OFTEN, WITHIN_SECONDS = 4, 60.0


class Command(BaseCommand):
    help = (
        "Starts the web server and the workers with the settings of .env, for one machine (`make run` prepares "
        "database and static files first). Ctrl-C ends both, after running tasks have finished; a second Ctrl-C ends "
        "them at once. Whatever of them dies is started anew; when it dies again and again, "
        "all is ended and the exit code is 1."
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
        self._listening = listening
        self._children = serving.Children()
        self._starts: dict[str, list[float]] = {serving.WEB: [], serving.WORKERS: []}
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_signal)
        for name in self._starts:
            self._start(name)
        self.stdout.write(f"The hub runs: http://{host}:{port}/admin/ (Ctrl-C ends it)")
        ended = self._watch()
        if not self._told:
            self._children.terminate()
        self._children.wait(settings.CONFIG.STOP_GRACE_SECONDS + AFTER_THE_GRACE_SECONDS)
        codes = self._children.kill()
        if ended:
            raise CommandError(f"This does not stay: {ended}. The messages are above.")
        if any(codes.values()):
            raise CommandError("Ended, but not cleanly; what was cut off runs again at the next start.")

    def _start(self, name: str) -> None:
        self._starts[name] = [*self._starts[name], time.monotonic()][-TOO_OFTEN:]
        if name == serving.WEB:
            # The socket stays ours too: who connects while it is started anew waits instead of being refused.
            self._children.start(
                name, serving.web_server(f"fd://{self._listening.fileno()}"), listening=self._listening
            )
        else:
            self._children.start(name, serving.workers())

    def _on_signal(self, *_: Any) -> None:
        self._told = True
        self._children.terminate()

    def _watch(self) -> str:
        """Returns when it shall end: the name of what does not stay, or nothing after a signal."""
        while not self._told:
            for name, code in self._children.ended().items():
                starts = self._starts[name]
                if len(starts) == TOO_OFTEN and time.monotonic() - starts[0] < WITHIN_SECONDS:
                    return name
                how = f"killed by signal {-code}" if code < 0 else f"ended with code {code}"
                self.stderr.write(f"Started anew: {name} ({how}).")
                self._start(name)
            time.sleep(serving.LOOK_SECONDS)
        return ""
