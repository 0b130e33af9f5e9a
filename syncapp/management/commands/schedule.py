"""`manage.py schedule`"""

from __future__ import annotations

import time
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string

from syncapp.engine.workers import scheduled
from syncapp.events import registry
from syncapp.events.spec import Schedule
from syncapp.kit import mishaps
from syncapp.management.base import HubCommand, one_of
from syncapp.management.output import table
from syncapp.management.recording import recorded
from syncapp.models import ScanRun, ScanState
from syncapp.schedules import row_name, schedules
from syncapp.words.fault_words import fault_in_words
from syncapp.words.plan_words import in_words
from syncapp.words.timing_words import lasting, timing_in_words

TROUBLE = 1


class Command(HubCommand):
    help = (
        "What runs at fixed times.\n\n"
        "  manage.py schedule list          how often, last run, how long, result, next run\n"
        "  manage.py schedule run NAME      run one now, here, and wait for its end (switched off or not)"
    )
    exit_codes = {0: "all is well", TROUBLE: "list: one failed or did not run; run: it failed or stopped"}

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
        begun, at, error, row = time.monotonic(), timezone.now(), "", row_name(schedule)
        scheduled.begin(row)
        with recorded("schedule_run", "Schedule", row):
            try:
                import_string(schedule.function)(*schedule.arguments)
            except BaseException as exc:
                error = f"{mishaps.kinds(exc)} in {' > '.join(mishaps.places(exc))}"
                if not isinstance(exc, Exception):  # Ctrl-C: it did not come to its end
                    raise
            finally:
                took = round((time.monotonic() - begun) * 1000)
                scheduled.end(row, took, error)
        if error:
            raise CommandError(f"{schedule.name} failed after {lasting(took)}: {error}", returncode=TROUBLE)
        if schedule.function == registry.COMPARE:
            _tell_of_comparison(str(schedule.arguments[0]), at)
        self.stdout.write(f"{schedule.name} went well and took {lasting(took)}.")


def _tell_of_comparison(name: str, since: datetime) -> None:
    """A job that went well may be about a comparison that did not."""
    made = ScanRun.objects.filter(scan=name, started_at__gte=since).order_by("pk").last()
    if made is None:
        words = "Nothing was compared: another one of this kind is under way."
        raise CommandError(words, returncode=TROUBLE)
    if made.state != ScanState.DONE:
        why = fault_in_words(made.detail) or (in_words(made.note) if made.note else "")
        words = f"Comparison {made.pk}: {made.get_state_display()}{why and f' ({why})'}. Its page in the hub says more."
        raise CommandError(words, returncode=TROUBLE)


def _moment(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%d %H:%M:%S}" if moment else "-"
