"""`manage.py restore`"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from syncapp.keeping import restoring
from syncapp.keeping.restoring import Restored
from syncapp.management.arguments import named_path
from syncapp.management.base import HubCommand
from syncapp.management.keeping import NOT_DONE, at_work, moment

KEPT = "The database is as it was before."


class Command(HubCommand):
    help = (
        "Brings a backup back (manage.py backup). Web server and workers must be stopped. It is done whole or not at\n"
        "all: killed in between, the database is as it was.\n\n"
        "  manage.py restore FILE --dry-run              looks at all of it, and changes nothing\n"
        "  manage.py restore FILE                        into an empty database\n"
        "  manage.py restore FILE --replace              in the place of what is there\n"
        "  manage.py restore FILE --identity KEYFILE     an encrypted one\n\n"
        "A backup of a newer program, of the other engine, or one that is not whole is refused. What was true at the\n"
        "time of the backup only does not come back: the queue, locks, logins, and who worked."
    )
    exit_codes = {0: "restored", NOT_DONE: "not restored; the database is as it was"}
    dry_run = "look at all of it and change nothing"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=named_path, metavar="FILE", help="the backup")
        parser.add_argument(
            "--identity", type=named_path, metavar="KEYFILE", help="the private key (age) of an encrypted one"
        )
        parser.add_argument("--replace", action="store_true", help="also when the database is not empty")

    def handle(self, *args: Any, file: Path, identity: Path | None, dry_run: bool, **options: Any) -> None:
        with at_work("Restore", KEPT) as progress:
            done = restoring.restore(file, identity, progress, replace=options["replace"], dry_run=dry_run)
        words = "could be restored here" if dry_run else "is restored"
        rows = sum(done.manifest.rows.values())
        made = f"of {moment(done.manifest.made_at)}, program {done.manifest.version}, {rows:,} rows"
        self.stdout.write(f"{file} {words}: {made}.")
        if not dry_run:
            for line in _next(done):
                self.stdout.write(line)


def _next(done: Restored) -> list[str]:
    lines = [f"The database that could not be read is {done.aside} now."] if done.aside else []
    if not done.redis_emptied:
        lines.append("Redis did not answer: empty it before you start the hub, its queue is of another day.")
    lines.append("Next:")
    if done.to_migrate:
        lines.append(f"  manage.py migrate         {done.to_migrate} migrations are newer than the backup")
    return [
        *lines,
        "  manage.py setup_schedules",
        "  start web server and workers; everybody logs in anew",
        f"What was done since {moment(done.manifest.made_at)} is not in it: look whether keys of programs, accounts or",
        "rights were taken away since, and repeat erasures (manage.py person). What other systems have is",
        "found by the comparisons, and nothing is written twice.",
    ]
