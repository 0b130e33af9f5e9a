"""Cases know their Akten in Advoware; read off the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.espocrm import EspoClient
from syncapp.engine.runs.planning import Plan
from syncapp.events import registry, running
from syncapp.flows.akten import advoware, sync
from syncapp.flows.akten.flow import MATTER_SYNC, MATTERS
from syncapp.flows.akten.plan import CaseState
from syncapp.flows.comparing import scans
from syncapp.flows.differences import How
from syncapp.models import (
    JournalEntry,
    Reason,
    Record,
    Reference,
    ReferenceKind,
    ScanRun,
    ScanState,
    Status,
    Task,
    TaskState,
)
from tests.events import found_by, happened
from tests.world import World, configured

pytestmark = pytest.mark.django_db
CASE, OWN = "Raeumungsklage", "CAdvowareAkten"
CONFIGURED = {
    CASE: {"id": "advowareAkteId", "reference": "aktenzeichen"},
    OWN: {"id": "aktennummer", "reference": "aktenzeichen", "status": "aktivierungsstatus"},
}
ENTITIES = {"document": "CDokumente", "raeumungsklage": CASE, "akte": OWN}


@pytest.fixture
def firm(world: World) -> Iterator[World]:
    with configured(MATTER_ENTITIES=CONFIGURED, WEBHOOK_ENTITIES=ENTITIES, COLLECTION_ENTITIES=()):
        yield world


def akte(firm: World, number: int, reference: str | None) -> None:
    firm.sandbox.advoware.add_matter(number, {"az": reference, "rubrum": "Muster ./. Beispiel"})


def case(firm: World, kind: str = CASE, **data: Any) -> str:
    return firm.sandbox.create(kind, {"name": "Muster ./. Beispiel", **data})


def looked_at(firm: World, pk: str, kind: str = CASE, *, full: bool = False) -> Record:
    """After an event, a while after the last one: no list of Advoware's is remembered."""
    advoware.shared.clear()
    happened(kind, pk, full=full)
    firm.drive()
    return Record.objects.get(step=MATTER_SYNC, entity_type=kind, entity_id=pk)


def number_in_crm(firm: World, pk: str, kind: str = CASE) -> Any:
    return firm.sandbox.get(kind, pk)["aktennummer" if kind == OWN else "advowareAkteId"]


def references(pk: str) -> list[str]:
    rows = Reference.objects.filter(kind=ReferenceKind.MATTER, system="advoware", entity_id=pk)
    return list(rows.values_list("remote_id", flat=True))


def open_tasks() -> list[str]:
    return list(Task.objects.filter(state=TaskState.OPEN).values_list("kind", flat=True))


def compared(firm: World, *, confirmed: bool = False) -> ScanRun:
    scan = scans.run(MATTERS, confirmed=confirmed)
    assert scan is not None
    firm.drive()
    return scan


def written_to_advoware(firm: World) -> list[str]:
    return [call["path"] for call in firm.writes() if call["system"] == "advoware"]


def test_a_case_gets_the_number_of_its_akte(firm: World) -> None:
    akte(firm, 9001, "0123/2026-MS")
    akte(firm, 9002, "124/26")
    pk = case(firm, aktenzeichen="Az. 123/26")
    record = looked_at(firm, pk)
    assert (record.status, number_in_crm(firm, pk), references(pk)) == (Status.IN_SYNC, "9001", ["9001"])
    assert firm.sandbox.get(CASE, pk)["aktenzeichen"] == "Az. 123/26"
    entry = JournalEntry.objects.get()
    assert (entry.system, entry.changes["advowareAkteId"]) == ("espocrm", [None, "9001"])
    before = firm.mark()
    looked_at(firm, pk)
    assert [call["method"] for call in firm.sandbox.calls(since=before)] == ["GET"]
    looked_at(firm, pk, full=True)
    assert firm.writes(before) == []
    assert written_to_advoware(firm) == []


def test_a_field_for_whole_numbers_gets_one(firm: World) -> None:
    akte(firm, 9001, "123/26")
    pk = case(firm, OWN, aktenzeichen="123/26", aktivierungsstatus="active", aktenpfad="//akten/123-26")
    assert looked_at(firm, pk, OWN).status == Status.IN_SYNC
    assert (number_in_crm(firm, pk, OWN), references(pk)) == (9001, ["9001"])
    assert looked_at(firm, pk, OWN, full=True).status == Status.IN_SYNC


@pytest.mark.parametrize(("kind", "none"), [(OWN, 0), (CASE, "0"), (CASE, " ")])
def test_a_zero_is_no_number_of_an_akte(firm: World, kind: str, none: Any) -> None:
    """The default of a field for whole numbers."""
    akte(firm, 9001, "123/26")
    more = {"aktennummer": none, "aktivierungsstatus": "active"} if kind == OWN else {"advowareAkteId": none}
    pk = case(firm, kind, aktenzeichen="123/26", **more)
    assert looked_at(firm, pk, kind).status == Status.IN_SYNC
    assert (str(number_in_crm(firm, pk, kind)), references(pk), open_tasks()) == ("9001", ["9001"], [])


@pytest.mark.parametrize("status", ["paused", "deactivated"])
def test_one_that_is_not_active_is_left_alone(firm: World, status: str) -> None:
    akte(firm, 9001, "123/26")
    pk = case(firm, OWN, aktenzeichen="123/26", aktivierungsstatus=status)
    record = looked_at(firm, pk, OWN)
    assert (record.status, record.reason, number_in_crm(firm, pk, OWN)) == (Status.SKIPPED, "matter_resting", None)


def test_the_number_that_stands_there_counts_and_is_never_overwritten(firm: World) -> None:
    akte(firm, 9001, "123/26")
    akte(firm, 9002, "124/26")
    pk = case(firm, aktenzeichen="123/26", advowareAkteId="9002")
    record = looked_at(firm, pk)
    assert (record.status, open_tasks(), references(pk)) == (Status.IN_SYNC, ["matter_differs"], ["9002"])
    assert number_in_crm(firm, pk) == "9002"
    firm.sandbox.update(CASE, pk, {"advowareAkteId": None})  # as the task says
    looked_at(firm, pk)
    assert (number_in_crm(firm, pk), open_tasks(), references(pk)) == ("9001", [], ["9001"])


@pytest.mark.parametrize("answer", ["object", "list", "unknown"])
def test_whatever_advoware_answers_to_a_number(firm: World, answer: str) -> None:
    firm.sandbox.settings(advoware_matter_by_number=answer)
    akte(firm, 9001, "123/26")
    known, gone = case(firm, aktenzeichen="123/26", advowareAkteId="9001"), case(firm, advowareAkteId="4711")
    typed = case(firm, advowareAkteId="../Beteiligte")
    for pk in (known, gone, typed):
        assert looked_at(firm, pk).status == Status.IN_SYNC
    assert (references(known), references(gone), references(typed)) == (["9001"], [], [])
    assert sorted(open_tasks()) == ["matter_missing", "matter_missing"]
    assert not [call for call in firm.sandbox.calls() if "Beteiligte" in call["path"]]


def test_several_are_a_task_that_closes_by_itself_once_mended(firm: World) -> None:
    for number in (9001, 9002):
        akte(firm, number, "123/26")
    pk = case(firm, aktenzeichen="123/26")
    record = looked_at(firm, pk)
    assert (record.status, number_in_crm(firm, pk), references(pk)) == (Status.IN_SYNC, None, [])
    (task,) = Task.objects.all()
    assert (task.kind, task.state) == ("matter_ambiguous", TaskState.OPEN)
    assert [fact["wanted"] for fact in task.facts[1:]] == ["9001 (123/26)", "9002 (123/26)"]
    firm.sandbox.advoware.update_matter(9002, {"az": "125/26"})
    compared(firm)  # Advoware tells nobody
    task.refresh_from_db()
    assert (task.state, number_in_crm(firm, pk), references(pk)) == (TaskState.DONE, "9001", ["9001"])


@pytest.mark.parametrize(("typed", "kind"), [("123/26", "matter_missing"), ("21 C 114/26", "matter_unreadable")])
def test_none_is_a_task_too(firm: World, typed: str, kind: str) -> None:
    pk = case(firm, aktenzeichen=typed)
    assert looked_at(firm, pk).status == Status.IN_SYNC
    assert open_tasks() == [kind]
    akte(firm, 9001, "123/26")
    firm.sandbox.update(CASE, pk, {"aktenzeichen": "123/26"})
    looked_at(firm, pk)
    assert (open_tasks(), number_in_crm(firm, pk)) == ([], "9001")


def test_a_case_that_names_none_is_no_task(firm: World) -> None:
    pk = case(firm)
    record = looked_at(firm, pk)
    assert (record.status, record.reason, open_tasks()) == (Status.SKIPPED, "matter_not_named", [])


def test_an_aktenzeichen_that_becomes_unreadable_is_noticed(firm: World) -> None:
    akte(firm, 9001, "123/26")
    pk = case(firm, advowareAkteId="9001")
    looked_at(firm, pk)
    firm.sandbox.update(CASE, pk, {"aktenzeichen": "folgt"})
    looked_at(firm, pk)
    assert open_tasks() == ["matter_unreadable"]


def test_a_deleted_case_leaves_neither_reference_nor_task(firm: World) -> None:
    akte(firm, 9001, "123/26")
    named, lost = case(firm, aktenzeichen="123/26"), case(firm, aktenzeichen="7/26")
    for pk in (named, lost):
        looked_at(firm, pk)
        firm.sandbox.delete(CASE, pk)
        assert looked_at(firm, pk).reason == Reason.ENTITY_GONE
    assert (open_tasks(), references(named)) == ([], [])


# What a firm lacks costs it this flow only


@pytest.mark.parametrize(
    "lacks",
    [{"espocrm_missing": ["Raeumungsklage.advowareAkteId"]}, {"espocrm_denied": ["Raeumungsklage.edit"]}],
    ids=["no such field", "no right to write"],
)
def test_without_field_or_right_the_record_says_what_to_click(firm: World, lacks: dict[str, list[str]]) -> None:
    akte(firm, 9001, "123/26")
    pk, other = case(firm, aktenzeichen="123/26"), case(firm, OWN, aktenzeichen="123/26")
    firm.sandbox.settings(**lacks)
    EspoClient.metadata_cache.clear()
    record = looked_at(firm, pk)
    assert (record.status, record.reason, record.detail) == (Status.SKIPPED, "matter_field_missing", "advowareAkteId")
    assert looked_at(firm, other, OWN).status == Status.IN_SYNC
    firm.sandbox.settings(espocrm_missing=[], espocrm_denied=[])
    EspoClient.metadata_cache.clear()
    compared(firm, confirmed=True)
    assert number_in_crm(firm, pk) == "9001"


def test_a_field_that_is_taken_away_is_told_by_the_next_comparison(firm: World) -> None:
    akte(firm, 9001, "123/26")
    pk = case(firm, aktenzeichen="123/26")
    looked_at(firm, pk)
    firm.sandbox.settings(espocrm_missing=["Raeumungsklage.advowareAkteId"])
    EspoClient.metadata_cache.clear()
    assert [each.how for each in found_by(MATTERS)] == [How.STALE]
    compared(firm)
    assert Record.objects.get(entity_id=pk).reason == "matter_field_missing"
    assert found_by(MATTERS) == []


def test_other_names_of_keys_are_a_setting_and_a_wrong_one_makes_no_tasks(firm: World) -> None:
    akte(firm, 9001, "123/26")
    pk = case(firm, aktenzeichen="123/26")
    with configured(ADVOWARE_MATTER_FIELDS={"reference": "aktenzeichenAnders"}):
        scan = scans.run(MATTERS, confirmed=True)
        assert scan is not None
        assert scan.state == ScanState.FAILED
        looked_at(firm, pk)
        assert (open_tasks(), number_in_crm(firm, pk)) == ([], None)
    with configured(ADVOWARE_MATTER_FIELDS={"reference": "AZ"}):
        assert looked_at(firm, pk, full=True).status == Status.IN_SYNC
    assert number_in_crm(firm, pk) == "9001"


def test_without_advoware_it_is_off(firm: World) -> None:
    pk = case(firm, aktenzeichen="123/26")
    with configured(ADVOWARE_PASSWORD=""):
        assert looked_at(firm, pk).reason == Reason.NOT_CONFIGURED
    akte(firm, 9001, "123/26")
    compared(firm, confirmed=True)
    assert number_in_crm(firm, pk) == "9001"


def test_switched_off_there_is_neither_request_nor_comparison(firm: World) -> None:
    pk = case(firm, aktenzeichen="123/26")
    with configured(MATTER_ENTITIES={}):
        happened(CASE, pk)
        assert not Record.objects.filter(step=MATTER_SYNC).exists()
        assert MATTERS not in {each.name for each in registry.comparisons()}


# Faults


FAULTS = [
    {"kind": "status", "status": 503},
    {"kind": "status", "status": 429, "headers": {"Retry-After": "0"}},
    {"kind": "cut_before"},
    {"kind": "cut_after"},
    {"kind": "truncated"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault['kind']}{fault.get('status', '')}")
@pytest.mark.parametrize(
    "where",
    [("espocrm", "GET", "/Raeumungsklage/"), ("advoware", "GET", "/Akten"), ("espocrm", "PUT", "/Raeumungsklage/")],
    ids=lambda where: "-".join(where[:2]),
)
def test_a_fault_at_any_call_is_got_over(firm: World, fault: dict[str, Any], where: tuple[str, str, str]) -> None:
    akte(firm, 9001, "123/26")
    pk = case(firm, aktenzeichen="123/26")
    system, method, path = where
    firm.sandbox.add_fault(**fault, system=system, method=method, path=path, times=4)
    assert looked_at(firm, pk).status == Status.IN_SYNC
    assert (number_in_crm(firm, pk), references(pk), open_tasks()) == ("9001", ["9001"], [])
    assert not JournalEntry.objects.filter(state__in=["intended", "lost"]).exists()


def test_a_write_that_was_lost_is_cleared_whatever_is_found_then(firm: World) -> None:
    akte(firm, 9001, "123/26")
    pk = case(firm, aktenzeichen="123/26")
    firm.sandbox.add_fault("cut_before", system="espocrm", method="PUT", path=CASE, times=None)
    happened(CASE, pk)
    record = Record.objects.get()
    running.run_now(record.pk, record.step)
    assert JournalEntry.objects.get().state in ("intended", "lost", "failed")
    firm.sandbox.clear_faults()
    akte(firm, 9002, "123/26")
    looked_at(firm, pk)
    assert (number_in_crm(firm, pk), open_tasks()) == (None, ["matter_ambiguous"])
    assert not JournalEntry.objects.filter(state__in=["intended", "lost"]).exists()


def test_a_person_who_is_faster_is_not_overwritten(firm: World, monkeypatch: pytest.MonkeyPatch) -> None:
    firm.sandbox.settings(espocrm_optimistic_locking=[CASE])
    akte(firm, 9001, "1/26")
    akte(firm, 9002, "2/26")
    pk = case(firm, aktenzeichen="1/26")
    decided = sync.plan

    def meanwhile(state: CaseState) -> Plan:
        if not state.akte_id:
            firm.sandbox.update(CASE, pk, {"advowareAkteId": "9002"}, silent=True)
        return decided(state)

    monkeypatch.setattr(sync, "plan", meanwhile)
    looked_at(firm, pk)
    assert (number_in_crm(firm, pk), open_tasks()) == ("9002", ["matter_differs"])


# The comparison


def test_the_comparison_finds_what_nobody_reported(firm: World) -> None:
    for number in range(9001, 9005):
        akte(firm, number, f"{number - 9000}/26")
    cases = [case(firm, aktenzeichen=f"{number}/26") for number in range(1, 4)]
    compared(firm)
    assert [number_in_crm(firm, pk) for pk in cases] == ["9001", "9002", "9003"]
    assert compared(firm).requested == 0
    firm.sandbox.advoware.update_matter(9001, {"az": "88/26"})
    firm.sandbox.advoware.remove_matter(9002)
    firm.sandbox.update(CASE, cases[2], {"aktenzeichen": "4/26"}, silent=True)
    late = case(firm, OWN, aktenzeichen="4/26")
    gone = case(firm)
    looked_at(firm, gone)
    firm.sandbox.delete(CASE, gone, silent=True)
    hows = {each.entity_id: each.how for each in found_by(MATTERS)}
    ours = (How.CHANGED_IN_ADVOWARE, How.GONE_IN_ADVOWARE, How.CHANGED, How.NEW, How.GONE)
    assert hows == dict(zip((*cases, late, gone), ours, strict=True))
    compared(firm)
    assert sorted(open_tasks()) == ["matter_differs", "matter_differs", "matter_missing"]
    assert number_in_crm(firm, late, OWN) == 9004
    assert found_by(MATTERS) == []
    firm.sandbox.advoware.update_matter(9001, {"az": "1/26"})
    assert [(each.entity_id, each.how) for each in found_by(MATTERS)] == [(cases[0], How.TASK)]


def test_an_akte_that_the_list_leaves_out_is_asked_for(firm: World) -> None:
    """Put away, perhaps: a list of nothing is then no reason for a task."""
    akte(firm, 9001, "123/26")
    pk = case(firm, aktenzeichen="123/26")
    looked_at(firm, pk)
    firm.sandbox.add_fault("status", status=200, body="[]", system="advoware", path="/Akten$", times=None)
    assert found_by(MATTERS) == []
    assert looked_at(firm, pk, full=True).status == Status.IN_SYNC
    assert (open_tasks(), references(pk)) == ([], ["9001"])


def test_unusually_many_are_held_back_until_a_person_has_looked(firm: World) -> None:
    cases = []
    for number in range(1, 5):
        akte(firm, 9000 + number, f"{number}/26")
        cases.append(case(firm, aktenzeichen=f"{number}/26"))
    with configured(MASS_CHANGE_LIMIT=3):
        assert compared(firm).state == ScanState.STOPPED
        assert {number_in_crm(firm, pk) for pk in cases} == {None}
        assert compared(firm, confirmed=True).state == ScanState.DONE
        assert None not in {number_in_crm(firm, pk) for pk in cases}
        for number in range(1, 5):
            firm.sandbox.advoware.remove_matter(9000 + number)
        assert compared(firm).state == ScanState.STOPPED
    assert open_tasks() == []


def test_many_cases_at_once_share_one_list(firm: World) -> None:
    for number in range(1, 6):
        akte(firm, 9000 + number, f"{number}/26")
        case(firm, aktenzeichen=f"{number}/26")
    advoware.shared.clear()
    before = firm.mark()
    compared(firm)
    asked = [call["path"] for call in firm.sandbox.calls(since=before) if call["path"].endswith("/Akten")]
    assert len(asked) == 1


# Read only, and seen


def test_the_client_has_no_way_to_write_an_akte(firm: World) -> None:
    assert [name for name in dir(AdvowareClient) if "matter" in name] == ["matter", "matters", "matters_answer"]
    akte(firm, 9001, "123/26")
    client_calls = firm.mark()
    compared(firm)
    used = {call["method"] for call in firm.sandbox.calls(since=client_calls) if "/Akten" in call["path"]}
    assert used <= {"GET"}


def test_pages_of_the_case_show_all_its_neighbours(firm: World, admin_client: Client) -> None:
    akte(firm, 9001, "123/26")
    with configured(COLLECTION_ENTITIES=(CASE,), ESPOCRM_UI_URL="https://crm.example"):
        pk = case(firm, aktenzeichen="123/26", status="active")
        firm.document(pk)  # a case without documents has no collection
        happened(CASE, pk)
        firm.drive()
        records = Record.objects.filter(entity_id=pk)
        assert {record.step for record in records} == {MATTER_SYNC, "collection_sync"}
        for record in records:
            page = admin_client.get(reverse("admin:syncapp_record_change", args=[record.pk])).content.decode()
            for neighbour in (
                "9001",
                str(firm.sandbox.get(CASE, pk)["xaiCollectionId"]),
                f"https://crm.example/#{CASE}/view/{pk}",
            ):
                assert neighbour in page


def test_a_page_with_a_task_says_so(firm: World, admin_client: Client) -> None:
    record = looked_at(firm, case(firm, aktenzeichen="123/26"))
    page = admin_client.get(reverse("admin:syncapp_record_change", args=[record.pk]), headers={"accept-language": "en"})
    assert "see the tasks of this record" in page.content.decode()
    assert "All systems agree." not in page.content.decode()
