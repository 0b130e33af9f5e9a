"""Addresses and numbers that several parties have. EspoCRM keeps each once: what it says of one holds for all."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES
from syncapp.models import Status
from tests.integration.flows.test_agreement import dying
from tests.integration.flows.test_beteiligte_deaths import run, sweep_up
from tests.parties import FAX, MAIL, OFFICE, PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db
ADDRESS, NUMBER = "Post@familie.example", "+494317000111"


def wife(parties: Parties, *contacts: tuple[int, str], **data: Any) -> tuple[str, int]:
    return parties.pair(*contacts, crm={"firstName": "Wiebke", **data}, vorname="Wiebke")


def settle(parties: Parties, *pks: str) -> None:
    """Looked at again, all of them are in agreement, and nothing is to be written any more."""
    before = parties.world.mark()
    assert {parties.sync(pk).status for pk in (*pks, *pks)} == {Status.IN_SYNC}
    assert parties.world.writes(before) == []


def test_an_opted_out_address_stays_opted_out_when_another_party_gets_it(parties: Parties) -> None:
    first, one = wife(parties, (MAIL, ADDRESS))
    row = {"emailAddress": ADDRESS, "primary": True, "optOut": True, "invalid": True}
    parties.edit_crm(first, emailAddressData=[row])
    parties.sync(first)
    second, two = parties.pair()
    parties.add_entry(two, MAIL, ADDRESS.lower())
    parties.sync(second)
    for pk in (first, second):
        (found,) = parties.crm(pk)["emailAddressData"]
        assert (found["emailAddress"], found["optOut"], found["invalid"]) == (ADDRESS, True, True)
    settle(parties, first, second)
    assert (parties.entries(one), parties.entries(two)) == ([(MAIL, ADDRESS)], [(MAIL, ADDRESS.lower())])


@pytest.mark.parametrize("theirs", [FAX, OFFICE])
def test_a_number_keeps_the_type_and_flags_that_it_has_for_another_party(parties: Parties, theirs: int) -> None:
    """Both types stand in Advoware, where each party has its own; EspoCRM has one for both."""
    first, one = wife(parties)
    row = {"phoneNumber": NUMBER, "type": "Home", "primary": True, "optOut": True}
    parties.edit_crm(first, phoneNumberData=[row])
    parties.sync(first)
    before = parties.entries(one)
    assert len(before) == 1
    second, two = parties.pair()
    parties.add_entry(two, theirs, "0431 7000111")
    parties.sync(second)
    assert parties.phones(first) == parties.phones(second) == {NUMBER: "Home"}
    assert parties.crm(first)["phoneNumberData"][0]["optOut"] is True
    settle(parties, first, second)
    assert (parties.entries(one), parties.entries(two)) == (before, [(theirs, "0431 7000111")])
    assert (parties.tasks(first), parties.tasks(second)) == ([], [])


@pytest.mark.parametrize("calls", range(9))
@pytest.mark.parametrize("answered", [False, True])
def test_whenever_a_worker_dies_a_number_keeps_its_type(parties: Parties, calls: int, answered: bool) -> None:
    first, one = wife(parties)
    parties.edit_crm(first, phoneNumberData=[{"phoneNumber": NUMBER, "type": "Home", "primary": True, "optOut": True}])
    parties.sync(first)
    before = parties.entries(one)
    second, two = parties.pair()
    parties.add_entry(two, OFFICE, "0431 7000111")
    parties.event(second, full=True)
    with dying(calls, answered):
        run(parties, second)
    sweep_up()
    parties.sync(second)
    assert parties.phones(first) == parties.phones(second) == {NUMBER: "Home"}
    settle(parties, first, second)
    assert (parties.entries(one), parties.entries(two)) == (before, [(OFFICE, "0431 7000111")])
    assert parties.crm(first)["phoneNumberData"][0]["optOut"] is True


def test_a_type_that_is_changed_in_advoware_is_that_of_one_party(parties: Parties) -> None:
    """In EspoCRM it would be changed for the other one too, for whom Advoware says what it has always said."""
    first, one = wife(parties, (OFFICE, "0431 7000111"))
    second, two = parties.pair((OFFICE, "0431 7000111"))
    parties.edit_entry(two, "0431 7000111", kommKz=FAX)
    parties.sync(second)
    assert parties.phones(first) == parties.phones(second) == {NUMBER: "Office"}
    settle(parties, first, second)
    assert (parties.entries(one), parties.entries(two)) == ([(OFFICE, "0431 7000111")], [(FAX, "0431 7000111")])


def test_a_number_that_nobody_has_comes_with_its_type(parties: Parties) -> None:
    pk, number = parties.pair()
    parties.add_entry(number, FAX, "0431 7000111")
    parties.sync(pk)
    assert parties.phones(pk) == {NUMBER: "Fax"}
    assert parties.crm(pk)["phoneNumberData"][0]["optOut"] is False
    parties.edit_entry(number, "0431 7000111", kommKz=OFFICE)
    parties.sync(pk)
    assert parties.phones(pk) == {NUMBER: "Office"}


def test_a_party_that_is_brought_takes_nothing_from_those_who_are_there(parties: Parties) -> None:
    first, _ = wife(parties)
    mail = {"emailAddress": ADDRESS, "primary": True, "optOut": True}
    phone = {"phoneNumber": NUMBER, "type": "Home", "primary": True, "optOut": True}
    parties.edit_crm(first, emailAddressData=[mail], phoneNumberData=[phone])
    parties.sync(first)
    before = parties.crm(first)
    number = parties.in_advoware((MAIL, ADDRESS), (OFFICE, "0431 7000111"), vorname="Jörn", name="Groß")
    with configured(PARTIES_TO_ESPOCRM={"betnr": ("all",)}):
        assert scans.run(ALL_PARTIES) is not None
        parties.world.drive()
        rows = parties.world.sandbox.state("espocrm")["records"][PARTY]
        (brought,) = (row["id"] for row in rows if row["betnr"] == number)
        for name in ("emailAddressData", "phoneNumberData"):
            assert parties.crm(first)[name] == parties.crm(brought)[name] == before[name]
        settle(parties, first, brought)
    assert parties.entries(number) == [(OFFICE, "0431 7000111"), (MAIL, ADDRESS)]
