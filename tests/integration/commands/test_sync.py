"""`sync`, `retry_failed` and `sweep`, against the sandbox."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from syncapp.engine.runs import claims
from syncapp.models import Reason, Record, StaffAction, Status, Urgency
from tests.world import World, configured

DOCUMENT = ("document_sync", "CDokumente")


# sync


def test_sync_here_brings_a_document_into_agreement(world: World, run: Any) -> None:
    document = world.document(world.parent(xaiCollectionId=""))
    code, said = run("sync", *DOCUMENT, document, "--wait", "--timeout", "0")
    assert code == 3  # its collection is asked for first
    world.drive()
    code, said = run("sync", *DOCUMENT, document, "--wait")
    assert (code, world.record(document).status) == (0, Status.IN_SYNC)
    assert "in sync" in said
    assert world.crm(document)["xaiSyncStatus"] == "clean"
    action = StaffAction.objects.latest("pk")
    assert (action.via, action.action, action.target_id, action.count) == ("command", "look", document, 1)


def test_a_dry_run_shows_the_plan_and_touches_nothing(world: World, run: Any) -> None:
    document = world.document(world.parent())
    before = world.mark()
    code, said = run("sync", *DOCUMENT, document, "--dry-run")
    assert code == 0
    assert "Would be done:" in said
    assert "1. have the collection of Raeumungsklage" in said
    assert "write to the CRM: State at xAI" in said
    assert "Afterwards: waiting: " in said
    assert world.writes(before) == []
    assert (Record.objects.count(), StaffAction.objects.count()) == (0, 0)


def test_a_dry_run_of_a_refused_key_says_so(world: World, run: Any) -> None:
    with configured(ESPOCRM_API_KEY="wrong"):
        code, said = run("sync", *DOCUMENT, "65f0a1b2c3d4e5f60", "--dry-run")
    assert code == 1
    assert "refuses our login" in said
    assert "wrong" not in said


def test_without_wait_a_request_is_left_for_a_worker(world: World, run: Any) -> None:
    document = world.document(world.parent())
    code, said = run("sync", *DOCUMENT, document)
    record = world.record(document)
    assert (code, record.status, record.urgency) == (0, Status.WAITING, Urgency.STAFF)
    assert str(record.pk) in said


def test_what_another_worker_runs_is_waited_for_not_run_twice(world: World, run: Any) -> None:
    document = world.document()
    world.event(document)
    claim = claims.take(world.record(document).pk)
    assert claim is not None
    before = world.mark()
    code, said = run("sync", *DOCUMENT, document, "--wait", "--timeout", "0.5")
    assert (code, world.mark()) == (3, before)
    assert "running" in said
    assert world.record(document).requested == claim.request_number + 1  # and it runs once more afterwards


def test_a_failure_ends_with_1_and_its_reason(world: World, run: Any) -> None:
    world.sandbox.fail_next_indexing(times=5)
    document = world.document(world.parent())
    world.event(document)
    world.drive()
    assert world.record(document).status == Status.FAILED
    world.sandbox.settings(espocrm_denied=["CDokumente.read"])
    code, said = run("sync", *DOCUMENT, document, "--wait")
    assert code == 1
    assert "lacks a right" in said


@pytest.mark.django_db
@pytest.mark.parametrize(
    "args",
    [
        ("no_sync", "CDokumente", "65f"),
        ("document_sync", "Account", "65f"),
        ("document_sync", "CPapier", "65f"),
        ("document_sync", "CDokumente", "../65f"),
    ],
)
def test_what_makes_no_sense_is_refused_with_2(run: Any, args: tuple[str, ...]) -> None:
    assert run("sync", *args)[0] == 2
    assert Record.objects.count() == 0


# retry_failed


def failed(entity_id: str, reason: Reason = Reason.EXHAUSTED, *, hours: float = 0, **more: Any) -> Record:
    moment = timezone.now() - timedelta(hours=hours)
    key = {"step": "document_sync", "entity_type": "CDokumente", "entity_id": entity_id}
    more = {"status": Status.FAILED, "attempts": 5} | more
    return Record.objects.create(**key, reason=reason, created_at=moment, changed_at=moment, **more)


@pytest.mark.django_db
def test_only_what_fits_is_tried_again_and_what_really_moved_is_counted(run: Any) -> None:
    old, rejected, fitting = failed("a", hours=13), failed("b", Reason.REJECTED), failed("c", hours=11)
    conflict = failed("d", status=Status.CONFLICT)
    code, said = run("retry_failed", "--step", "document_sync", "--reason", "exhausted", "--since", "12h")
    assert code == 0
    assert "1 record will be tried again now." in said
    waiting = Record.objects.get(status=Status.WAITING)
    assert (waiting.pk, waiting.attempts) == (fitting.pk, 0)
    assert set(Record.objects.exclude(pk=fitting.pk)) == {old, rejected, conflict}
    assert StaffAction.objects.get().count == 1


@pytest.mark.django_db
def test_a_dry_run_of_retry_only_counts(run: Any) -> None:
    failed("a")
    code, said = run("retry_failed", "--dry-run")
    assert re.search(r"document_sync +exhausted +1", said)
    assert (code, Record.objects.get().status, StaffAction.objects.count()) == (0, Status.FAILED, 0)
    Record.objects.all().delete()
    assert "Nothing failed" in run("retry_failed")[1]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "args",
    [
        *(("--step", "x"), ("--reason", "x"), ("--since", "x"), ("--since", "2026-13-01"), ("--since", "12x")),
        *(("--since", "0001-01-01"), ("--since", "9999-12-31T23:59-05:00")),
        *(("--step", ""), ("--reason", ""), ("--since", "")),  # an empty variable of a shell does not mean all
    ],
)
def test_retry_with_unknown_words_is_refused(run: Any, args: tuple[str, str]) -> None:
    assert run("retry_failed", *args)[0] == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("since", "moved"), [("2026-01-01", 1), ("2026-01-01T12:30", 1), ("2099-01-01", 0), ("5m", 1)])
def test_moments(run: Any, since: str, moved: int) -> None:
    failed("a")
    run("retry_failed", "--since", since)
    assert Record.objects.filter(status=Status.WAITING).count() == moved


@pytest.mark.django_db
def test_what_a_command_could_not_do_is_on_record_with_the_kind_of_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> int:
        raise OSError("disk full")

    failed("a")
    monkeypatch.setattr("syncapp.engine.queue.retry.retry", full)
    with pytest.raises(OSError, match="disk full"):
        call_command("retry_failed", "--since", "7d")
    action = StaffAction.objects.get()
    assert (action.via, action.count) == ("command", 0)
    assert re.fullmatch(r"OSError .+: 7d", action.detail)


# sweep


@pytest.mark.django_db
def test_sweep_says_what_it_found(run: Any) -> None:
    failed("a", due_at=timezone.now())
    assert re.search(r"tried once more after a day +1", run("sweep")[1])
    assert Record.objects.get().status == Status.WAITING
