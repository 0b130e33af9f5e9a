"""Documents while the outside systems misbehave in the ways that they really do."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from syncapp.clients.errors import ClientError
from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import outages
from syncapp.engine.queue import retry
from syncapp.events import running
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.models import Orphan, OrphanState, Reason, Record, Status, System, SystemState
from tests.integration.flows.test_beteiligte_faults import meanwhile
from tests.integration.flows.test_documents import collection_of
from tests.world import World, configured

pytestmark = pytest.mark.django_db


def first_run(world: World, document: str) -> Record:
    """One run of the document alone; its record afterwards."""
    record = world.record(document)
    running.run_now(record.pk, record.step, even_early=True)
    record.refresh_from_db()
    return record


def ready(world: World) -> tuple[str, str]:
    """A document whose parent has its collection already, and an event for it."""
    parent = world.parent()
    with configured(XAI_EMPTY_COLLECTIONS=True):
        world.event(parent, "Raeumungsklage")
        world.drive()
    document = world.document(parent)
    world.event(document)
    return parent, document


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "600"}])
def test_a_rate_limit_is_waited_out_without_holding_a_worker(world: World, headers: dict[str, str]) -> None:
    _, document = ready(world)
    world.sandbox.add_fault(
        "status", system="xai", method="POST", path="/v1/files", status=429, headers=headers, times=100
    )
    record = first_run(world, document)
    assert (record.status, record.reason, record.attempts) == (Status.WAITING, Reason.RATE_LIMITED, 1)
    assert record.due_at is not None
    pause = (record.due_at - record.changed_at).total_seconds()
    assert (595 if headers else 55) < pause < (700 if headers else 65)
    world.sandbox.clear_faults()
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.files()) == 1


def test_being_locked_out_by_the_crm_is_an_outage_and_not_a_refusal(world: World) -> None:
    _, document = ready(world)
    with configured(ESPOCRM_API_KEY="wrong"):
        for _ in range(12):
            with suppress(ClientError):
                _client().ping()
    record = first_run(world, document)
    assert (record.status, record.reason, record.attempts) == (Status.WAITING, Reason.SYSTEM_DOWN, 0)
    assert System.objects.get(pk="espocrm").state == SystemState.DOWN
    world.sandbox.settings(espocrm_lockout_seconds=0)
    if not outages.try_now("espocrm"):
        pytest.fail("the lock-out should be over")
    world.drive()
    assert world.record(document).status == Status.IN_SYNC


def _client() -> EspoClient:
    from syncapp.engine.outside import connections

    return connections.espocrm()


def test_a_person_saves_the_document_just_before_we_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    _, document = ready(world)
    update = EspoClient.update
    raced: list[str] = []

    def slower(self: EspoClient, *args: Any, **kwargs: Any) -> Any:
        if not raced:
            raced.append("once")
            world.sandbox.update("CDokumente", document, {"name": "Von Hand", "xaiSyncStatus": "unclean"})
        return update(self, *args, **kwargs)

    monkeypatch.setattr(EspoClient, "update", slower)
    world.drive()
    shown = world.crm(document)
    assert (shown["name"], shown["xaiSyncStatus"]) == ("Von Hand", "clean")


def test_a_person_replaces_the_file_while_the_old_one_is_being_indexed(world: World) -> None:
    parent, document = ready(world)
    first_run(world, document)
    world.sandbox.upload_file(document, "neu.txt", b"neu", silent=True)  # and the event got lost
    world.drive()
    shown = world.crm(document)
    assert shown["xaiSyncedHash"] == shown["md5sum"]
    assert world.inside()[collection_of(world, parent)] == {shown["xaiId"]}


def test_a_download_that_breaks_off_is_not_uploaded(world: World) -> None:
    _, document = ready(world)
    world.sandbox.add_fault("truncated", system="espocrm", method="GET", path="Attachment/file", times=5)
    record = first_run(world, document)
    assert (record.status, record.reason) == (Status.WAITING, Reason.TRANSIENT)
    assert world.files() == {}
    world.sandbox.clear_faults()
    world.drive()
    assert world.record(document).status == Status.IN_SYNC


def test_a_right_that_was_withdrawn_empties_no_collection(world: World) -> None:
    _, document = ready(world)
    world.drive()
    inside = world.inside()
    world.sandbox.settings(espocrm_denied=["Raeumungsklage.read"])
    world.event(document, full=True)
    try:
        record = first_run(world, document)
    finally:
        world.sandbox.settings(espocrm_denied=[])
    assert record.status != Status.IN_SYNC
    assert world.inside() == inside


def test_the_wrong_key_at_xai_waits_for_an_administrator(world: World) -> None:
    _, document = ready(world)
    with configured(XAI_API_KEY="wrong"):
        record = first_run(world, document)
    assert (record.status, record.reason, record.attempts) == (Status.WAITING, Reason.SYSTEM_SETTINGS, 0)
    assert System.objects.get(pk="xai").state == SystemState.REFUSED


def test_without_configuration_nothing_is_tried_and_it_is_told(world: World) -> None:
    _, document = ready(world)
    with configured(XAI_API_KEY=""):
        record = first_run(world, document)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.NOT_CONFIGURED)


def test_the_same_bytes_at_the_same_time_are_uploaded_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second worker takes the twin while the first is in the middle of its upload."""
    from syncapp.clients.xai import XaiClient

    parent, document = ready(world)
    twin = world.document(parent)
    world.event(twin)
    upload = XaiClient.upload
    seen: list[Record] = []

    def slowly(self: XaiClient, *args: Any, **kwargs: Any) -> Any:
        if not seen:
            seen.append(first_run(world, twin))
        return upload(self, *args, **kwargs)

    monkeypatch.setattr(XaiClient, "upload", slowly)
    first_run(world, document)
    assert (seen[0].status, seen[0].reason, seen[0].attempts) == (Status.WAITING, Reason.LOCK_BUSY, 0)
    world.drive()
    assert len(world.files()) == 1
    assert world.crm(document)["xaiId"] == world.crm(twin)["xaiId"]
    assert world.record(twin).status == Status.IN_SYNC


def test_a_refusal_that_came_after_the_upload_uploads_nothing_twice(world: World) -> None:
    """Observed: 429 although the file is there."""
    _, document = ready(world)
    world.sandbox.add_fault("refused_after", system="xai", method="POST", path="/v1/files", status=429)
    record = first_run(world, document)
    assert (record.status, record.reason) == (Status.WAITING, Reason.RATE_LIMITED)
    assert len(world.files()) == 1
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.files()) == 1


def test_a_file_that_is_gone_is_brought_again_though_its_entry_in_the_collection_is_left(world: World) -> None:
    _, document = ready(world)
    world.drive()
    world.sandbox.settings(xai_entries_outlive_files=True)
    (gone,) = world.files()
    world.sandbox.remove_xai_file(gone)
    scans.run(EVERYTHING)
    world.drive()
    (there,) = world.files()
    assert there != gone
    assert world.crm(document)["xaiId"] == there
    assert list(world.inside().values()) == [{there}]


def test_a_file_that_came_too_late_is_on_the_list_for_staff(world: World) -> None:
    """Uploaded, and taken out of its only parent before it was put into the collection."""
    parent, document = ready(world)
    world.sandbox.add_fault("status", system="xai*", method="POST", path="/documents/", status=500, times=9)
    first_run(world, document)
    (file_id,) = world.files()
    world.sandbox.clear_faults()
    world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    world.event(document, full=True)
    world.drive()
    assert world.record(document).reason == "no_parent"
    assert list(Orphan.objects.filter(state=OrphanState.OPEN).values_list("remote_id", flat=True)) == [file_id]


def down(system: str) -> None:
    later = timezone.now() + timedelta(hours=1)
    System.objects.update_or_create(name=system, defaults={"state": SystemState.DOWN, "next_probe_at": later})


@pytest.mark.parametrize("known", [False, True], ids=["while it runs", "before it runs"])
def test_while_a_changed_document_waits_for_xai_the_crm_does_not_call_it_clean(world: World, known: bool) -> None:
    _, document = ready(world)
    world.drive()
    assert world.crm(document)["xaiSyncStatus"] == "clean"
    world.sandbox.add_fault("status", system="xai*", status=500, times=None)
    if known:
        down("xai")
    world.sandbox.upload_file(document, "vertrag.txt", b"neu")
    world.event(document)
    for _ in range(3):
        first_run(world, document)
        Record.objects.filter(entity_id=document).update(due_at=timezone.now())
    assert world.record(document).status == Status.WAITING
    assert world.crm(document)["xaiSyncStatus"] == "pending_sync"
    world.sandbox.clear_faults()
    System.objects.update(state=SystemState.UP, next_probe_at=None)
    world.drive()
    assert world.crm(document)["xaiSyncStatus"] == "clean"


def test_what_is_unchanged_stays_clean_in_an_outage(world: World) -> None:
    _, document = ready(world)
    world.drive()
    down("xai")
    before = world.mark()
    world.event(document)
    first_run(world, document)
    assert world.crm(document)["xaiSyncStatus"] == "clean"
    assert world.writes(before) == []


def test_users_of_the_crm_read_what_was_refused_by_which_system(world: World) -> None:
    _, document = ready(world)
    reason = "Field validation failure; entityType: CDokumente, field: xaiId, type: maxLength."
    world.sandbox.add_fault(
        "status", system="espocrm", method="PUT", path=document, status=400, headers={"X-Status-Reason": reason}
    )
    first_run(world, document)
    record = first_run(world, document)  # it is told when the indexing has ended
    shown = world.crm(document)
    assert (record.system, shown["xaiSyncStatus"]) == ("espocrm", "failed")
    assert shown["xaiSyncError"] == shown["syncError"]
    assert shown["xaiSyncError"].startswith("EspoCRM hat die Daten abgelehnt.")
    assert shown["xaiSyncError"].endswith("(EspoCRM, Feld „Datei bei xAI (xaiId)“: es ist zu lang)")


def test_what_xai_refuses_is_told_as_its_own(world: World) -> None:
    _, document = ready(world)
    world.sandbox.add_fault("status", system="xai", method="POST", path="/v1/files", status=415, times=1)
    record = first_run(world, document)
    assert record.system == "xai"
    assert world.crm(document)["xaiSyncError"].startswith("xAI hat die Daten abgelehnt.")


def test_no_field_of_a_failure_is_left_when_it_was_mended(world: World) -> None:
    _, document = ready(world)
    world.sandbox.add_fault("status", system="xai", method="POST", path="/v1/files", status=415, times=1)
    first_run(world, document)
    shown = world.crm(document)
    assert (shown["syncStatus"], bool(shown["syncError"]), bool(shown["syncFailedAt"])) == ("failed", True, True)
    world.sandbox.update("CDokumente", document, {"xaiSyncStatus": "pending_sync"}, silent=True)
    retry.retry(Record.objects.filter(entity_id=document), "test")
    world.drive()
    shown = world.crm(document)
    assert (shown["xaiSyncStatus"], shown["syncStatus"]) == ("clean", "clean")
    assert not shown["xaiSyncError"]
    assert not shown["syncError"]
    assert not shown["syncFailedAt"]


def test_a_document_that_is_deleted_while_its_file_is_fetched_lacks_no_right(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EspoCRM answers 403 then, for nobody may read the file of what is not there."""
    _, document = ready(world)
    with meanwhile(monkeypatch, EspoClient, "download", lambda: world.sandbox.delete("CDokumente", document)):
        record = first_run(world, document)
    assert (record.status, record.reason) == (Status.WAITING, Reason.OUTDATED)
    world.drive()
    assert (world.record(document).reason, world.files()) == ("entity_gone", {})


def test_a_file_that_may_not_be_read_is_told(world: World) -> None:
    _, document = ready(world)
    fault = {"status": 403, "headers": {"X-Status-Reason": "No 'read' access."}}
    world.sandbox.add_fault("status", system="espocrm", method="GET", path="Attachment/file", **fault)
    record = first_run(world, document)
    assert (record.status, record.reason) == (Status.FAILED, Reason.FORBIDDEN)
