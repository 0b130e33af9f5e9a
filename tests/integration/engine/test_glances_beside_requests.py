"""Requests that are just being counted hold their records; a glance waits for nobody who may wait for it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import timedelta
from unittest import mock

import pytest
from django.db import connection, transaction
from django.utils import timezone

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs import together
from syncapp.engine.runs.run import Run
from syncapp.models import Record, Status, Urgency
from tests import engines

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(engines.chosen().name != "postgres", reason="SQLite lets one writer in at a time"),
]
MANY = 4


@pytest.fixture
def due() -> list[Record]:
    """Records that were in agreement once, and are asked for."""
    _request(range(MANY))
    Record.objects.update(settled_at=timezone.now(), agreed={"n": 1})
    return list(Record.objects.order_by("pk"))


def _request(numbers: Iterable[int]) -> None:
    targets = [Target("scripted", "Thing", f"e{number}") for number in numbers]
    sync_requests.request(targets, urgency=Urgency.EVENT, delay_carriers=True)


class _Intake(threading.Thread):
    """Counts a request and does not commit until it is told to."""

    def __init__(self, number: int) -> None:
        super().__init__(daemon=True)
        self.number, self.holds, self.go_on = number, threading.Event(), threading.Event()

    def run(self) -> None:
        with transaction.atomic():
            _request(range(self.number, self.number + 1))
            self.holds.set()
            self.go_on.wait(60)
        connection.close()


def test_what_is_being_asked_for_is_not_claimed(due: list[Record]) -> None:
    intake = _Intake(1)
    intake.start()
    intake.holds.wait(60)
    taken = together.take("scripted", 200)
    intake.go_on.set()
    intake.join()
    assert {claim.record.pk for claim in taken} == {due[0].pk, due[2].pk, due[3].pk}


def test_what_is_being_asked_for_is_not_settled_and_comes_back(due: list[Record]) -> None:
    taken = together.take("scripted", 200)
    intake = _Intake(1)
    intake.start()
    intake.holds.wait(60)
    settled = together.settle([Run(claim) for claim in taken], [])
    assert settled == {due[0].pk, due[2].pk, due[3].pk}
    threading.Timer(0.2, intake.go_on.set).start()
    together.hand_back([claim for claim in taken if claim.record.pk not in settled])
    intake.join()
    (left,) = Record.objects.exclude(status=Status.IN_SYNC)
    assert (left.pk, left.status, left.attempts, left.requested - left.served) == (due[1].pk, Status.WAITING, 0, 2)


def test_a_claim_that_was_taken_away_is_neither_settled_nor_handed_back(due: list[Record]) -> None:
    taken = together.take("scripted", 200)
    Record.objects.filter(pk=due[1].pk).update(status=Status.WAITING, due_at=timezone.now(), **_FREE)
    with mock.patch.object(together, "PATIENCE", 0):
        settled = together.settle([Run(claim) for claim in taken], [])
        together.hand_back([claim for claim in taken if claim.record.pk not in settled])
    assert settled == {each.pk for each in due if each.pk != due[1].pk}
    assert Record.objects.get(pk=due[1].pk).attempts == 1
    assert Record.objects.get(pk=due[1].pk).due_at < timezone.now() + timedelta(seconds=1)  # type: ignore[operator]


_FREE = {"claim": None, "claimed_by": "", "claimed_request": None, "leased_until": None}
