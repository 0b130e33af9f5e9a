"""`manage.py person`"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from syncapp.management.arguments import named_path
from syncapp.management.base import FOUND, HubCommand, agreed, misused
from syncapp.management.output import plural, progress, table
from syncapp.management.recording import recorded
from syncapp.upkeep import disclosure, erasure, persons
from syncapp.upkeep.persons import Person

SHOWN = 50


class Command(HubCommand):
    help = (
        "What the hub holds about one person: tells it, or erases what can go (GDPR articles 15 and 17).\n"
        "A person is a party of the CRM with its bank accounts; one of --betnr, --id and --search says which.\n"
        "Appointments only speak of persons: give the words to look for with --mentions.\n\n"
        "  manage.py person find --search 'Wendland Jörn'\n"
        "  manage.py person export --betnr 104860 --mentions Wendland --to wendland.json\n"
        "  manage.py person erase --id 65f0a1b2c3d4e5f60 --dry-run\n\n"
        "What other systems hold about the person is theirs to tell and to erase; what lives there comes again."
    )
    exit_codes = {0: "done", FOUND: "nobody, or more than one; or you said no"}
    dry_run = "erase: only count what would go"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("what", choices=("find", "export", "erase"))
        who = parser.add_mutually_exclusive_group(required=True)
        who.add_argument("--betnr", type=int, metavar="N", help="number in Advoware")
        who.add_argument("--id", help="id of the party, or of one of its bank accounts, in the CRM")
        who.add_argument("--search", metavar="WORDS", help="all of them in name, mail, phone number or IBAN")
        parser.add_argument("--mentions", metavar="WORDS", default="", help="appointments with all of them, too")
        parser.add_argument("--to", type=named_path, metavar="FILE", help="export: a new file, as JSON (needed)")
        parser.add_argument("--yes", action="store_true", help="erase: don't ask")

    def handle(self, *args: Any, what: str, mentions: str, to: Path | None, **options: Any) -> None:
        if (what == "export") != (to is not None):
            raise misused("--to is for export, and export needs it.")
        found = _found(options)
        if what == "find":
            self.stdout.write(_table(found[:SHOWN]))
            if len(found) > SHOWN:
                self.stdout.write(f"and {len(found) - SHOWN} more: add words.")
            return
        if len(found) > 1:
            raise CommandError(f"{len(found)} persons fit. Name one by --betnr or --id:\n\n{_table(found[:SHOWN])}")
        if to is not None:
            self._export(found[0], mentions, to)
        else:
            self._erase(found[0], mentions, dry_run=options["dry_run"], yes=options["yes"])

    def _export(self, person: Person, words: str, to: Path) -> None:
        with recorded("export_person", *person.entities[0]) as row, progress("Collecting"):
            told = disclosure.disclosed(person, words)
            row.count = sum(map(len, told["tables"].values()))
            try:
                _write(told, to)
            except OSError as exc:
                raise misused(f"{to} can't be written: {exc.strerror}.") from exc
        self.stdout.write(f"{plural(row.count, 'row')} in {to}. It holds a client's data: give it to nobody else.")

    def _erase(self, person: Person, words: str, *, dry_run: bool, yes: bool) -> None:
        if dry_run:
            self._report(erasure.erase(person, words, dry_run=True), "would go")
            return
        self.stdout.write(_table([person]))
        if not yes and not agreed("Erase what the hub knows of this person? This can't be undone."):
            raise CommandError("Left as it is.", returncode=FOUND)
        with recorded("erase_person", *person.entities[0]) as row:
            erased = erasure.erase(person, words)
            row.count = sum(erased.counts.values())
        self._report(erased, "went")

    def _report(self, erased: erasure.Erased, head: str) -> None:
        self.stdout.write(table(("values", head), list(erased.counts.items())))
        stays = [(kept.name, kept.rows, kept.why.label) for kept in erased.kept]
        if stays:
            self.stdout.write("\n" + table(("stays", "rows", "because"), stays))


def _write(told: dict[str, Any], to: Path) -> None:
    """Whole or not at all: half of it would lie there unnoticed."""
    file = os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        # What is no sign is written as JSON does.
        with os.fdopen(file, "w", encoding="utf-8", errors="backslashreplace") as text:
            json.dump(told, text, ensure_ascii=False, indent=1)
    except BaseException:
        to.unlink(missing_ok=True)
        raise


def _found(options: dict[str, Any]) -> list[Person]:
    if options["betnr"] is not None:
        found = persons.by_number(str(options["betnr"]))
    elif options["id"]:
        found = persons.by_id(options["id"])
    else:
        found = persons.by_words(options["search"] or "")
    if not found:
        raise CommandError("The hub knows nobody like that.", returncode=FOUND)
    return found


def _table(found: list[Person]) -> str:
    rows = [(*person.entities[0], ", ".join(person.numbers), len(person.entities) - 1) for person in found]
    return table(("type", "id in the CRM", "betNr", "and accounts"), rows)
