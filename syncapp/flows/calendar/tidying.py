"""Takes away what an audit found, each only as it was seen, and noted in the journal like every write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from syncapp.clients.errors import NotFound
from syncapp.engine.outside import connections
from syncapp.engine.runs import runner
from syncapp.engine.runs.run import WriteIntent
from syncapp.flows.calendar.audit import NO_APPOINTMENT, Extra
from syncapp.flows.calendar.journal import CalendarWrite
from syncapp.flows.calendar.known import bury
from syncapp.flows.calendar.looking import Looker, record_of
from syncapp.flows.calendar.writing import EVENT
from syncapp.models import CalendarEmployee, CalendarLink, SystemName


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
        """False: somebody was faster, or its appointment is there after all. `Outdated` when it was changed since."""
        if extra.why == NO_APPOINTMENT and extra.number is not None and self._looker.has_appointment(extra.number):
            return False
        target = (EVENT, extra.event_id[:200])
        with self._run.writing(WriteIntent(SystemName.GOOGLE, CalendarWrite.DELETE_EVENT, *target)):
            try:
                connections.google(self._run).delete(self._employee.calendar_id, extra.event_id, extra.etag)
            except NotFound:
                return False
        return True


def forget(rows: Iterable[CalendarLink]) -> int:
    """Takes links away, each only as it was seen."""
    seen = [row for row in rows if CalendarLink.objects.filter(pk=row.pk, changed_at=row.changed_at).exists()]
    for row in seen:
        bury(row)
    return len(seen)
