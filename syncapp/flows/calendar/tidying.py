"""Takes away what an audit found, each only as it was seen, and noted in the journal like every write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction

from syncapp.clients.errors import NotFound, Outdated
from syncapp.engine.outside import connections
from syncapp.engine.runs import runner
from syncapp.engine.runs.run import WriteIntent
from syncapp.flows.calendar.audit import NO_APPOINTMENT, Extra
from syncapp.flows.calendar.journal import EVENT, CalendarWrite
from syncapp.flows.calendar.known import bury
from syncapp.flows.calendar.looking import Looker, record_of
from syncapp.flows.calendar.lost import CLOCKS_DIFFER
from syncapp.models import CalendarEmployee, CalendarLink, JournalEntry, JournalState, SystemName


class Remover:
    """For one employee, inside `alone`, so that no run works on the calendar meanwhile.

    Raises `locks.LockBusy` when one does, `ClaimLost` when this took too long, and `ClientError`.
    """

    def __init__(self, looker: Looker, employee: CalendarEmployee) -> None:
        self._looker, self._employee = looker, employee
        self._record = record_of(employee.pk)

    @property
    def known(self) -> bool:
        """Whether the calendar was ever synced; else there is no journal for it."""
        return self._record.pk != 0

    @contextmanager
    def alone(self) -> Iterator[None]:
        with runner.alone(self._record.pk) as self._run:
            yield

    def remove(self, extra: Extra) -> bool:
        """False: somebody was faster, or its appointment is there after all. `Outdated` when it was changed since, or
        what is to stay was."""
        if extra.why == NO_APPOINTMENT and extra.number is not None and self._looker.has_appointment(extra.number):
            return False
        if extra.keep and not self._stays(extra):
            raise Outdated(SystemName.GOOGLE)
        if extra.instead is not None:
            self._exchange(extra)
        target = (EVENT, extra.event_id[:200])
        with self._run.writing(WriteIntent(SystemName.GOOGLE, CalendarWrite.DELETE_EVENT, *target)):
            try:
                connections.google(self._run).delete(self._employee.calendar_id, extra.event_id, extra.etag)
            except NotFound:
                return False
        return True

    def _stays(self, extra: Extra) -> bool:
        """Never the only one is taken away."""
        try:
            kept = connections.google(self._run).event(self._employee.calendar_id, extra.keep)
        except NotFound:
            return False
        return not kept.deleted and kept.etag == extra.keep_etag

    def _exchange(self, extra: Extra) -> None:
        """What was there before belongs together from now on, and so does what the hub made of it: the next run deletes
        the appointment when its event is gone, if nobody has edited it."""
        made = JournalEntry.objects.get(
            record=self._record,
            action=CalendarWrite.CREATE_APPOINTMENT,
            state=JournalState.DONE,
            target_id=str(extra.number),
        )
        changed = self._looker.changed_at(extra.number or 0)
        if changed and made.finished_at and changed > made.finished_at + CLOCKS_DIFFER:
            raise Outdated(SystemName.ADVOWARE)
        links = CalendarLink.objects.filter(employee=self._employee, event_id__in=(extra.event_id, extra.keep))
        with transaction.atomic():
            links.update(number=None)
            links.filter(event_id=extra.keep).update(number=extra.instead)
            links.filter(event_id=extra.event_id).update(number=extra.number)


def forget(rows: Iterable[CalendarLink]) -> int:
    """Takes links away, each only as it was seen."""
    seen = [row for row in rows if CalendarLink.objects.filter(pk=row.pk, changed_at=row.changed_at).exists()]
    for row in seen:
        bury(row)
    return len(seen)
