"""`manage.py move_database`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandParser

from syncapp.keeping import moving
from syncapp.keeping.backups import database_file
from syncapp.management.base import HubCommand
from syncapp.management.keeping import NOT_DONE, at_work

KEPT = "Nothing was moved; SQLite's database is as it was."


class Command(HubCommand):
    help = (
        "Brings everything from SQLite to PostgreSQL: all tables with all rows, numbers go on where they were. Web\n"
        "server and workers must be stopped. SQLite's database is only read. All of it arrives or nothing: killed in\n"
        "between, it is run again.\n\n"
        "  manage.py move_database --to postgres://hub@db.example.org:5432/hub\n\n"
        "The database must be there and the hub's own, and empty. Others on this machine can see the command line:\n"
        "leave the password out, and give it in PGPASSWORD or in ~/.pgpass."
    )
    exit_codes = {0: "moved", NOT_DONE: "not moved"}
    dry_run = "look at both sides and move nothing"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--to", required=True, metavar="ADDRESS", help="as in DATABASE_URL: postgres://user@host/name"
        )

    def handle(self, *args: Any, to: str, dry_run: bool, **options: Any) -> None:
        with at_work("Move", KEPT) as progress:
            moved = moving.move(to, progress, dry_run=dry_run)
        words = "would be moved" if dry_run else "are moved, and counted on both sides"
        self.stdout.write(f"{moved.rows:,} rows in {moved.tables} tables {words}.")
        if moved.left:
            self.stdout.write(f"Tables that are not the hub's stay: {', '.join(moved.left)}")
        if not dry_run:
            for line in _NEXT:
                self.stdout.write(line)
            self.stdout.write(f"{database_file()} is as it was. Keep it until all is well, then delete it.")


_NEXT = (
    "Next, in .env (under systemd /etc/bitbylaw/hub.env):",
    "  DATABASE_URL=    that address, with its password",
    "  for workers on several machines Redis too: QUEUE_BROKER=redis and REDIS_HOST (or REDIS_URL)",
    "Then manage.py check, and start web server and workers. Nobody needs to log in anew.",
)
