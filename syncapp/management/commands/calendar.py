"""`manage.py calendar`"""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import Any

from django.core.management.base import CommandError, CommandParser

from syncapp.flows.calendar import asking
from syncapp.management import calendar_employees, calendar_reports, calendar_tidy
from syncapp.management.base import FOUND, NOT_ASKED, HubCommand


class Command(HubCommand):
    help = (
        "Looks after the employees' Google calendars. Nothing is changed without --remove or resync, and no text or\n"
        "place of an appointment is printed but by show.\n\n"
        "  manage.py calendar verify              does Google have what Advoware has? For all employees\n"
        "  manage.py calendar verify SB AB        the same for two of them\n"
        "  manage.py calendar show 4711           one appointment by its frNr or the id of its event: both sides\n"
        "  manage.py calendar duplicates          events that are there twice; --remove takes the extra ones away\n"
        "  manage.py calendar orphans             events and links without an appointment; --remove takes them away\n"
        "  manage.py calendar resync SB           has a calendar compared now; also by frNr, or ALL\n"
        "  manage.py calendar resync SB --full    the same, and has Google tell everything anew\n\n"
        "manage.py calendar ACTION --help says more about each."
    )
    exit_codes = {
        0: "all is well, or done",
        FOUND: "something differs or was found and is left as it is; show: there is no such appointment",
        NOT_ASKED: "a system could not be asked",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        def action(name: str, briefly: str, words: str, run: Any) -> Any:
            layout = argparse.RawDescriptionHelpFormatter
            added = actions.add_parser(name, help=briefly, description=words, formatter_class=layout)
            added.set_defaults(run=run)
            return added

        verify = action(
            "verify",
            "what differs, for all or some employees",
            calendar_reports.VERIFY,
            calendar_reports.verify,
        )
        _add_employees(verify)
        show = action("show", "one appointment on both sides", calendar_reports.SHOW, calendar_reports.show)
        show.add_argument("what", metavar="FRNR|EVENT-ID", help="number in Advoware, or id of the event in Google")
        for name, briefly, words, look in (
            ("duplicates", "events that are there twice", calendar_tidy.DUPLICATES, calendar_tidy.duplicates),
            ("orphans", "what belongs to no appointment", calendar_tidy.ORPHANS, calendar_tidy.orphans),
        ):
            tidy = action(name, briefly, words, partial(calendar_tidy.tidy, look=look))
            _add_employees(tidy)
            tidy.add_argument("--remove", action="store_true", help="take away what may be taken away")
            tidy.add_argument("--dry-run", action="store_true", help="with --remove: only say what would be taken away")
            tidy.add_argument("--yes", action="store_true", help="with --remove: don't ask")
        resync = action("resync", "has calendars compared now", calendar_employees.RESYNC, calendar_employees.resync)
        resync.add_argument("what", metavar="KÜRZEL|FRNR|ALL", help="whose calendar, or the one with that appointment")
        resync.add_argument(
            "--full", action="store_true", help="forget how far Google has told, and have all told anew"
        )
        resync.add_argument("--dry-run", action="store_true", help="only say which calendars would be compared")

    def handle(self, *args: Any, run: Any, **options: Any) -> None:
        if not asking.ready():
            raise CommandError("Advoware or Google is not configured (see .env.example).", returncode=NOT_ASKED)
        own = ("kuerzel", "what", "remove", "dry_run", "yes", "full")
        if code := run(self.stdout.write, **{name: options[name] for name in own if name in options}):
            sys.exit(code)


def _add_employees(parser: Any) -> None:
    words = "of employees; without: all whose calendars are switched on"
    parser.add_argument("kuerzel", nargs="*", metavar="KÜRZEL", help=words)
