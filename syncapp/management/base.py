"""What the hub's commands have in common: English, readable help, exit codes, quiet checks, a Ctrl-C in words."""

from __future__ import annotations

import argparse
import io
import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, ClassVar
from urllib.parse import SplitResult, urlsplit

from django.core import checks
from django.core.management.base import BaseCommand, CommandError, CommandParser, DjangoHelpFormatter
from django.db import DatabaseError, InterfaceError
from django.utils import translation

from syncapp.checks import INSTALLATION
from syncapp.engine.outside import connections
from syncapp.kit import mishaps

OK = 0
FOUND = 1  # what was looked for and should not be there
USAGE = 2
NOT_ASKED = 4  # a system did not answer, or is not configured
UNABLE = 5  # nothing that a command finds, so no other code may be taken for it
INTERRUPTED = 130  # what a shell expects of a program that Ctrl-C ended
NOT_READ = 141  # likewise of one whose reader went away: `manage.py steps | head`


class _Formatter(DjangoHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """Keeps the paragraphs of the description, puts Django's own options last."""


class HubCommand(BaseCommand):
    """`help` is text in paragraphs; `exit_codes` says what each code of this command means."""

    exit_codes: ClassVar[dict[int, str]] = {OK: "done"}
    requires_system_checks = [INSTALLATION]
    dry_run: ClassVar[str] = ""  # what --dry-run does; without words there is none

    def run_from_argv(self, argv: list[str]) -> None:
        if isinstance(sys.stdout, io.TextIOWrapper):  # a terminal may have no sign for what is to be said
            sys.stdout.reconfigure(errors="backslashreplace")
        super().run_from_argv(argv)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        codes = {
            **self.exit_codes,
            USAGE: "wrong usage; nothing was done",
            UNABLE: "the database did not answer, or the disk is full",
            INTERRUPTED: "stopped with Ctrl-C",
        }
        told = "\n".join(f"  {code:>3}  {words}" for code, words in sorted(codes.items()))
        kwargs = {"formatter_class": _Formatter, "epilog": f"exit codes:\n{told}", **kwargs}
        parser = super().create_parser(prog_name, subcommand, **kwargs)
        if self.dry_run:
            parser.add_argument("--dry-run", action="store_true", help=self.dry_run)
        return parser

    def execute(self, *args: Any, **options: Any) -> str | None:
        _refuse_no_text(options.values())
        try:
            with translation.override("en"):
                try:
                    return super().execute(*args, **options)
                finally:
                    self.stdout.flush()  # at the end of the program it is too late to say anything
        except KeyboardInterrupt:
            raise CommandError("Stopped. What was done so far stays done.", returncode=INTERRUPTED) from None
        except BrokenPipeError:
            _say_nothing_more()
            sys.exit(NOT_READ)
        except OSError as exc:
            if not mishaps.lacking(exc):
                raise
            _say_nothing_more()
            words = f"This machine can't do it ({exc.strerror}). What was done so far stays done."
            raise CommandError(words, returncode=UNABLE) from exc
        except (DatabaseError, InterfaceError) as exc:
            words = f"The database does not answer as it should ({type(exc).__name__}). New here? manage.py migrate"
            raise CommandError(words, returncode=UNABLE) from exc

    def check(self, *args: Any, **kwargs: Any) -> None:
        """Errors stop the command; warnings are for `manage.py check`, not for every command again."""
        if any(message.is_serious(checks.ERROR) for message in checks.run_checks(**kwargs)):
            super().check(*args, **kwargs)


def _say_nothing_more() -> None:
    """Else Python tries to write what is left once more at its end, and complains."""
    with suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse_no_text(values: Iterable[object]) -> None:
    """Of a terminal that does not speak UTF-8 where it is expected: no database takes that. Paths are bytes."""
    for value in values:
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, str) and any("\ud800" <= sign <= "\udfff" for sign in each):
                raise misused("An argument holds signs that are none: does this terminal speak UTF-8?")


def misused(words: str) -> CommandError:
    return CommandError(words, returncode=USAGE)


def web_address(option: str, url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        found = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        found = None
    if not found:
        raise misused(f"{option}: it must begin with https:// and name a host.")
    if parts.username or parts.query or parts.fragment:
        raise misused(f"{option}: it must hold neither a login nor ? nor #.")
    return parts


def need(systems: Iterable[str], returncode: int) -> None:
    if missing := [name for name in systems if not connections.configured(name)]:
        raise CommandError(f"Not configured: {', '.join(missing)} (see .env.example).", returncode=returncode)


def one_of(kind: str, name: str, known: Iterable[str]) -> str:
    """The name, if there is such a thing."""
    there = list(known)
    if name not in there:
        raise misused(f"There is no {kind} {name!r}. There are: {', '.join(there)}")
    return name


def agreed(question: str) -> bool:
    try:
        return input(f"{question} Type yes: ").strip().lower() == "yes"
    except EOFError:  # nobody there to ask
        return False
