"""`manage.py retry_failed`"""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import Count, QuerySet
from django.utils import timezone

from syncapp.engine.queue import retry
from syncapp.events import registry
from syncapp.management.base import HubCommand, misused, one_of
from syncapp.management.output import plural, table
from syncapp.management.recording import recorded
from syncapp.models import Record, Status
from syncapp.words.reason_words import reasons

_SPAN = re.compile(r"(\d{1,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


class Command(HubCommand):
    help = (
        "Tries again what failed and waits for a person: due now, attempts counted anew. What agrees already\n"
        "stays as it is. Conflicts are left alone, because a person has to choose there; so are refused contents,\n"
        "which other data mend, unless --reason names them.\n\n"
        "  manage.py retry_failed --dry-run\n"
        "  manage.py retry_failed --reason exhausted --since 12h"
    )
    exit_codes = {0: "done; there may have been nothing to try again"}
    dry_run = "only count"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--step", help="only this step (manage.py steps lists them)")
        parser.add_argument("--reason", help="only this reason, for example exhausted or rejected")
        parser.add_argument(
            "--since", metavar="WHEN", help="only what failed since: 30m, 12h, 7d, 2026-11-02 or 2026-11-02T14:00"
        )

    def handle(
        self, *args: Any, step: str | None, reason: str | None, since: str | None, dry_run: bool, **options: Any
    ) -> None:
        failed = _chosen(step, reason, since)
        rows = list(failed.values_list("step", "reason").annotate(Count("pk")).order_by("step", "reason"))
        if not rows:
            self.stdout.write("Nothing failed that fits.")
            return
        self.stdout.write(table(("step", "reason", "records"), rows))
        if dry_run:
            return
        detail = " ".join(filter(None, (step, reason, since)))
        with recorded("retry_matching", "Record", "", detail) as row:
            row.count = retry.retry(failed, trace_id=uuid.uuid4().hex)
        self.stdout.write(f"{plural(row.count, 'record')} will be tried again now.")


def _chosen(step: str | None, reason: str | None, since: str | None) -> QuerySet[Record]:
    failed = Record.objects.filter(status=Status.FAILED)
    if reason is None:  # whoever names a reason means it
        failed = failed.exclude(reason__in=registry.mended_by_data())
    if step is not None:
        failed = failed.filter(step=one_of("step", step, (spec.name for spec in registry.runnable())))
    if reason is not None:
        failed = failed.filter(reason=one_of("reason", reason, sorted(reasons())))
    return failed.filter(changed_at__gte=_moment(since)) if since is not None else failed


def _moment(text: str) -> datetime:
    if match := _SPAN.fullmatch(text):
        return timezone.now() - timedelta(**{_UNITS[match[2]]: int(match[1])})
    try:
        moment = datetime.fromisoformat(text)
        return (timezone.make_aware(moment) if timezone.is_naive(moment) else moment).astimezone(UTC)
    except (ValueError, OverflowError):  # the first and the last day of the calendar have no neighbour
        raise misused(f"--since {text!r} is no time. Examples: 30m, 12h, 7d, 2026-11-02, 2026-11-02T14:00") from None
