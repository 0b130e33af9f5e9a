"""The collection of a parent: made, renamed, left alone, closed; read off the sandbox."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from syncapp.clients.xai import XaiClient
from syncapp.engine.outside import outages
from syncapp.engine.recovery.sweep import sweep
from syncapp.events import running
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.flows.collections.sync import CollectionSync
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import CHANGES, EVERYTHING
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.models import JournalState, Orphan, Reason, Record, Status
from tests.integration.flows.test_documents import collection_of, synced
from tests.world import World, configured

pytestmark = pytest.mark.django_db
KINDS = ["Raeumungsklage", "Account", "CBeteiligte"]


def collections(world: World) -> list[dict[str, object]]:
    return list(world.sandbox.state("xai")["collections"])


@pytest.mark.parametrize("kind", KINDS)
def test_an_active_parent_with_documents_gets_a_collection_that_names_it(world: World, kind: str) -> None:
    parent = world.parent(kind)
    world.document(parent, kind=kind)
    world.event(parent, kind)
    world.drive()
    made = collections(world)[0]
    assert collection_of(world, parent, kind) == made["collection_id"]
    assert str(made["collection_name"]).startswith(f"{kind}-{parent}")
    assert parent in str(made["collection_description"])
    fields = {str(f.get("key", f)) if isinstance(f, dict) else str(f) for f in made["field_definitions"]}  # type: ignore[attr-defined]
    assert {"espocrm_document_id", "espocrm_entity_type", "espocrm_entity_id"} <= fields


def test_a_document_that_comes_while_the_collection_is_made_does_not_wait_for_it(world: World) -> None:
    parent = world.parent()
    world.document(parent)
    world.event(parent, "Raeumungsklage")
    record, create = Record.objects.get(step=COLLECTION_SYNC), XaiClient.create_collection
    late: list[str] = []

    def meanwhile(*args: Any) -> Any:
        late.append(world.document(parent, content=b"Nachtrag", file_name="nachtrag.txt"))
        world.event(late[0])
        running.run_now(Record.objects.get(entity_id=late[0]).pk, DOCUMENT_SYNC)
        assert Record.objects.get(entity_id=late[0]).reason == "collection_pending"
        return create(*args)

    with mock.patch.object(XaiClient, "create_collection", meanwhile):
        running.run_now(record.pk, COLLECTION_SYNC)
    due = Record.objects.get(entity_id=late[0]).due_at
    assert due is not None
    assert due <= timezone.now()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("tells", ["document", "parent", "link", "nobody"])
def test_a_parent_without_documents_gets_its_collection_with_the_first(world: World, kind: str, tells: str) -> None:
    parent = world.parent(kind)
    before = world.mark()
    world.event(parent, kind)
    world.drive()
    record = Record.objects.get(step=COLLECTION_SYNC)
    assert (record.status, record.reason) == (Status.SKIPPED, "no_documents")
    calls = [call for call in world.sandbox.calls(since=before) if call["route"] != "/espocrm/api/v1/Metadata"]
    assert not [call for call in calls if call["system"] != "espocrm" or call["method"] != "GET"]
    scans.run(EVERYTHING)
    world.drive()
    assert collections(world) == []
    document = world.document(parent, kind=kind)
    if tells in ("document", "link"):
        world.event(document)
    if tells in ("parent", "link"):
        world.event(parent, kind)
    if tells == "nobody":
        scans.run(EVERYTHING)
    world.drive()
    assert world.inside() == {collection_of(world, parent, kind): {world.crm(document)["xaiId"]}}


def test_a_firm_with_many_parties_and_few_documents_asks_for_few(world: World) -> None:
    parties = [world.parent("CBeteiligte") for _ in range(5)]
    world.document(parties[0], kind="CBeteiligte")
    before = world.mark()
    for name in (CHANGES, EVERYTHING):
        scans.run(name)
        world.drive()
    assert len(collections(world)) == 1
    assert set(Record.objects.filter(step=COLLECTION_SYNC).values_list("entity_id", flat=True)) == {parties[0]}
    assert not {party for party in parties[1:] for call in world.sandbox.calls(since=before) if party in call["path"]}


def test_with_the_setting_every_active_parent_gets_one_at_once(world: World) -> None:
    with configured(XAI_EMPTY_COLLECTIONS=True):
        told, found = world.parent(), world.parent()
        world.event(told, "Raeumungsklage")
        world.drive()
        assert set(world.inside()) == {collection_of(world, told)}
        scans.run(EVERYTHING)
        world.drive()
        assert set(world.inside()) == {collection_of(world, told), collection_of(world, found)}


def test_a_collection_that_vanished_is_not_made_again_for_nothing(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    world.sandbox.remove_xai_collection(collection_of(world, parent))
    world.event(document, full=True)
    world.event(parent, "Raeumungsklage", full=True)
    world.drive()
    assert (collections(world), world.sandbox.get("Raeumungsklage", parent)["xaiCollectionId"]) == ([], None)
    assert world.record(parent).reason == "no_documents"


@pytest.mark.parametrize("first", ["copy", "document"])
def test_a_copy_of_a_case_does_not_share_its_collection(world: World, first: str) -> None:
    """EspoCRM copies all fields, those that the hub wrote too."""
    parent = world.parent()
    document = synced(world, parent)
    theirs = collection_of(world, parent)
    copy = world.parent(name="Kopie", xaiCollectionId=theirs)
    other = world.document(copy, content=b"Vertraulich")
    world.event(*((copy, "Raeumungsklage") if first == "copy" else (other,)))
    world.drive()
    world.event(other, full=True)
    world.event(copy, "Raeumungsklage", full=True)
    world.drive()
    ours = collection_of(world, copy)
    assert ours != theirs
    assert world.inside() == {theirs: {world.crm(document)["xaiId"]}, ours: {world.crm(other)["xaiId"]}}
    (named,) = [each["collection_id"] for each in collections(world) if "Kopie" in str(each["collection_name"])]
    assert named == ours


def test_a_second_event_changes_nothing_and_costs_one_read(world: World) -> None:
    parent = world.parent()
    synced(world, parent)
    before = world.mark()
    world.event(parent, "Raeumungsklage")
    world.drive()
    assert [call["method"] for call in world.sandbox.calls(since=before)] == ["GET"]


def test_the_documents_of_a_new_parent_follow_by_themselves(world: World) -> None:
    parent = world.parent()
    document = world.document(parent)
    world.event(parent, "Raeumungsklage")
    world.drive()
    assert world.record(document).status == Status.IN_SYNC


def test_a_renamed_parent_renames_its_collection(world: World) -> None:
    parent = world.parent()
    synced(world, parent)
    world.sandbox.update("Raeumungsklage", parent, {"name": "Neu ./. Alt"})
    world.event(parent, "Raeumungsklage")
    world.drive()
    assert str(collections(world)[0]["collection_name"]).endswith("Neu ./. Alt")


@pytest.mark.parametrize("killed", [False, True])
@pytest.mark.parametrize("glancing", [False, True])
def test_a_name_that_was_taken_back_before_the_renaming_was_settled(world: World, killed: bool, glancing: bool) -> None:
    """The parent bears the agreed name again, and its collection the one in between."""
    parent = world.parent()
    synced(world, parent)
    agreed, name = collections(world)[0]["collection_name"], world.sandbox.get("Raeumungsklage", parent)["name"]
    record = Record.objects.get(entity_id=parent)
    world.sandbox.update("Raeumungsklage", parent, {"name": "Neu ./. Alt"})
    world.event(parent, "Raeumungsklage")
    if killed:
        with pytest.raises(Killed), mock.patch.object(CollectionSync, "apply", _killed_after(CollectionSync.apply)):
            running.run_now(record.pk, record.step, even_early=True)
        Record.objects.filter(pk=record.pk).update(leased_until=timezone.now())
        sweep()
    else:
        world.sandbox.add_fault("cut_after", system="xai*", method="PUT", times=None)
        running.run_now(record.pk, record.step, even_early=True)
        world.sandbox.clear_faults()
    assert collections(world)[0]["collection_name"] != agreed
    world.sandbox.update("Raeumungsklage", parent, {"name": name})
    world.event(parent, "Raeumungsklage")
    outages.wake()
    world.drive(glancing=glancing)
    assert [each["collection_name"] for each in collections(world)] == [agreed]
    record.refresh_from_db()
    assert record.status == Status.IN_SYNC
    assert not record.journal.filter(state__in=[JournalState.INTENDED, JournalState.LOST]).exists()


class Killed(BaseException):
    pass


def _killed_after(apply: Any) -> Any:
    def killed(*args: Any) -> None:
        apply(*args)
        raise Killed

    return killed


def test_a_collection_that_is_there_already_is_used(world: World) -> None:
    parent = world.parent()
    synced(world, parent)
    first = collection_of(world, parent)
    world.sandbox.update("Raeumungsklage", parent, {"xaiCollectionId": None})
    world.event(parent, "Raeumungsklage")
    world.drive()
    assert collection_of(world, parent) == first
    assert len(collections(world)) == 1


def test_a_paused_parent_is_left_alone(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    inside = world.inside()
    world.sandbox.set_status("Raeumungsklage", parent, "paused")
    world.event(parent, "Raeumungsklage")
    world.event(document, full=True)
    world.drive()
    assert world.inside() == inside
    assert world.record(parent).reason == "parent_paused"
    world.sandbox.set_status("Raeumungsklage", parent, "active")
    world.event(parent, "Raeumungsklage")
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert world.inside() == inside


def test_closing_takes_the_documents_out_and_proposes_the_deletion(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    collection = collection_of(world, parent)
    world.sandbox.set_status("Raeumungsklage", parent, "closed")
    world.event(parent, "Raeumungsklage")
    world.drive()
    assert world.inside() == {collection: set()}
    assert world.record(document).reason == "no_parent"
    assert world.record(parent).reason == "deletion_proposed"
    assert Orphan.objects.get(kind="collection").remote_id == collection


def test_with_the_setting_the_empty_collection_is_deleted(world: World) -> None:
    with configured(XAI_DELETE_COLLECTIONS=True):
        parent = world.parent()
        synced(world, parent)
        world.sandbox.set_status("Raeumungsklage", parent, "closed")
        world.event(parent, "Raeumungsklage")
        world.drive()
        assert world.inside() == {}
        assert not collection_of(world, parent).replace("None", "")
        assert world.record(parent).reason == "parent_closed"


def test_a_deleted_parent_counts_as_closed(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    collection = collection_of(world, parent)
    world.sandbox.delete("Raeumungsklage", parent)
    world.event(parent, "Raeumungsklage")
    world.drive()
    assert world.inside() == {collection: set()}
    assert world.record(document).reason == "no_parent"


def test_a_type_without_a_field_for_it_gets_no_collection(world: World) -> None:
    world.sandbox.settings(espocrm_missing=["Raeumungsklage.xaiCollectionId"])
    parent = world.parent()
    world.event(parent, "Raeumungsklage")
    world.drive()
    record = world.record(parent)
    assert (record.status, record.reason) == (Status.SKIPPED, "no_collection")
    assert not [call for call in world.sandbox.calls() if call["system"] == "xai"]


def test_a_field_that_the_crm_does_not_keep_any_more_is_told(world: World) -> None:
    """It was there when the metadata were read."""
    synced(world, world.parent())
    world.sandbox.settings(espocrm_missing=["Raeumungsklage.xaiCollectionId"])
    parent = world.parent()
    world.document(parent)
    world.event(parent, "Raeumungsklage")
    world.drive()
    record = world.record(parent)
    assert (record.status, record.reason, record.detail) == (Status.FAILED, Reason.FIELD_MISSING, "xaiCollectionId")


def test_a_reopened_parent_takes_its_documents_back(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    for status in ("closed", "active"):
        world.sandbox.set_status("Raeumungsklage", parent, status)
        world.event(parent, "Raeumungsklage")
        world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}
    assert len(world.files()) == 1


def test_a_companys_collection_bears_its_name_where_espocrm_has_none(world: World) -> None:
    """EspoCRM makes the name of a person of first and last name only (seen at 9.2.7)."""
    world.sandbox.settings(espocrm_company_names=False)
    company = world.sandbox.create("CBeteiligte", {"firmenname": "Lux GmbH", "status": "active"})
    assert world.sandbox.get("CBeteiligte", company)["name"] is None
    world.document(company, kind="CBeteiligte")
    world.event(company, "CBeteiligte")
    world.drive()
    (collection,) = world.sandbox.state("xai")["collections"]
    assert collection["collection_name"] == f"CBeteiligte-{company} Lux GmbH"
    mark = world.mark()
    world.event(company, "CBeteiligte", full=True)
    world.drive()
    assert world.writes(mark) == []
