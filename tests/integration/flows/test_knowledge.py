"""Collections that hang on another entity, which an entity of its own joins to documents: read off the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.models import Orphan, Record, Reference, Status
from tests.knowledge import JOIN, KNOWLEDGE, LINK, firm, knowledge, row
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with firm() as there:
        yield there


def shown(world: World, pk: str) -> dict[str, Any]:
    return dict(world.sandbox.get(KNOWLEDGE, pk))


def synced(world: World, content: bytes = b"Mietvertrag") -> tuple[str, str]:
    document = world.document(content=content)
    parent = knowledge(world, document)
    world.event(document, full=True)
    world.drive()
    return document, parent


def test_a_new_document_is_searchable_and_every_place_says_so(world: World) -> None:
    document, parent = synced(world)
    there, joined, told = shown(world, parent), row(world, document, parent), world.crm(document)
    assert world.inside() == {there["datenbankId"]: {told["xaiId"]}}
    assert (there["aktivierungsstatus"], there["syncStatus"]) == ("active", "synced")
    assert there["lastSync"]
    assert (joined["syncstatus"], joined["aiDocumentId"], joined["syncedHash"]) == (
        "synced",
        told["xaiId"],
        told["xaiSyncedHash"],
    )
    assert joined["lastSync"]
    assert told["xaiCollections"] == [there["datenbankId"]]


def test_syncing_again_writes_nothing(world: World) -> None:
    document, parent = synced(world)
    before = world.mark()
    for full in (False, True):
        world.event(document, full=full)
        world.event(parent, KNOWLEDGE, full=full)
        world.event(row(world, document, parent)["id"], JOIN, full=full)
        world.drive()
    scans.run(EVERYTHING)
    world.drive()
    assert world.writes(before) == []


def test_a_changed_file_is_unclean_until_it_is_searchable(world: World) -> None:
    document, parent = synced(world)
    old = world.crm(document)["xaiId"]
    world.sandbox.settings(xai_indexing_seconds=3600)
    world.sandbox.upload_file(document, "vertrag.txt", b"Nachtrag")
    world.event(document)
    with pytest.raises(AssertionError, match="still moving"):
        world.drive(rounds=2)
    assert row(world, document, parent)["syncstatus"] == "unclean"
    world.sandbox.end_indexing()
    world.drive()
    joined = row(world, document, parent)
    assert joined["aiDocumentId"] != old
    assert (joined["syncstatus"], joined["syncedHash"]) == ("synced", world.crm(document)["xaiSyncedHash"])
    assert world.inside() == {shown(world, parent)["datenbankId"]: {joined["aiDocumentId"]}}


def test_what_was_taken_out_is_told_by_its_row_alone(world: World) -> None:
    """Nothing but the id of the row comes when somebody deletes it."""
    document, parent = synced(world)
    joined = row(world, document, parent)["id"]
    world.event(joined, JOIN)
    world.drive()
    world.sandbox.delete(JOIN, joined)
    world.event(joined, JOIN)
    world.drive()
    assert world.inside() == {shown(world, parent)["datenbankId"]: set()}
    assert world.record(document).reason == "no_parent"
    assert world.crm(document)["xaiSyncStatus"] == "no_sync"


def test_a_row_that_moves_to_another_document_is_followed(world: World) -> None:
    document, parent = synced(world)
    other = world.document(content=b"Klage")
    joined = row(world, document, parent)["id"]
    world.event(joined, JOIN)
    world.drive()
    world.sandbox.update(JOIN, joined, {"cDokumenteId": other})
    world.event(joined, JOIN)
    world.drive()
    assert world.inside() == {shown(world, parent)["datenbankId"]: {world.crm(other)["xaiId"]}}
    assert world.record(document).reason == "no_parent"
    assert row(world, other, parent)["aiDocumentId"] == world.crm(other)["xaiId"]


@pytest.mark.parametrize("tells", ["link", "row", "nobody"])
def test_a_second_document_joins(world: World, tells: str) -> None:
    document, parent = synced(world)
    other = world.document(content=b"Klage")
    world.event(other)
    world.drive()
    world.sandbox.link("CDokumente", other, LINK, parent)
    match tells:
        case "link":
            world.event(other, full=True)
            world.event(parent, KNOWLEDGE, full=True)
        case "row":
            world.event(row(world, other, parent)["id"], JOIN)
        case _:
            scans.run(EVERYTHING)
    world.drive()
    assert world.inside() == {
        shown(world, parent)["datenbankId"]: {world.crm(each)["xaiId"] for each in (document, other)}
    }
    assert row(world, other, parent)["syncstatus"] == "synced"


def test_somebody_asks_for_a_document_anew(world: World) -> None:
    document, parent = synced(world)
    world.sandbox.update(JOIN, row(world, document, parent)["id"], {"syncstatus": "unclean"})
    scans.run(EVERYTHING)
    world.drive()
    assert row(world, document, parent)["syncstatus"] == "synced"


def test_a_new_one_without_documents_stays_new(world: World) -> None:
    parent = knowledge(world)
    world.event(parent, KNOWLEDGE)
    scans.run(EVERYTHING)
    world.drive()
    assert world.inside() == {}
    assert (shown(world, parent)["aktivierungsstatus"], shown(world, parent)["syncStatus"]) == ("new", "unclean")
    assert world.record(parent).reason == "no_documents"


@pytest.mark.parametrize("status", ["paused", ""])
def test_while_it_is_paused_nothing_is_written(world: World, status: str) -> None:
    if not status:
        world.sandbox.settings(
            espocrm_changed={f"{KNOWLEDGE}.aktivierungsstatus": {"options": ["", "new", "active", "paused"]}}
        )
    document, parent = synced(world)
    inside = world.inside()
    world.sandbox.update(KNOWLEDGE, parent, {"aktivierungsstatus": status, "syncStatus": "unclean"})
    world.sandbox.upload_file(document, "vertrag.txt", b"Nachtrag")
    other = world.document(content=b"Klage")
    world.sandbox.link("CDokumente", other, LINK, parent)
    before = world.mark()
    for each in (document, other):
        world.event(each, full=True)
    world.event(parent, KNOWLEDGE, full=True)
    world.drive()
    scans.run(EVERYTHING)
    world.drive()
    assert world.writes(before) == []
    assert world.inside() == inside
    assert {world.record(each).reason for each in (document, other, parent)} == {"parent_paused"}
    world.sandbox.update(KNOWLEDGE, parent, {"aktivierungsstatus": "active"})
    world.event(parent, KNOWLEDGE)
    world.drive()
    assert {row(world, each, parent)["syncstatus"] for each in (document, other)} == {"synced"}
    assert world.inside() == {
        shown(world, parent)["datenbankId"]: {world.crm(each)["xaiId"] for each in (document, other)}
    }


@pytest.mark.parametrize("allowed", [True, False])
def test_deactivated_its_collection_goes(world: World, allowed: bool) -> None:
    document, parent = synced(world)
    collection = shown(world, parent)["datenbankId"]
    with configured(XAI_DELETE_COLLECTIONS=allowed):
        world.sandbox.update(KNOWLEDGE, parent, {"aktivierungsstatus": "deactivated"})
        world.event(parent, KNOWLEDGE)
        world.drive()
    joined = row(world, document, parent)
    assert (joined["syncstatus"], joined["aiDocumentId"], joined["syncedHash"]) == ("new", None, None)
    assert world.record(document).reason == "no_parent"
    if allowed:
        assert world.inside() == {}
        assert (shown(world, parent)["datenbankId"], shown(world, parent)["syncStatus"]) == (None, "synced")
        assert world.record(parent).reason == "parent_closed"
    else:
        assert world.inside() == {collection: set()}
        assert Orphan.objects.get(kind="collection").remote_id == collection
    world.sandbox.update(KNOWLEDGE, parent, {"aktivierungsstatus": "active"})
    world.event(parent, KNOWLEDGE)
    world.drive()
    assert row(world, document, parent)["syncstatus"] == "synced"
    assert world.inside() == {shown(world, parent)["datenbankId"]: {world.crm(document)["xaiId"]}}


def test_one_that_is_deleted_counts_as_deactivated(world: World) -> None:
    document, parent = synced(world)
    collection = shown(world, parent)["datenbankId"]
    world.sandbox.delete(KNOWLEDGE, parent)
    world.event(parent, KNOWLEDGE)
    world.drive()
    assert world.inside() == {collection: set()}
    assert world.record(document).reason == "no_parent"


@pytest.mark.parametrize(
    ("content", "name", "status"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(64), "bild.png", "unsupported"),
        (b"", "leer.txt", "unsupported"),
        (None, "", "new"),
    ],
)
def test_what_cant_be_searched_says_so_at_its_place(
    world: World, content: bytes | None, name: str, status: str
) -> None:
    document = world.document(content=content, file_name=name)
    parent = knowledge(world, document)
    world.event(document, full=True)
    world.drive()
    joined = row(world, document, parent)
    assert (joined["syncstatus"], joined["aiDocumentId"]) == (status, None)


def test_a_document_that_xai_cant_read_has_failed_at_its_place(world: World) -> None:
    document = world.document(file_name="unlesbar.txt")
    parent = knowledge(world, document)
    world.event(document, full=True)
    world.drive()
    assert world.record(document).status == Status.FAILED
    assert row(world, document, parent)["syncstatus"] == "failed"


@pytest.mark.parametrize("says_why", [True, False])
def test_a_collection_that_cant_be_made_has_failed_and_says_why(world: World, says_why: bool) -> None:
    if says_why:
        world.sandbox.settings(espocrm_missing=[])
    document = world.document()
    parent = knowledge(world, document)
    world.sandbox.add_fault("status", status=422, system="xai*", method="POST", path="/v1/collections$", times=9)
    world.event(parent, KNOWLEDGE)
    world.drive()
    assert (shown(world, parent)["syncStatus"], shown(world, parent)["aktivierungsstatus"]) == ("failed", "new")
    record = Record.objects.get(entity_id=parent)
    assert (record.status, record.reason) == (Status.FAILED, "rejected")
    why = "xAI hat die Daten abgelehnt" if says_why else "None"
    assert str(shown(world, parent).get("syncError")).startswith(why)
    world.sandbox.clear_faults()
    world.event(parent, KNOWLEDGE)
    world.drive()
    assert (shown(world, parent)["syncStatus"], shown(world, parent)["aktivierungsstatus"]) == ("synced", "active")
    assert not shown(world, parent).get("syncError")
    assert row(world, document, parent)["syncstatus"] == "synced"


def test_one_at_two_places_stands_in_both(world: World) -> None:
    document = world.document(world.parent())
    places = [knowledge(world, document), knowledge(world, document, status="paused")]
    world.event(document, full=True)
    world.drive()
    assert [row(world, document, each)["syncstatus"] for each in places] == ["synced", "new"]
    assert len(world.inside()) == 2
    assert all(files == {world.crm(document)["xaiId"]} for files in world.inside().values())


def test_a_file_that_another_hub_brought_there_is_not_uploaded_again(world: World) -> None:
    document, parent = synced(world)
    told = world.crm(document)
    Record.objects.all().delete()
    Reference.objects.all().delete()
    world.sandbox.update("CDokumente", document, {"xaiId": None, "xaiCollections": None, "xaiSyncedHash": None})
    before = world.mark()
    world.event(document, full=True)
    world.drive()
    assert list(world.files()) == [told["xaiId"]]
    assert not [call for call in world.writes(before) if call["system"] == "xai" and call["method"] == "POST"]
    assert row(world, document, parent)["aiDocumentId"] == told["xaiId"]
