"""Taking over what is less usual: Akten, collections that hang on an entity of their own, a hub that observes."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.engine.runs.taking_over import ReadingRun, WouldWriteError, look, take_over
from syncapp.flows.akten.flow import MATTER_SYNC, MATTERS
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.flows.documents.flow import DOCUMENT_SYNC
from syncapp.flows.documents.sync import DocumentSync
from syncapp.flows.taking_over import as_is
from syncapp.models import JournalEntry, Reason, Record, ScanState, Status, Verdict
from tests.integration.flows.test_adopting import adopted, writes
from tests.integration.flows.test_akten import CONFIGURED
from tests.knowledge import JOIN, KNOWLEDGE, knowledge, row
from tests.knowledge import firm as firm_since_march
from tests.old_installation import OldFirm, md5, sha256
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm(world: World) -> OldFirm:
    return OldFirm(world)


def verdicts(done: Any, kind: str) -> dict[str, tuple[str, list[str]]]:
    return {each.entity_id: (each.verdict, each.what) for each in done.findings.filter(kind=kind)}


def test_cases_that_know_their_akte(firm: OldFirm) -> None:
    for number, reference in ((4711, "123/26"), (4712, "124/26"), (4713, "125/26"), (4714, "125/26")):
        firm.world.sandbox.advoware.add_matter(number, {"az": reference, "rubrum": "Muster"})
    known = firm.world.parent(advowareAkteId="4711", aktenzeichen="0123/2026")
    unnumbered = firm.world.parent(aktenzeichen="124/26")
    dead = firm.world.parent(advowareAkteId="9999", aktenzeichen="999/26")
    ambiguous = firm.world.parent(aktenzeichen="125/26")
    with configured(MATTER_ENTITIES=CONFIGURED, COLLECTION_ENTITIES=()):
        found = verdicts(adopted(), "matters")
        assert found == {
            known: (Verdict.AS_IS, []),
            unnumbered: (Verdict.CHANGES, ["matter.write_number"]),
            dead: (Verdict.UNPLACED, ["matter_missing"]),
            ambiguous: (Verdict.UNPLACED, ["matter_ambiguous"]),
        }
        with configured(MASS_CHANGE_LIMIT=1, MASS_CHANGE_PERCENT=1):
            compared = scans.run(MATTERS)
        assert compared is not None
        assert (compared.state, compared.requested) == (ScanState.DONE, 3)
        firm.world.drive()
    assert {entry.record.entity_id for entry in JournalEntry.objects.filter(record__step=MATTER_SYNC)} == {unnumbered}


def test_collections_that_hang_on_an_entity_of_their_own() -> None:
    """Its states and hashes stand where the two are joined; SHA-256 is another hub's word for the same bytes."""
    with firm_since_march() as there:
        firm = OldFirm(there)
        firm.case("good")
        document = firm.document("joined", "good", b"Wissen")
        there.sandbox.unlink("CDokumente", document, "raeumungsklages", firm.cases["good"], silent=True)
        parent = knowledge(there, document, status="active")
        there.sandbox.update(
            KNOWLEDGE, parent, {"datenbankId": firm.collections["good"], "syncStatus": "synced"}, silent=True
        )
        there.sandbox.update("Raeumungsklage", firm.cases["good"], {"xaiCollectionId": None}, silent=True)
        told = {"aiDocumentId": there.crm(document)["xaiId"], "syncedHash": sha256(b"Wissen"), "syncstatus": "synced"}
        there.sandbox.update(JOIN, row(there, document, parent)["id"], told, silent=True)
        before = there.mark()
        done = adopted()
        assert verdicts(done, "documents") == {document: (Verdict.AS_IS, [])}
        assert verdicts(done, "collections")[parent] == (Verdict.AS_IS, [])
        compared = scans.run(EVERYTHING)
        assert compared is not None
        there.drive()
        assert writes(there, before) == []


def test_a_file_that_only_the_join_names(firm: OldFirm) -> None:
    with firm_since_march() as there:
        firm = OldFirm(there)
        firm.case("good")
        document = firm.document("joined", "good", b"Wissen", xaiId=None, xaiSyncedHash=None)
        file_id = next(iter(there.files()))
        parent = knowledge(there, document, status="active")
        told = {"aiDocumentId": file_id, "syncedHash": md5(b"Wissen"), "syncstatus": "synced"}
        there.sandbox.update(JOIN, row(there, document, parent)["id"], told, silent=True)
        adopted()
        scans.run(EVERYTHING)
        there.drive()
        assert set(there.files()) == {file_id}
        assert there.crm(document)["xaiId"] == file_id


def test_what_a_hub_that_observes_has_met_already(firm: OldFirm) -> None:
    firm.seed_documents(1)
    with configured(OBSERVE_ONLY=True):
        for document in firm.documents.values():
            firm.world.event(document, full=True)
        for _ in range(2):
            from syncapp.events import running

            for record in Record.objects.filter(status=Status.WAITING):
                running.run_now(record.pk, record.step, even_early=True)
        assert firm.world.record(firm.documents["md5-0"]).reason == Reason.OBSERVED
        adopted()
        assert firm.world.record(firm.documents["md5-0"]).status == Status.IN_SYNC
        waiting = firm.world.record(firm.documents["dead"])
        assert (waiting.status, waiting.reason) == (Status.WAITING, Reason.OBSERVED)
    before = firm.world.mark()
    firm.world.drive()
    assert writes(firm.world, before).count("POST /xai/v1/files") == 3  # dead, replaced, new
    assert not JournalEntry.objects.filter(record__entity_id=firm.documents["md5-0"]).exists()


def test_bytes_are_compared_where_no_hash_is_noted(firm: OldFirm) -> None:
    """Also in an ordinary run: a file of another hub is used on, and one of other bytes is not."""
    firm.case("good")
    same = firm.document("same", "good", b"Gleich", md5sum=None, xaiSyncedHash=None)
    other = firm.document("other", "good", b"Alt!!", md5sum=None, xaiSyncedHash=None)
    firm.world.sandbox.upload_file(other, "other.txt", b"Neu!!", silent=True)
    kept = firm.world.crm(same)["xaiId"], firm.world.crm(other)["xaiId"]
    for document in (same, other):
        firm.world.event(document, full=True)
    firm.world.drive()
    assert firm.world.crm(same)["xaiId"] == kept[0]
    assert firm.world.crm(other)["xaiId"] != kept[1]


def test_who_may_only_read_writes_nothing(firm: OldFirm) -> None:
    """Whatever a flow should try: neither call nor journal."""
    firm.case("good")
    document = firm.world.document(firm.cases["good"])
    target = Target(DOCUMENT_SYNC, "CDokumente", document)
    before = firm.world.mark()
    looked = look(target, DocumentSync)
    with pytest.raises(WouldWriteError):
        take_over(looked, looked.plan, "test")
    assert writes(firm.world, before) == []
    assert not JournalEntry.objects.exists()
    assert not Record.objects.exists()
    assert as_is(looked.plan) is None


def test_a_run_that_may_only_read_opens_no_journal() -> None:
    run = ReadingRun.__new__(ReadingRun)
    assert isinstance(run, Run)
    with pytest.raises(WouldWriteError):
        run.begin([(WriteIntent.__new__(WriteIntent), {})])
    with pytest.raises(WouldWriteError):
        run.before_write()
