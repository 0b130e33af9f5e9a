"""`manage.py sweep`"""

from __future__ import annotations

from typing import Any

from syncapp.engine.recovery.sweep import sweep
from syncapp.management.base import HubCommand
from syncapp.management.output import table


class Command(HubCommand):
    help = (
        "Picks up at once what a sweep picks up every minute by itself: work a dead worker left, records that get\n"
        "another try, systems that may answer again. Harmless at any time. It starts no run here; workers do the work."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        swept = sweep()
        rows = [
            ("taken back from dead workers", swept.recovered),
            ("tried once more after a day", swept.second_chances),
            ("systems that answer again", swept.systems_back),
            ("tasks put on the queue", swept.drains),
        ]
        self.stdout.write(table(("what", "how many"), rows))
