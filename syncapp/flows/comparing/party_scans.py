"""The comparison of parties and bank accounts between the CRM and Advoware.

It costs a few calls however many parties there are: what the CRM changed since the cursor, and Advoware's one list.
Where that list can't be used (setting ADVOWARE_PARTIES_LIST) parties are looked at singly, once a day.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from syncapp.clients.espocrm import FIELDS
from syncapp.engine.outside import connections
from syncapp.flows import brake, cursors
from syncapp.flows.bankverbindungen import scan as accounts_scan
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.beteiligte import scan as parties_scan
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.comparing.notes import WouldChange
from syncapp.flows.differences import CRM_ONLY, ONLY_A_LOOK, Difference, How, leave_requests
from syncapp.flows.tasks import scan as tasks_scan
from syncapp.models import NOTICES, Cursor, Reason, Record, ScanRun, ScanState, Status, Task, TaskState

STEPS = (PARTY_SYNC, BANK_SYNC)
KINDS = (FIELDS.party_entity, FIELDS.bank_entity)
LOOKS = 500  # a comparison may ask for so many looks at failures and at tasks; the next one takes the next
REST = timedelta(hours=1)  # what failed stays red for a while, so that a person can see it
GIVEN_UP = (Reason.EXHAUSTED, Reason.INTERNAL_ERROR)  # tried often enough, or no other answer to expect
Progress = Callable[[int], None]


def compare(scan: ScanRun, *, whole: bool, confirmed: bool) -> None:
    """Leave requests for what differs. Unusually many changes are held back until a person has confirmed them."""
    started = timezone.now()

    def count(more: int) -> None:
        scan.seen += more

    found = differences(count, whole=whole)
    changed = [each for each in found if each.how not in ONLY_A_LOOK]
    scan.differing = len(changed)
    for each in found:
        scan.counts[each.how] = scan.counts.get(each.how, 0) + 1
    if not confirmed and brake.too_many_parties(len(changed), STEPS):
        scan.state, scan.note = ScanState.STOPPED, WouldChange(len(changed)).stored()
        leave_requests(scan, [each for each in found if each.how in ONLY_A_LOOK])
        return  # the cursor stays: the next comparison finds them again
    leave_requests(scan, found)
    # Requests first, cursors second: after a crash in between they are left twice, which is harmless.
    for kind in KINDS:
        Cursor.objects.update_or_create(name=_cursor(kind), defaults={"position": started})
    scan.state = ScanState.DONE


def differences(progress: Progress | None = None, *, whole: bool) -> list[Difference]:
    """What differs now. An entity is named once, by what was found first, and rather by what asks for both sides."""
    tell = progress or (lambda _more: None)
    found: dict[tuple[str, str], Difference] = {}
    for each in _found(tell, whole=whole):
        place = (each.step, each.entity_id)
        if place not in found or found[place].how in CRM_ONLY:
            found[place] = each
    return list(found.values())


def _found(tell: Progress, *, whole: bool) -> Iterator[Difference]:
    crm, advoware = connections.espocrm(), connections.advoware()
    yield from parties_scan.in_crm(crm, None if whole else _since(FIELDS.party_entity), tell, whole=whole)
    yield from accounts_scan.in_crm(crm, None if whole else _since(FIELDS.bank_entity), tell, whole=whole)
    if settings.CONFIG.ADVOWARE_PARTIES_LIST == "all":
        yield from parties_scan.in_advoware(advoware, tell)
    else:
        yield from parties_scan.not_looked_at_lately()
    yield from _needing_a_look()
    if whole and settings.CONFIG.BANK_ACCOUNTS_TO_ESPOCRM:
        yield from accounts_scan.of_every_party()
    if whole and settings.CONFIG.TASKS_TO_ESPOCRM:
        yield from tasks_scan.not_shown()


def _needing_a_look() -> Iterator[Difference]:
    """Open tasks may have been done meanwhile, and what failed may work now."""
    ours = Record.objects.filter(step__in=STEPS)
    waiting = Task.objects.filter(state=TaskState.OPEN).exclude(kind__in=NOTICES)
    tasks = ours.filter(pk__in=waiting.values("record"), status=Status.SKIPPED)
    failed = ours.filter(status=Status.FAILED, changed_at__lt=timezone.now() - REST).exclude(reason__in=GIVEN_UP)
    for rows, how in ((tasks, How.TASK), (failed, How.FAILED)):
        for step, kind, pk in rows.order_by("changed_at").values_list("step", "entity_type", "entity_id")[:LOOKS]:
            yield Difference(step, kind, pk, how)


def _since(kind: str) -> datetime | None:
    return cursors.since(Cursor.objects.filter(name=_cursor(kind)).first())


def _cursor(kind: str) -> str:
    return f"parties:{kind}"
