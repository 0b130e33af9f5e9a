"""What differs between the CRM and Advoware, at parties, bank accounts and what staff are asked to do about them.

It costs a few calls however many parties there are: what the CRM changed since the cursor, and Advoware's one list.
Where that list can't be used (setting ADVOWARE_PARTIES_LIST) parties are looked at singly, once a day. The accounts of
each party that has any are read once a night.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from syncapp.clients.espocrm import FIELDS
from syncapp.engine.outside import connections
from syncapp.flows import cursors
from syncapp.flows.bankverbindungen import scan as accounts_scan
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.beteiligte import scan as parties_scan
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.differences import Difference, Found, How
from syncapp.flows.tasks import scan as tasks_scan
from syncapp.models import NOTICES, Reason, Record, Status, Task, TaskState

KINDS = (FIELDS.party_entity, FIELDS.bank_entity)
LOOKS = 500  # a comparison may ask for so many looks at failures and at tasks; the next one takes the next
REST = timedelta(hours=1)  # what failed stays red for a while, so that a person can see it
GIVEN_UP = (Reason.EXHAUSTED, Reason.INTERNAL_ERROR)  # tried often enough, or no other answer to expect


def changes() -> Iterator[Found]:
    """What changed in the CRM since the last comparison, and whatever Advoware's list shows."""
    started = timezone.now()
    yield from _both_sides(*(cursors.since(_cursor(kind)) for kind in KINDS), whole=False)
    yield _up_to(started)


def everything() -> Iterator[Found]:
    started = timezone.now()
    yield from _both_sides(None, None, whole=True)
    yield from accounts_scan.in_advoware(connections.advoware())
    if settings.CONFIG.BANK_ACCOUNTS_TO_ESPOCRM:
        yield accounts_scan.of_every_party()
    if settings.CONFIG.TASKS_TO_ESPOCRM:
        yield tasks_scan.not_shown()
    yield _up_to(started)


def _both_sides(parties: datetime | None, accounts: datetime | None, *, whole: bool) -> Iterator[Found]:
    crm = connections.espocrm()
    yield from parties_scan.in_crm(crm, parties, whole=whole)
    yield from accounts_scan.in_crm(crm, accounts, whole=whole)
    if settings.CONFIG.ADVOWARE_PARTIES_LIST == "all":
        yield parties_scan.in_advoware(connections.advoware(), whole=whole)
    else:
        yield parties_scan.not_looked_at_lately()
    yield Found(list(_needing_a_look()))


def _needing_a_look() -> Iterator[Difference]:
    """Open tasks may have been done meanwhile, and what failed may work now."""
    ours = Record.objects.filter(step__in=(PARTY_SYNC, BANK_SYNC))
    waiting = Task.objects.filter(state=TaskState.OPEN).exclude(kind__in=NOTICES)
    tasks = ours.filter(pk__in=waiting.values("record"), status=Status.SKIPPED)
    failed = ours.filter(status=Status.FAILED, changed_at__lt=timezone.now() - REST).exclude(reason__in=GIVEN_UP)
    for rows, how in ((tasks, How.TASK), (failed, How.FAILED)):
        for step, kind, pk in rows.order_by("changed_at").values_list("step", "entity_type", "entity_id")[:LOOKS]:
            yield Difference(step, kind, pk, how)


def _up_to(started: datetime) -> Found:
    return Found(cursors={_cursor(kind): started for kind in KINDS})


def _cursor(kind: str) -> str:
    return f"parties:{kind}"
