"""What a document costs in outside calls, and that a call less is no look less."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from time import monotonic
from typing import Any

import pytest
from django.utils import timezone

from syncapp.clients.espocrm import EspoClient
from syncapp.events import running
from syncapp.flows.documents import looking
from syncapp.flows.documents.reasons import Why
from syncapp.models import JournalEntry, JournalState, Reason, Record, Status
from tests import knowledge as knowing
from tests.integration.flows.test_documents import collection_of
from tests.integration.flows.test_documents_faults import down, first_run, ready
from tests.world import LINKS, World, configured

pytestmark = pytest.mark.django_db
READ = "GET /espocrm/api/v1/CDokumente/{id}"
WRITE = "PUT /espocrm/api/v1/CDokumente/{id}"
FILE = "GET /espocrm/api/v1/Attachment/file/{id}"
UPLOAD = "POST /xai/v1/files"
ATTACH = "POST /xai-management/v1/collections/{id}/documents/{id}"
LOOK = "GET /xai-management/v1/collections/{id}/documents:batchGet"
LINKED = [f"{READ}/{link}" for link in sorted(LINKS.values())]
AS_FIELDS = {f"CDokumente.{link}": {"type": "linkMultiple"} for link in LINKS.values()}


def calls(world: World, since: int) -> list[str]:
    """In their order, without the metadata, which a process asks once in a while for all."""
    made = [f"{call['method']} {call['route']}" for call in world.sandbox.calls(since=since)]
    return [call for call in made if not call.endswith("/Metadata")]


def run(world: World, document: str) -> tuple[list[str], Record]:
    before = world.mark()
    record = first_run(world, document)
    return calls(world, before), record


def test_a_new_document_costs_nine_calls_with_three_types_of_parents(world: World) -> None:
    _, document = ready(world)
    before = world.mark()
    assert world.drive() == 2
    assert calls(world, before) == [READ, *LINKED, FILE, UPLOAD, ATTACH, LOOK, WRITE]
    assert world.crm(document)["xaiSyncStatus"] == "clean"


@pytest.mark.parametrize(("shown", "fewer"), [(LINKS.values(), 2), (["accounts"], 1), (["raeumungsklages"], 0)])
def test_a_crm_that_shows_links_in_the_record_is_not_asked_for_those_that_lead_nowhere(
    world: World, shown: list[str], fewer: int
) -> None:
    changed = {f"CDokumente.{link}": {"type": "linkMultiple"} for link in shown}
    world.sandbox.settings(espocrm_changed=changed)
    EspoClient.metadata_cache.clear()
    _, document = ready(world)
    before = world.mark()
    world.drive()
    made = calls(world, before)
    assert len(made) == 9 - fewer
    assert f"{READ}/raeumungsklages" in made
    assert world.crm(document)["xaiSyncStatus"] == "clean"


@pytest.mark.parametrize("hidden", ["by the right to read the field", "by the metadata", "as it is not loaded"])
def test_links_that_the_record_does_not_show_are_asked_for(world: World, hidden: str) -> None:
    fields = {name: spec | {"noLoad": hidden == "as it is not loaded"} for name, spec in AS_FIELDS.items()}
    if hidden == "by the right to read the field":
        world.sandbox.settings(espocrm_denied=[f"{name}.read" for name in AS_FIELDS])
    if hidden != "by the metadata":
        world.sandbox.settings(espocrm_changed=fields)
    EspoClient.metadata_cache.clear()
    ready(world)
    before = world.mark()
    world.drive()
    assert [call for call in calls(world, before) if call in LINKED] == LINKED


def test_an_attribute_that_is_only_called_like_the_ids_of_a_link_says_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = EspoClient.get
    lists: dict[str, Any] = {f"{link}Ids": [] for link in LINKS.values()}
    monkeypatch.setattr(EspoClient, "get", lambda *args: {**get(*args), **lists})
    _, document = ready(world)
    world.drive()
    assert world.crm(document)["xaiSyncStatus"] == "clean"


def test_a_link_that_was_removed_is_seen_in_the_record(world: World) -> None:
    world.sandbox.settings(espocrm_changed=AS_FIELDS)
    EspoClient.metadata_cache.clear()
    parent, document = ready(world)
    world.drive()
    world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    world.event(document, full=True)
    made, record = run(world, document)
    assert not [call for call in made if call in LINKED]
    assert (record.status, record.reason) == (Status.SKIPPED, "no_parent")
    assert world.inside() == {collection_of(world, parent): set()}


@pytest.mark.parametrize("change", [{}, {"name": "Neuer Name"}], ids=["unchanged", "renamed"])
def test_a_document_that_is_in_step_costs_one_call(world: World, change: dict[str, Any]) -> None:
    _, document = ready(world)
    world.drive()
    world.sandbox.update("CDokumente", document, change)
    world.event(document)
    made, record = run(world, document)
    assert made == [READ]
    assert record.status == Status.IN_SYNC


# While it is being indexed


def slow(world: World) -> tuple[str, str]:
    parent, document = ready(world)
    world.sandbox.settings(xai_indexing_seconds=3600)
    first_run(world, document)
    return parent, document


@pytest.fixture(autouse=True)
def _nothing_told() -> Iterator[None]:
    yield
    looking._told.clear()


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


# Several that wait


def several(world: World, number: int = 3, *, done: bool = True) -> list[str]:
    """New ones of one parent that are due for their first look, and indexed by then (`done`)."""
    parent, first = slow(world)
    documents = [first, *(world.document(parent, content=f"Anlage {each}".encode()) for each in range(1, number))]
    for document in documents[1:]:
        world.event(document)
        first_run(world, document)
    if done:
        indexed(world)
    all_due()
    return documents


def all_due() -> None:
    Record.objects.filter(status=Status.WAITING).update(due_at=timezone.now())


def test_who_waits_in_one_collection_is_asked_for_in_one_call(world: World) -> None:
    documents = several(world)
    made = [run(world, document) for document in documents]
    assert [calls for calls, _ in made] == [[LOOK, WRITE], [WRITE], [WRITE]]
    assert {record.status for _, record in made} == {Status.IN_SYNC}
    assert {world.crm(document)["xaiSyncStatus"] for document in documents} == {"clean"}


def test_two_with_the_same_bytes_are_told_by_one_look(world: World) -> None:
    parent, one = slow(world)
    two = world.document(parent)
    world.event(two)
    first_run(world, two)
    indexed(world)
    all_due()
    assert [run(world, document)[0] for document in (one, two)] == [[LOOK, WRITE], [WRITE]]


def test_each_collection_is_asked_for_its_own(world: World) -> None:
    here, two = several(world, 2, done=False), world.parent()
    with configured(XAI_EMPTY_COLLECTIONS=True):
        world.event(two, "Raeumungsklage")
        first_run(world, two)
    there = [world.document(two, content=content) for content in (b"Klage", b"Replik")]
    for document in there:
        world.event(document)
        first_run(world, document)
    indexed(world)
    all_due()
    made = [run(world, document)[0] for document in (*here, *there)]
    assert made == [[LOOK, WRITE], [WRITE]] * 2


def test_who_is_not_due_is_not_asked_for_with_the_others(world: World) -> None:
    one, two, three = several(world)
    Record.objects.filter(entity_id=two).update(due_at=timezone.now() + timedelta(seconds=3))
    made = [run(world, document)[0] for document in (one, two, three)]
    assert made == [[LOOK, WRITE], [LOOK, WRITE], [WRITE]]


def test_what_was_told_of_a_wait_says_nothing_of_who_was_requested_since(world: World) -> None:
    one, two, _ = several(world)
    run(world, one)
    world.event(two)
    made, record = run(world, two)
    assert (made[0], made[-2:]) == (READ, [LOOK, WRITE])
    assert record.status == Status.IN_SYNC


def test_what_was_told_of_others_holds_for_seconds_and_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    one, two, three = several(world)
    run(world, one)
    later = monotonic() + 6
    monkeypatch.setattr("syncapp.flows.documents.looking.monotonic", lambda: later)
    assert [run(world, document)[0] for document in (two, three)] == [[LOOK, WRITE], [WRITE]]


def test_who_is_still_being_indexed_is_told_so_to_all_and_looked_at_again(world: World) -> None:
    documents = several(world, done=False)
    assert [run(world, document)[0] for document in documents] == [[LOOK, WRITE], [WRITE], [WRITE]]
    assert {world.crm(document)["xaiSyncStatus"] for document in documents} == {"pending_sync"}
    world.sandbox.end_indexing()
    all_due()
    assert [run(world, document)[0] for document in documents] == [[LOOK, WRITE], [WRITE], [WRITE]]


def test_what_was_told_of_a_wait_is_used_once(world: World) -> None:
    one, two, _ = several(world, done=False)
    assert [run(world, document)[0] for document in (one, two)] == [[LOOK, WRITE], [WRITE]]
    world.sandbox.end_indexing()
    made, record = run(world, two)
    assert (made, record.status) == ([LOOK, WRITE], Status.IN_SYNC)


def test_one_that_failed_or_fell_out_is_looked_at_itself(world: World) -> None:
    from syncapp.engine.outside import connections

    one, two, three = several(world)
    gone, collection = world.record(two).agreed["content"]["file_id"], next(iter(world.inside()))
    connections.xai().detach(collection, gone)
    run(world, one)
    made, record = run(world, two)
    assert (made[0], record.reason) == (LOOK, Why.INDEXING)
    assert run(world, three)[0] == [WRITE]
    assert gone in world.inside()[collection]


def test_a_write_alone_that_ends_a_wait_leaves_no_write_open(world: World) -> None:
    one, two, _ = several(world)
    record = world.record(two)
    JournalEntry.objects.filter(record=record, action="attach").update(state=JournalState.LOST)
    run(world, one)
    assert run(world, two)[0] == [WRITE]
    assert not JournalEntry.objects.filter(record=record, state=JournalState.LOST).exists()


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
