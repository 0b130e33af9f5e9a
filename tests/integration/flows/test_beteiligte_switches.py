"""Parties when staff take a write back, and while writing is switched off or only watched."""

from __future__ import annotations

import pytest

from syncapp.engine.runs import switches
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.models import Conflict, JournalEntry, Reason, Status, Undo, UndoState
from syncapp.people import conflicts, undos
from tests.parties import MAIL, OFFICE, PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db


# Taking writes back


def undo(parties: Parties, pk: str, system: str, action: str) -> Undo:
    entry = JournalEntry.objects.filter(record__entity_id=pk, system=system, action=action).latest("pk")
    assert undos.request_undo(entry, None)
    return Undo.objects.get(entry=entry)


def state_of(undone: Undo) -> tuple[str, str]:
    undone.refresh_from_db()
    return undone.state, undone.refusal


@pytest.mark.parametrize("system", ["advoware", "espocrm"])
def test_a_write_is_taken_back_on_both_sides(parties: Parties, system: str) -> None:
    pk, number = parties.pair()
    if system == "advoware":
        parties.edit_crm(pk, lastName="Roth")
        parties.sync(pk)
        undone = undo(parties, pk, system, "update_party")
    else:
        parties.edit_advoware(number, name="Roth")
        parties.sync(pk)
        undone = undo(parties, pk, system, "update_crm_party")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert state_of(undone) == (UndoState.DONE, "")
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Wendland"


def test_a_write_is_not_taken_back_when_the_value_was_changed_since(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.sync(pk)
    parties.edit_advoware(number, name="Weiss")
    undone = undo(parties, pk, "advoware", "update_party")
    parties.sync(pk)
    assert state_of(undone) == (UndoState.REFUSED, "changed_since")
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Weiss"


def test_a_write_is_not_taken_back_when_the_other_side_was_changed_since(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.sync(pk)
    parties.edit_crm(pk, lastName="Weiss")
    undone = undo(parties, pk, "advoware", "update_party")
    parties.sync(pk)
    assert state_of(undone) == (UndoState.REFUSED, "changed_since")
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Weiss"


def test_what_a_side_does_not_take_back_is_not_said_to_be_back(parties: Parties) -> None:
    pk, number = parties.pair(rechtsform="GbR", crm={"rechtsform": "GbR"})
    parties.edit_crm(pk, rechtsform="GmbH")
    parties.sync(pk)
    undone = undo(parties, pk, "advoware", "update_party")
    parties.with_fields({"rechtsform": {"type": "enum", "options": ["GmbH"]}})
    assert parties.run_once(pk).reason == Reason.TASK_OPEN
    assert state_of(undone) == (UndoState.REFUSED, "not_held")
    assert parties.tasks(pk) == ["cant_hold"]
    assert (parties.crm(pk)["rechtsform"], parties.advoware(number)["rechtsform"]) == ("GmbH", "GmbH")


@pytest.mark.parametrize("system", ["espocrm", "advoware"])
def test_a_refusal_of_what_is_taken_back_is_not_said_to_be_back(world: World, parties: Parties, system: str) -> None:
    pk, number = parties.pair(rechtsform="GbR", crm={"rechtsform": "GbR"})
    parties.edit_crm(pk, rechtsform="GmbH")
    parties.sync(pk)
    undone = undo(parties, pk, "advoware", "update_party")
    refused = {"X-Status-Reason": f"Field validation failure; entityType: {PARTY}, field: rechtsform, type: valid."}
    world.sandbox.add_fault("status", system=system, method="PUT", status=400, headers=refused)
    parties.run_once(pk)
    assert state_of(undone) == (UndoState.REFUSED, "not_held")
    world.drive()
    assert state_of(undone) == (UndoState.REFUSED, "not_held")
    back = {"espocrm": ("GmbH", "GbR"), "advoware": ("GbR", "GmbH")}[system]
    assert (parties.crm(pk)["rechtsform"], parties.advoware(number)["rechtsform"]) == back
    assert parties.tasks(pk) == ["cant_hold"]


def test_a_contact_that_is_not_taken_back_is_not_said_to_be_back(world: World, parties: Parties) -> None:
    pk, _number = parties.pair((MAIL, "a@w.example"))
    parties.edit_crm(pk, emailAddressData=[])
    parties.sync(pk)
    undone = undo(parties, pk, "advoware", "update_contact")
    world.sandbox.settings(advoware_ignored_fields=["tlf"])
    parties.run_once(pk)
    assert state_of(undone) == (UndoState.REFUSED, "not_held")
    assert parties.tasks(pk) == ["value_not_kept"]


@pytest.mark.parametrize("action", ["update_party", "update_contact"])
def test_taking_back_that_breaks_off_between_the_writes_goes_on(world: World, parties: Parties, action: str) -> None:
    pk, number = parties.pair((MAIL, "alt@w.example"))
    parties.edit_crm(pk, lastName="Roth", emailAddress="neu@w.example")
    parties.sync(pk)
    undone = undo(parties, pk, "advoware", action)
    world.sandbox.add_fault("status", system="espocrm", method="PUT", path=PARTY, times=20)
    parties.run_once(pk)
    world.sandbox.clear_faults()
    assert parties.sync(pk).status == Status.IN_SYNC
    assert state_of(undone) == (UndoState.DONE, "")
    if action == "update_party":
        assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Wendland"
    else:
        assert parties.mails(pk) == {"alt@w.example"}
        assert parties.entries(number) == [(MAIL, "alt@w.example")]


@pytest.mark.parametrize("where", ["advoware", "espocrm"])
def test_taking_back_is_refused_when_the_party_is_gone(world: World, parties: Parties, where: str) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.sync(pk)
    undone = undo(parties, pk, "advoware", "update_party")
    if where == "advoware":
        parties.remove_in_advoware(number)
    else:
        world.sandbox.delete(PARTY, pk)
    parties.sync(pk)
    assert state_of(undone) == (UndoState.REFUSED, "gone")


# Writing is switched off

OFF = {"ADVOWARE_WRITE_ENABLED": False, "ADVOWARE_TO_ESPOCRM_ENABLED": False}


@pytest.mark.parametrize("to_advoware", [True, False])
@pytest.mark.parametrize("to_crm", [True, False])
def test_each_switch_holds_its_side_back_and_nothing_is_lost(
    world: World, parties: Parties, to_advoware: bool, to_crm: bool
) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"), (OFFICE, "+4951110"))
    parties.edit_crm(pk, lastName="Roth", emailAddressData=[])
    parties.edit_advoware(number, vorname="Alma")
    parties.add_entry(number, OFFICE, "+4951177")
    with configured(ADVOWARE_WRITE_ENABLED=to_advoware, ADVOWARE_TO_ESPOCRM_ENABLED=to_crm):
        record = parties.run_once(pk)
        waits = not (to_advoware and to_crm)
        assert (record.reason == Reason.WRITING_OFF) is waits
        assert (parties.advoware(number)["name"] == "Roth") is to_advoware
        assert ((MAIL, "") in parties.entries(number)) is to_advoware
        assert (parties.crm(pk)["firstName"] == "Alma") is to_crm
        assert ("+4951177" in parties.phones(pk)) is to_crm
        mark = world.mark()
        parties.run_once(pk)
        assert world.writes(mark) == []  # our own write is an event: writing again and again would never end
        assert parties.crm(pk)["syncStatus"] == ("dirty" if to_advoware != to_crm else "clean")
    switches.wake_observed()
    world.drive()
    assert parties.record(pk).status == Status.IN_SYNC
    assert (parties.advoware(number)["name"], parties.advoware(number)["vorname"]) == ("Roth", "Alma")
    assert (parties.crm(pk)["lastName"], parties.crm(pk)["firstName"]) == ("Roth", "Alma")
    assert parties.mails(pk) == set()
    assert set(parties.phones(pk)) == {"+4951110", "+4951177"}
    assert parties.crm(pk)["syncStatus"] == "clean"


def test_nothing_is_created_while_writing_is_off_and_everything_when_it_is_on(world: World, parties: Parties) -> None:
    pk = parties.in_crm(emailAddress="a@w.example")
    with configured(**OFF):
        mark = world.mark()
        assert parties.run_once(pk).reason == Reason.WRITING_OFF
        assert world.writes(mark) == []
    switches.wake_observed()
    world.drive()
    (number,) = parties.numbers()
    assert parties.entries(number) == [(MAIL, "a@w.example")]


def test_while_writing_is_off_not_even_a_failure_is_told(world: World, parties: Parties) -> None:
    _, number = parties.pair()
    pk = parties.in_crm(betnr=number)
    with configured(**OFF):
        mark = world.mark()
        assert parties.run_once(pk).reason == "number_taken"
        assert world.writes(mark) == []


def test_a_decision_waits_for_the_switch(world: World, parties: Parties) -> None:
    with configured(PARTY_CONFLICTS={"name": "person"}):
        pk, number = parties.pair()
        parties.edit_crm(pk, lastName="Roth")
        parties.edit_advoware(number, name="Weiss")
        assert parties.sync(pk).status == Status.CONFLICT
        conflicts.decide(parties.record(pk), {Conflict.objects.get().pk: "espocrm"}, None)
        with configured(PARTY_CONFLICTS={"name": "person"}, **OFF):
            assert parties.run_once(pk).reason == Reason.WRITING_OFF
            assert parties.run_once(pk).reason == Reason.WRITING_OFF
        switches.wake_observed()
        world.drive()
    assert parties.advoware(number)["name"] == "Roth"
    assert Conflict.objects.get().state == "applied"


def test_taking_back_waits_for_the_switch(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.sync(pk)
    undone = undo(parties, pk, "advoware", "update_party")
    with configured(ADVOWARE_TO_ESPOCRM_ENABLED=False):
        assert parties.run_once(pk).reason == Reason.WRITING_OFF
        assert parties.run_once(pk).reason == Reason.WRITING_OFF
    switches.wake_observed()
    world.drive()
    assert state_of(undone) == (UndoState.DONE, "")
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Wendland"


def test_observe_mode_records_the_plan_and_writes_nothing(world: World, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    switches.set_observing(PARTY_SYNC, True)
    mark = world.mark()
    assert parties.run_once(pk).reason == Reason.OBSERVED
    assert world.writes(mark) == []
    assert {"kind": "party.save", "fields": ["name"]} in parties.record(pk).history.latest("pk").plan
    switches.set_observing(PARTY_SYNC, False)
    world.drive()
    assert parties.advoware(number)["name"] == "Roth"


@pytest.mark.parametrize("fault", [{"betnr": True}, {}])
def test_observe_mode_does_not_even_tell_a_failure(world: World, parties: Parties, fault: dict[str, bool]) -> None:
    _, number = parties.pair()
    pk = parties.in_crm(**({"betnr": number} if fault else {}))
    if not fault:
        world.sandbox.add_fault("status", system="advoware", status=403, times=20)
        parties.edit_crm(pk, betnr=1)
    switches.set_observing(PARTY_SYNC, True)
    mark = world.mark()
    assert parties.run_once(pk).status == Status.FAILED
    assert world.writes(mark) == []
