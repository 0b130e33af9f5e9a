"""Hashes in the CRM are what somebody wrote there: EspoCRM hashes nothing, and keeps them when a file is replaced."""

from __future__ import annotations

import hashlib

import pytest

from syncapp.models import JournalEntry, Orphan, Record, Reference, Status
from tests.integration.flows.test_documents import collection_of
from tests.integration.flows.test_documents_faults import first_run, ready
from tests.world import World

pytestmark = pytest.mark.django_db
FIRST = b"Mietvertrag"
NEVER = "0" * 32  # a hash that no file has


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def replaced(world: World, document: str, content: bytes) -> Record:
    world.sandbox.upload_file(document, "vertrag.txt", content)
    world.event(document)
    world.drive()
    return world.record(document)


def agrees(world: World, parent: str, document: str, content: bytes) -> None:
    """The one file in the collection holds these bytes, and the CRM says so."""
    record, shown = world.record(document), world.crm(document)
    assert (record.status, record.reason) == (Status.IN_SYNC, "")
    assert (shown["xaiSyncStatus"], shown["md5sum"], shown["xaiSyncedHash"]) == ("clean", md5(content), md5(content))
    assert shown["sha256"] == hashlib.sha256(content).hexdigest()
    assert world.inside() == {collection_of(world, parent): {shown["xaiId"]}}
    assert world.files()[shown["xaiId"]]["sha256"] == shown["sha256"]


def forgotten() -> None:
    """The hub's database is a new one, as after an earlier hub of another make."""
    for model in (JournalEntry, Orphan, Reference, Record):
        model.objects.all().delete()


def test_a_crm_without_hashes_gets_them_from_us(world: World) -> None:
    parent, document = ready(world)
    world.drive()
    agrees(world, parent, document, FIRST)
    before = world.mark()
    world.event(document, full=True)
    world.drive()
    assert world.writes(before) == []


@pytest.mark.parametrize("contents", [[b"zwei"], [b"zwei", b"drei"], [b"zwei", FIRST], [FIRST]])
def test_what_we_wrote_of_the_old_file_is_no_word_about_the_new_one(world: World, contents: list[bytes]) -> None:
    parent, document = ready(world)
    world.drive()
    for content in contents:
        replaced(world, document, content)
        agrees(world, parent, document, content)


def test_a_file_replaced_while_xai_had_lost_the_old_one(world: World) -> None:
    """The run of another document with the same bytes forgets the old file; its hash still says nothing of the new."""
    parent, same = ready(world)
    document = world.document(parent, content=FIRST)
    for each in (same, document):
        world.event(each)
    world.drive()
    world.sandbox.remove_xai_file(world.crm(document)["xaiId"])
    world.sandbox.upload_file(document, "neu.txt", b"zwei", silent=True)
    for each in (same, document):
        world.event(each, full=True)
    world.drive()
    assert {world.record(each).status for each in (same, document)} == {Status.IN_SYNC}
    assert world.crm(document)["xaiSyncedHash"] == md5(b"zwei")


def test_a_file_replaced_before_the_first_sync_was_over(world: World) -> None:
    parent, document = ready(world)
    first_run(world, document)
    world.sandbox.upload_file(document, "neu.txt", b"neu", silent=True)  # and the event got lost
    world.drive()
    agrees(world, parent, document, b"neu")


def test_at_first_contact_nobody_knows_which_file_a_hash_was_of(world: World) -> None:
    parent, document = ready(world)
    world.sandbox.update("CDokumente", document, {"md5sum": NEVER, "sha256": "1" * 64}, silent=True)
    world.drive()
    agrees(world, parent, document, FIRST)


def test_the_file_of_an_earlier_hub_is_taken_over_when_it_holds_the_same_bytes(world: World) -> None:
    parent, document = ready(world)
    world.drive()
    file_id = world.crm(document)["xaiId"]
    forgotten()
    world.event(document)
    world.drive()
    agrees(world, parent, document, FIRST)
    assert (world.crm(document)["xaiId"], set(world.files())) == (file_id, {file_id})


def test_a_file_replaced_under_an_earlier_hub_is_found_by_its_bytes(world: World) -> None:
    parent, document = ready(world)
    world.drive()
    forgotten()
    world.sandbox.upload_file(document, "neu.txt", b"neu", silent=True)  # both hashes still say the old one
    world.event(document)
    world.drive()
    agrees(world, parent, document, b"neu")


def test_a_firm_whose_own_hook_hashes_is_believed(world: World) -> None:
    world.sandbox.settings(espocrm_hash_on_upload=True)
    parent, document = ready(world)
    world.drive()
    replaced(world, document, b"zwei")
    agrees(world, parent, document, b"zwei")
    world.sandbox.update("CDokumente", document, {"md5sum": NEVER}, silent=True)  # somebody says: other bytes
    world.event(document)
    world.drive()
    record = world.record(document)
    assert (record.status, record.reason) == (Status.FAILED, "file_mismatch")
    assert world.crm(document)["xaiSyncStatus"] == "failed"


def test_uploading_anew_mends_a_mismatch_as_staff_are_told(world: World) -> None:
    parent, document = ready(world)
    world.drive()
    world.sandbox.update("CDokumente", document, {"md5sum": NEVER}, silent=True)
    world.event(document)
    world.drive()
    assert world.record(document).reason == "file_mismatch"
    replaced(world, document, b"zwei")
    agrees(world, parent, document, b"zwei")


@pytest.mark.parametrize("known", [True, False], ids=["known", "of an earlier hub"])
@pytest.mark.parametrize("content", [b"Abschrift", FIRST], ids=["other bytes", "same bytes"])
def test_a_copy_of_a_document_says_nothing_about_itself(world: World, known: bool, content: bytes) -> None:
    """EspoCRM copies all fields, those that the hub wrote of the original too; links it does not copy."""
    parent, document = ready(world)
    world.drive()
    if not known:
        forgotten()
    original, elsewhere = world.crm(document), world.parent()
    copied = {name: original[name] for name in WRITTEN}
    copy = world.document(elsewhere, content=content)
    world.sandbox.update("CDokumente", copy, copied, silent=True)
    world.event(copy)
    world.drive()
    shown = world.crm(copy)
    assert (shown["xaiSyncStatus"], shown["md5sum"]) == ("clean", md5(content))
    assert world.inside() == {
        collection_of(world, parent): {original["xaiId"]},
        collection_of(world, elsewhere): {shown["xaiId"]},
    }
    assert world.files()[shown["xaiId"]]["sha256"] == hashlib.sha256(content).hexdigest()


WRITTEN = ("md5sum", "sha256", "xaiId", "xaiCollections", "xaiSyncedHash", "xaiSyncStatus", "fileStatus")


@pytest.mark.parametrize("name", ["foto.png", None], ids=["by a picture", "by nothing"])
def test_that_the_crm_still_names_the_old_file_keeps_it_off_no_list(world: World, name: str | None) -> None:
    parent, document = ready(world)
    world.drive()
    old = world.crm(document)["xaiId"]
    if name:
        world.sandbox.upload_file(document, name, b"\x89PNG")
    else:
        world.sandbox.update("CDokumente", document, {"dokumentId": None})
    world.event(document)
    world.drive()
    assert world.inside() == {collection_of(world, parent): set()}
    assert list(Orphan.objects.values_list("remote_id", "why", "state")) == [(old, "content_replaced", "open")]
    replaced(world, document, FIRST)
    agrees(world, parent, document, FIRST)
    assert (world.crm(document)["xaiId"], Orphan.objects.get().state) == (old, "used")
