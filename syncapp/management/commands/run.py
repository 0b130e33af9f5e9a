"""`manage.py run`: web server and workers of one machine together; Ctrl-C ends both, what dies is started anew."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from syncapp.management import serving


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
        if not host.strip():  # to a socket that is all addresses of this machine
            raise CommandError("--host: which address? 0.0.0.0 means all of this machine.", returncode=2)
        try:
            listening = serving.listener(port, host)
        except serving.NoPort as why:
            raise CommandError(f"{why} Does the hub run already? Else: make run PORT=8001") from None
        listening.set_inheritable(True)
        serving.become("watch", "--fd", str(listening.fileno()), "--grace", str(settings.CONFIG.STOP_GRACE_SECONDS))
