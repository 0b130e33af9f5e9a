"""Takes away what an audit found, each only as it was seen, and noted in the journal like every write."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.utils import timezone

from syncapp.clients.errors import AnswerLost, ClientError, NotFound, ServerTrouble, UnexpectedAnswer
from syncapp.engine.outside import connections, locks
from syncapp.flows.calendar.audit import NO_APPOINTMENT, Extra
from syncapp.flows.calendar.looking import Looker, record_of
from syncapp.flows.calendar.writing import EVENT
from syncapp.models import CalendarEmployee, CalendarLink, JournalEntry, JournalState, SystemName


class Remover:
    """For one employee, under the lock of the calendar, so that no run works on it meanwhile.

    Raises `locks.LockBusy` when one does, and `ClientError`.
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
        with locks.hold(self._record.lock_key, str(uuid.uuid4()), "command"):
            yield

    def remove(self, extra: Extra) -> bool:
        """False: somebody was faster, or its appointment is there after all. `Outdated` when it was changed since."""
        if extra.why == NO_APPOINTMENT and extra.number is not None and self._looker.has_appointment(extra.number):
            return False
        with self._journalled(extra):
            try:
                connections.google().delete(self._employee.calendar_id, extra.event_id, extra.etag)
            except NotFound:
                return False
        return True

    @contextmanager
    def _journalled(self, extra: Extra) -> Iterator[None]:
        entry = JournalEntry(
            record=self._record,
            system=SystemName.GOOGLE,
            action="delete_event",
            target_type=EVENT,
            target_id=extra.event_id[:200],
            begun_at=timezone.now(),
        )
        entry.save()
        state, detail = JournalState.DONE, ""
        try:
            yield
        except (AnswerLost, ServerTrouble, UnexpectedAnswer) as exc:
            state, detail = JournalState.LOST, str(exc)
            raise
        except ClientError as exc:
            state, detail = JournalState.FAILED, str(exc)
            raise
        finally:
            entry.state, entry.detail, entry.finished_at = state, detail[:300], timezone.now()
            entry.save(update_fields=["state", "detail", "finished_at"])


def forget(rows: Iterable[CalendarLink]) -> int:
    """Takes links away, each only as it was seen."""
    return sum(CalendarLink.objects.filter(pk=row.pk, changed_at=row.changed_at).delete()[0] for row in rows)
