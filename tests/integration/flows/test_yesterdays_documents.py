"""Yesterday's backup is restored: documents are neither uploaded twice nor taken out of where they belong."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.world import World, configured
from tests.yesterday import Backup, Scene, compare, nothing_changes_after

pytestmark = pytest.mark.django_db
CASE = "Raeumungsklage"


@pytest.fixture(autouse=True)
def _cases_have_akten(world: World) -> Iterator[None]:
    with configured(MATTER_ENTITIES={CASE: {"id": "advowareAkteId", "reference": "aktenzeichen"}}):
        yield


class Case:
    """With a document, searchable."""

    def __init__(self, world: World) -> None:
        self.world, self.pk = world, world.parent()
        self.document = world.document(self.pk)
        compare(world)

    def agree(self) -> None:
        compare(self.world)


def a_document_more(case: Case) -> None:
    case.world.document(case.pk, content=b"Klage")


def the_same_bytes_once_more(case: Case) -> None:
    case.world.document(case.pk, file_name="abschrift.txt")


def replaced(case: Case) -> None:
    case.world.sandbox.upload_file(case.document, "neu.txt", b"Neue Fassung")


def replaced_twice(case: Case) -> None:
    replaced(case)
    case.agree()
    case.world.sandbox.upload_file(case.document, "neuer.txt", b"Neueste Fassung")


def replaced_and_the_same_bytes_elsewhere(case: Case) -> None:
    replaced(case)
    case.agree()
    case.world.document(case.pk, content=b"Neue Fassung", file_name="abschrift.txt")


def renamed(case: Case) -> None:
    case.world.sandbox.update("CDokumente", case.document, {"name": "Anders", "dokumentName": "anders.txt"})


def deleted(case: Case) -> None:
    case.world.sandbox.delete("CDokumente", case.document)


def in_another_case(case: Case) -> None:
    other = case.world.parent(name="Oster ./. Tiede")
    case.world.sandbox.unlink("CDokumente", case.document, "raeumungsklages", case.pk)
    case.world.sandbox.link("CDokumente", case.document, "raeumungsklages", other)


def a_new_case(case: Case) -> None:
    case.world.document(case.world.parent(name="Oster ./. Tiede"), content=b"Klage")


def case_closed(case: Case) -> None:
    case.world.sandbox.update(CASE, case.pk, {"status": "closed"})


def case_deleted(case: Case) -> None:
    case.world.sandbox.delete(CASE, case.pk)


def case_renamed(case: Case) -> None:
    case.world.sandbox.update(CASE, case.pk, {"name": "Oster ./. Tiede"})


def an_akte_is_known(case: Case) -> None:
    case.world.sandbox.advoware.add_matter(77, {"az": "77/26", "rubrum": "Muster ./. Beispiel"})
    case.world.sandbox.update(CASE, case.pk, {"aktenzeichen": "77/26"})


@pytest.mark.parametrize(
    "scene",
    [
        a_document_more,
        the_same_bytes_once_more,
        replaced,
        replaced_twice,
        replaced_and_the_same_bytes_elsewhere,
        renamed,
        deleted,
        in_another_case,
        a_new_case,
        case_closed,
        case_deleted,
        case_renamed,
        an_akte_is_known,
    ],
)
def test_documents_and_cases(world: World, scene: Scene) -> None:
    case = Case(world)
    backup = Backup.take()
    scene(case)
    nothing_changes_after(backup, world)
