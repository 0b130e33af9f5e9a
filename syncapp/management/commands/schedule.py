"""`manage.py schedule`"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string

from syncapp.engine.workers import scheduled
from syncapp.events.spec import Schedule
from syncapp.kit import mishaps
from syncapp.management.base import HubCommand, one_of
from syncapp.management.output import table
from syncapp.management.recording import recorded
from syncapp.schedules import row_name, schedules
from syncapp.words.timing_words import lasting, timing_in_words

TROUBLE = 1


class Command(HubCommand):
    help = (
        "What runs at fixed times.\n\n"
        "  manage.py schedule list          how often, last run, how long, result, next run\n"
        "  manage.py schedule run NAME      run one now, here, and wait for its end (switched off or not)"
    )
    exit_codes = {0: "all is well", TROUBLE: "list: one failed or did not run; run: it failed"}

    def add_arguments(self, parser: CommandParser) -> None:
        kinds = parser.add_subparsers(dest="what", required=True, metavar="list | run")
        kinds.add_parser("list", help="all of them")
        kinds.add_parser("run", help="one of them, now").add_argument("name")

    def handle(self, *args: Any, what: str, name: str = "", **options: Any) -> None:
        if what == "list":
            self._list()
        else:
            known = {each.name: each for each in schedules()}
            self._run(known[one_of("schedule", name.removeprefix(scheduled.PREFIX), known)])

    def _list(self) -> None:
        rows, troubles = [], 0
        for seen in scheduled.look():
            job = seen.job
            took = lasting(job.milliseconds) if job and job.ended_at else "-"
            last, coming = _moment(job.started_at if job else None), _moment(seen.row.next_run)
            often = timing_in_words(seen.row.cron or "", seen.row.minutes or 0)
            rows.append((seen.name, often, last, took, coming if seen.row.repeats else "-", seen.state.label))
            troubles += seen.in_trouble
        if not rows:
            raise CommandError("There are no schedules yet: manage.py setup_schedules", returncode=TROUBLE)
        self.stdout.write(table(("schedule", "how often", "last run", "took", "next run", "result"), rows))
        if troubles:
            raise CommandError("Not all of them run as they should; the page of each says more.", returncode=TROUBLE)

    def _run(self, schedule: Schedule) -> None:
        begun, error, row = time.monotonic(), "", row_name(schedule)
        scheduled.begin(row)
        with recorded("schedule_run", "Schedule", row):
            try:
                import_string(schedule.function)(*schedule.arguments)
            except Exception as exc:
                error = f"{mishaps.kinds(exc)} in {' > '.join(mishaps.places(exc))}"
            finally:
                took = round((time.monotonic() - begun) * 1000)
                scheduled.end(row, took, error)
        if error:
            raise CommandError(f"{schedule.name} failed after {lasting(took)}: {error}", returncode=TROUBLE)
        self.stdout.write(f"{schedule.name} went well and took {lasting(took)}.")


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else "-"
