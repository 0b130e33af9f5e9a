"""`manage.py release_lock`"""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from syncapp.engine.outside.locks import HeldLock
from syncapp.engine.recovery import guards
from syncapp.management.base import HubCommand, agreed, misused
from syncapp.management.output import table
from syncapp.management.recording import recorded

NOT_HELD = 1


class Command(HubCommand):
    help = (
        "Shows the records that are being worked on and the locks on what several of them share, or releases one.\n"
        "Rarely needed: what a dead worker held is released within a minute or two, and every lock ends by itself.\n"
        "Release one only when you are sure that nothing works on that entity any more.\n\n"
        "  manage.py release_lock --list\n"
        "  manage.py release_lock document_sync:CDokumente:65f0a1b2c3d4e5f60"
    )
    exit_codes = {0: "listed, or released", NOT_HELD: "this lock is not held, or you said no"}

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("key", nargs="?", help="step:entity type:id, as --list shows it")
        parser.add_argument("--list", action="store_true", help="show all locks and release none")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *args: Any, key: str | None, list: bool, yes: bool, **options: Any) -> None:
        if list == bool(key):
            raise misused("Give either the key of a lock or --list.")
        held, complete = guards.held()
        if not complete:
            self.stderr.write("Redis does not answer: the locks that it holds are not shown.")
        if key is None:
            self.stdout.write(_table(held) if held else "No lock is held.")
            return
        lock = next((each for each in held if each.key == key), None)
        if lock is None:
            raise CommandError(f"No lock {key} is held.", returncode=NOT_HELD)
        if not yes and not agreed(f"Release {key}?"):
            raise CommandError("Left as it is.", returncode=NOT_HELD)
        with recorded("release_lock", "Lock", key) as row:
            row.count = int(guards.release(key, lock.token))
        if not row.count:
            raise CommandError("It was released or taken over meanwhile.", returncode=NOT_HELD)
        self.stdout.write(f"Released {key}.")


def _table(held: list[HeldLock]) -> str:
    now = timezone.now()

    def seconds(lock: HeldLock, name: str) -> str:
        moment = getattr(lock, name)
        return f"{abs((now - moment).total_seconds()):.0f} s" if moment else "?"

    rows = [(lock.key, seconds(lock, "held_since"), seconds(lock, "expires_at")) for lock in held]
    return table(("lock", "held for", "ends by itself in"), rows)
