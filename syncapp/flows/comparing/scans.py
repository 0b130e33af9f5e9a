"""Comparisons on a schedule: part of the design, not a repair. Events get lost, and links send none.

"changes" looks at what changed in the CRM since a cursor, with overlap. "everything" compares all, links and xAI's side
included, and lists orphans. "parties" and "all parties" do the same for the CRM and Advoware. All only leave
requests, of the lowest urgency.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import structlog
from django.utils import timezone

from syncapp.clients.errors import ClientError
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.engine.outside import connections, locks, outages
from syncapp.engine.queue import enqueue
from syncapp.events import registry
from syncapp.flows import brake, cursors
from syncapp.flows.collections import scan as collections_scan
from syncapp.flows.comparing import landscape, orphans, party_scans
from syncapp.flows.comparing.flow import ALL_PARTIES, CHANGES, EVERYTHING, LONGEST_SECONDS
from syncapp.flows.comparing.notes import Confirmed, Interrupted, NotAvailable, WouldLose
from syncapp.flows.differences import TAKES_AWAY, Difference, leave_requests
from syncapp.flows.documents import scan as documents_scan
from syncapp.models import Cursor, ScanRun, ScanState

CONFIRMED = "syncapp.jobs.scan_confirmed"

log = structlog.get_logger(__name__)


def run(name: str, *, confirmed: bool = False) -> ScanRun | None:
    """Compare and leave requests. None: another one is under way. `confirmed`: a person has agreed to many changes."""
    token, compared = uuid.uuid4().hex, registry.comparison(name)
    try:
        # As long as a scan may take, so that a repeated task never runs beside it.
        longest = timedelta(seconds=compared.timeout) if compared.timeout else None
        with locks.hold(f"scan:{name}", token, "scan", longest):
            ScanRun.objects.filter(scan=name, state=ScanState.RUNNING).update(
                state=ScanState.FAILED, note=Interrupted().stored(), finished_at=timezone.now()
            )
            scan = ScanRun.objects.create(scan=name, started_at=timezone.now())
            _attempt(scan, confirmed)
            return scan
    except (locks.LockBusy, locks.LocksAway):
        return None


def _attempt(scan: ScanRun, confirmed: bool) -> None:
    try:
        needed = registry.comparison(scan.scan).systems
        away = outages.obstacle(needed)
        missing = [name for name in needed if not connections.configured(name)]
        if away or missing:
            scan.state, scan.note = ScanState.FAILED, NotAvailable(away.name if away else missing[0]).stored()
        elif scan.scan == EVERYTHING:
            _everything(scan, confirmed)
        elif scan.scan == CHANGES:
            _changes(scan)
        else:
            party_scans.compare(scan, whole=scan.scan == ALL_PARTIES, confirmed=confirmed)
    except ClientError as exc:
        scan.state, scan.detail = ScanState.FAILED, str(exc)[:300]
        outages.suspect(exc.system, exc)
    scan.finished_at = timezone.now()
    scan.save()
    log.info("scan.ended", scan=scan.scan, state=scan.state, seen=scan.seen, differing=scan.differing)


def _changes(scan: ScanRun) -> None:
    crm = connections.espocrm()
    for kind in [FIELDS.document_entity, *landscape.parent_types(crm)]:
        cursor, _ = Cursor.objects.get_or_create(name=f"changes:{kind}")
        for newest, found, seen in _changed(kind, cursors.since(cursor)):
            _leave(scan, found, seen)
            # Requests first, cursor second: after a crash in between they are left twice, which is harmless.
            Cursor.objects.filter(pk=cursor.pk).update(position=newest, moved_at=timezone.now())
    scan.state = ScanState.DONE


def _changed(kind: str, since: datetime | None) -> Iterator[tuple[datetime, list[Difference], int]]:
    crm = connections.espocrm()
    if kind == FIELDS.document_entity:
        return documents_scan.changed(crm, since)
    return collections_scan.changed(crm, kind, since)


def _everything(scan: ScanRun, confirmed: bool) -> None:
    found: list[Difference] = []
    view = _compare_all(lambda batch, seen: _collect(scan, found, batch, seen))
    held_back = [] if confirmed else [difference for difference in found if difference.how in TAKES_AWAY]
    if brake.too_many(len(held_back)):
        scan.state, scan.note = ScanState.STOPPED, WouldLose(len(held_back)).stored()
        found = [difference for difference in found if difference.how not in TAKES_AWAY]
    else:
        scan.state = ScanState.DONE
        scan.orphans = orphans.find(view)
    leave_requests(scan, found)


def _compare_all(handle: Callable[[list[Difference], int], None]) -> landscape.Landscape:
    crm, xai = connections.espocrm(), connections.xai()
    view = landscape.survey(crm, xai)
    for kind, parents in view.parents.items():
        for batch, seen in collections_scan.everything(kind, parents, frozenset(view.collections)):
            handle(batch, seen)
    for batch, seen in documents_scan.everything(crm, view.wanted, view.present):
        handle(batch, seen)
    return view


def _collect(scan: ScanRun, found: list[Difference], batch: list[Difference], seen: int) -> None:
    scan.seen += seen
    scan.differing += len(batch)
    found.extend(batch)


def _leave(scan: ScanRun, batch: list[Difference], seen: int) -> None:
    scan.seen += seen
    scan.differing += len(batch)
    leave_requests(scan, batch)


def differences(progress: Callable[[int], None] | None = None, *, scan: str = EVERYTHING) -> Iterator[Difference]:
    """What a comparison would find now, without leaving a request. `progress` is told how many were looked at."""
    found: list[Difference] = []

    def handle(batch: list[Difference], seen: int) -> None:
        found.extend(batch)
        if progress:
            progress(seen)

    if scan == EVERYTHING:
        _compare_all(handle)
    elif scan != CHANGES:
        found = party_scans.differences(progress, whole=scan == ALL_PARTIES)
    else:
        for kind in [FIELDS.document_entity, *landscape.parent_types(connections.espocrm())]:
            cursor = Cursor.objects.filter(name=f"changes:{kind}").first()
            for _, batch, seen in _changed(kind, cursors.since(cursor)):
                handle(batch, seen)
    yield from found


def confirm(scan_run_pk: int) -> bool:
    """A person has looked at a stopped comparison and agrees: it is run again without the brake, by a worker."""
    stopped = ScanRun.objects.filter(pk=scan_run_pk, state=ScanState.STOPPED)
    if not stopped.update(state=ScanState.DONE, note=Confirmed().stored()):
        return False
    enqueue.put(CONFIRMED, [(scan_run_pk,)], timeout=LONGEST_SECONDS)
    return True
