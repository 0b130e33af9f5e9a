"""What a webhook asks of the database, on a connection of its own; and what becomes of it where that has fallen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from syncapp.engine.queue import enqueue
from syncapp.engine.recovery import sweep
from syncapp.events import storing
from syncapp.models import InboxItem, InboxMessage, Record
from tests import engines
from tests.installation import until
from tests.integration.test_webhooks import post, queued

pytestmark = pytest.mark.django_db(transaction=True)
on_postgres = engines.chosen().name == "postgres"
needs_a_server = pytest.mark.skipif(not on_postgres, reason="SQLite is no server, and its connection can't fall")


@pytest.fixture
def of_long_ago() -> None:
    """The connection is open, and as a new request finds it."""
    post([{"id": "first"}])
    connection.health_check_done = False


def ways_to_the_server(work: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> int:
    """How often psycopg waits for it: for a statement, BEGIN, COMMIT, and Django's question whether it is there."""
    ways = 0
    waits = psycopg.Connection.wait

    def wait(self: Any, *given: Any, **named: Any) -> Any:
        nonlocal ways
        ways += 1
        return waits(self, *given, **named)

    with monkeypatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", wait)
        work()
    return ways


@needs_a_server
@pytest.mark.parametrize("size", [1, 50, 600])
def test_it_goes_to_postgresql_once(size: int, of_long_ago: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert connection.health_check_enabled
    body = [{"id": f"a{number}"} for number in range(size)]
    assert ways_to_the_server(lambda: post(body), monkeypatch) == 1
    assert InboxItem.objects.filter(record__isnull=False).count() == size + 1


@needs_a_server
def test_the_log_of_statements_names_it(of_long_ago: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        post([{"id": "a1"}])
    (told,) = (each["sql"] for each in asked)
    assert "INSERT INTO syncapp_record" in told
    assert "INSERT INTO syncapp_inboxitem" in told


@pytest.mark.skipif(on_postgres, reason="there it is one statement")
@pytest.mark.parametrize("size", [1, 50])
def test_on_sqlite_it_is_one_short_transaction(size: int, of_long_ago: None) -> None:
    with CaptureQueriesContext(connection) as asked:
        post([{"id": f"a{number}"} for number in range(size)])
    words = [each["sql"].split()[0] for each in asked]
    assert words == ["BEGIN", "INSERT", "INSERT", "INSERT", "INSERT", "COMMIT"]  # records, queue, message, items


def test_items_stand_in_the_order_in_which_they_came() -> None:
    ids = [f"a{number * 7 % 50}" for number in range(50)]
    post([{"id": each} for each in ids])
    items = InboxItem.objects.order_by("id").values_list("position", "entity_id", "record__entity_id")
    assert list(items) == [(number, each, each) for number, each in enumerate(ids)]


@needs_a_server
def test_a_connection_that_has_fallen_is_replaced_and_nobody_hears_of_it(of_long_ago: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (process,) = cursor.fetchone()
    with psycopg.connect(engines.chosen().postgres_url, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [process])
    connection.health_check_done = False
    assert post([{"id": "a1"}]).status_code == 200
    assert Record.objects.get(entity_id="a1").requested == InboxItem.objects.filter(entity_id="a1").count() == 1


@needs_a_server
def test_a_lost_answer_of_the_database_costs_a_second_request_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    post([{"id": "first"}])
    answers, store = iter([True]), storing.store

    def answered_into_the_void(*given: Any, **named: Any) -> int:
        new = store(*given, **named)
        if next(answers, False):
            connection.connection.close()
            raise OperationalError("gone")
        return new

    monkeypatch.setattr(storing, "store", answered_into_the_void)
    assert post([{"id": "a1"}]).status_code == 200
    record = Record.objects.get(entity_id="a1")
    assert (record.requested, record.served, InboxMessage.objects.count()) == (2, 0, 3)


def test_a_fault_that_is_not_the_connections_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    times = []

    def full(*_given: Any, **_named: Any) -> int:
        times.append(1)
        raise OperationalError("disk full")

    post([{"id": "first"}])
    monkeypatch.setattr(storing, "store", full)
    assert post([{"id": "a1"}]).status_code == 503
    assert len(times) == 1


def test_what_is_not_put_on_the_queue_is_found_by_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if the process had been killed after its answer."""
    with monkeypatch.context() as patch:
        patch.setattr(enqueue._beside, "take", lambda _tasks: None)
        patch.setattr(enqueue, "put_in_table", lambda *_: None)
        post([{"id": "a1"}, {"id": "a2"}])
    assert queued() == 0
    Record.objects.update(due_at="2026-01-01T00:00Z", waiting_since="2026-01-01T00:00Z")
    sweep.sweep()
    assert until(queued, 60, lambda: "nothing on the queue")
