"""Collections that hang on an entity of their own, at a real EspoCRM: its Entity Manager makes both types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.models import ScanState, Status
from tests.knowledge import JOIN, KNOWLEDGE
from tests.real.crm import RealCrm
from tests.world import configured

pytestmark = pytest.mark.django_db


def joined(real: RealCrm, document: str, parent: str) -> str:
    return real.create(JOIN, name="Platz", cDokumenteId=document, cAIKnowledgeId=parent)


def synced(real: RealCrm, content: bytes = b"Mietvertrag") -> tuple[str, str, str]:
    document, parent = real.document(content), real.create(KNOWLEDGE, name="Wissen", aktivierungsstatus="new")
    place = joined(real, document, parent)
    real.told(JOIN, place)
    return document, parent, place


def shown(real: RealCrm, place: str) -> Mapping[str, Any]:
    return {name: real.get(JOIN, place)[name] for name in ("syncstatus", "aiDocumentId", "syncedHash")}


def inside(real: RealCrm, parent: str) -> set[str]:
    return real.world.inside()[real.get(KNOWLEDGE, parent)["datenbankId"]]


def test_a_new_document_is_searchable_and_every_place_says_so(real: RealCrm) -> None:
    document, parent, place = synced(real)
    told, there = real.get("CDokumente", document), real.get(KNOWLEDGE, parent)
    assert inside(real, parent) == {told["xaiId"]}
    assert (there["aktivierungsstatus"], there["syncStatus"]) == ("active", "synced")
    assert shown(real, place) == {
        "syncstatus": "synced",
        "aiDocumentId": told["xaiId"],
        "syncedHash": told["xaiSyncedHash"],
    }
    assert there["lastSync"]
    assert real.get(JOIN, place)["lastSync"]


def test_syncing_again_changes_nothing(real: RealCrm) -> None:
    document, parent, place = synced(real)
    rows = (("CDokumente", document), (KNOWLEDGE, parent), (JOIN, place))
    before = [real.get(*row)["versionNumber"] for row in rows]
    for kind, pk in rows:
        real.told(kind, pk, full=True)
    assert [real.get(*row)["versionNumber"] for row in rows] == before


def test_a_replaced_file_is_told_where_it_stands(real: RealCrm) -> None:
    document, parent, place = synced(real)
    old = shown(real, place)
    real.edit("CDokumente", document, dokumentId=real.upload("neu.txt", b"Nachtrag zum Vertrag"))
    real.told("CDokumente", document)
    new = shown(real, place)
    assert (new["syncstatus"], new["aiDocumentId"]) == ("synced", real.get("CDokumente", document)["xaiId"])
    assert new["aiDocumentId"] != old["aiDocumentId"]
    assert new["syncedHash"] != old["syncedHash"]
    assert inside(real, parent) == {new["aiDocumentId"]}


def test_what_joined_them_is_deleted(real: RealCrm) -> None:
    document, parent, place = synced(real)
    real.delete(JOIN, place)
    real.told(JOIN, place)
    assert inside(real, parent) == set()
    assert real.get("CDokumente", document)["xaiSyncStatus"] == "no_sync"


def test_paused_nothing_is_written_and_deactivated_its_collection_goes(real: RealCrm) -> None:
    document, parent, place = synced(real)
    before = shown(real, place)
    real.edit(KNOWLEDGE, parent, aktivierungsstatus="paused")
    real.edit("CDokumente", document, dokumentId=real.upload("neu.txt", b"Nachtrag 3"))
    real.told(KNOWLEDGE, parent)
    real.told("CDokumente", document)
    assert (shown(real, place), inside(real, parent)) == (before, {before["aiDocumentId"]})
    assert real.world.record(document).reason == "parent_paused"
    real.edit(KNOWLEDGE, parent, aktivierungsstatus="deactivated")
    with configured(XAI_DELETE_COLLECTIONS=True):
        real.told(KNOWLEDGE, parent)
    assert real.world.inside() == {}
    assert (real.get(KNOWLEDGE, parent)["datenbankId"], real.get(KNOWLEDGE, parent)["syncStatus"]) == (None, "synced")
    assert shown(real, place) == {"syncstatus": "new", "aiDocumentId": None, "syncedHash": None}


def test_a_night_finds_what_no_webhook_told(real: RealCrm) -> None:
    document, parent = real.document(b"Nachts"), real.create(KNOWLEDGE, name="Wissen", aktivierungsstatus="active")
    place = joined(real, document, parent)
    scan = scans.run(EVERYTHING, confirmed=True)
    assert scan is not None
    assert scan.state == ScanState.DONE
    real.world.drive()
    assert shown(real, place)["syncstatus"] == "synced"
    assert real.world.record(document).status == Status.IN_SYNC
