"""One picture of a trace, from the webhook to the writes; for comparisons, staff and the proxy too; and the command."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.models import InboxItem, ProxyCall, Record, ScanRun, Status
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

TRACE = "trace-waterfall-1"
AT = datetime(2026, 11, 28, 9, 30, tzinfo=timezone.get_default_timezone())


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def call(at: datetime, ms: int, **more: Any) -> dict[str, Any]:
    given = {
        "system": "xai",
        "method": "POST",
        "path": "/v1/files",
        "status": 200,
        "ms": ms,
        "request_id": "",
        "error": "",
    }
    return {**given, "write": True, "at": at.isoformat(), **more}


def told() -> Record:
    record = rows.record(Status.IN_SYNC, reason="", system="", trace_id=TRACE)
    message = rows.message(trace_id=TRACE, received_at=AT)
    InboxItem.objects.create(
        message=message,
        position=0,
        entity_type="CDokumente",
        entity_id=record.entity_id,
        record=record,
        request_number=1,
    )
    first = {"trace_id": TRACE, "waiting_since": AT, "reason": ""}
    run = rows.attempt(
        record,
        **first,
        started_at=later(4),
        finished_at=later(5),
        outcome="in_sync",
        calls=[call(later(4.1), 250), call(later(4.5), 300, status=None, error="Unreachable")],
    )
    rows.entry(record, attempt=run, trace_id=TRACE, begun_at=later(4.1), finished_at=later(4.35))
    return record


def kinds(client: Client, trace: str = TRACE) -> list[str]:
    fall = client.get(reverse("admin:hub_trace", args=[trace])).context["fall"]
    return [row.event.key.partition("-")[0] + ("!" if row.event.depth else "") for row in fall.rows]


def test_the_picture_goes_from_the_webhook_to_the_write(care: Client) -> None:
    told()
    assert kinds(care) == ["webhook", "request!", "waiting", "attempt", "attempt!", "write!", "attempt!"]
    answer = care.get(reverse("admin:hub_trace", args=[TRACE]))
    rows_ = {row.event.words: row for row in answer.context["fall"].rows}
    assert rows_["waited"].took == "4.0 s"
    assert rows_["Run 1: Documents"].took == "1.0 s"
    calls = [row.took for row in answer.context["fall"].rows if row.event.words == "xAI: POST"]
    assert calls == ["250 ms", "300 ms"]
    page = answer.content.decode()
    for row in answer.context["fall"].rows:
        assert f'id="{row.event.key}"' in page
        assert 0 <= float(row.left) <= float(row.left) + float(row.width) <= 100.01


def test_a_run_that_served_several_requests_is_shown_for_each(care: Client) -> None:
    record = rows.record(Status.IN_SYNC, reason="", system="", trace_id="trace-of-the-last")
    message = rows.message(trace_id="trace-of-the-first", received_at=AT)
    InboxItem.objects.create(
        message=message,
        position=0,
        entity_type="CDokumente",
        entity_id=record.entity_id,
        record=record,
        request_number=2,
    )
    for number, request in ((1, 1), (2, 3), (3, 4)):
        rows.attempt(record, number=number, request_number=request, started_at=later(number), finished_at=later(number))
    assert kinds(care, "trace-of-the-first")[:3] == ["webhook", "request!", "attempt"]
    fall = care.get(reverse("admin:hub_trace", args=["trace-of-the-first"])).context["fall"]
    runs = [row.event.words for row in fall.rows if row.event.key.startswith("attempt-") and not row.event.depth]
    assert runs[-1] == "Run 2: Documents"


def test_a_comparison_is_in_the_picture_with_its_calls_and_what_it_asked_for(care: Client) -> None:
    calls = [call(later(0.1), 80, system="espocrm", method="GET", write=False)]
    scan = ScanRun.objects.create(
        scan="everything", state="done", started_at=AT, finished_at=later(2), seen=9, calls=calls, calls_total=70
    )
    record = rows.record(Status.IN_SYNC, reason="", system="", trace_id=f"scan-{scan.pk}")
    rows.attempt(record, started_at=later(60), finished_at=later(61), outcome="in_sync", reason="", calls=[])
    assert kinds(care, f"scan-{scan.pk}") == ["scan", "scan!", "scan!", "attempt"]
    page = care.get(reverse("admin:hub_trace", args=[f"scan-{scan.pk}"])).content.decode()
    assert "and 10 more outside calls" in page
    assert "58 s" in page  # the pause that is cut short
    assert (
        reverse("admin:hub_trace", args=[f"scan-{scan.pk}"])
        in care.get(reverse("admin:syncapp_scanrun_change", args=[scan.pk])).content.decode()
    )


@pytest.mark.parametrize("trace", ["scan-", "scan-x", "scan-99", "scan-" + "9" * 30, "nothing at all", "%27"])
def test_what_is_unknown_is_said_so(trace: str, care: Client) -> None:
    assert "Nothing is known about this trace" in care.get(reverse("admin:hub_trace", args=[trace])).content.decode()


def test_a_button_of_staff_begins_a_trace(care: Client) -> None:
    record = rows.record()
    care.post(reverse("admin:hub_retry", args=[record.pk]), headers={"X-Request-ID": "trace-of-a-button"})
    record.refresh_from_db()
    assert record.trace_id == "trace-of-a-button"
    assert kinds(care, "trace-of-a-button") == ["staff"]
    page = care.get(reverse("admin:syncapp_staffaction_changelist")).content.decode()
    assert reverse("admin:hub_trace", args=["trace-of-a-button"]) in page


def test_a_call_through_the_proxy_has_its_picture_for_those_who_may_see_it(care: Client, login: Login) -> None:
    ProxyCall.objects.create(
        at=AT, method="GET", path="/api/v1/x", status=200, milliseconds=140, trace_id="trace-proxy"
    )
    address = reverse("admin:hub_trace", args=["trace-proxy"])
    assert "140 ms" in care.get(address).content.decode()
    assert address in care.get(reverse("admin:syncapp_proxycall_changelist")).content.decode()
    assert "140 ms" not in login("erika", rows.STAFF).get(address).content.decode()


def test_the_page_asks_the_same_few_questions_however_long_a_trace_is(
    care: Client, django_assert_max_num_queries: Any
) -> None:
    for number in range(60):
        rows.attempt(rows.record(trace_id=TRACE), calls=[call(later(number), 5)] * 200)
    with django_assert_max_num_queries(28):
        care.get(reverse("admin:hub_trace", args=[TRACE]))


def test_the_command_prints_one_trace(capsys: pytest.CaptureFixture[str], care: Client) -> None:
    record = told()
    call_command("trace", TRACE)
    lines = capsys.readouterr().out.splitlines()
    assert lines[2].startswith("2026-11-28 09:30:00.000")
    assert record.entity_id in lines[3]
    assert any("xAI: POST" in line and "250 ms" in line for line in lines)
    with pytest.raises(CommandError) as refused:
        call_command("trace", "unknown")
    assert refused.value.returncode == 1
