"""The hub's database is gone and an empty one takes its place: nothing outside is lost, doubled or uploaded again."""

from __future__ import annotations

import pytest

from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.models import Orphan, OrphanState, Record, Reference, ScanRun, Status
from tests.world import World

pytestmark = pytest.mark.django_db


def lose_the_database() -> None:
    for table in (ScanRun, Reference, Orphan, Record):
        table.objects.all().delete()


def test_an_empty_database_finds_everything_as_it_is(world: World) -> None:
    case, account = world.parent(), world.parent("Account", name="Muster GmbH")
    documents = [world.document(case), world.document(case, content=b"Klage"), world.document(case, content=b"Antrag")]
    world.sandbox.link("CDokumente", documents[0], "accounts", account)
    for pk in documents:
        world.event(pk)
    world.drive()
    before, files, mark = world.inside(), set(world.files()), world.mark()
    lose_the_database()

    scans.run(EVERYTHING)
    world.drive()

    assert (world.inside(), set(world.files())) == (before, files)
    assert [call for call in world.writes(mark) if call["path"].endswith("/v1/files")] == []
    assert set(Record.objects.values_list("status", flat=True)) == {Status.IN_SYNC}
    scans.run(EVERYTHING)
    assert not Orphan.objects.filter(state=OrphanState.OPEN).exists()


def test_a_file_that_was_an_orphan_is_found_again(world: World) -> None:
    case = world.parent()
    pk = world.document(case)
    world.event(pk)
    world.drive()
    world.sandbox.upload_file(pk, "vertrag.txt", b"Neue Fassung")
    world.event(pk)
    world.drive()
    (orphan,) = Orphan.objects.filter(state=OrphanState.OPEN).values_list("remote_id", flat=True)
    lose_the_database()

    scans.run(EVERYTHING)
    world.drive()
    scans.run(EVERYTHING)

    assert list(Orphan.objects.filter(state=OrphanState.OPEN).values_list("remote_id", flat=True)) == [orphan]
