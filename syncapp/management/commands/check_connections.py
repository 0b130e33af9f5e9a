"""`manage.py check_connections`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError

from syncapp.management.base import HubCommand
from syncapp.management.connection_checks import all_systems
from syncapp.management.crm_checks import HEADS
from syncapp.management.findings import Finding
from syncapp.management.output import plural, progress, table

TROUBLE = 1
_MARKS = {True: "ok", False: "TROUBLE", None: "note"}


class Command(HubCommand):
    help = (
        "Asks every configured system one harmless question, with the time it took, and looks whether EspoCRM has the\n"
        "entity types, fields and links that the hub works with, and what of Advoware's API answers at this firm.\n"
        "Changes nothing; keys and clients' data are never shown."
    )
    exit_codes = {0: "all is well", TROUBLE: "there is trouble, or nothing is configured"}

    def handle(self, *args: Any, **options: Any) -> None:
        findings: list[Finding] = []
        with progress("Asking") as tell:
            for finding in all_systems():
                findings.append(finding)
                tell(f"{finding.system} {finding.what}")
        rows = [(_MARKS[each.good], each.system, each.what, _time(each), each.words) for each in findings]
        self.stdout.write(table(("", "system", "what", "ms", "result"), rows))
        for each in findings:
            if each.rows:
                self.stdout.write(f"\n{each.what}\n{table(HEADS, each.rows)}")
        troubles = sum(each.good is False for each in findings)
        if troubles:
            raise CommandError(f"{plural(troubles, 'thing')} to mend.", returncode=TROUBLE)
        if all(each.good is None for each in findings):
            raise CommandError("No system is configured (see .env.example).", returncode=TROUBLE)


def _time(finding: Finding) -> str:
    return "" if finding.milliseconds is None else str(finding.milliseconds)
