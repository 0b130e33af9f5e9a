"""Two documents of one case with the same bytes share one file at xAI. Whatever happens to them, in whatever order,
told by webhooks alone: whenever the hub comes to rest, xAI has what the CRM says, and no document says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.models import Status
from tests.histories import histories, taken_back
from tests.world import World

pytestmark = pytest.mark.django_db
BYTES = b"Mietvertrag"


class Case:
    """A case with two documents of the same bytes, in agreement."""

    def __init__(self, world: World) -> None:
        self.world, self.crm = world, world.sandbox
        self.parent = world.parent()
        self.one, self.other = world.document(self.parent), world.document(self.parent)
        self.gone: set[str] = set()
        self.told(self.one, self.other)

    def told(self, *documents: str) -> None:
        for document in documents:
            self.world.event(document)
        self.world.drive()

    # What happens

    def close(self) -> None:
        self.status("closed")

    def reopen(self) -> None:
        self.status("active")

    def delete_one(self) -> None:
        self.delete(self.one)

    def delete_other(self) -> None:
        self.delete(self.other)

    def unlink_one(self) -> None:
        self.link(self.one, on=False)

    def link_one(self) -> None:
        self.link(self.one, on=True)

    def replace_one(self) -> None:
        if self.one not in self.gone:
            self.crm.upload_file(self.one, "vertrag.txt", b"Nachtrag")
            self.told(self.one)

    def status(self, status: str) -> None:
        self.crm.set_status("Raeumungsklage", self.parent, status)
        self.world.event(self.parent, "Raeumungsklage")
        self.world.drive()

    def delete(self, document: str) -> None:
        self.crm.delete("CDokumente", document)
        self.gone.add(document)
        self.told(document)

    def link(self, document: str, *, on: bool) -> None:
        if document in self.gone:
            return
        (self.crm.link if on else self.crm.unlink)("CDokumente", document, "raeumungsklages", self.parent)
        self.world.event(document, full=True)  # as the firm's hook for links says it
        self.world.event(self.parent, "Raeumungsklage", full=True)
        self.world.drive()

    # What must hold

    def agrees(self) -> None:
        state = self.crm.state("espocrm")
        contents = {row["id"]: row["sha256"] for row in state["attachments"]}
        active = self.crm.get("Raeumungsklage", self.parent)["status"] == "active"
        linked = {pair[0] for pair in state["links"].get("cDokumenteRaeumungsklage", [])}
        (collection,) = self.crm.state("xai")["collections"]
        inside = {d["file_metadata"]["file_id"]: d["file_metadata"]["hash"] for d in collection["documents"]}
        wanted = set()
        for document in {self.one, self.other} - self.gone:
            shown = self.world.crm(document)
            if active and document in linked:
                wanted.add(contents[shown["dokumentId"]])
                assert self.world.record(document).status == Status.IN_SYNC
                assert (shown["xaiSyncStatus"], shown["xaiId"] in inside) == ("clean", True)
            else:
                assert (shown["xaiSyncStatus"], shown["xaiCollections"]) == ("no_sync", [])
        assert set(inside.values()) == wanted
        assert len(inside) == len(wanted)


ALL: list[Callable[[Case], None]] = [
    Case.close,
    Case.reopen,
    Case.delete_one,
    Case.delete_other,
    Case.unlink_one,
    Case.replace_one,
]


def goes_well(world: World, happenings: Sequence[Callable[[Case], None]]) -> None:
    case = Case(world)
    case.agrees()
    for happens in happenings:
        happens(case)
        case.agrees()


@pytest.mark.parametrize(
    "happenings",
    [
        [Case.close, Case.reopen, Case.delete_one],
        [Case.close, Case.reopen, Case.delete_other],
        [Case.close, Case.reopen, Case.replace_one],
        [Case.close, Case.reopen, Case.unlink_one],
        [Case.unlink_one, Case.link_one, Case.delete_other],
        [Case.close, Case.delete_one, Case.reopen, Case.delete_other],
        [Case.replace_one, Case.close, Case.reopen, Case.delete_other],
    ],
    ids=lambda happenings: "-".join(each.__name__ for each in happenings),
)
def test_the_survivor_stays_where_it_belongs(world: World, happenings: list[Callable[[Case], None]]) -> None:
    goes_well(world, happenings)


def test_in_every_order(world: World) -> None:
    """All 720 with HUB_EXAMPLES=720 (4 minutes)."""

    @histories(25)
    @given(st.permutations(ALL))
    @taken_back()
    def orders(happenings: list[Callable[[Case], None]]) -> None:
        world.sandbox.reset()
        world.sandbox.settings(xai_indexing_seconds=0)
        goes_well(world, happenings)

    orders()
