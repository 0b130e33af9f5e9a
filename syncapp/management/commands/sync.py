"""`manage.py sync`"""

from __future__ import annotations

import sys
import time
import uuid
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from syncapp.clients.errors import Rejected
from syncapp.clients.espocrm.rest import checked_id, checked_name
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs import verdicts
from syncapp.events import registry, running
from syncapp.management.arguments import seconds
from syncapp.management.base import HubCommand, misused, need, one_of
from syncapp.management.output import progress
from syncapp.management.recording import recorded
from syncapp.models import NEEDS_A_PERSON, Record, Status, Urgency
from syncapp.words.fault_words import fault_in_words
from syncapp.words.plan_words import in_words
from syncapp.words.reason_words import reason_in_words

FAILED, STILL_WAITING = 1, 3
LOOK_SECONDS = 0.2
AGREED = (Status.IN_SYNC, Status.SKIPPED)


class Command(HubCommand):
    help = (
        "Has one entity looked at and brought into agreement, links included, whatever pause it had.\n\n"
        "  manage.py sync document_sync CDokumente 65f0a1b2c3d4e5f60            a worker does it\n"
        "  manage.py sync document_sync CDokumente 65f0a1b2c3d4e5f60 --wait     do it here and say what came of it\n"
        "  manage.py sync document_sync CDokumente 65f0a1b2c3d4e5f60 --dry-run  only say what would be done\n\n"
        "manage.py steps lists the steps. Doing it twice does no harm."
    )
    exit_codes = {
        0: "in agreement, or nothing to do for this kind (without --wait: asked for; --dry-run: plan shown)",
        FAILED: "failed, or a conflict: a person is needed",
        STILL_WAITING: "still waiting; the hub goes on by itself",
    }
    dry_run = "make the plan, show it, do nothing"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", help="for example document_sync")
        parser.add_argument("entity_type", help="as EspoCRM names it, for example CDokumente")
        parser.add_argument("id", help="of the entity in EspoCRM")
        parser.add_argument("--wait", action="store_true", help="run it here; if a worker has it, wait for that")
        parser.add_argument("--timeout", type=seconds, default=120, metavar="S", help="with --wait (default: 120)")

    def handle(self, *args: Any, step: str, entity_type: str, id: str, **options: Any) -> None:
        target = _checked(step, entity_type, id)
        if options["dry_run"]:
            self._preview(target)
        else:
            self._sync(target, options["timeout"] if options["wait"] else None)

    def _preview(self, target: Target) -> None:
        need(registry.step(target.step).systems, FAILED)
        try:
            plan = running.preview(_record(target))
        except Exception as exc:  # any fault of a flow is shown like that of a run, in words
            verdict = verdicts.judge(exc)
            words = f"{reason_in_words(verdict.reason, verdict.system)} ({verdict.detail})"
            raise CommandError(words, returncode=FAILED) from exc
        self.stdout.write("Would be done:" if plan.actions else "Nothing would be written.")
        for number, action in enumerate(plan.actions, 1):
            self.stdout.write(f"  {number}. {in_words(action)}")
        self.stdout.write(f"Afterwards: {plan.status}{plan.reason and f': {plan.reason}'}")
        for note in plan.notes:
            self.stdout.write(f"Note: {in_words(note)}")

    def _sync(self, target: Target, timeout: float | None) -> None:
        with recorded("look", target.entity_type, target.entity_id, target.step) as row:
            (asked,) = sync_requests.request(
                [target],
                urgency=Urgency.STAFF,
                trace_id=uuid.uuid4().hex,
                full=True,
                force=True,
                delay_carriers=timeout is not None,  # it is run here; if this process dies, the sweep finds it
            )
            row.count = 1
        if timeout is None:
            self.stdout.write(f"Asked for; a worker does it (record {asked.pk}). To see the result here: --wait")
            return
        with progress(f"Syncing {target.entity_type} {target.entity_id}") as tell:
            record = _settled(asked.pk, timeout, tell)
        self.stdout.write(_words(record))
        if record.status in NEEDS_A_PERSON:
            sys.exit(FAILED)
        if record.status not in AGREED:
            sys.exit(STILL_WAITING)


def _checked(step: str, entity_type: str, entity_id: str) -> Target:
    one_of("step", step, (spec.name for spec in registry.runnable()))
    try:
        target = Target(step, checked_name(entity_type), checked_id(entity_id))
    except Rejected:
        raise misused("The entity type or the id has characters that EspoCRM does not use.") from None
    types = registry.works_on(registry.step(step))
    # Others are fine when a comparison has found them through the metadata.
    if entity_type not in types and not Record.objects.filter(step=step, entity_type=entity_type).exists():
        raise misused(f"{step} does not work on {entity_type!r}, but on: {', '.join(types)}")
    return target


def _record(target: Target) -> Record:
    """The record, or one that only exists here, so that a dry run leaves nothing behind."""
    key = {"step": target.step, "entity_type": target.entity_type, "entity_id": target.entity_id}
    return Record.objects.filter(**key).first() or Record(pk=0, requested=1, changed_at=timezone.now(), **key)


def _settled(pk: int, timeout: float, tell: Any) -> Record:
    """The record when it has come to an end, or as it is when the time is over or its pause lasts longer."""
    ends = time.monotonic() + timeout
    while True:
        record = Record.objects.get(pk=pk)
        if record.status in (*AGREED, *NEEDS_A_PERSON):
            return record
        left, pause = ends - time.monotonic(), 0.0
        if record.status == Status.WAITING and record.due_at is not None:
            pause = (record.due_at - timezone.now()).total_seconds()
        if left <= 0 or pause > left:
            return record
        tell(record.reason or record.status)
        if record.status == Status.WAITING and pause <= 0:
            running.run_now(pk, record.step)
        else:
            time.sleep(LOOK_SECONDS)


def _words(record: Record) -> str:
    words = f"{record}: {record.get_status_display()}"
    if record.reason:
        words += f"\n{reason_in_words(record.reason, record.system)}"
    if record.detail:
        words += f" ({fault_in_words(record.detail)})"
    if record.status == Status.WAITING and record.due_at:
        words += f"\nNext try: {timezone.localtime(record.due_at):%Y-%m-%d %H:%M:%S}"
    return words
