"""Django's command line, whose start ends when a command gets to its work: checks and the pages they load are made."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from django.core.management import BaseCommand, ManagementUtility

from bitbylaw import loading


class CommandLine(ManagementUtility):
    def fetch_command(self, subcommand: str) -> BaseCommand:
        command = super().fetch_command(subcommand)
        work, look = command.handle, command.check

        def handle(*args: Any, **options: Any) -> str | None:
            loading.end()
            return work(*args, **options)

        def check(*args: Any, **options: Any) -> None:
            if not options.get("tags"):  # all checks, in any order: some load pages, some only their tags
                import_module("bitbylaw.plain_pages")
            look(*args, **options)

        command.handle, command.check = handle, check  # type: ignore[method-assign]
        return command
