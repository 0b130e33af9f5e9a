"""Django's command line, whose start ends when a command gets to its work: checks and the pages they load are made."""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, ManagementUtility

from bitbylaw import loading


class CommandLine(ManagementUtility):
    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        work = command.handle

        def handle(*args: Any, **options: Any) -> str | None:
            loading.end()
            return work(*args, **options)

        command.handle = handle  # type: ignore[method-assign]
        return command
