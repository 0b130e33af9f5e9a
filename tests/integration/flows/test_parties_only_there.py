"""Parties that only Advoware has come to EspoCRM (setting PARTIES_TO_ESPOCRM): those that are wanted, once, no twin."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import outages
from syncapp.engine.queue import retry
from syncapp.events import running
from syncapp.flows.beteiligte.flow import PARTY_BRINGING, PARTY_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES, PARTIES
from syncapp.flows.differences import How
from syncapp.models import JournalEntry, Reason, Record, ScanRun, ScanState, Status, Task, TaskState
from syncapp.people import tasks
from syncapp.upkeep import persons
from tests.integration.flows.test_beteiligte_faults import meanwhile
from tests.parties import FAX, MAIL, MOBILE, PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db

ALL = {"betnr": ("all",)}


@pytest.fixture(autouse=True)
def switched_on() -> Iterator[None]:
    with configured(PARTIES_TO_ESPOCRM=ALL):
        yield


def compared(world: World, name: str = ALL_PARTIES) -> ScanRun:
    scan = scans.run(name)
    assert scan is not None
    world.drive()
    return scan


def looked_for(name: str = ALL_PARTIES) -> None:
    """The comparison, and only what it finds in Advoware: the CRM's own parties stay where they are."""
    assert scans.run(name) is not None
    bring()


def bring() -> None:
    for record in Record.objects.filter(step=PARTY_BRINGING, status=Status.WAITING):
        running.run_now(record.pk, PARTY_BRINGING, even_early=True)


def bringing(number: int) -> Record:
    return Record.objects.get(step=PARTY_BRINGING, entity_id=str(number))


def in_crm(world: World, **having: Any) -> list[dict[str, Any]]:
    rows = [row for row in world.sandbox.state("espocrm")["records"][PARTY] if not row.get("deleted")]
    return [row for row in rows if all(row.get(name) == value for name, value in having.items())]


def open_tasks(number: int) -> list[Task]:
    return list(Task.objects.filter(record=bringing(number), state=TaskState.OPEN))


def test_a_person_comes_with_all_that_advoware_knows(world: World, parties: Parties) -> None:
    number = parties.in_advoware(
        (MAIL, "alma@w.example"), (MOBILE, "0171 2345678"), anrede="Frau", geburtsdatum="1970-02-28T00:00:00"
    )
    scan = compared(world)
    assert scan.counts[How.ONLY_IN_ADVOWARE] == 1
    (row,) = in_crm(world, betnr=number)
    pk = row["id"]
    assert (row["firstName"], row["lastName"], row["salutationName"]) == ("Almut", "Wendland", "Frau")
    assert (row["dateOfBirth"], parties.mails(pk)) == ("1970-02-28", {"alma@w.example"})
    assert parties.phones(pk) == {"+491712345678": "Mobile"}
    assert (bringing(number).status, parties.record(pk).status) == (Status.IN_SYNC, Status.IN_SYNC)
    entry = JournalEntry.objects.get(action="create_crm_party")
    assert (entry.target_id, entry.changes["vorname"]) == (pk, ["", "Almut"])
    mark = world.mark()
    assert compared(world).differing == 0
    assert world.writes(mark) == []
    parties.edit_advoware(number, name="Roth")
    compared(world, PARTIES)
    assert parties.crm(pk)["lastName"] == "Roth"


def test_a_company_comes_as_one(world: World, parties: Parties) -> None:
    parties.with_fields({"lastName": {"required": True}})
    number = parties.in_advoware((FAX, "+494012345"), name="Lux GmbH", vorname="", rechtsform="GmbH")
    compared(world)
    (row,) = in_crm(world, betnr=number)
    assert (row["firmenname"], row["lastName"], row["rechtsform"]) == ("Lux GmbH", "Lux GmbH", "GmbH")
    assert parties.record(row["id"]).status == Status.IN_SYNC


def test_a_company_comes_whatever_its_name_is(world: World, parties: Parties) -> None:
    parties.with_fields({"lastName": {"required": True}})
    name = "Wohnungseigentümergemeinschaft <Muster>, " * 3 + "Hamburg"
    number = parties.in_advoware(name=name, vorname="", rechtsform="WEG")
    compared(world)
    (row,) = in_crm(world, betnr=number)
    assert (row["firmenname"], len(row["lastName"]) <= 100) == (name, True)
    assert parties.record(row["id"]).status == Status.IN_SYNC


@pytest.mark.parametrize("form", ["natürliche Person", "Privatperson", "Einzel-Person", ""])
def test_a_person_by_its_legal_form(world: World, parties: Parties, form: str) -> None:
    number = parties.in_advoware(vorname="", rechtsform=form)
    compared(world)
    (row,) = in_crm(world, betnr=number)
    assert (row["lastName"], row["firmenname"] or "") == ("Wendland", "")


def test_switched_off_nothing_comes(world: World, parties: Parties) -> None:
    parties.in_advoware()
    with configured(PARTIES_TO_ESPOCRM={}):
        assert compared(world).differing == 0
    assert in_crm(world) == []


@pytest.mark.parametrize(
    ("setting", "comes"),
    [
        ({"rechtsform": ("gmbh",)}, {"Lux"}),
        ({"rechtsform": ("GmbH", "GbR")}, {"Lux", "Roth"}),
        ({"changed_since": ("2020-01-01",)}, {"Lux", "Roth", "Weiss"}),
        ({"changed_since": ("2099-01-01",)}, set()),
        ({"changed_since": ("2020-01-01",), "rechtsform": ("GbR",)}, {"Roth"}),
        ({"betnr": ("999",)}, set()),
    ],
)
def test_only_those_come_that_meet_all_that_is_named(
    world: World, parties: Parties, setting: dict[str, tuple[str, ...]], comes: set[str]
) -> None:
    for name, form in (("Lux", "GmbH"), ("Roth", "GbR"), ("Weiss", "")):
        parties.in_advoware(name=name, vorname="", rechtsform=form)
    with configured(PARTIES_TO_ESPOCRM=setting):
        compared(world)
    assert {row["firmenname"] or row["lastName"] for row in in_crm(world)} == comes


def test_one_by_its_number(world: World, parties: Parties) -> None:
    parties.in_advoware(name="Lux")
    number = parties.in_advoware(name="Roth")
    with configured(PARTIES_TO_ESPOCRM={"betnr": (str(number),)}):
        compared(world)
    assert [row["betnr"] for row in in_crm(world)] == [number]


def test_many_at_once_wait_for_a_person(world: World, parties: Parties) -> None:
    for number in range(4):
        parties.in_advoware(name=f"Wendland {number}")
    with configured(PARTIES_CHANGE_LIMIT=3):
        scan = compared(world)
        assert (scan.state, in_crm(world)) == (ScanState.STOPPED, [])
        scans.run(ALL_PARTIES, confirmed=True)
        world.drive()
    assert len(in_crm(world)) == 4


def test_a_creation_whose_answer_is_lost_is_found_by_its_number(world: World, parties: Parties) -> None:
    number = parties.in_advoware()
    world.sandbox.add_fault("cut_after", system="espocrm", method="POST", path=f"{PARTY}$")
    compared(world)
    assert len(in_crm(world, betnr=number)) == 1
    assert bringing(number).status == Status.IN_SYNC
    assert not JournalEntry.objects.filter(state__in=("intended", "lost")).exists()


def test_a_creation_that_was_not_made_is_made(world: World, parties: Parties) -> None:
    number = parties.in_advoware()
    world.sandbox.add_fault("cut_before", system="espocrm", method="POST", path=f"{PARTY}$")
    compared(world)
    assert len(in_crm(world, betnr=number)) == 1


def test_a_person_of_the_same_name_is_asked_about(world: World, parties: Parties) -> None:
    pk, number = parties.in_crm(), parties.in_advoware()
    looked_for()
    assert bringing(number).reason == Reason.TASK_OPEN
    (task,) = open_tasks(number)
    assert (task.kind, task.target_id) == ("party_alike", str(number))
    assert task.facts == [{"field": "id", "now": pk, "wanted": ""}]
    assert len(in_crm(world)) == 1
    tasks.close_task(task, None, "another one")
    looked_for()
    assert [row["betnr"] for row in in_crm(world) if row["id"] != pk] == [number]


def test_the_number_that_a_person_enters_ends_the_question(world: World, parties: Parties) -> None:
    pk, number = parties.in_crm(), parties.in_advoware()
    looked_for()
    parties.edit_crm(pk, betnr=number)
    compared(world)
    assert (bringing(number).status, open_tasks(number), len(in_crm(world))) == (Status.IN_SYNC, [], 1)


def test_a_question_about_who_is_gone_is_none(world: World, parties: Parties) -> None:
    pk, number = parties.in_crm(), parties.in_advoware()
    looked_for()
    world.sandbox.delete(PARTY, pk)
    compared(world)
    assert (open_tasks(number), [row["betnr"] for row in in_crm(world)]) == ([], [number])


@pytest.mark.parametrize(
    "crm",
    [
        {},
        {"dateOfBirth": "1970-02-28"},
        {"emailAddress": "", "phoneNumber": "0171 2345678"},
        {"emailAddress": "ALMA@w.example", "lastName": "Wendland "},
    ],
)
def test_who_is_surely_the_same_gets_the_number(world: World, parties: Parties, crm: dict[str, Any]) -> None:
    pk = parties.in_crm(**{"emailAddress": "alma@w.example", **crm})
    contacts = ((MAIL, "Alma@W.example"), (MOBILE, "+491712345678"))
    number = parties.in_advoware(*contacts, geburtsdatum="1970-02-28T00:00:00")
    looked_for()
    world.drive()
    assert [(row["id"], row["betnr"]) for row in in_crm(world)] == [(pk, number)]
    assert (bringing(number).status, parties.record(pk).status) == (Status.IN_SYNC, Status.IN_SYNC)
    assert parties.crm(pk)["dateOfBirth"] == "1970-02-28"
    assert parties.numbers() == {number}


@pytest.mark.parametrize(
    "crm",
    [
        {"dateOfBirth": "1999-01-01"},  # the son
        {"firstName": "Alma"},  # the wife, under one address
        {"emailAddress": "other@w.example"},
        {"firstName": "", "lastName": "", "firmenname": "Wendland"},
    ],
)
def test_who_may_be_another_one_is_a_question(world: World, parties: Parties, crm: dict[str, Any]) -> None:
    pk = parties.in_crm(**{"emailAddress": "alma@w.example", **crm})
    number = parties.in_advoware((MAIL, "Alma@W.example"), geburtsdatum="1970-02-28T00:00:00")
    looked_for()
    assert [task.facts[0]["now"] for task in open_tasks(number)] == [pk]
    assert len(in_crm(world)) == 1


def test_two_who_may_be_it_are_a_question(world: World, parties: Parties) -> None:
    ids = {parties.in_crm(emailAddress="alma@w.example") for _ in range(2)}
    number = parties.in_advoware((MAIL, "alma@w.example"))
    looked_for()
    (task,) = open_tasks(number)
    assert {fact["now"] for fact in task.facts} == ids


def test_who_has_another_number_is_another_one(world: World, parties: Parties) -> None:
    pk, _other = parties.pair((MAIL, "alma@w.example"))
    number = parties.in_advoware((MAIL, "alma@w.example"))
    compared(world)
    assert {row["betnr"] for row in in_crm(world) if row["id"] != pk} == {number}


def test_the_crms_own_party_on_its_way_to_advoware_is_none_of_advowares(world: World, parties: Parties) -> None:
    """Its creation was made there, and the answer was lost: what the comparison finds is the CRM's own party."""
    pk = parties.in_crm()
    parties.event(pk)
    world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Beteiligte$")
    running.run_now(Record.objects.get(step=PARTY_SYNC).pk, PARTY_SYNC, even_early=True)
    (number,) = parties.numbers()
    assert JournalEntry.objects.get().state == "lost"
    outages.try_now("advoware")
    looked_for()
    assert (bringing(number).status, bringing(number).reason) == (Status.WAITING, Reason.OUTDATED)
    world.drive()
    assert [(row["id"], row["betnr"]) for row in in_crm(world)] == [(pk, number)]
    assert parties.numbers() == {number}


def test_who_was_deleted_in_the_crm_does_not_come_back(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    world.sandbox.delete(PARTY, pk)
    compared(world)
    compared(world)
    assert not Record.objects.filter(step=PARTY_BRINGING).exists()
    assert in_crm(world, betnr=number) == []


def test_without_a_name_nothing_comes_until_there_is_one(world: World, parties: Parties) -> None:
    number = parties.in_advoware(vorname="")
    parties.edit_advoware(number, name=" ")
    compared(world)
    assert (bringing(number).reason, in_crm(world)) == ("nameless_there", [])
    parties.edit_advoware(number, name="Wendland")
    compared(world)
    assert len(in_crm(world, betnr=number)) == 1


def test_a_name_that_the_crm_can_not_hold_is_a_task(world: World, parties: Parties) -> None:
    number = parties.in_advoware(name="Wend<land", vorname="")
    compared(world)
    ((task,), crm) = open_tasks(number), in_crm(world)
    assert (task.kind, task.facts[0], crm) == ("cant_hold", {"field": "name", "now": "", "wanted": "Wend<land"}, [])


def test_what_the_crm_refuses_is_left_out_and_is_a_task(world: World, parties: Parties) -> None:
    reason = f"Field validation failure; entityType: {PARTY}, field: firstName, type: valid."
    number = parties.in_advoware((MAIL, "alma@w.example"))
    refusing = {"status": 400, "headers": {"X-Status-Reason": reason}}
    world.sandbox.add_fault("status", system="espocrm", method="POST", path=f"{PARTY}$", **refusing)
    world.sandbox.add_fault("status", system="espocrm", method="PUT", path=PARTY, **refusing)
    compared(world)
    (row,) = in_crm(world, betnr=number)
    assert (row["lastName"], row["firstName"] or "") == ("Wendland", "")
    assert parties.tasks(row["id"]) == ["cant_hold"]


def test_a_required_field_that_advoware_does_not_have_is_said(world: World, parties: Parties) -> None:
    parties.with_fields({"handelsregisterArt": {"required": True}})
    number = parties.in_advoware()
    compared(world)
    record = bringing(number)
    assert (record.status, record.reason, record.system) == (Status.FAILED, Reason.REJECTED, "espocrm")
    assert "field handelsregisterArt" in record.detail
    assert in_crm(world) == []


def test_without_a_field_for_the_number_nothing_is_created(
    world: World, parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It could never be found again."""
    number = parties.in_advoware()
    real = EspoClient.metadata

    def without(self: EspoClient, entity_type: str) -> Any:
        meta = real(self, entity_type)
        return type("Meta", (), {"takes": {name: each for name, each in meta.takes.items() if name != "betnr"}})()

    monkeypatch.setattr(EspoClient, "metadata", without)
    compared(world)
    assert (bringing(number).reason, in_crm(world)) == (Reason.FIELD_MISSING, [])


def test_a_number_that_the_crm_does_not_keep_makes_no_twin(
    world: World, parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A right may lack for one field: EspoCRM leaves it out in silence."""
    number = parties.in_advoware()
    real = EspoClient.create

    def dropping(self: EspoClient, kind: str, fields: dict[str, object], **how: Any) -> Any:
        return real(self, kind, {name: value for name, value in fields.items() if name != "betnr"}, **how)

    with monkeypatch.context() as patch:
        patch.setattr(EspoClient, "create", dropping)
        looked_for()
    assert (bringing(number).status, bringing(number).reason) == (Status.FAILED, Reason.FIELD_MISSING)
    (row,) = in_crm(world)
    retry.retry(Record.objects.filter(step=PARTY_BRINGING), "test")
    bring()
    assert [(each["id"], each["betnr"]) for each in in_crm(world)] == [(row["id"], number)]


def test_what_the_crm_takes_for_a_double_is_a_question(world: World, parties: Parties) -> None:
    number = parties.in_advoware()
    double = {"status": 409, "headers": {"X-Status-Reason": "duplicate"}, "body": "[]"}
    world.sandbox.add_fault("status", system="espocrm", method="POST", path=f"{PARTY}$", **double)
    compared(world)
    (task,) = open_tasks(number)
    assert (task.kind, in_crm(world)) == ("party_alike", [])
    tasks.close_task(task, None, "another one")
    world.drive()
    compared(world)
    assert len(in_crm(world, betnr=number)) == 1


def test_what_the_hub_holds_of_a_party_of_advoware_is_found_by_its_number(world: World, parties: Parties) -> None:
    number = parties.in_advoware(name="Wend<land", vorname="")
    compared(world)
    (person,) = persons.by_number(str(number))
    assert person.entities == (("Beteiligte", str(number)),)
    parties.edit_advoware(number, name="Wendland")
    compared(world)
    (row,) = in_crm(world)
    (person,) = persons.by_number(str(number))
    assert set(person.entities) == {(PARTY, row["id"]), ("Beteiligte", str(number))}
    assert persons.by_number("999") == []


def test_another_conflict_is_no_question_about_a_double(world: World, parties: Parties) -> None:
    """From 10.0 on EspoCRM answers 409 to what a hook of the firm is against."""
    number = parties.in_advoware()
    against = {"status": 409, "headers": {"X-Status-Reason": "Before-save validation error."}, "body": ""}
    world.sandbox.add_fault("status", system="espocrm", method="POST", path=f"{PARTY}$", **against)
    compared(world)
    assert (bringing(number).reason, open_tasks(number), in_crm(world)) == (Reason.REJECTED, [], [])


def test_while_writing_to_the_crm_is_off_it_is_only_planned(world: World, parties: Parties) -> None:
    number = parties.in_advoware()
    with configured(ADVOWARE_TO_ESPOCRM_ENABLED=False):
        looked_for()
        record = bringing(number)
        assert (record.reason, record.waits_for, in_crm(world)) == (Reason.WRITING_OFF, "espocrm", [])


def test_whom_the_crm_takes_for_a_double_of_others_with_numbers_comes_unasked(world: World, parties: Parties) -> None:
    """EspoCRM asks about everybody of one name, and of one mail address: here a namesake and a wife."""
    others = {parties.pair()[1], parties.pair((MAIL, "roth@w.example"), crm={"firstName": "Alma"}, vorname="Alma")[1]}
    number = parties.in_advoware((MAIL, "roth@w.example"))
    compared(world)
    assert {row["betnr"] for row in in_crm(world)} == {*others, number}
    assert (bringing(number).status, open_tasks(number)) == (Status.IN_SYNC, [])
    assert not JournalEntry.objects.filter(state__in=("intended", "lost")).exists()


def test_who_comes_to_the_crm_meanwhile_without_a_number_is_asked_about(
    world: World, parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    parties.pair()
    number = parties.in_advoware()
    with meanwhile(monkeypatch, EspoClient, "create", parties.in_crm):
        looked_for()
    assert [task.kind for task in open_tasks(number)] == ["party_alike"]
    assert in_crm(world, betnr=number) == []


def test_a_number_that_a_role_keeps_the_hub_from_writing_makes_no_twin(world: World, parties: Parties) -> None:
    number = parties.in_advoware()
    world.sandbox.settings(espocrm_denied=[f"{PARTY}.betnr.edit"])
    looked_for()
    for _ in range(2):
        assert (bringing(number).status, bringing(number).reason) == (Status.FAILED, Reason.FIELD_MISSING)
        retry.retry(Record.objects.filter(step=PARTY_BRINGING), "test")
        bring()
    (row,) = in_crm(world)
    world.sandbox.settings(espocrm_denied=[])
    retry.retry(Record.objects.filter(step=PARTY_BRINGING), "test")
    bring()
    assert [(each["id"], each["betnr"]) for each in in_crm(world)] == [(row["id"], number)]
