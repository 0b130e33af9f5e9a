"""However much there is: a page asks the database a bounded number of things, and none of them by reading all rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from syncapp.admin.kit.filters import ReasonFilter
from syncapp.admin.kit.needs import of_entities
from syncapp.models import (
    Handling,
    InboxItem,
    InboxState,
    Outage,
    ProxyCall,
    ProxyKey,
    Record,
    Reference,
    ScanRun,
    StaffAction,
    Status,
)
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_odd_addresses import LISTS, PAGES

MOST = 45  # statements of a page; the list of needs asks nine kinds of things
FEW, MANY = 10, 200


@pytest.fixture
def of(db: None) -> dict[str, Any]:
    """What everything else belongs to, or points to."""
    record = rows.record()
    key, _secret = ProxyKey.issue("bench")
    return {"record": record, "employee": rows.employee(), "key": key, "entry": rows.entry(record)}


def make(count: int, of: dict[str, Any]) -> None:
    """So many more of everything."""
    now, record, employee = timezone.now(), of["record"], of["employee"]
    for number in range(count):
        for status in (Status.FAILED, Status.WAITING, Status.IN_SYNC):
            rows.attempt(rows.record(status))
        rows.conflict(rows.party(Status.CONFLICT))
        rows.attempt(record)
        rows.entry(record)
        rows.task()
        rows.orphan()
        rows.link(employee)
        rows.link(employee, state="failed", reason="rejected")
        rows.question(employee, rows.free_event(employee))
        stored, _lost = rows.message(trace_id=record.trace_id), rows.message(InboxState.QUARANTINED, reason="not JSON")
        item = {"entity_type": record.entity_type, "entity_id": record.entity_id, "request_number": 1}
        InboxItem.objects.create(message=stored, position=0, record=record, **item)
        given = {"entity_type": record.entity_type, "entity_id": record.entity_id, "system": "xai", "kind": "file"}
        Reference.objects.create(**given, remote_id=f"file_{count}_{number}")
        ScanRun.objects.create(scan="everything", state="stopped", started_at=now, finished_at=now)
        StaffAction.objects.create(action="retry_selected", target_type="Record", target_id=str(record.pk))
        ProxyCall.objects.create(key=of["key"], at=now, method="GET", path="Beteiligte", status=200)
        Outage.objects.create(system="xai", state="down", began_at=now - timedelta(hours=2), ended_at=now)
    open_ones = Record.objects.filter(status=Status.FAILED).exclude(pk__in=Handling.objects.values("row"))
    Handling.objects.bulk_create(
        Handling(kind="failure", row=each.pk, note="seen", changed_at=now) for each in open_ones
    )


def addresses(of: dict[str, Any]) -> list[str]:
    records = reverse("admin:syncapp_record_changelist")
    return [
        *LISTS,
        *PAGES,
        reverse("admin:index"),
        *(f"{records}?status={status}" for status in ("open", "failed", "waiting")),
        f"{records}?reason=rejected&since=24",
        f"{reverse('admin:hub_over_time')}?period=quarter",
        reverse("admin:syncapp_record_change", args=[of["record"].pk]),
        reverse("admin:hub_trace", args=[of["record"].trace_id]),
        reverse("admin:syncapp_calendaremployee_change", args=[of["employee"].pk]),
        reverse("admin:syncapp_journalentry_change", args=[of["entry"].pk]),
        reverse("admin:syncapp_proxykey_change", args=[of["key"].pk]),
    ]


def statements(client: Client, address: str) -> int:
    client.get(address)  # what a process reads once is read
    with CaptureQueriesContext(
        connection,
    ) as asked:
        answer = client.get(address)
    assert answer.status_code == 200, address
    # That a session is in use is noted from time to time.
    return sum(each["sql"].startswith("SELECT") and "django_session" not in each["sql"] for each in asked)


def test_the_number_of_statements_does_not_grow(login: Login, of: dict[str, Any]) -> None:
    client = login("root", rows.CARE, rows.PRIVACY, is_superuser=True)
    make(FEW, of)
    few = {address: statements(client, address) for address in addresses(of)}
    make(MANY - FEW, of)
    grown = {address: (count, many) for address, count in few.items() if (many := statements(client, address)) > count}
    assert grown == {}
    assert {address: count for address, count in few.items() if count > MOST} == {}


def read_whole(asked: CaptureQueriesContext) -> list[str]:
    """The plans of what the database would answer by reading a table from its beginning to its end."""
    found = []
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # which reads few rows like that even where there is an index
            cursor.execute("SET LOCAL enable_seqscan = off")
        for query in asked.captured_queries:
            cursor.execute(f"{connection.ops.explain_query_prefix()} {query['sql']}")
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
            whole = "Seq Scan" in plan if connection.vendor == "postgresql" else _scans(plan)
            found += [f"{query['sql']}\n{plan}"] if whole else []
    return found


def _scans(plan: str) -> bool:
    """The index of what is not in sync is small, and may be read as a whole."""
    return any(line.startswith("SCAN") and "record_open" not in line for line in plan.splitlines())


@pytest.mark.parametrize("asks", ["reason", "entities", "references"])
def test_no_question_of_every_page_reads_all_rows(asks: str, of: dict[str, Any]) -> None:
    make(FEW, of)
    keys = [("CDokumente", each.entity_id) for each in (of["record"], *Record.objects.all()[:FEW])]
    chosen = ReasonFilter(None, {"reason": ["rejected"]}, Record, _Admin())  # type: ignore[arg-type]
    questions: dict[str, Any] = {
        "reason": lambda: list(chosen.queryset(None, Record.objects.all())),  # type: ignore[arg-type]
        "entities": lambda: list(Record.objects.filter(of_entities(keys))),
        "references": lambda: list(Reference.objects.filter(of_entities(keys))),
    }
    with CaptureQueriesContext(connection) as asked:
        assert questions[asks]()
    assert read_whole(asked) == []


class _Admin:
    """As much of a list as a filter asks for."""

    opts = Record._meta
