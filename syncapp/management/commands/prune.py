"""`manage.py prune`"""

from __future__ import annotations

from typing import Any

from syncapp.management.base import HubCommand
from syncapp.management.output import progress, table
from syncapp.upkeep import pruning


class Command(HubCommand):
    help = (
        "Deletes what is older than the settings KEEP_INBOX_BODIES_DAYS, KEEP_INBOX_DAYS, KEEP_ATTEMPTS_DAYS,\n"
        "KEEP_JOURNAL_DAYS, KEEP_GONE_DAYS and KEEP_PROXY_CALLS_DAYS say. It happens every night by itself.\n"
        "What a person or a later run still needs stays.\n"
        "It may be stopped at any time and goes on where it was."
    )
    dry_run = "only count what would be deleted"

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        with progress("Deleting") as tell:
            pruned = pruning.prune(dry_run=dry_run, progress=lambda kind, rows: tell(f"{kind}: {rows:,}"))
        head = "would be deleted" if dry_run else "deleted"
        self.stdout.write(table(("what", head), list(pruned.counts.items())))
