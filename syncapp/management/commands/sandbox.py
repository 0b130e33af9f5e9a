"""`manage.py sandbox`: the outside systems as small servers, the same as `python -m sandbox`."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from syncapp.management.demo.sandbox import refuse_without_sandbox


class Command(BaseCommand):
    help = (
        "Starts EspoCRM, Advoware, Google Calendar and xAI as small servers with faults on demand. "
        "Its options: manage.py sandbox --help"
    )
    requires_system_checks = []

    def run_from_argv(self, argv: list[str]) -> None:
        """All that follows the command's name belongs to the sandbox, its --help included."""
        problem = refuse_without_sandbox()
        if problem:
            sys.exit(problem)
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "sandbox", *argv[2:]])  # noqa: S606  (our own program)

    def handle(self, *args: Any, **options: Any) -> None:
        self.run_from_argv(["manage.py", "sandbox", *args])
