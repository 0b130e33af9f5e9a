"""Whose value of a party holds: at first contact, when both sides changed it, and by the directions of the settings."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from sandbox.advoware.clock import Clock
from sandbox.espocrm import values
from syncapp.flows.beteiligte import journal
from syncapp.flows.beteiligte.flow import RENAMED
from syncapp.models import Conflict, JournalEntry, Record, Status, Task
from syncapp.people import conflicts
from tests.events import happened
from tests.parties import MAIL, PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db


# The first contact


@pytest.fixture
def hours(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """How far the clocks of both systems are ahead."""
    shift, here, there = {"crm": 0, "advoware": 0}, values.now, Clock.now

    def crm() -> str:
        moved = datetime.fromisoformat(here()) + timedelta(hours=shift["crm"])
        return moved.strftime("%Y-%m-%d %H:%M:%S")

    def advoware(self: Clock) -> str:
        moved = datetime.fromisoformat(there(self)) + timedelta(hours=shift["advoware"])
        return moved.isoformat(timespec="milliseconds")

    monkeypatch.setattr(values, "now", crm)
    monkeypatch.setattr(Clock, "now", advoware)
    return shift


@pytest.mark.parametrize(("crm", "advoware", "holds"), [(-3, 0, "advoware"), (0, -3, "crm"), (0, 0, "both")])
def test_at_first_contact_the_newer_side_holds(
    parties: Parties, hours: dict[str, int], crm: int, advoware: int, holds: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "SAME_SECOND", timedelta(hours=1))  # however slow this machine is
    hours.update(crm=crm, advoware=advoware)
    number = parties.in_advoware((MAIL, "dort@w.example"), name="Roth", rechtsform="GbR")
    pk = parties.in_crm(betnr=number, dateOfBirth="1970-02-28", emailAddress="hier@w.example")
    hours.update(crm=0, advoware=0)
    assert parties.sync(pk).status == Status.IN_SYNC
    here, there = parties.crm(pk), parties.advoware(number)
    wanted = {"advoware": ("Roth", "Roth"), "crm": ("Wendland", "Wendland"), "both": ("Wendland", "Roth")}[holds]
    assert (here["lastName"], there["name"]) == wanted
    # What is empty on one side is filled, and contacts of both sides come together.
    assert (here["rechtsform"], there["geburtsdatum"]) == ("GbR", "1970-02-28T00:00:00")
    assert parties.mails(pk) == {"hier@w.example", "dort@w.example"}
    assert parties.entries(number) == [(MAIL, "dort@w.example"), (MAIL, "hier@w.example")]
    assert parties.tasks(pk) == ([] if holds == "both" else ["value_overruled"])


def forgotten(parties: Parties, hours: dict[str, int]) -> tuple[str, int]:
    """What was agreed is lost; a person changed Advoware an hour after the CRM, and then the hub wrote to the CRM."""
    hours.update(crm=-5, advoware=-3)
    number = parties.in_advoware(name="Roth")
    pk = parties.in_crm(betnr=number)
    hours.update(crm=0)
    parties.sync(pk)
    hours.update(advoware=-2)
    parties.edit_advoware(number, vorname="Alma")
    hours.update(advoware=0)
    Record.objects.filter(entity_id=pk).update(agreed={})
    return pk, number


def test_our_own_write_does_not_make_a_side_newer(parties: Parties, hours: dict[str, int]) -> None:
    pk, number = forgotten(parties, hours)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["firstName"] == parties.advoware(number)["vorname"] == "Alma"


def test_the_id_of_its_collection_does_not_make_a_party_newer_in_the_crm(
    parties: Parties, hours: dict[str, int]
) -> None:
    hours.update(crm=-3, advoware=-2)
    number = parties.in_advoware(name="Roth")
    pk = parties.in_crm(betnr=number)
    hours.update(crm=0, advoware=0)
    with configured(COLLECTION_ENTITIES=(PARTY,), XAI_EMPTY_COLLECTIONS=True):
        happened(PARTY, pk, topic=RENAMED)
        parties.world.drive()
    assert parties.crm(pk)["xaiCollectionId"]
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Roth"


def test_a_party_renamed_in_advoware_has_its_collection_renamed(parties: Parties) -> None:
    with configured(COLLECTION_ENTITIES=(PARTY,), XAI_EMPTY_COLLECTIONS=True):
        pk, number = parties.pair()
        parties.edit_advoware(number, name="Roth")
        parties.sync(pk)
    collection = parties.crm(pk)["xaiCollectionId"]
    found = {row["collection_id"]: row for row in parties.world.sandbox.state("xai")["collections"]}
    assert "Almut Roth" in found[collection]["collection_name"]


def test_a_person_is_asked_when_our_own_write_hides_which_side_is_newer(
    parties: Parties, hours: dict[str, int]
) -> None:
    pk, number = forgotten(parties, hours)
    for entry in JournalEntry.objects.filter(system="espocrm"):
        entry.changes.pop("modifiedAt")
        entry.save()
    assert parties.sync(pk).status == Status.CONFLICT
    assert (parties.crm(pk)["firstName"], parties.advoware(number)["vorname"]) == ("Almut", "Alma")
    conflicts.decide(parties.record(pk), {Conflict.objects.get().pk: "advoware"}, None)
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["firstName"] == "Alma"


# Both changed


def test_the_crm_wins_and_staff_are_told(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.edit_crm(pk, lastName="Roth")
    parties.edit_advoware(number, name="Weiss")
    assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.advoware(number)["name"] == "Roth"
    task = Task.objects.get()
    assert (task.kind, task.facts) == ("value_overruled", [{"field": "name", "now": "Roth", "wanted": "Weiss"}])
    parties.sync(pk)
    assert parties.tasks(pk) == ["value_overruled"]


def test_by_rule_advoware_wins(parties: Parties) -> None:
    with configured(PARTY_CONFLICTS={"name": "advoware"}):
        pk, number = parties.pair()
        parties.edit_crm(pk, lastName="Roth", firstName="Ute")
        parties.edit_advoware(number, name="Weiss", vorname="Alma")
        assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == "Weiss"
    assert parties.crm(pk)["firstName"] == parties.advoware(number)["vorname"] == "Ute"


@pytest.mark.parametrize(("choice", "holds"), [("espocrm", "Roth"), ("advoware", "Weiss")])
def test_by_rule_a_person_chooses(parties: Parties, choice: str, holds: str) -> None:
    with configured(PARTY_CONFLICTS={"name": "person"}):
        pk, number = parties.pair((MAIL, "alt@w.example"))
        parties.edit_crm(pk, lastName="Roth", rechtsform="GbR", emailAddressData=[])
        parties.edit_advoware(number, name="Weiss")
        parties.add_entry(number, MAIL, "neu@w.example")
        assert parties.sync(pk).status == Status.CONFLICT
        conflict = Conflict.objects.get()
        assert (conflict.field, conflict.agreed) == ("name", "Wendland")
        assert (conflict.here, conflict.there) == ("Roth", "Weiss")
        # What is no conflict goes on; contacts only towards Advoware.
        assert parties.advoware(number)["rechtsform"] == "GbR"
        assert parties.entries(number) == [(MAIL, ""), (MAIL, "neu@w.example")]
        assert (parties.mails(pk), parties.crm(pk)["syncStatus"]) == (set(), "conflict")
        assert parties.sync(pk).status == Status.CONFLICT
        conflicts.decide(parties.record(pk), {conflict.pk: choice}, None)
        assert parties.sync(pk).status == Status.IN_SYNC
    assert parties.crm(pk)["lastName"] == parties.advoware(number)["name"] == holds
    assert parties.mails(pk) == {"neu@w.example"}
    assert parties.crm(pk)["syncStatus"] == "clean"
    conflict.refresh_from_db()
    assert conflict.state == "applied"
    assert parties.tasks(pk) == []


def test_a_decision_about_values_that_moved_on_is_asked_again(parties: Parties) -> None:
    with configured(PARTY_CONFLICTS={"name": "person"}):
        pk, number = parties.pair()
        parties.edit_crm(pk, lastName="Roth")
        parties.edit_advoware(number, name="Weiss")
        parties.sync(pk)
        conflicts.decide(parties.record(pk), {Conflict.objects.get().pk: "espocrm"}, None)
        parties.edit_advoware(number, name="Weiß")
        assert parties.sync(pk).status == Status.CONFLICT
        conflict = Conflict.objects.get()
        assert (conflict.state, conflict.choice, conflict.there) == ("open", "", "Weiß")
        assert (parties.crm(pk)["lastName"], parties.advoware(number)["name"]) == ("Roth", "Weiß")
        parties.edit_advoware(number, name="Roth")
        assert parties.sync(pk).status == Status.IN_SYNC
    assert Conflict.objects.get().state == "settled"


@pytest.mark.parametrize("direction", ["to_advoware", "to_espocrm", "off"])
def test_a_field_goes_only_the_way_that_is_set(parties: Parties, direction: str) -> None:
    with configured(PARTY_DIRECTIONS={"name": direction}, PARTY_CONFLICTS={"name": "person"}):
        pk, number = parties.pair()
        parties.edit_crm(pk, lastName="Roth")
        parties.edit_advoware(number, name="Weiss")
        assert parties.sync(pk).status == Status.IN_SYNC
        assert parties.sync(pk).status == Status.IN_SYNC
    wanted = {"to_advoware": ("Roth", "Roth"), "to_espocrm": ("Weiss", "Weiss"), "off": ("Roth", "Weiss")}
    assert (parties.crm(pk)["lastName"], parties.advoware(number)["name"]) == wanted[direction]
