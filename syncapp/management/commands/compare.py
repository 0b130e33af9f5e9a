"""`manage.py compare`"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandError, CommandParser

from syncapp.checks import HUB
from syncapp.clients.errors import ClientError
from syncapp.events import registry
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.flows.differences import Difference
from syncapp.management.base import FOUND, NOT_ASKED, HubCommand, need
from syncapp.management.output import plural, progress, table


class Command(HubCommand):
    requires_system_checks = [HUB]
    help = (
        "Compares the systems and prints what differs. It changes nothing and starts nothing.\n\n"
        + "".join(f"  --scan {each.name:<11} {each.about}\n" for each in registry.comparisons())
        + "\nTo have the differences put right: they are, by themselves, as the schedules say; one of them now:\n"
        "manage.py sync STEP ENTITY_TYPE ID."
    )
    exit_codes = {0: "nothing differs", FOUND: "something differs", NOT_ASKED: "the comparison could not be made"}

    def add_arguments(self, parser: CommandParser) -> None:
        names = [each.name for each in registry.comparisons()]
        parser.add_argument("--scan", choices=names, default=EVERYTHING, help="see above")
        parser.add_argument("--format", choices=("table", "json"), default="table", help="for people or for programs")

    def handle(self, *args: Any, scan: str, format: str, **options: Any) -> None:
        (compared,) = (each for each in registry.comparisons() if each.name == scan)
        need(compared.systems, NOT_ASKED)
        seen = 0

        def count(more: int) -> None:
            nonlocal seen
            seen += more
            tell(f"{seen:,} looked at")

        try:
            with progress("Comparing") as tell:
                found = scans.differences(compared, count)
        except ClientError as exc:
            raise CommandError(f"The comparison stopped: {exc}", returncode=NOT_ASKED) from exc
        self.stdout.write(_json(found) if format == "json" else _table(found, seen))
        if found:
            sys.exit(FOUND)


def _json(found: list[Difference]) -> str:
    return json.dumps([{**asdict(each.target), "why": each.how} for each in found], indent=2)


def _table(found: list[Difference], seen: int) -> str:
    if not found:
        return f"Nothing differs ({seen:,} looked at)."
    rows = [(each.step, each.entity_type, each.entity_id, each.how.label) for each in found]
    return f"{table(('step', 'entity type', 'id', 'why'), rows)}\n\n{plural(len(found), 'difference')} in {seen:,}."
