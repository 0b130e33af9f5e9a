"""Documents travel to xAI: what is told here is read off the sandbox's two systems, not off the hub."""

from __future__ import annotations

import pytest

from syncapp.models import JournalEntry, Orphan, Reason, Record, Status
from tests.world import World

pytestmark = pytest.mark.django_db


def synced(world: World, *parents: str, **kw: object) -> str:
    document = world.document(*parents, **kw)  # type: ignore[arg-type]
    world.event(document)
    world.drive()
    return document


def collection_of(world: World, parent: str, kind: str = "Raeumungsklage") -> str:
    return str(world.sandbox.get(kind, parent)["xaiCollectionId"])


def test_a_new_document_is_searchable_and_the_crm_says_so(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    shown = world.crm(document)
    assert world.record(document).status == Status.IN_SYNC
    assert shown["xaiSyncStatus"] == "clean"
    assert shown["fileStatus"] == "synced"
    assert shown["xaiSyncedHash"] == shown["md5sum"]
    assert shown["xaiCollections"] == [collection_of(world, parent)]
    assert world.inside() == {collection_of(world, parent): {shown["xaiId"]}}
    fields = world.sandbox.state("xai")["collections"][0]["documents"][0]["fields"]
    assert fields == {
        "espocrm_document_id": document,
        "espocrm_entity_type": "Raeumungsklage",
        "espocrm_entity_id": parent,
    }


def test_syncing_again_writes_nothing(world: World) -> None:
    document = synced(world, world.parent())
    before = world.mark()
    world.event(document)
    world.event(document, full=True)
    world.drive()
    assert world.writes(before) == []


def test_an_event_for_a_document_in_sync_costs_one_read(world: World) -> None:
    document = synced(world, world.parent())
    before = world.mark()
    world.event(document)
    world.drive()
    assert [call["route"] for call in world.sandbox.calls(since=before)] == ["/espocrm/api/v1/CDokumente/{id}"]


def test_changed_content_replaces_the_old_file_everywhere(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    old = world.crm(document)["xaiId"]
    world.sandbox.upload_file(document, "vertrag.txt", b"Nachtrag")
    world.event(document)
    world.drive()
    new = world.crm(document)["xaiId"]
    assert new != old
    assert world.inside() == {collection_of(world, parent): {new}}
    assert Orphan.objects.get().remote_id == old


def test_a_rename_changes_nothing_at_xai(world: World) -> None:
    document = synced(world, world.parent())
    world.sandbox.update("CDokumente", document, {"name": "Neuer Name"})
    before = world.mark()
    world.event(document)
    world.drive()
    assert world.writes(before) == []
    assert world.record(document).status == Status.IN_SYNC


def test_several_parents_and_a_move_between_them(world: World) -> None:
    one, two = world.parent(), world.parent()
    document = synced(world, one, two)
    file_id = world.crm(document)["xaiId"]
    assert world.inside() == {collection_of(world, one): {file_id}, collection_of(world, two): {file_id}}
    world.sandbox.unlink("CDokumente", document, "raeumungsklages", one)
    world.event(document, full=True)
    world.drive()
    assert world.inside() == {collection_of(world, one): set(), collection_of(world, two): {file_id}}
    assert world.crm(document)["xaiCollections"] == [collection_of(world, two)]


def test_without_a_parent_it_is_in_no_collection(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    world.event(document, full=True)
    world.drive()
    record = world.record(document)
    assert (record.status, record.reason) == (Status.SKIPPED, "no_parent")
    assert world.crm(document)["xaiSyncStatus"] == "no_sync"
    assert world.inside() == {collection_of(world, parent): set()}
    world.sandbox.link("CDokumente", document, "raeumungsklages", parent)
    before = world.mark()
    world.event(document, full=True)
    world.drive()
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}
    assert not [call for call in world.writes(before) if call["path"].endswith("/files")]  # no second upload


def test_a_deleted_document_leaves_the_collections_and_keeps_its_file(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    world.sandbox.delete("CDokumente", document)
    world.event(document)
    world.drive()
    assert world.inside() == {collection_of(world, parent): set()}
    assert len(world.files()) == 1
    assert Orphan.objects.get().state == "open"
    world.sandbox.restore("CDokumente", document)
    world.event(document)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.files()) == 1
    assert Orphan.objects.get().state == "used"


def test_the_same_bytes_are_uploaded_once_and_shared(world: World) -> None:
    parent = world.parent()
    one, two = synced(world, parent), synced(world, parent)
    assert world.crm(one)["xaiId"] == world.crm(two)["xaiId"]
    assert len(world.files()) == 1
    world.sandbox.delete("CDokumente", one)
    world.event(one)
    world.drive()
    assert world.inside() == {collection_of(world, parent): {world.crm(two)["xaiId"]}}
    assert not Orphan.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("bild.png", b"\x89PNG", "unsupported_type"),
        ("leer.txt", b"", "empty_file"),
        ("gross.txt", b"x" * (1024 * 1024 + 1), "too_large"),
    ],
)
def test_what_cannot_be_searchable_is_an_outcome_of_its_own(
    world: World, name: str, content: bytes, reason: Reason
) -> None:
    from tests.world import configured

    with configured(XAI_MAX_FILE_SIZE_MB=1):
        document = synced(world, world.parent(), content=content, file_name=name)
        record = world.record(document)
        assert (record.status, record.reason) == (Status.SKIPPED, reason)
        assert world.crm(document)["xaiSyncStatus"] == "no_sync"
        assert world.crm(document)["xaiSyncError"]
        before = world.mark()
        world.event(document)
        world.drive()
        assert world.writes(before) == []
        assert not [call for call in world.sandbox.calls(since=before) if "Attachment" in call["path"]]


def test_a_document_without_a_file_waits_for_one(world: World) -> None:
    document = synced(world, world.parent(), content=None)
    assert world.record(document).reason == "no_file"
    world.sandbox.upload_file(document, "vertrag.txt", b"jetzt")
    world.event(document)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC


def test_a_file_that_vanished_at_xai_is_uploaded_again(world: World) -> None:
    document = synced(world, world.parent())
    world.sandbox.remove_xai_file(world.crm(document)["xaiId"])
    world.event(document, full=True)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert set(world.files()) == {world.crm(document)["xaiId"]}


def test_a_collection_that_vanished_is_made_again(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    old = collection_of(world, parent)
    world.sandbox.remove_xai_collection(old)
    world.event(document, full=True)
    world.drive()
    assert collection_of(world, parent) != old
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}
    assert len(world.files()) == 1


def test_failed_indexing_needs_a_person_and_retry_tries_again(world: World) -> None:
    world.sandbox.fail_next_indexing(1, "Seite 3 ist beschädigt")
    document = synced(world, world.parent())
    record = world.record(document)
    assert (record.status, record.reason) == (Status.FAILED, "indexing_failed")
    assert record.detail == "Seite 3 ist beschädigt"
    assert world.crm(document)["xaiSyncStatus"] == "failed"
    assert "beschädigt" in world.crm(document)["xaiSyncError"]
    from syncapp.engine.queue.retry import retry

    assert retry(Record.objects.filter(pk=record.pk)) == 1
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert not world.crm(document)["xaiSyncError"]


def test_a_lost_answer_to_an_upload_does_not_upload_twice(world: World) -> None:
    world.sandbox.add_fault("cut_after", system="xai", method="POST", path="/v1/files", times=1)
    document = synced(world, world.parent())
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.files()) == 1
    assert not JournalEntry.objects.filter(state__in=["intended", "lost"]).exists()


def test_a_lost_answer_to_a_new_collection_makes_no_twin(world: World) -> None:
    world.sandbox.add_fault("cut_after", system="xai", method="POST", path="/v1/collections$", after=0, times=1)
    document = synced(world, world.parent())
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.inside()) == 1


def test_an_upload_whose_content_is_outdated_before_it_is_found_is_an_orphan(world: World) -> None:
    world.sandbox.add_fault("cut_after", system="xai", method="POST", path="/v1/files", times=1)
    parent = world.parent()
    document = world.document(parent)
    world.event(document)
    from syncapp.events import running

    for _ in range(4):
        for record in Record.objects.filter(status=Status.WAITING):
            running.run_now(record.pk, record.step, even_early=True)
        if world.files():
            break
    world.sandbox.upload_file(document, "vertrag.txt", b"ganz anders")
    world.event(document)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.files()) == 2
    assert Orphan.objects.get().remote_id != world.crm(document)["xaiId"]


def test_an_outage_uses_up_no_attempt_and_ends_by_itself(world: World) -> None:
    from syncapp.engine.outside import outages
    from syncapp.events import running

    document = world.document(world.parent())
    world.sandbox.settings(espocrm_maintenance=True)
    world.event(document)
    record = world.record(document)
    running.run_now(record.pk, record.step)
    record.refresh_from_db()
    assert (record.status, record.reason, record.attempts) == (Status.WAITING, Reason.SYSTEM_DOWN, 0)
    assert outages.obstacle(["espocrm"]) is not None
    world.sandbox.settings(espocrm_maintenance=False)
    assert outages.try_now("espocrm")
    world.drive()
    assert world.record(document).status == Status.IN_SYNC


def test_a_wrong_key_waits_for_an_administrator(world: World) -> None:
    from syncapp.events import running
    from tests.world import configured

    document = world.document(world.parent())
    world.event(document)
    record = world.record(document)
    with configured(ESPOCRM_API_KEY="wrong"):
        running.run_now(record.pk, record.step)
    record.refresh_from_db()
    assert (record.reason, record.attempts) == (Reason.SYSTEM_SETTINGS, 0)


def test_the_file_is_replaced_while_it_is_read(world: World) -> None:
    document = world.document(world.parent())
    world.event(document)
    world.sandbox.add_fault("status", system="espocrm", method="GET", path="Attachment/file", status=404, times=1)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC


def test_what_somebody_wrote_in_place_of_a_collection_is_replaced_by_one(world: World) -> None:
    parent = world.parent(xaiCollectionId="siehe alte Akte")
    document = synced(world, parent)
    assert world.record(document).status == world.record(parent).status == Status.IN_SYNC
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}


def test_what_somebody_wrote_in_place_of_ids_keeps_no_document_from_xai(world: World) -> None:
    parent = world.parent()
    document = world.document(parent)
    written = {"xaiId": "siehe alte Akte", "xaiCollections": ["Mandant Müller"]}
    world.sandbox.update("CDokumente", document, written, silent=True)
    world.event(document)
    world.drive()
    assert (world.record(document).status, world.crm(document)["xaiSyncStatus"]) == (Status.IN_SYNC, "clean")
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}


def test_a_file_that_the_crm_has_lost_is_not_fetched_for_ever(world: World) -> None:
    """A backup without the folder of uploads: each of its documents would be fetched again every other second."""
    document = world.document(world.parent())
    world.event(document)
    world.sandbox.add_fault("status", system="espocrm", method="GET", path="Attachment/file", status=404, times=None)
    world.drive()
    record, shown = world.record(document), world.crm(document)
    assert (record.status, record.reason, record.system) == (Status.FAILED, Reason.EXHAUSTED, "espocrm")
    assert (shown["xaiSyncStatus"], world.files()) == ("failed", {})
    world.sandbox.clear_faults()
    world.sandbox.upload_file(document, "vertrag.txt", b"Mietvertrag")
    world.event(document)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert world.crm(document)["xaiSyncStatus"] == "clean"


def test_a_document_that_vanishes_while_its_file_is_read_is_looked_at_again(world: World) -> None:
    parent = world.parent()
    synced(world, parent, content=b"anderes")
    document = world.document(parent)
    world.event(document)
    for path, after in (("Attachment/file", 0), (f"CDokumente/{document}$", 1)):
        world.sandbox.add_fault("status", system="espocrm", method="GET", path=path, status=404, after=after)
    world.drive()
    assert (world.record(document).status, world.crm(document)["xaiSyncStatus"]) == (Status.IN_SYNC, "clean")


def test_the_optimistic_lock_is_lost_to_a_person(world: World) -> None:
    document = world.document(world.parent())
    world.event(document)
    world.sandbox.add_fault("status", system="espocrm", method="PUT", path="CDokumente/", status=409, times=1)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC


def test_a_preview_of_a_loss_changes_nothing_here_or_there(world: World) -> None:
    from syncapp.events import running
    from syncapp.models import Reference

    document = synced(world, world.parent())
    world.sandbox.remove_xai_file(world.crm(document)["xaiId"])
    known, before = list(Reference.objects.order_by("id").values()), world.mark()
    Record.objects.update(full_request=100)
    shown = running.preview(world.record(document))
    assert {"kind": "document.upload"} in shown.actions
    assert list(Reference.objects.order_by("id").values()) == known
    assert world.writes(before) == []


def test_a_collection_of_the_former_hub_is_used_as_it_is(world: World) -> None:
    from syncapp.engine.outside import connections

    old = connections.xai().create_collection("von Hand", "", ())
    parent = world.parent(xaiCollectionId=old.id)
    document = synced(world, parent)
    assert world.record(document).status == Status.IN_SYNC
    assert world.inside() == {old.id: {world.crm(document)["xaiId"]}}
