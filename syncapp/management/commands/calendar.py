"""`manage.py calendar`"""

from __future__ import annotations

import argparse
import sys
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import translation

from syncapp.flows.calendar import asking
from syncapp.management import calendar_resync, calendar_show, calendar_tidy, calendar_verify
from syncapp.management.base import HubCommand
from syncapp.management.calendar_names import FOUND, TROUBLE

KUERZEL = {"nargs": "*", "metavar": "KÜRZEL", "help": "of employees; without: all whose calendars are switched on"}


BRIEFLY = {
    "verify": "what differs, for all or some employees",
    "show": "one appointment on both sides",
    "duplicates": "events that are there twice",
    "orphans": "what belongs to no appointment",
    "resync": "has calendars compared now",
}


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
        TROUBLE: "a system could not be asked",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")

        def action(name: str, words: str) -> Any:
            layout = argparse.RawDescriptionHelpFormatter
            return actions.add_parser(name, help=BRIEFLY[name], description=words, formatter_class=layout)

        verify = action("verify", calendar_verify.WORDS)
        verify.add_argument("kuerzel", **KUERZEL)
        show = action("show", calendar_show.WORDS)
        show.add_argument("what", metavar="FRNR|EVENT-ID", help="number in Advoware, or id of the event in Google")
        for name, words in (("duplicates", calendar_tidy.DUPLICATES), ("orphans", calendar_tidy.ORPHANS)):
            tidy = action(name, words)
            tidy.add_argument("kuerzel", **KUERZEL)
            tidy.add_argument("--remove", action="store_true", help="take away what may be taken away")
            tidy.add_argument("--dry-run", action="store_true", help="with --remove: only say what would be taken away")
            tidy.add_argument("--yes", action="store_true", help="with --remove: don't ask")
        resync = action("resync", calendar_resync.WORDS)
        resync.add_argument("what", metavar="KÜRZEL|FRNR|ALL", help="whose calendar, or the one with that appointment")
        resync.add_argument(
            "--full", action="store_true", help="forget how far Google has told, and have all told anew"
        )
        resync.add_argument("--dry-run", action="store_true", help="only say which calendars would be compared")

    def handle(self, *args: Any, action: str, **options: Any) -> None:
        if not asking.ready():
            raise CommandError("Advoware or Google is not configured (see .env.example).", returncode=TROUBLE)
        with translation.override("en"):
            match action:
                case "verify":
                    code = calendar_verify.run(options["kuerzel"], self.stdout.write)
                case "show":
                    code = calendar_show.run(options["what"], self.stdout.write)
                case "resync":
                    code = calendar_resync.run(
                        options["what"], self.stdout.write, full=options["full"], dry_run=options["dry_run"]
                    )
                case _:
                    order = calendar_tidy.Order(action, options["remove"], options["dry_run"], options["yes"])
                    code = calendar_tidy.run(options["kuerzel"], order, self.stdout.write)
        if code:
            sys.exit(code)
