"""`manage.py demo`: the hub at work with a small law firm, on a machine where nothing is configured."""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from bitbylaw import demo_environment
from syncapp.management.demo.sandbox import NotRunning, refuse_without_sandbox


class Command(BaseCommand):
    help = (
        "Shows the hub at work: a small law firm with invented cases; EspoCRM, Advoware, Google Calendar and xAI as "
        "sandboxes, web server and workers, with a database of its own in data/demo. Nothing needs to be configured, "
        "and no real system is touched. Ctrl-C ends all of it. Exit code: 0 everything came out right, 1 something did "
        "not."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="run the scenario, check the result, and end")
        parser.add_argument("--port", type=int, help="port of the hub (default: 8000, or a free one)")
        parser.add_argument("--sandbox-port", type=int, help="port of the sandbox (default: 8900, or a free one)")
        parser.add_argument("--keep", action="store_true", help="keep the hub's database of the last demo")
        parser.add_argument(
            "--lang", choices=("de", "en"), default=language_of_the_shell(), help="de or en (default: as the shell)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SETTINGS_MODULE != demo_environment.SETTINGS:
            raise CommandError("The demo makes its own settings; start it as: python manage.py demo")
        problem = refuse_without_sandbox()
        if problem:
            raise CommandError(problem)
        from syncapp.management.demo import installation, processes, scenario

        for number in (signal.SIGINT, signal.SIGTERM):  # a shell starts background jobs with SIGINT ignored
            signal.signal(number, signal.default_int_handler)
        folder = demo_environment.folder()
        try:
            with installation.only_one(folder), translation.override(options["lang"]):
                chosen = processes.choose(options["port"], options["sandbox_port"])
                demo = scenario.Demo(folder, chosen, options["lang"], keep=options["keep"])
                right = demo.run(once=options["once"])
        except NotRunning as exc:
            raise CommandError(f"{exc}\nAll logs: {folder}") from exc
        except KeyboardInterrupt:
            raise CommandError("Interrupted; everything was ended.") from None
        sys.exit(0 if right else 1)


def language_of_the_shell() -> str:
    """German where the shell speaks German, else English."""
    spoken = os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or ""
    return "de" if spoken.lower().startswith("de") else "en"
