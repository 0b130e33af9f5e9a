"""What the hub knows of xAI without asking, for how long, and what it asks when it does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from syncapp.clients.xai import XaiClient
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.models import Record, Reference, ReferenceKind, Status
from tests.integration.flows.test_documents import collection_of, synced
from tests.world import World

pytestmark = pytest.mark.django_db
READ, FILE = "/espocrm/api/v1/CDokumente/{id}", "/xai/v1/files/{id}"


def last_proof(world: World, document: str, age: timedelta | None) -> None:
    """The file was last seen so long ago; None: an agreement from before that was noted."""
    record = world.record(document)
    at = {} if age is None else {"proved": (timezone.now() - age).isoformat()}
    agreed = {key: value for key, value in record.agreed.items() if key != "proved"} | at
    Record.objects.filter(pk=record.pk).update(agreed=agreed)


def asked(world: World, document: str) -> list[str]:
    before = world.mark()
    world.event(document)
    world.drive()
    return [call["route"] for call in world.sandbox.calls(since=before)]


@pytest.mark.parametrize(
    ("age", "calls"), [(timedelta(hours=23), [READ]), (timedelta(hours=25), [READ, FILE]), (None, [READ, FILE])]
)
def test_a_file_is_looked_for_once_a_day(world: World, age: timedelta | None, calls: list[str]) -> None:
    document = synced(world, world.parent())
    last_proof(world, document, age)
    assert asked(world, document) == calls
    assert asked(world, document) == [READ]


@pytest.mark.parametrize("age", [timedelta(hours=25), None])
@pytest.mark.parametrize("entries_stay", [True, False])
def test_a_file_that_vanished_is_brought_again_by_an_ordinary_event(
    world: World, age: timedelta | None, entries_stay: bool
) -> None:
    parent = world.parent()
    document = synced(world, parent)
    gone = world.crm(document)["xaiId"]
    world.sandbox.settings(xai_entries_outlive_files=entries_stay)
    world.sandbox.remove_xai_file(gone)
    last_proof(world, document, age)
    assert asked(world, document).count(FILE) == 1
    there = world.crm(document)["xaiId"]
    assert there != gone
    assert world.inside() == {collection_of(world, parent): {there}}
    assert world.record(document).status == Status.IN_SYNC


def test_the_comparison_of_everything_is_a_proof_for_all(world: World) -> None:
    document = synced(world, world.parent())
    last_proof(world, document, timedelta(days=3))
    scans.run(EVERYTHING)
    assert asked(world, document) == [READ]


def test_a_comparison_that_the_brake_stopped_proves_nothing(world: World) -> None:
    from tests.world import configured

    document, gone = synced(world, world.parent()), synced(world, world.parent(), content=b"Klage")
    last_proof(world, document, timedelta(days=3))
    world.sandbox.delete("CDokumente", gone, silent=True)
    with configured(MASS_CHANGE_LIMIT=0, MASS_CHANGE_PERCENT=0):
        scans.run(EVERYTHING)
    assert asked(world, document) == [READ, FILE]


def memberships() -> list[tuple[str, str, str]]:
    rows = Reference.objects.filter(kind=ReferenceKind.MEMBERSHIP)
    return sorted(rows.values_list("entity_id", "container_id", "remote_id"))


def test_the_comparison_finds_what_our_own_table_forgot(world: World) -> None:
    parent = world.parent()
    synced(world, parent), synced(world, parent)
    known, before = memberships(), world.mark()
    assert len(known) == 2
    Reference.objects.filter(kind=ReferenceKind.MEMBERSHIP).first().delete()  # type: ignore[union-attr]
    scans.run(EVERYTHING)
    world.drive()
    assert memberships() == known
    assert world.writes(before) == []


@pytest.mark.parametrize("happens", ["deleted", "unlinked", "case closed", "case deleted"])
def test_what_our_table_forgot_is_asked_of_xai(world: World, happens: str) -> None:
    parent = world.parent()
    document = synced(world, parent)
    collection = collection_of(world, parent)
    Reference.objects.filter(kind=ReferenceKind.MEMBERSHIP).delete()
    crm = world.sandbox
    match happens:
        case "deleted":
            crm.delete("CDokumente", document)
            world.event(document)
        case "unlinked":
            crm.unlink("CDokumente", document, "raeumungsklages", parent)
            world.event(document, full=True)
        case "case closed":
            crm.set_status("Raeumungsklage", parent, "closed")
            world.event(parent, "Raeumungsklage")
        case "case deleted":
            crm.delete("Raeumungsklage", parent)
            world.event(parent, "Raeumungsklage")
    world.drive()
    assert world.inside() == {collection: set()}


def test_whoever_put_it_there_takes_it_away_at_the_same_moment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = world.parent()
    one, other = synced(world, parent), synced(world, parent)
    Reference.objects.filter(kind=ReferenceKind.MEMBERSHIP, entity_id=other).delete()
    batch = XaiClient.batch_documents
    looked: list[str] = []

    def slowly(self: XaiClient, collection: str, file_ids: Any) -> Any:
        found = batch(self, collection, file_ids)
        if not looked:
            looked.append(collection)
            self.detach(collection, world.crm(one)["xaiId"])  # as the other's run does, that knows of nobody else
        return found

    monkeypatch.setattr(XaiClient, "batch_documents", slowly)
    world.event(other, full=True)
    world.drive()
    assert world.inside() == {collection_of(world, parent): {world.crm(other)["xaiId"]}}
    assert world.record(other).status == Status.IN_SYNC
