"""`manage.py worker`: the processes that do the work, under a supervisor that keeps them working."""

from __future__ import annotations

import argparse
import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error as DatabaseError
from django.db import connection

from syncapp.engine.workers import proof
from syncapp.management import serving
from syncapp.models import Worker


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError("must be a number, 1 or more")
    return int(text)


class Command(BaseCommand):
    help = (
        "Starts the workers and keeps them working. Start as many of these as you like, on as many machines as you "
        "like. If the workers stop proving that they work (CANARY_SECONDS), they are ended and started anew; nothing "
        "is lost by that. Ctrl-C or SIGTERM: running tasks finish (STOP_GRACE_SECONDS), then it ends. A second Ctrl-C "
        "ends it at once. Exit code: 0 ended cleanly, 1 tasks had to be cut off (they run again later)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--workers", type=_count, metavar="N", help="processes that run tasks (default: the setting QUEUE_WORKERS)"
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="start nothing; exit with 0 if workers of this machine proved lately that they work, else with 1",
        )

    def handle(self, *args: Any, workers: int | None, check: bool, **options: Any) -> None:
        if check:
            if why := proof.fault():
                raise CommandError(why)
            self.stdout.write(proof.FINE)
            return
        _refuse_without_tables()
        if workers:
            os.environ["QUEUE_WORKERS"] = str(workers)
        serving.become("supervise")


def _refuse_without_tables() -> None:
    try:
        tables = connection.introspection.table_names()
    except DatabaseError:
        return  # away for now: the supervisor waits for it
    finally:
        connection.close()
    if Worker._meta.db_table not in tables:
        raise CommandError("The database has no tables yet. Run: python manage.py migrate")
