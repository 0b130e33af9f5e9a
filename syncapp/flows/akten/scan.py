"""Cases that don't stand as they were left: the comparison decides as a run does, and tells where the end differs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from syncapp.clients.errors import Forbidden
from syncapp.clients.espocrm import EntityStamp
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Settled
from syncapp.engine.runs.settling import outlook
from syncapp.flows.akten import reading
from syncapp.flows.akten.advoware import Akten
from syncapp.flows.akten.flow import MATTER_SYNC
from syncapp.flows.akten.mapping import Agreed, Why, canonical
from syncapp.flows.akten.plan import plan
from syncapp.flows.differences import Difference, Found, How, in_crm
from syncapp.models import NEEDS_A_PERSON, Reason, Record, Status

REST = timedelta(hours=1)  # what failed stays red for a while, so that a person can see it


def everything() -> Iterator[Found]:
    """All cases, and Advoware's list in one call. A type that the hub may not see is left alone: its records say so."""
    crm, akten = connections.espocrm(), Akten(connections.advoware(), fresh=True)
    for kind in settings.CONFIG.MATTER_ENTITIES:
        if reading.lacking(crm, kind):
            yield Found(list(_no_longer_shown(kind)))
            continue
        names = reading.names_of(kind)
        select = tuple(filter(None, (names.id, names.reference, names.status)))

        def judge(stamp: EntityStamp, record: Record) -> How | None:
            return _difference(stamp, record, akten)

        try:
            yield from in_crm(MATTER_SYNC, kind, crm.changed_since(kind, None, select), judge, whole=True)
        except Forbidden:
            continue


def _no_longer_shown(kind: str) -> Iterator[Difference]:
    """The field was taken away, or the right to see it: the records that were in step say so from now on."""
    rows = Record.objects.filter(step=MATTER_SYNC, entity_type=kind, status=Status.IN_SYNC)
    for pk in rows.values_list("entity_id", flat=True).iterator(chunk_size=2000):
        yield Difference(MATTER_SYNC, kind, pk, How.STALE)


def _difference(stamp: EntityStamp, record: Record, akten: Akten) -> How | None:
    if record.status in NEEDS_A_PERSON:
        return How.FAILED if record.changed_at < timezone.now() - REST else None
    if record.reason == Reason.DISCARDED:
        return None
    case = reading.case_of(record.entity_type, stamp.values)
    if not case.lacking and not case.resting:
        case = replace(case, found=reading.found(case, akten))
    expected, agreed = plan(case), Agreed.from_json(record.agreed)
    if not isinstance(expected.ending, Settled):
        return None if outlook(expected.ending) == (record.status, record.reason) else How.CHANGED
    would_be = Agreed.from_json(expected.ending.agreed or {})
    if record.status == Status.SKIPPED:
        return How.FAILED if record.reason == Why.NO_FIELD else How.CHANGED  # perhaps it is allowed by now
    if would_be == agreed and not expected.actions:
        return None
    if (case.akte_id, canonical(case.reference)) != (agreed.akte, agreed.reference):
        return How.CHANGED
    if agreed.task and not would_be.task:
        return How.TASK
    return How.CHANGED_IN_ADVOWARE if case.found else How.GONE_IN_ADVOWARE
