"""What load balancers, containers and Prometheus are told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from redis import Redis

from bitbylaw.version import VERSION
from syncapp.admin.machinery.machinery import worker_views
from syncapp.api import state
from syncapp.engine.outside import outages
from syncapp.models import (
    InboxMessage,
    InboxState,
    Reason,
    Record,
    ScanRun,
    ScanState,
    Status,
    System,
    SystemState,
    Worker,
)
from tests.servers import free_port
from tests.world import configured

TOKEN = "a-token-that-is-long-enough"


@pytest.fixture(autouse=True)
def _clock_that_stands() -> Iterator[None]:
    """A second decides, and a first request takes longer than that on a busy machine."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


def worker(seconds: float, name: str = "host-1-abc", **more: Any) -> Worker:
    beat = timezone.now() - timedelta(seconds=seconds)
    return Worker.objects.create(name=name, started_at=beat, beat_at=beat, **more)


def waiting(entity_id: str, seconds: float, **more: Any) -> Record:
    due = timezone.now() - timedelta(seconds=seconds)
    key = {"step": "document_sync", "entity_type": "CDokumente", "entity_id": entity_id}
    return Record.objects.create(**key, **({"due_at": due, "created_at": due, "changed_at": due} | more))


def test_live_needs_no_database(client: Client) -> None:
    answer = client.get("/health/live")  # pytest-django forbids the database here
    assert (answer.status_code, answer.json()) == (200, {"status": "alive", "version": VERSION})


@pytest.mark.django_db
def test_ready_when_a_worker_has_proved_its_work(client: Client) -> None:
    worker(5)
    waiting("a", 120)
    waiting("b", -60)
    answer = client.get("/health/ready")
    said = answer.json()
    assert answer.status_code == 200
    assert (said["status"], said["database"]) == ("ready", "ok")
    assert said["queue"]["due_records"] == 1
    assert 119 < said["queue"]["oldest_due_seconds"] < 130
    assert (said["workers"]["working"], said["workers"]["silent"]) == (1, 0)
    assert 4 < said["workers"]["last_proof_seconds"] < 15
    assert said["systems"]["espocrm"] == {"configured": False, "state": "up", "paused": False, "since": None}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("seconds", "more", "status"),
    [
        (59, {}, 200),  # CANARY_SECONDS is 30
        (61, {}, 503),
        (1, {"stopped_at": timezone.now()}, 503),
        (140, {"name": "host-qcluster"}, 200),  # without our supervisor the proof comes with the minute's sweep
        (160, {"name": "host-qcluster"}, 503),
        (-26 * 3600, {}, 503),  # a clock was ahead when it was written
    ],
)
def test_not_ready_without_proof_of_work(client: Client, seconds: float, more: dict[str, Any], status: int) -> None:
    worker(seconds, **more)
    answer = client.get("/health/ready")
    assert answer.status_code == status
    assert answer.json()["status"] == ("ready" if status == 200 else "not ready")


@pytest.mark.django_db
def test_a_system_that_is_away_is_shown_without_its_error_and_the_hub_stays_ready(client: Client) -> None:
    worker(1)
    now = timezone.now()
    System.objects.create(
        name="xai", state=SystemState.DOWN, error="some detail", since=now, next_probe_at=now, failed_probes=3
    )
    outages.set_paused("espocrm", True)
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["systems"]["xai"]["state"] == "down"
    assert answer.json()["systems"]["espocrm"]["paused"] is True
    assert b"some detail" not in answer.content


@pytest.mark.django_db
def test_not_ready_without_the_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError("host=secret.example.org")

    monkeypatch.setattr(state, "backlog", away)
    answer = client.get("/health/ready")
    assert (answer.status_code, answer.json()["database"]) == (503, "away")
    assert b"secret" not in answer.content


@pytest.mark.django_db
def test_a_redis_that_is_away_is_told_and_no_reason_to_be_taken_out(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker(1)
    nobody = Redis(port=free_port(), retry=None)
    monkeypatch.setattr(state, "get_redis_connection", lambda _: nobody)
    with configured(redis_url="redis://127.0.0.1:1/0", METRICS_TOKEN=TOKEN):
        answer = client.get("/health/ready")
        metrics = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"})
    assert (answer.status_code, answer.json()["redis"]) == (200, "away")
    assert "hub_redis_up 0" in metrics.content.decode().splitlines()


@pytest.mark.django_db
def test_metrics_are_for_those_with_the_token(client: Client) -> None:
    assert client.get("/metrics").status_code == 404
    with configured(METRICS_TOKEN=TOKEN):
        assert client.get("/metrics").status_code == 401
        assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer wrong").status_code == 401
        assert client.get("/metrics", HTTP_AUTHORIZATION=f"Basic {TOKEN}").status_code == 401
        assert client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status_code == 200
        assert client.post("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}").status_code == 405


@pytest.mark.django_db
def test_metrics_count_the_tables(client: Client) -> None:
    now = timezone.now()
    waiting("a", 90)
    waiting("b", 90, status=Status.FAILED, reason=Reason.REJECTED, due_at=None)
    worker(1, 'odd"name\\')
    InboxMessage.objects.create(
        trace_id="t", received_at=now, path="document", action="update", state=InboxState.QUARANTINED
    )
    ScanRun.objects.create(scan="changes", state=ScanState.DONE, started_at=now, finished_at=now)
    with configured(METRICS_TOKEN=TOKEN, XAI_API_KEY="k", XAI_MANAGEMENT_KEY="k"):
        answer = client.get("/metrics", HTTP_AUTHORIZATION=f"Bearer {TOKEN}")
    lines = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"].startswith("text/plain; version=0.0.4")
    for line in (
        'hub_records{step="document_sync",state="waiting"} 1',
        'hub_records_need_a_person{step="document_sync",reason="rejected"} 1',
        "hub_due_records 1",
        "hub_quarantined_webhooks 1",
        'hub_system_up{system="xai"} 1',
        'hub_worker_working{worker="odd\\"name\\\\"} 1',
        "# TYPE hub_scan_age_seconds gauge",
    ):
        assert line in lines
    assert not any("espocrm" in line for line in lines)  # not configured, so it is neither up nor down


@pytest.mark.django_db
def test_the_description_of_the_api_is_for_staff(client: Client) -> None:
    assert client.get("/api/schema/").status_code == 403
    client.force_login(User.objects.create_user("visitor"))
    assert client.get("/api/schema/").status_code == 403
    client.force_login(User.objects.create_user("staff", is_staff=True))
    answer = client.get("/api/schema/?format=json")
    assert answer.status_code == 200
    assert {"/health/ready", "/vmh/webhook/document/update", "/vmh/webhook/entity/link"} <= set(answer.json()["paths"])


def test_the_description_of_the_api_has_no_warnings(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("spectacular", "--validate", "--fail-on-warn")
    assert "openapi: 3" in capsys.readouterr().out


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("started", "beat", "name", "tone"),
    [
        (600, 5, "host-1", "good"),
        (600, 61, "host-1", "bad"),
        (600, 140, "host-qcluster", "good"),
        (600, -26 * 3600, "host-1", "bad"),
        (20, None, "host-1", "busy"),
        (600, None, "host-1", "bad"),
    ],
)
def test_the_page_of_workers_judges_as_the_health_check(
    client: Client, started: float, beat: float | None, name: str, tone: str
) -> None:
    now = timezone.now()
    proof = None if beat is None else now - timedelta(seconds=beat)
    Worker.objects.create(name=name, started_at=now - timedelta(seconds=started), beat_at=proof)
    (shown,) = worker_views()
    assert shown.tone == tone
    assert (client.get("/health/ready").status_code == 200) == (tone == "good")
