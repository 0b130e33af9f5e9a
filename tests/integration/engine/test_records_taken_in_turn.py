"""Webhooks that come while many records are changed at once, as at the end of an outage: nobody waits in a circle."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from syncapp.engine.outside import outages
from syncapp.engine.queue import retry, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery import future, sweep
from syncapp.engine.runs import lease, switches
from syncapp.models import Reason, Record, Urgency
from tests import engines
from tests.world import configured

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(engines.chosen().name != "postgres", reason="SQLite lets one writer in at a time"),
]
IDS = ("a", "B", "c", "D", "e")  # of which the database's language thinks otherwise than Python
SORTED = tuple(sorted(IDS))
TOKEN = uuid.UUID("6f1f4d1e-0000-4000-8000-000000000001")
AWAY = {"reason": Reason.SYSTEM_DOWN, "system": "espocrm"}


# What changes many records at once, and how these are before.
CHANGES: dict[str, tuple[Callable[[], object], dict[str, Any]]] = {
    "an outage ends": (lambda: outages.mark_up("espocrm"), AWAY),
    "observing ends": (switches.wake_observed, {"reason": Reason.OBSERVED}),
    "writing is switched on": (switches.wake_observed, {"reason": Reason.WRITING_OFF, "waits_for": "advoware"}),
    "a clock was ahead": (future.make_due, {"due_at": timezone.now() + timedelta(days=9)}),
    "a day after giving up": (sweep._second_chances, {"status": "failed", "reason": Reason.EXHAUSTED}),
    "staff give up": (lambda: retry.discard(Record.objects.all(), "test"), AWAY),
    "a glance takes long": (
        lambda: lease._renew([TOKEN]),
        {
            "status": "running",
            "claim": TOKEN,
            "claimed_request": 1,
            "leased_until": timezone.now() + timedelta(hours=1),
            "due_at": None,
        },
    ),
}


class _Beside(threading.Thread):
    def __init__(self, work: Callable[[], object]) -> None:
        super().__init__(daemon=True)
        self._work = work
        self.fault = ""

    def run(self) -> None:
        try:
            self._work()
        except Exception as exc:
            self.fault = str(exc)
        finally:
            connection.close()


@contextmanager
def _middle_taken() -> Iterator[None]:
    """Somebody has the record in the middle as long as the block lasts."""
    taken, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Record.objects.filter(entity_id=SORTED[2]).update(trace_id="held")
            taken.set()
            go_on.wait(20)

    holder = _Beside(hold)
    holder.start()
    taken.wait(10)
    try:
        yield
    finally:
        go_on.set()
        holder.join()


def _count() -> None:
    targets = [Target("scripted", "Thing", pk) for pk in IDS]
    sync_requests.request(targets, urgency=Urgency.EVENT, delay_carriers=True)


def _waiting() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def _wait_for(number: int) -> None:
    until = time.monotonic() + 10
    while _waiting() < number:
        assert time.monotonic() < until
        time.sleep(0.01)


@pytest.mark.parametrize("what", CHANGES)
def test_many_records_change_at_once_while_a_batch_is_counted(what: str) -> None:
    change, before = CHANGES[what]
    now = timezone.now()
    usual = {"status": "waiting", "due_at": now, "changed_at": now, "created_at": now}
    for pk in reversed(SORTED):  # so the table has them the other way round
        Record.objects.create(step="scripted", entity_type="Thing", entity_id=pk, **(usual | before))
    batch, many = _Beside(_count), _Beside(change)
    with configured(ADVOWARE_WRITE_ENABLED=True):
        with _middle_taken():
            batch.start()
            _wait_for(1)
            many.start()
            _wait_for(2)
        batch.join()
        many.join()
    assert (batch.fault, many.fault) == ("", "")
    assert set(Record.objects.values_list("requested", flat=True)) == {2}
