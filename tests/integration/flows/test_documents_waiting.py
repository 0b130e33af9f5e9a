"""A document that waits for its indexing: seen with few calls, and nothing that changed meanwhile is settled over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from syncapp.engine.queue import retry
from syncapp.events import running
from syncapp.flows.documents.reasons import Why
from syncapp.models import JournalEntry, Reason, Record, Status
from tests import knowledge as knowing
from tests.integration.flows.test_documents import collection_of
from tests.integration.flows.test_documents_calls import LINKED, LOOK, READ, WRITE, run
from tests.integration.flows.test_documents_faults import down, first_run, ready
from tests.world import World, configured

pytestmark = pytest.mark.django_db


def slow(world: World) -> tuple[str, str]:
    parent, document = ready(world)
    world.sandbox.settings(xai_indexing_seconds=3600)
    first_run(world, document)
    return parent, document


def indexed(world: World) -> None:
    world.sandbox.settings(xai_indexing_seconds=0)
    world.sandbox.end_indexing()


def test_staff_see_that_it_is_pending_when_the_indexing_takes_longer(world: World) -> None:
    _, document = slow(world)
    assert not world.crm(document)["xaiSyncStatus"]
    made, record = run(world, document)
    assert (made, record.reason) == ([LOOK, WRITE], Why.INDEXING)
    assert world.crm(document)["xaiSyncStatus"] == "pending_sync"
    made, record = run(world, document)
    assert (made, record.reason) == ([LOOK], Why.INDEXING)
    indexed(world)
    made, record = run(world, document)
    assert (made, record.status) == ([LOOK, WRITE], Status.IN_SYNC)
    assert world.crm(document)["xaiSyncStatus"] == "clean"
    told = JournalEntry.objects.filter(target_type="CDokumente", system="espocrm").order_by("id")
    pending, clean = (entry.changes["xaiSyncStatus"] for entry in told)
    assert (pending[1], clean) == ("pending_sync", ["pending_sync", "clean"])


def test_the_first_look_comes_within_seconds_and_the_next_as_it_is_set(world: World) -> None:
    with configured(XAI_INDEX_POLL_SECONDS=15):
        _, document = slow(world)
        pauses = []
        for _ in range(2):
            record = world.record(document)
            assert record.due_at is not None
            pauses.append(round((record.due_at - record.changed_at).total_seconds()))
            first_run(world, document)
    assert pauses == [4, 15]


def waited(world: World, document: str, hours: float) -> None:
    record = world.record(document)
    since = (timezone.now() - timedelta(hours=hours)).isoformat()
    Record.objects.filter(pk=record.pk).update(
        agreed={**record.agreed, "progress": {**record.agreed["progress"], "since": since}}
    )


def test_a_file_that_replaces_one_whose_indexing_hangs_is_waited_for_anew(world: World) -> None:
    parent, document = slow(world)
    waited(world, document, 23.9)
    world.sandbox.upload_file(document, "neu.txt", b"neu")
    world.event(document)
    record = first_run(world, document)
    assert (record.reason, world.inside()[collection_of(world, parent)]) == (
        Why.INDEXING,
        {record.agreed["content"]["file_id"]},
    )
    assert record.due_at is not None
    assert record.due_at - record.changed_at < timedelta(seconds=5)
    assert timezone.now() - datetime.fromisoformat(record.agreed["progress"]["since"]) < timedelta(minutes=1)


def test_retry_after_a_day_of_indexing_puts_it_in_again(world: World) -> None:
    parent, document = slow(world)
    waited(world, document, 25)
    record = first_run(world, document)
    assert (record.status, record.reason, record.detail) == (Status.FAILED, Why.INDEXING_FAILED, "timeout")
    retry.retry(Record.objects.filter(pk=record.pk))
    before = world.mark()
    record = first_run(world, document)
    assert (record.status, record.reason) == (Status.WAITING, Why.INDEXING)
    assert [call["method"] for call in world.writes(before) if "/documents/" in call["path"]] == ["DELETE", "POST"]
    record = first_run(world, document)
    assert (record.status, record.reason) == (Status.WAITING, Why.INDEXING)  # with a day of its own
    indexed(world)
    world.drive()
    assert (world.record(document).status, world.crm(document)["xaiSyncStatus"]) == (Status.IN_SYNC, "clean")
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}


def test_an_outage_while_it_is_being_indexed_is_told_as_pending(world: World) -> None:
    _, document = slow(world)
    down("xai")
    record = first_run(world, document)
    assert record.reason == Reason.SYSTEM_DOWN
    assert world.crm(document)["xaiSyncStatus"] == "pending_sync"


def test_a_worker_that_died_after_the_upload_leaves_nothing_untold(world: World) -> None:
    _, document = slow(world)
    Record.objects.filter(entity_id=document).update(reason=Reason.WORKER_DIED)
    made, record = run(world, document)  # whatever that one did or told: all is read
    assert made[0] == READ
    made, record = run(world, document)
    assert (made, record.reason) == ([LOOK, WRITE], Why.INDEXING)
    assert world.crm(document)["xaiSyncStatus"] == "pending_sync"


def test_a_request_meanwhile_has_all_read_anew(world: World) -> None:
    one, document = slow(world)
    two = world.parent()
    world.sandbox.link("CDokumente", document, "raeumungsklages", two)
    indexed(world)
    world.event(document, full=True)
    made, _ = run(world, document)
    assert made[: 1 + len(LINKED)] == [READ, *LINKED]
    world.drive()
    file_id = world.crm(document)["xaiId"]
    assert world.inside() == {collection_of(world, one): {file_id}, collection_of(world, two): {file_id}}


@pytest.mark.parametrize("versions", [True, False], ids=["with versions", "without versions"])
def test_a_file_that_was_replaced_unheard_meanwhile_is_not_called_clean(world: World, versions: bool) -> None:
    world.sandbox.settings(espocrm_optimistic_locking=["CDokumente"] if versions else [])
    parent, document = slow(world)
    world.sandbox.upload_file(document, "neu.txt", b"neu", silent=True)
    indexed(world)
    record = first_run(world, document)
    assert record.reason == (Why.INDEXING if versions else Reason.OUTDATED)  # the same run has looked at the new one
    world.drive()
    shown = world.crm(document)
    (file_id,) = world.inside()[collection_of(world, parent)]
    assert (shown["xaiId"], shown["xaiSyncStatus"]) == (file_id, "clean")
    assert world.files()[file_id]["bytes"] == len(b"neu")


def test_a_document_that_was_deleted_unheard_meanwhile_is_taken_out(world: World) -> None:
    parent, document = slow(world)
    world.sandbox.delete("CDokumente", document, silent=True)
    indexed(world)
    record = first_run(world, document)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.ENTITY_GONE)
    assert world.inside() == {collection_of(world, parent): set()}


def test_what_somebody_took_out_meanwhile_is_put_in_again(world: World) -> None:
    from syncapp.engine.outside import connections

    parent, document = slow(world)
    indexed(world)
    connections.xai().detach(collection_of(world, parent), next(iter(world.files())))
    world.drive()
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}
    assert world.record(document).status == Status.IN_SYNC


def test_the_collection_of_a_paused_parent_is_left_alone_while_it_is_being_indexed(world: World) -> None:
    one, two = world.parent(), world.parent()
    document = world.document(one, two)
    world.event(document)
    world.drive()
    old = world.crm(document)["xaiId"]
    world.sandbox.set_status("Raeumungsklage", two, "paused")
    world.sandbox.upload_file(document, "vertrag.txt", b"Nachtrag")
    world.event(document, full=True)
    world.drive()
    new = world.crm(document)["xaiId"]
    assert new != old
    assert world.inside() == {collection_of(world, one): {new}, collection_of(world, two): {old}}


def test_neither_names_nor_contents_are_remembered_of_a_document(world: World) -> None:
    _, document = ready(world)
    world.sandbox.update("CDokumente", document, {"name": "Scheidung Roth", "description": "Geheim"})
    first_run(world, document)
    kept = json.dumps(world.record(document).agreed)
    assert document in kept
    assert not [word for word in ("Roth", "Geheim", "vertrag", "Mietvertrag") if word in kept]


def test_words_of_xai_about_a_content_are_not_remembered(world: World) -> None:
    world.sandbox.fail_next_indexing(1, "Seite 3 nennt Roth")
    _, document = ready(world)
    for _ in range(2):
        first_run(world, document)
    assert "Roth" in world.crm(document)["xaiSyncError"]
    world.event(document, full=True)
    record = world.record(document)
    running.run_now(record.pk, record.step, even_early=True)
    assert "Roth" not in json.dumps(world.record(document).agreed)
    world.drive()
    shown = world.crm(document)
    assert (shown["xaiSyncStatus"], shown["xaiSyncError"]) == ("clean", None)


# Where an entity of its own joins it to a parent


@pytest.fixture
def firm() -> Iterator[World]:
    with knowing.firm() as there:
        yield there


def joined(firm: World) -> tuple[str, str]:
    """The first run of a new document at a parent that has its collection."""
    before = firm.document(content=b"Vollmacht")
    parent = knowing.knowledge(firm, before)
    firm.event(parent, knowing.KNOWLEDGE)
    firm.drive()
    firm.sandbox.settings(xai_indexing_seconds=3600)
    document = firm.document()
    firm.sandbox.link("CDokumente", document, knowing.LINK, parent)
    firm.event(document)
    first_run(firm, document)
    return parent, document


def test_the_parent_too_is_told_without_being_read_again(firm: World) -> None:
    parent, document = joined(firm)
    indexed(firm)
    made, record = run(firm, document)
    assert made == [LOOK, "PUT /espocrm/api/v1/CAIKnowledgeCDokumente/{id}", WRITE]
    assert record.status == Status.IN_SYNC
    told = knowing.row(firm, document, parent)
    assert (told["syncstatus"], told["aiDocumentId"]) == ("synced", firm.crm(document)["xaiId"])
    assert told["lastSync"]
    before = firm.mark()
    firm.event(document, full=True)
    firm.drive()
    assert firm.writes(before) == []


def test_what_joined_it_and_was_deleted_unheard_meanwhile_is_read_anew(firm: World) -> None:
    parent, document = joined(firm)
    firm.sandbox.delete(knowing.JOIN, knowing.row(firm, document, parent)["id"], silent=True)
    indexed(firm)
    _, record = run(firm, document)
    assert (record.status, record.reason) == (Status.SKIPPED, "no_parent")


def test_a_collection_that_vanished_meanwhile_is_made_again(world: World) -> None:
    parent, document = slow(world)
    old = collection_of(world, parent)
    world.sandbox.remove_xai_collection(old)
    indexed(world)
    world.drive()
    assert collection_of(world, parent) != old
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}
    assert set(Record.objects.values_list("entity_type", flat=True)) == {"CDokumente", "Raeumungsklage"}
