"""What the hub still knows of an entity that is gone: nothing will ever be compared with it again, so it goes too.

An entity is gone when the CRM has deleted it and no task about it is open any more. Its record stays, with its ids and
without values; so does which entry of Advoware it was, by which that is told from one that nobody knows.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_noop

from syncapp.models import (
    CalendarTombstone,
    Conflict,
    JournalEntry,
    JournalState,
    Reason,
    Record,
    Status,
    SystemName,
    Task,
    TaskState,
    UndoState,
)
from syncapp.models.calendar import APPOINTMENT, EVENT
from syncapp.upkeep import handled
from syncapp.upkeep.leftovers import Leftover, delete

# Nobody knows yet what became of these writes, or they are being taken back: a run still needs the values.
OPEN_WRITES = Q(state__in=[JournalState.INTENDED, JournalState.LOST]) | Q(undos__state=UndoState.REQUESTED)


def gone() -> QuerySet[Record]:
    return Record.objects.filter(status=Status.SKIPPED, reason=Reason.ENTITY_GONE)


def leftovers(gone: QuerySet[Record]) -> tuple[Leftover, ...]:
    """Every value that hangs on these records."""
    return (
        Leftover.emptied(gettext_noop("agreements of gone entities"), gone, agreed={}),
        *past(gone, JournalEntry.objects.filter(record__in=gone)),
    )


def past(records: QuerySet[Record], written: QuerySet[JournalEntry]) -> tuple[Leftover, ...]:
    """What was written, asked and decided, and is over. `written`: entries that no comparison looks at any more."""
    closed = Task.objects.filter(record__in=records).exclude(state=TaskState.OPEN)
    decided = Conflict.objects.filter(record__in=records, closed_at__isnull=False)
    return (
        Leftover.emptied(
            gettext_noop("values in the journal"), written.exclude(pk__in=written.filter(OPEN_WRITES)), changes={}
        ),
        Leftover.emptied(gettext_noop("values of closed tasks"), closed, facts=[], note=""),
        Leftover.emptied(gettext_noop("values of closed conflicts"), decided, agreed="", here="", there=""),
        Leftover(gettext_noop("notes of staff"), handled.about(records)),
        Leftover.emptied(gettext_noop("notes of staff"), records.filter(reason=Reason.DISCARDED), detail=""),
    )


def appointments(deleted: QuerySet[CalendarTombstone]) -> Leftover:
    """Appointments that are gone on both sides, with what was written about them."""
    return Leftover(gettext_noop("deleted appointments"), deleted, "deleted_at", _forget)


def _forget(pks: Sequence[Any]) -> int:
    deleted = CalendarTombstone.objects.filter(pk__in=pks)
    events = [event_id[:200] for event_id in deleted.values_list("event_id", flat=True)]
    numbers = [str(number) for number in deleted.exclude(number=None).values_list("number", flat=True)]
    written = Q(system=SystemName.GOOGLE, target_type=EVENT, target_id__in=events)
    written |= Q(system=SystemName.ADVOWARE, target_type=APPOINTMENT, target_id__in=numbers)
    JournalEntry.objects.filter(written).update(changes={})
    return delete(CalendarTombstone, pks)
