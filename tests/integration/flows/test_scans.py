"""Comparisons find what no event told, and list what nothing points to."""

from __future__ import annotations

import pytest

from syncapp.flows.comparing import orphans, scans
from syncapp.flows.comparing.flow import CHANGES, EVERYTHING
from syncapp.flows.differences import How
from syncapp.models import Cursor, Orphan, OrphanState, Reason, Record, ScanRun, ScanState, Status, Urgency
from tests.events import found_by
from tests.integration.flows.test_documents import collection_of, synced
from tests.world import World, configured

pytestmark = pytest.mark.django_db


def compared(world: World, name: str = EVERYTHING) -> ScanRun:
    run = scans.run(name)
    assert run is not None
    world.drive()
    return run


def test_the_first_comparison_brings_everything_in(world: World) -> None:
    parent = world.parent()
    documents = [world.document(parent, content=f"Text {n}".encode()) for n in range(3)]
    run = scans.run(CHANGES)
    assert run is not None
    assert (run.state, run.requested) == (ScanState.DONE, 3)  # they ask for the collection of their parent
    assert set(Record.objects.values_list("urgency", flat=True)) == {Urgency.SCAN}
    world.drive()
    assert len(world.inside()[collection_of(world, parent)]) == 3
    assert all(world.record(document).status == Status.IN_SYNC for document in documents)


@pytest.mark.parametrize("name", [CHANGES, EVERYTHING])
def test_with_nothing_changed_it_leaves_no_request(world: World, name: str) -> None:
    synced(world, world.parent())
    compared(world, name)
    again = compared(world, name)
    assert (again.state, again.differing, again.requested) == (ScanState.DONE, 0, 0)
    assert again.seen == 2


def test_a_lost_event_is_made_good(world: World) -> None:
    document = synced(world, world.parent())
    compared(world, CHANGES)
    world.sandbox.upload_file(document, "neu.txt", b"neu")
    compared(world, CHANGES)
    assert world.crm(document)["fileStatus"] == "synced"
    assert Cursor.objects.filter(name="changes:CDokumente", position__isnull=False).exists()


def test_links_are_compared_because_they_send_nothing(world: World) -> None:
    one, two = world.parent(), world.parent()
    document = synced(world, one)
    synced(world, two, content=None)
    world.sandbox.unlink("CDokumente", document, "raeumungsklages", one)
    world.sandbox.link("CDokumente", document, "raeumungsklages", two)
    assert [each.how for each in found_by(EVERYTHING)] == [How.LINKS]
    compared(world)
    file_id = world.crm(document)["xaiId"]
    assert world.inside() == {collection_of(world, one): set(), collection_of(world, two): {file_id}}


def test_what_vanished_at_xai_is_found(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    world.sandbox.remove_xai_file(world.crm(document)["xaiId"])
    compared(world)
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}
    world.sandbox.remove_xai_collection(collection_of(world, parent))
    compared(world)
    world.drive()
    assert world.inside() == {collection_of(world, parent): {world.crm(document)["xaiId"]}}


def test_deleted_and_restored_without_an_event(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    world.sandbox.delete("CDokumente", document, silent=True)
    compared(world)
    assert world.inside() == {collection_of(world, parent): set()}
    world.sandbox.restore("CDokumente", document)
    compared(world)
    assert world.record(document).status == Status.IN_SYNC


def test_many_losses_at_once_stop_and_ask(world: World) -> None:
    parent = world.parent()
    documents = [synced(world, parent, content=f"T{n}".encode()) for n in range(4)]
    for document in documents[:3]:
        world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    with configured(MASS_CHANGE_LIMIT=2, MASS_CHANGE_PERCENT=30):
        run = compared(world)
        assert (run.state, run.requested) == (ScanState.STOPPED, 0)
        assert run.note == {"kind": "scan.would_move", "count": run.differing}
        assert len(world.inside()[collection_of(world, parent)]) == 4
        assert scans.confirm(run.pk)
        assert not scans.confirm(run.pk)
        confirmed = scans.run_confirmed(run.pk)
        assert confirmed is not None
        assert confirmed.requested == 3
        world.drive()
    assert len(world.inside()[collection_of(world, parent)]) == 1


def test_a_yes_holds_for_as_many_as_were_told_and_the_brake_for_the_rest(world: World) -> None:
    """Who confirms in the morning what stopped in the night has not seen that the CRM shows nothing by now."""
    parent = world.parent()
    documents = [synced(world, parent, content=f"T{n}".encode()) for n in range(9)]
    for document in documents[:3]:
        world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    with configured(MASS_CHANGE_LIMIT=2, MASS_CHANGE_PERCENT=20):
        run = compared(world)
        assert (run.state, run.differing) == (ScanState.STOPPED, 3)
        for document in documents[3:8]:
            world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
        assert scans.confirm(run.pk)
        again = scans.run_confirmed(run.pk)
        assert again is not None
        assert (again.state, again.requested, again.differing) == (ScanState.STOPPED, 0, 8)
        assert scans.confirm(again.pk)
        assert scans.run_confirmed(again.pk).requested == 8  # type: ignore[union-attr]
        world.drive()
    assert len(world.inside()[collection_of(world, parent)]) == 1


def test_a_few_more_than_were_told_are_no_reason_to_ask_again(world: World) -> None:
    parent = world.parent()
    documents = [synced(world, parent, content=f"T{n}".encode()) for n in range(6)]
    for document in documents[:3]:
        world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    with configured(MASS_CHANGE_LIMIT=2, MASS_CHANGE_PERCENT=20):
        run = compared(world)
        assert run.state == ScanState.STOPPED
        world.sandbox.unlink("CDokumente", documents[3], "raeumungsklages", parent)
        assert scans.confirm(run.pk)
        again = scans.run_confirmed(run.pk)
    assert again is not None
    assert (again.state, again.requested) == (ScanState.DONE, 4)


def test_an_outage_fails_the_comparison_and_nothing_else(world: World) -> None:
    synced(world, world.parent())
    world.sandbox.settings(espocrm_maintenance=True)
    run = scans.run(EVERYTHING)
    assert run is not None
    assert run.state == ScanState.FAILED
    assert Record.objects.filter(status=Status.IN_SYNC).count() == 2


def test_only_one_comparison_at_a_time(world: World) -> None:
    from syncapp.engine.outside import locks

    with locks.hold(f"scan:{CHANGES}", "another"):
        assert scans.run(CHANGES) is None


def test_unknown_files_of_ours_are_listed_and_deleted_only_by_staff(world: World) -> None:
    document = synced(world, world.parent())
    old = world.crm(document)["xaiId"]
    world.sandbox.upload_file(document, "neu.txt", b"neu")
    world.event(document)
    world.drive()
    Orphan.objects.all().delete()
    run = compared(world)
    orphan = Orphan.objects.get()
    assert (run.orphans, orphan.remote_id) == (1, old)
    assert orphans.delete(orphan)
    orphan.refresh_from_db()
    assert orphan.state == OrphanState.DELETED
    assert set(world.files()) == {world.crm(document)["xaiId"]}


@pytest.mark.parametrize("kind", ["file", "collection"])
def test_of_two_who_delete_the_same_orphan_the_first_one_has_deleted_it(world: World, kind: str) -> None:
    parent = world.parent()
    document = synced(world, parent)
    world.sandbox.delete("CDokumente", document)
    world.event(document)
    world.sandbox.delete("Raeumungsklage", parent)
    world.event(parent, "Raeumungsklage")
    world.drive()
    seen = [Orphan.objects.get(kind=kind) for _person in range(2)]
    assert [orphans.delete(each) for each in seen] == [True, False]
    assert Orphan.objects.get(kind=kind).state == OrphanState.DELETED


def test_an_orphan_that_is_used_again_is_not_deleted(world: World) -> None:
    parent = world.parent()
    document = synced(world, parent)
    world.sandbox.delete("CDokumente", document)
    world.event(document)
    world.drive()
    orphan = Orphan.objects.get()
    world.sandbox.restore("CDokumente", document)
    world.event(document)
    world.drive()
    with pytest.raises(orphans.StillUsed):
        orphans.delete(orphan)
    assert len(world.files()) == 1


def test_a_collection_of_a_reopened_parent_is_not_deleted(world: World) -> None:
    parent = world.parent()
    synced(world, parent, content=None)
    world.sandbox.set_status("Raeumungsklage", parent, "closed")
    world.event(parent, "Raeumungsklage")
    world.drive()
    orphan = Orphan.objects.get(kind="collection")
    world.sandbox.set_status("Raeumungsklage", parent, "active", silent=True)
    with pytest.raises(orphans.StillUsed):
        orphans.delete(orphan)
    world.sandbox.set_status("Raeumungsklage", parent, "closed", silent=True)
    assert orphans.delete(orphan)
    world.drive()
    assert not world.sandbox.get("Raeumungsklage", parent)["xaiCollectionId"]


@pytest.mark.parametrize("name", [CHANGES, EVERYTHING])
def test_what_came_before_a_system_was_configured_is_made_good(world: World, name: str) -> None:
    parent = world.parent()
    document = world.document(parent)
    with configured(XAI_API_KEY=""):
        world.event(parent, "Raeumungsklage")
        world.event(document)
        world.drive()
        assert world.record(document).reason == Reason.NOT_CONFIGURED
    compared(world, name)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
