"""The rules of documents and their collections, at a real EspoCRM."""

from __future__ import annotations

import pytest

from syncapp.clients.errors import Forbidden
from syncapp.engine.outside import connections
from syncapp.management.connection_checks import all_systems
from syncapp.models import Attempt
from tests.real.crm import RealCrm
from tests.world import configured

pytestmark = pytest.mark.django_db
CASE = "Raeumungsklage"


def linked(real: RealCrm, content: bytes = b"Mietvertrag") -> tuple[str, str]:
    case, document = real.case(), real.document(content)
    real.link(document, CASE, case)
    real.told("CDokumente", document)
    return document, case


def collection(real: RealCrm, case: str) -> str:
    return str(real.get(CASE, case)["xaiCollectionId"])


def test_what_was_prepared_passes_every_check(real: RealCrm) -> None:
    assert [row for row in all_systems() if row.system == "espocrm" and row.good is False] == []


def test_a_new_document_of_an_active_case_is_brought_to_xai(real: RealCrm) -> None:
    document, case = linked(real)
    shown = real.get("CDokumente", document)
    assert real.world.inside() == {collection(real, case): {shown["xaiId"]}}
    assert (shown["xaiSyncStatus"], shown["fileStatus"]) == ("clean", "synced")
    assert shown["xaiCollections"] == [collection(real, case)]
    assert shown["md5sum"] == shown["xaiSyncedHash"]


def test_syncing_again_changes_nothing(real: RealCrm) -> None:
    document, case = linked(real)
    before = [real.get(kind, pk)["versionNumber"] for kind, pk in (("CDokumente", document), (CASE, case))]
    real.told("CDokumente", document)
    real.told(CASE, case)
    assert [real.get(kind, pk)["versionNumber"] for kind, pk in (("CDokumente", document), (CASE, case))] == before


def test_a_replaced_file_takes_the_place_of_the_old_one(real: RealCrm) -> None:
    document, case = linked(real)
    old = real.get("CDokumente", document)["xaiId"]
    real.edit("CDokumente", document, dokumentId=real.upload("neu.txt", b"Nachtrag"))
    real.told("CDokumente", document)
    shown = real.get("CDokumente", document)
    assert shown["xaiId"] != old
    assert real.world.inside() == {collection(real, case): {shown["xaiId"]}}
    assert shown["xaiSyncStatus"] == "clean"


def test_an_unlinked_document_leaves_the_collection_and_comes_back(real: RealCrm) -> None:
    document, case = linked(real)
    real.link(document, CASE, case, on=False)
    real.told("CDokumente", document, full=True)
    assert real.world.inside() == {collection(real, case): set()}
    assert real.get("CDokumente", document)["xaiSyncStatus"] == "no_sync"
    real.link(document, CASE, case)
    real.told("CDokumente", document, full=True)
    assert real.world.inside() == {collection(real, case): {real.get("CDokumente", document)["xaiId"]}}


def test_a_document_of_two_kinds_of_parents_is_in_both_collections(real: RealCrm) -> None:
    document, _case = linked(real)
    account = real.create("Account", name=f"Muster GmbH {document}")
    real.link(document, "Account", account)
    real.told("Account", account)
    real.told("CDokumente", document)
    inside = real.world.inside()
    assert len(inside) == 2
    assert set(real.get("CDokumente", document)["xaiCollections"]) == set(inside)


def test_a_deleted_document_is_detached(real: RealCrm) -> None:
    document, case = linked(real)
    real.delete("CDokumente", document)
    real.told("CDokumente", document)
    assert real.world.inside() == {collection(real, case): set()}


def test_a_closed_case_loses_its_collection(real: RealCrm) -> None:
    document, case = linked(real)
    real.edit(CASE, case, status="closed")
    with configured(XAI_DELETE_COLLECTIONS=True):
        real.told(CASE, case)
        real.told("CDokumente", document)
    assert real.world.inside() == {}
    assert not real.get(CASE, case)["xaiCollectionId"]


def test_somebody_faster_is_not_overwritten(real: RealCrm) -> None:
    """Optimistic locking is on: each write of ours moves the version by one, and a person's in between holds."""
    document, _case = linked(real)
    real.edit("CDokumente", document, name="Neuer Name", dokumentId=real.upload("neu.txt", b"Nachtrag 2"))
    real.told("CDokumente", document)
    shown = real.get("CDokumente", document)
    assert (shown["name"], shown["xaiSyncStatus"]) == ("Neuer Name", "clean")


def test_parents_that_may_not_be_read_are_a_refusal_and_no_lock_of_the_address(real: RealCrm) -> None:
    document, _case = linked(real)
    with real.without("Account"), pytest.raises(Forbidden):
        connections.espocrm().linked_parents(document, "accounts", "Account")


def test_a_link_that_is_a_field_too_is_asked_for_where_it_leads_somewhere(real: RealCrm) -> None:
    with real.as_field(CASE), real.as_field("Account"):
        document, case = linked(real)
        asked = {
            call["path"] for attempt in Attempt.objects.filter(record__entity_id=document) for call in attempt.calls
        }
        assert any(path.endswith(f"/{real.link_to(CASE)}") for path in asked)
        assert not any(path.endswith(f"/{real.link_to('Account')}") for path in asked)
        account = real.create("Account", name=f"Muster GmbH {document}")
        real.link(document, "Account", account)
        real.link(document, CASE, case, on=False)
        real.told("Account", account)
        real.told("CDokumente", document, full=True)
        shown = real.get("CDokumente", document)
        assert len(shown["xaiCollections"]) == 1
        assert real.world.inside()[shown["xaiCollections"][0]] == {shown["xaiId"]}
        assert real.world.inside()[collection(real, case)] == set()
