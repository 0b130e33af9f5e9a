"""`manage.py setup_schedules`"""

from __future__ import annotations

from typing import Any

from syncapp import schedules
from syncapp.checks import HUB
from syncapp.management.base import HubCommand
from syncapp.management.output import table


class Command(HubCommand):
    requires_system_checks = [HUB]
    help = (
        "Writes the hub's scheduled jobs into the queue's table. Run it after every update; running it again changes\n"
        "nothing. What staff switched off stays off, schedules that don't belong to the hub are left alone."
    )
    dry_run = "only say what would be changed"

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        changes = schedules.ensure(dry_run=dry_run)
        rows = [
            (each.name, each.timing or "-", each.step.value, "switched off by staff" if each.switched_off else "")
            for each in changes
        ]
        self.stdout.write(table(("schedule", "runs", "now" if not dry_run else "would be", ""), rows))
