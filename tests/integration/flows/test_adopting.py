"""Taking over what a hub before this one has left: the report, the agreement, and what the flows do afterwards."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from syncapp.clients.espocrm import EspoClient
from syncapp.flows.adopting import adopting
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES, CHANGES, EVERYTHING, PARTIES
from syncapp.models import (
    Adoption,
    AdoptionFinding,
    AdoptionState,
    Attempt,
    CalendarEmployee,
    CalendarLink,
    CalendarQuestion,
    JournalEntry,
    Orphan,
    Record,
    Reference,
    ScanState,
    Status,
    Task,
    Verdict,
)
from syncapp.words.adoption_words import coded
from tests.calendars import Calendars
from tests.old_installation import OldFirm
from tests.world import World, configured

pytestmark = pytest.mark.django_db
OURS = (Record, Reference, Attempt, JournalEntry, Orphan, Task, CalendarEmployee, CalendarLink, CalendarQuestion)
QUIET = ("Token", "token")  # logins are no writes


@pytest.fixture
def firm(world: World) -> OldFirm:
    made = OldFirm(world)
    made.seed_documents()
    made.seed_collections()
    made.seed_parties()
    made.seed_calendar()
    return made


def adopted(*, apply: bool = True, **more: Any) -> Adoption:
    done = adopting.run(adopting.ask(apply=apply, **more))
    assert done.state == AdoptionState.DONE, done.detail
    return done


def writes(world: World, since: int) -> list[str]:
    return [f"{c['method']} {c['route']}" for c in world.writes(since) if not c["path"].endswith(QUIET)]


def compared(world: World) -> list[str]:
    """Every comparison, with a brake that nothing new may pass; their states."""
    states = []
    with configured(MASS_CHANGE_LIMIT=1, MASS_CHANGE_PERCENT=1, PARTIES_CHANGE_LIMIT=3, PARTIES_CHANGE_PERCENT=1):
        for name in (CHANGES, EVERYTHING, PARTIES, ALL_PARTIES):
            done = scans.run(name)
            assert done is not None
            states.append(done.state)
            world.drive()
    return states


def findings(done: Adoption) -> dict[tuple[str, str, str], tuple[str, list[str]]]:
    rows = done.findings.all()
    return {(row.step, row.entity_id, row.remote_id): (row.verdict, row.what) for row in rows}


def named(firm: OldFirm, done: Adoption, kind: str) -> dict[str, tuple[str, list[str]]]:
    ids = {"documents": firm.documents, "collections": firm.cases, "parties": firm.parties, "accounts": firm.accounts}
    rows = {row.entity_id: (row.verdict, row.what) for row in done.findings.filter(kind=kind)}
    return {what: rows[pk] for what, pk in ids[kind].items()}


def test_a_look_writes_nothing_anywhere(firm: OldFirm) -> None:
    before = firm.world.mark()
    adopted(apply=False)
    assert writes(firm.world, before) == []
    assert not any(model.objects.exists() for model in OURS)


def test_the_report_says_what_is_there(firm: OldFirm) -> None:
    done = adopted(apply=False)
    as_is, changes, unplaced = Verdict.AS_IS, Verdict.CHANGES, Verdict.UNPLACED
    documents = named(firm, done, "documents")
    good = ("md5-0", "md5-1", "md5-2", "sha", "same", "twin")
    assert {what for what, (verdict, _) in documents.items() if verdict == as_is} == set(good)
    assert documents["dead"][1][:2] == ["dead_file", "document.upload"]
    assert documents["replaced"][1][:2] == ["other_bytes", "document.upload"]
    assert documents["unhashed"] == (changes, ["document.tell:md5sum+sha256+xaiSyncedHash"])
    assert documents["new"][1][0] == "document.upload"
    cases = named(firm, done, "collections")
    assert {what: verdict for what, (verdict, _) in cases.items()} == {
        "good": as_is,
        "dead": changes,
        "shared": unplaced,
        "shared too": unplaced,
        "empty": as_is,
        "closed": as_is,
    }
    parties = named(firm, done, "parties")
    assert {what: verdict for what, (verdict, _) in parties.items()} == {
        "good": as_is,
        "differs": changes,
        "dead": unplaced,
        "twin": unplaced,
        "other twin": unplaced,
        "new": changes,
    }
    assert parties["dead"][1][0] == "party_gone"
    assert named(firm, done, "accounts") == {
        "good": (as_is, []),
        "only here": (changes, ["bank_account.create", "bank_account.write_crm:syncStatus"]),
    }
    calendar = Counter((row.verdict, *row.what) for row in done.findings.filter(kind="calendars"))
    assert calendar[changes, "mark"] == 2
    assert calendar[changes, "appointment.insert"] == 1
    nobodys = done.findings.get(kind="collections", entity_id="")
    assert (nobodys.remote_id, nobodys.what) == (firm.collections["nobody's"], ["not_named"])


def test_nothing_that_agrees_is_touched_afterwards_and_the_rest_as_the_report_said(firm: OldFirm) -> None:
    world = firm.world
    report = findings(adopted(apply=False))
    before, names = world.mark(), {c["collection_id"]: c["collection_name"] for c in collections(world)}
    done = adopted()
    assert writes(world, before) == []
    assert findings(done) == report
    assert compared(world) == [ScanState.DONE] * 4
    changed = {row.entity_id for row in done.findings.exclude(verdict=Verdict.AS_IS) if row.entity_id}
    written = set(JournalEntry.objects.values_list("record__entity_id", flat=True))
    assert written <= changed
    for row in done.findings.filter(verdict=Verdict.CHANGES).exclude(kind="calendars"):
        first = Attempt.objects.filter(record__step=row.step, record__entity_id=row.entity_id).exclude(plan=[]).first()
        assert first is not None, row
        assert set(row.what) & set(map(coded, first.plan)), row
    uploads = [what for _, what in report.values() if "document.upload" in what]
    assert writes(world, before).count("POST /xai/v1/files") == len(uploads)
    assert writes(world, before).count("PUT /xai-management/v1/collections/{id}") == 0
    now = {c["collection_id"]: c["collection_name"] for c in collections(world)}
    assert names.items() <= now.items()


def test_afterwards_all_is_quiet(firm: OldFirm) -> None:
    adopted()
    compared(firm.world)
    before = firm.world.mark()
    assert compared(firm.world) == [ScanState.DONE] * 4
    assert writes(firm.world, before) == []


def test_no_appointment_is_doubled(firm: OldFirm) -> None:
    calendars = Calendars(firm.world)
    adopted()
    sync = calendars.sync()
    assert sync.status in (Status.SKIPPED, Status.IN_SYNC)
    texts = Counter(row["summary"] for row in calendars.google.events(calendars.calendar))
    assert texts == {"Besprechung": 1, "Verhandlung": 1, "Ortstermin": 1, "Zahnarzt": 1}
    there = Counter(row["text"] for row in calendars.appointments().values())
    assert (there["Besprechung"], there["Verhandlung"]) == (1, 1)


def test_without_taking_over_the_brake_stops_a_first_contact(firm: OldFirm) -> None:
    before = firm.world.mark()
    assert compared(firm.world) == [ScanState.STOPPED] * 4
    assert writes(firm.world, before) == []


def test_what_the_report_did_not_name_is_braked(firm: OldFirm) -> None:
    adopted()
    for number in range(4):
        firm.world.document(firm.cases["good"], content=f"Danach {number}".encode())
    with configured(MASS_CHANGE_LIMIT=3, MASS_CHANGE_PERCENT=1):
        stopped = scans.run(EVERYTHING)
    assert stopped is not None
    assert (stopped.state, stopped.note["count"]) == (ScanState.STOPPED, 4)


def test_a_collection_is_renamed_when_its_entity_is(firm: OldFirm) -> None:
    adopted()
    case = firm.cases["good"]
    firm.world.event(case, "Raeumungsklage", full=True)
    firm.world.drive()
    assert name_of(firm, "good") == "Akte good"
    firm.world.sandbox.update("Raeumungsklage", case, {"name": "Neu ./. Alt"})
    firm.world.event(case, "Raeumungsklage")
    firm.world.drive()
    assert name_of(firm, "good") == f"Raeumungsklage-{case} Neu ./. Alt"


def test_doing_it_again_does_nothing(firm: OldFirm) -> None:
    adopted()
    rows = [list(model.objects.order_by("pk").values()) for model in OURS]
    again = adopted()
    assert [list(model.objects.order_by("pk").values()) for model in OURS] == rows
    assert Verdict.KNOWN in {row.verdict for row in again.findings.all()}


def test_killed_in_between_and_begun_again_comes_to_the_same_end(firm: OldFirm) -> None:
    def dies(_kind: str, _seen: int) -> None:
        left.pop()

    for after in (3, 9, 17, 25):
        left = [0] * after
        with pytest.raises(IndexError):
            adopting.run(adopting.ask(apply=True), dies)
    adopted()
    assert compared(firm.world) == [ScanState.DONE] * 4
    assert not JournalEntry.objects.filter(record__entity_id=firm.documents["md5-0"]).exists()


def test_a_dead_one_stands_in_nobodys_way_and_a_living_one_does(firm: OldFirm) -> None:
    running = adopting.ask(apply=True)
    Adoption.objects.filter(pk=running.pk).update(
        state=AdoptionState.RUNNING, leased_until=timezone.now() + timedelta(minutes=1)
    )
    with pytest.raises(adopting.UnderWayError):
        adopted()
    Adoption.objects.filter(pk=running.pk).update(leased_until=timezone.now() - timedelta(seconds=1))
    adopted(apply=False)
    running.refresh_from_db()
    assert running.state == AdoptionState.FAILED


def test_a_living_one_says_so_while_it_reads_a_few_files_for_minutes(
    firm: OldFirm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It said so after each 200 entities only: with documents of some seconds each another one was let in beside it."""
    monkeypatch.setattr(adopting, "SIGN_OF_LIFE", timedelta(0))
    asked, leases = adopting.ask(apply=True), dict[str, set[object]]()

    def seen(kind: str, _number: int) -> None:
        lease = Adoption.objects.values_list("leased_until", flat=True).get(pk=asked.pk)
        leases.setdefault(kind, set()).add(lease)

    assert adopting.run(asked, seen).state == AdoptionState.DONE
    assert max(map(len, leases.values())) > 5


def test_it_asks_in_lists(firm: OldFirm) -> None:
    """Beside the lists: the bytes of documents, and what lists don't tell of parties, accounts and cases."""
    before = firm.world.mark()
    adopted(apply=False)
    calls = Counter(call["route"] for call in firm.world.sandbox.calls(since=before))
    for one in ("CDokumente/{id}", "Raeumungsklage/{id}"):
        assert calls[f"/espocrm/api/v1/{one}"] == 0
    assert calls["/xai/v1/files/{id}"] == calls["/xai-management/v1/collections/{id}"] == 0
    named_and_there = 10  # documents that name a file that is at xAI
    assert calls["/espocrm/api/v1/Attachment/file/{id}"] <= named_and_there
    again = firm.world.mark()
    adopted(apply=False, trusts_md5=True)
    routes = Counter(call["route"] for call in firm.world.sandbox.calls(since=again))
    assert routes["/espocrm/api/v1/Attachment/file/{id}"] < calls["/espocrm/api/v1/Attachment/file/{id}"]


def test_a_system_that_is_away_ends_it_and_what_was_done_stays(firm: OldFirm) -> None:
    firm.world.sandbox.settings(espocrm_maintenance=True)
    failed = adopting.run(adopting.ask(apply=True))
    assert failed.state == AdoptionState.FAILED
    firm.world.sandbox.settings(espocrm_maintenance=False)
    adopted()
    assert AdoptionFinding.objects.exists()


def collections(world: World) -> Iterator[dict[str, Any]]:
    return iter(world.sandbox.state("xai")["collections"])


def name_of(firm: OldFirm, case: str) -> str:
    (name,) = (c["collection_name"] for c in collections(firm.world) if c["collection_id"] == firm.collections[case])
    return str(name)


def test_a_document_that_is_deleted_while_files_are_compared_ends_nothing(
    firm: OldFirm, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its file is nobody's to read then (403), and that says nothing about the others."""
    real, deleted = EspoClient.download, []

    def download(self: EspoClient, attachment_id: str, *args: Any) -> Any:
        if not deleted:
            rows = firm.world.sandbox.state("espocrm")["records"]["CDokumente"]
            deleted.append(next(row["id"] for row in rows if row["dokumentId"] == attachment_id))
            firm.world.sandbox.delete("CDokumente", deleted[0])
        return real(self, attachment_id, *args)

    monkeypatch.setattr(EspoClient, "download", download)
    done = adopted()
    assert deleted
    assert len(findings(done)) > 1
