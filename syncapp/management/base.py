"""What the hub's commands have in common: readable help, exit codes, quiet checks, Ctrl-C without a traceback."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any, ClassVar

from django.core import checks
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DatabaseError, InterfaceError

OK = 0
USAGE = 2
INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended
NOT_READ = 141  # likewise of one whose reader went away: `manage.py steps | head`


class _Formatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the paragraphs of the description, puts Django's own options last."""


class HubCommand(BaseCommand):
    """`help` is text in paragraphs; `exit_codes` says what each code of this command means."""

    exit_codes: ClassVar[dict[int, str]] = {OK: "done"}

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        codes = {**self.exit_codes, USAGE: "wrong usage; nothing was done", INTERRUPTED: "stopped with Ctrl-C"}
        told = "\n".join(f"  {code:>3}  {words}" for code, words in sorted(codes.items()))
        kwargs = {"formatter_class": _Formatter, "epilog": f"exit codes:\n{told}", **kwargs}
        return super().create_parser(prog_name, subcommand, **kwargs)

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was done so far stays done.", returncode=INTERRUPTED) from None
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # else Python complains once more at its end
            sys.exit(NOT_READ)
        except (DatabaseError, InterfaceError) as exc:
            words = f"The database does not answer as it should ({type(exc).__name__}). New here? manage.py migrate"
            raise CommandError(words, returncode=1) from exc

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Errors stop the command; warnings are for `manage.py check`, not for every command again."""
        if any(message.is_serious(checks.ERROR) for message in checks.run_checks()):
            super().check(*args, **kwargs)


def misused(words: str) -> CommandError:
    return CommandError(words, returncode=USAGE)
