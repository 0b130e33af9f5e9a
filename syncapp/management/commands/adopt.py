"""`manage.py adopt`"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from syncapp.checks import HUB
from syncapp.events import registry
from syncapp.flows.adopting import adopting, report
from syncapp.management.arguments import how_many, named_path
from syncapp.management.base import NOT_ASKED, UNABLE, HubCommand, misused, need
from syncapp.management.output import plural, progress, table
from syncapp.management.recording import recorded
from syncapp.models import Adoption, AdoptionState

UNDER_WAY = 3
LOOKED = "\nNothing was changed anywhere. To take it over: manage.py adopt --apply"
APPLIED = (
    "\nWhat agrees is remembered; nothing was written outside. The comparisons bring about what would be changed, as\n"
    "soon as the settings let them write. What a person must look at: docs/switching.md says what becomes of it."
)


class Command(HubCommand):
    requires_system_checks = [HUB]
    help = (
        "Takes over an installation that another hub has served: documents at xAI, collections, parties, bank\n"
        "accounts, Akten, calendars. It reads everything and shows of each kind what agrees and would be taken over\n"
        "as it is, what would be changed, and what a person must look at. Nothing is written in any other system,\n"
        "with --apply neither.\n\n"
        "  manage.py adopt                     look, and show counts with some ids\n"
        "  manage.py adopt --csv report.csv    all of it in a file, ids only\n"
        "  manage.py adopt --apply             remember what agrees, so that no sync touches it\n\n"
        "What would be changed is changed by the next ordinary comparison. --apply is your agreement to that: it\n"
        "needs no second confirmation. Doing it again does no harm. Step by step: docs/switching.md."
    )
    exit_codes = {
        0: "done",
        UNDER_WAY: "another one is at work; nothing was done, or what was taken over so far stays so",
        NOT_ASKED: "a system did not answer; what was taken over so far stays so, run it again",
    }

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true", help="remember what agrees; without it only look")
        parser.add_argument("--csv", type=named_path, metavar="FILE", help="write every finding into this file")
        parser.add_argument("--samples", type=how_many, default=3, metavar="N", help="ids in each line (default: 3)")
        parser.add_argument(
            "--trust-md5sum",
            action="store_true",
            help="this EspoCRM has a hook that hashes every file: believe `md5sum` instead of downloading",
        )

    def handle(self, *args: Any, apply: bool, csv: Path | None, samples: int, **options: Any) -> None:
        for declared in registry.adoptions():
            if declared.name == "collections":
                need(declared.systems[:1], NOT_ASKED)
        if csv is not None:
            _prove_writable(csv)
        asked = adopting.ask(apply=apply, trusts_md5=options["trust_md5sum"])
        try:
            with progress("Looking") as tell:
                done = self._run(asked, apply, tell)
        except adopting.UnderWayError:
            minutes = int(adopting.LEASE.total_seconds() // 60)
            words = f"Another one is at work, or was killed within the last {minutes} minutes: then run it again later."
            raise CommandError(f"{words} Nothing was done.", returncode=UNDER_WAY) from None
        except adopting.LostError:
            words = "It gave no sign of life for minutes (did the machine sleep?), and another one has begun."
            raise CommandError(f"{words} What was taken over so far stays so.", returncode=UNDER_WAY) from None
        self.stdout.write(_table(done, samples))
        if csv is not None:
            _write(done, csv)
            self.stdout.write(f"\nAll of it: {csv}")
        if done.state != AdoptionState.DONE:
            words = f"It stopped: {done.detail}. What was taken over so far stays so; run it again."
            raise CommandError(words, returncode=NOT_ASKED)
        self.stdout.write(APPLIED if apply else LOOKED)

    def _run(self, asked: Adoption, apply: bool, tell: Any) -> Adoption:
        def shown(kind: str, seen: int) -> None:
            tell(f"{kind} {seen:,}")

        if not apply:
            return adopting.run(asked, shown)
        with recorded("adopt", "Adoption", str(asked.pk)) as row:
            done = adopting.run(asked, shown)
            row.count = done.seen
            return done


def _table(done: Adoption, samples: int) -> str:
    rows = [
        (line.kind, line.verdict.label, f"{line.count:,}", " ".join(line.samples), line.words)
        for line in report.lines(done, samples)
    ]
    heads = ("kind", "verdict", "how many", "for example", "what")
    return f"{table(heads, rows)}\n\n{plural(done.seen, 'record')} looked at, {plural(done.calls, 'call')}."


def _prove_writable(path: Path) -> None:
    """Before hours of looking whose report would then have no place."""
    there = path.exists()
    try:
        path.open("a").close()
    except OSError as exc:
        raise misused(f"--csv: {path} can't be written ({exc.strerror}). Nothing was done.") from exc
    if not there:
        path.unlink()


def _write(done: Adoption, path: Path) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows(report.rows(done))
    except OSError as exc:
        words = f"--csv: {path} can't be written any more ({exc.strerror}). All else is done; the hub shows it too."
        raise CommandError(words, returncode=UNABLE) from exc
