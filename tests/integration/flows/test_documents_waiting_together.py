"""Several documents that wait for their indexing in one collection: one look tells of all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from time import monotonic

import pytest
from django.utils import timezone

from syncapp.clients.errors import ClientError, Rejected, UnexpectedAnswer
from syncapp.clients.xai import XaiClient, XaiDocument
from syncapp.flows.documents.reasons import Why
from syncapp.models import JournalEntry, JournalState, Record, Status
from tests.integration.flows.test_documents_calls import LOOK, READ, WRITE, run
from tests.integration.flows.test_documents_faults import first_run
from tests.integration.flows.test_documents_waiting import indexed, slow
from tests.world import World, configured

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("error", [Rejected, UnexpectedAnswer])
def test_one_that_xai_does_not_answer_for_keeps_nobody_else_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch, error: type[ClientError]
) -> None:
    documents = several(world)
    broken, batch = Record.objects.get(entity_id=documents[0]).agreed["content"]["file_id"], XaiClient._batch

    def answered(self: XaiClient, collection_id: str, file_ids: Sequence[str]) -> list[XaiDocument]:
        if broken in file_ids:
            raise error("xai", "test")
        return batch(self, collection_id, file_ids)

    monkeypatch.setattr(XaiClient, "_batch", answered)
    made = [run(world, document)[1] for document in documents[1:]]
    assert [record.status for record in made] == [Status.IN_SYNC] * 2
    assert run(world, documents[0])[1].status != Status.IN_SYNC
