"""Comparisons on a schedule: part of the design, not a repair. Events get lost, and links send none.

A flow declares what is compared; here is how: one at a time, with the systems it needs, with the brake, and leaving
requests of the lowest urgency. A comparison writes nothing itself.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from math import inf

import structlog
from django.conf import settings
from django.utils import timezone
from django.utils.module_loading import import_string

from syncapp.clients.errors import ClientError
from syncapp.clients.http.observe import OutsideCall
from syncapp.engine.outside import connections, locks, outages
from syncapp.engine.queue import enqueue
from syncapp.engine.runs.run import stored_call
from syncapp.events import registry
from syncapp.events.spec import Brake, Comparison
from syncapp.flows import cursors, named
from syncapp.flows.comparing.notes import Confirmed, Interrupted, NotAvailable
from syncapp.flows.differences import CRM_ONLY, ONLY_A_LOOK, Difference, Found, leave_requests
from syncapp.models import Record, ScanRun, ScanState, Status

CONFIRMED = "syncapp.jobs.scan_confirmed"
# A person is needed: whoever looks through the lines for errors finds it.
LEVELS = {ScanState.FAILED: logging.ERROR, ScanState.STOPPED: logging.WARNING}
CALLS_KEPT = 200  # of a comparison; a full one makes thousands that look alike
CALL_KEPT = ("system", "method", "status", "ms", "error", "at")

log = structlog.get_logger(__name__)


def run(name: str, *, confirmed: bool = False, agreed: float = 0) -> ScanRun | None:
    """Compare and leave requests. None: another one is under way, or no flow has it.

    `confirmed`: a person has agreed to whatever differs; `agreed`: to so many of what the brake counts. Raises
    `LocksAway`: nothing was compared, and the schedule's page and whoever is told of failed jobs shall say so.
    """
    token, compared = uuid.uuid4().hex, registry.comparison(name)
    if compared is None:
        return None
    try:
        # As long as a scan may take, so that a repeated task never runs beside it.
        longest = timedelta(seconds=compared.timeout) if compared.timeout else None
        with locks.hold(f"scan:{name}", token, "scan", longest, patient=True):
            ScanRun.objects.filter(scan=name, state=ScanState.RUNNING).update(
                state=ScanState.FAILED, note=Interrupted().stored(), finished_at=timezone.now()
            )
            scan = ScanRun.objects.create(scan=name, started_at=timezone.now())
            with connections.watched_by(_Calls(scan)):
                _attempt(scan, compared, inf if confirmed else agreed)
            return scan
    except locks.LockBusy:
        return None


class _Calls:
    """The clients' observer of a comparison, which writes nothing outside."""

    def __init__(self, scan: ScanRun) -> None:
        self.scan = scan

    def before_write(self) -> None:
        pass

    def called(self, call: OutsideCall) -> None:
        self.scan.calls_total += 1
        if len(self.scan.calls) < CALLS_KEPT:
            self.scan.calls.append({name: value for name, value in stored_call(call).items() if name in CALL_KEPT})


def _attempt(scan: ScanRun, compared: Comparison, agreed: float) -> None:
    try:
        away = outages.obstacle(compared.systems)
        missing = [name for name in compared.systems if not connections.configured(name)]
        if away or missing:
            scan.state, scan.note = ScanState.FAILED, NotAvailable(away.name if away else missing[0]).stored()
        else:
            _compare(scan, compared, agreed)
    except ClientError as exc:
        scan.state, scan.detail = ScanState.FAILED, str(exc)[:300]
        outages.suspect(exc.system, exc)
    scan.finished_at = timezone.now()
    scan.save()
    level = LEVELS.get(ScanState(scan.state), logging.INFO)
    log.log(
        level,
        "scan.ended",
        scan=scan.scan,
        trace_id=f"scan-{scan.pk}",
        state=scan.state,
        seen=scan.seen,
        differing=scan.differing,
    )


def _compare(scan: ScanRun, compared: Comparison, agreed: float) -> None:
    if compared.brake is None:  # each part at once: what a death leaves undone, the next one finds by the cursors
        for part in _parts(compared):
            scan.seen += part.seen
            _leave(scan, part.differences, [part])
    else:
        parts = []
        for part in _parts(compared):
            scan.seen += part.seen
            parts.append(part)
        found = _each_once(parts)
        counted = [each for each in found if each.how in compared.brake.counts]
        held_back = named.but_for_named(counted)
        if _too_many(compared.brake, len(held_back) - agreed):
            scan.state, scan.note = ScanState.STOPPED, compared.brake.note(len(held_back)).stored()
            _count(scan, found)
            leave_requests(scan, [each for each in found if each not in set(held_back)])
            return  # the cursors stay: the next comparison finds the others again
        _leave(scan, found, parts)
    scan.state = ScanState.DONE


def _too_many(brake: Brake, counted: float) -> bool:
    """A side that suddenly looks empty is more often an outage than an intention: above the limit AND the percentage
    of what is known a person must confirm."""
    config = settings.CONFIG
    if counted <= getattr(config, brake.limit):
        return False
    known = Record.objects.exclude(status=Status.SKIPPED)
    if brake.steps:
        known = known.filter(step__in=brake.steps)
    return counted * 100 > known.count() * int(getattr(config, brake.percent))


def _parts(compared: Comparison) -> Iterator[Found]:
    find: Callable[[], Iterator[Found]] = import_string(compared.finds)
    return find()


def _each_once(parts: Sequence[Found]) -> list[Difference]:
    """By what was found first, and rather by what asks for both sides."""
    found: dict[tuple[str, str, str], Difference] = {}
    for part in parts:
        for each in part.differences:
            place = (each.step, each.entity_type, each.entity_id)
            if place not in found or found[place].how in CRM_ONLY:
                found[place] = each
    return list(found.values())


def _leave(scan: ScanRun, found: Sequence[Difference], parts: Sequence[Found]) -> None:
    _count(scan, found)
    leave_requests(scan, found)
    for part in parts:
        # Requests first, cursors second: after a crash in between they are left twice, which is harmless.
        for name, position in part.cursors.items():
            cursors.move(name, position)
        scan.orphans += part.then()


def _count(scan: ScanRun, found: Sequence[Difference]) -> None:
    for each in found:
        scan.counts[each.how] = scan.counts.get(each.how, 0) + 1
    scan.differing += sum(each.how not in ONLY_A_LOOK for each in found)


def differences(compared: Comparison, progress: Callable[[int], None]) -> list[Difference]:
    """What a comparison would find now, without leaving a request. `progress` is told how many were looked at."""
    parts = []
    for part in _parts(compared):
        progress(part.seen)
        parts.append(part)
    return _each_once(parts)


def confirm(scan_run_pk: int) -> bool:
    """A person has looked at a stopped comparison and agrees: it is run again, by a worker."""
    stopped = ScanRun.objects.filter(pk=scan_run_pk, state=ScanState.STOPPED)
    compared = registry.comparison(stopped.values_list("scan", flat=True).first() or "")
    if compared is None or not stopped.update(state=ScanState.DONE, note=Confirmed().stored()):
        return False
    enqueue.put(CONFIRMED, [(scan_run_pk,)], timeout=compared.timeout or None)
    return True


def run_confirmed(scan_run_pk: int) -> ScanRun | None:
    """What a person has agreed to: as many changes as the stopped comparison told. Of what came since, the brake asks
    again: a side that looked half empty may look empty by now."""
    scan = ScanRun.objects.filter(pk=scan_run_pk).first()
    compared = registry.comparison(scan.scan) if scan is not None else None
    if scan is None or compared is None:
        return None
    counts = compared.brake.counts if compared.brake else ()
    return run(scan.scan, agreed=sum(number for how, number in scan.counts.items() if how in counts))
