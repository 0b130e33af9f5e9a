"""Bank accounts of which EspoCRM leaves a part out in silence, because a role says so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncapp.flows.bankverbindungen.flow import PARTY_ACCOUNTS
from syncapp.models import Reason, Status
from tests.accounts import BANK, IBAN, OTHER, THIRD, account, add, edit, in_crm, look, shown, targets, there
from tests.parties import PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("field", "named"), [("iban", "iban"), ("beteiligte", "beteiligteId")])
def test_an_account_that_the_crm_does_not_keep_whole_is_brought_once(parties: Parties, field: str, named: str) -> None:
    """A role lets the hub create accounts and not write this field."""
    party, number = parties.pair()
    add(parties, number, iban=IBAN)
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        parties.world.sandbox.settings(espocrm_denied=[f"{BANK}.{field}.edit"])
        for _ in range(3):
            record = look(parties, party, PARTY_ACCOUNTS, PARTY)
            assert (record.status, record.reason, record.detail) == (Status.FAILED, Reason.FIELD_MISSING, named)
            assert len(in_crm(parties)) == 1
        parties.world.sandbox.settings(espocrm_denied=[])
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
        (row,) = in_crm(parties)
        assert (row["iban"], row["beteiligteId"]) == (IBAN, party)
        before = parties.world.mark()
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
        assert parties.world.writes(before) == []
    assert (targets(row["id"]), len(there(parties, number))) == ([], 1)


def test_an_account_whose_iban_the_crm_leaves_out_is_brought_once(parties: Parties) -> None:
    """A right may lack for one field: EspoCRM leaves it out in silence."""
    party, number = parties.pair()
    for iban in (IBAN, OTHER):
        add(parties, number, iban=iban)
    parties.world.sandbox.settings(espocrm_denied=[f"{BANK}.iban.edit"])
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        for _look in range(3):
            record = look(parties, party, PARTY_ACCOUNTS, PARTY)
            assert (record.status, record.reason, record.detail) == (Status.FAILED, Reason.FIELD_MISSING, "iban")
            (row,) = in_crm(parties)
        parties.world.sandbox.settings(espocrm_denied=[])
        parties.world.sandbox.delete(BANK, row["id"])
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    assert sorted(row["iban"] for row in in_crm(parties)) == sorted([IBAN, OTHER])


def test_what_a_person_has_completed_is_not_written_over(parties: Parties) -> None:
    party, number = parties.pair()
    add(parties, number, iban=IBAN)
    add(parties, number, iban=OTHER)
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        parties.world.sandbox.settings(espocrm_denied=[f"{BANK}.iban.edit"])
        look(parties, party, PARTY_ACCOUNTS, PARTY)
        (row,) = in_crm(parties)
        parties.world.sandbox.update(BANK, row["id"], {"iban": THIRD})
        parties.world.sandbox.settings(espocrm_denied=[])
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    assert {each["iban"] for each in in_crm(parties)} == {IBAN, OTHER, THIRD}


@pytest.fixture
def unfinished(parties: Parties) -> Iterator[tuple[str, int, str]]:
    """A party, its number, and the account that EspoCRM made for it without the IBAN; what hid it is mended since."""
    party, number = parties.pair()
    add(parties, number, iban=OTHER, bic="INGDDEFFXXX")
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        parties.world.sandbox.settings(espocrm_denied=[f"{BANK}.iban.edit"])
        look(parties, party, PARTY_ACCOUNTS, PARTY)
        (row,) = in_crm(parties)
        parties.world.sandbox.settings(espocrm_denied=[])
        yield party, number, row["id"]


def said(parties: Parties) -> set[tuple[str | None, str | None, str | None]]:
    return {(row["iban"], row["bic"], row["bankname"]) for row in in_crm(parties)}


def test_it_is_completed_for_the_account_it_was_made_for(parties: Parties, unfinished: tuple[str, int, str]) -> None:
    """Another one comes first since, which has no code of a bank."""
    party, number, pk = unfinished
    add(parties, number, iban=IBAN, bank="Beispielbank")
    assert IBAN < OTHER
    assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    assert shown(parties, pk)["iban"] == OTHER
    assert said(parties) == {(OTHER, "INGDDEFFXXX", None), (IBAN, None, "Beispielbank")}


def test_while_it_can_not_be_completed_no_other_one_is_made(parties: Parties, unfinished: tuple[str, int, str]) -> None:
    party, number, pk = unfinished
    add(parties, number, iban=IBAN)
    parties.world.sandbox.settings(espocrm_denied=[f"{BANK}.iban.edit"])
    assert look(parties, party, PARTY_ACCOUNTS, PARTY).reason == Reason.FIELD_MISSING
    assert [row["id"] for row in in_crm(parties)] == [pk]


def test_when_advoware_has_another_account_by_then_it_stays_as_it_is(
    parties: Parties, unfinished: tuple[str, int, str]
) -> None:
    party, number, _ = unfinished
    edit(parties, number, iban=IBAN, bic=None, bank="Beispielbank")
    assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    assert said(parties) == {(None, "INGDDEFFXXX", None), (IBAN, None, "Beispielbank")}


def test_when_bringing_was_switched_off_meanwhile_no_other_one_is_made(
    parties: Parties, unfinished: tuple[str, int, str]
) -> None:
    party, _, pk = unfinished
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=False):
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    for _look in range(2):
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
        assert [(row["id"], row["iban"]) for row in in_crm(parties)] == [(pk, OTHER)]


def test_what_a_person_has_put_into_it_stays(parties: Parties, unfinished: tuple[str, int, str]) -> None:
    party, _, pk = unfinished
    parties.world.sandbox.update(BANK, pk, {"name": "Mietkonto", "bic": "DEUTDEFFXXX"})
    assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    (row,) = in_crm(parties)
    assert (row["name"], row["iban"], row["bic"]) == ("Mietkonto", OTHER, "DEUTDEFFXXX")


@pytest.mark.parametrize("change", [{"iban": "folgt"}, {"iban": THIRD}, {"beteiligteId": "another"}, {"deleted": True}])
def test_what_a_person_has_made_another_account_is_not_completed(
    parties: Parties, unfinished: tuple[str, int, str], change: dict[str, Any]
) -> None:
    party, _, pk = unfinished
    if "beteiligteId" in change:
        change = {"beteiligteId": parties.pair()[0]}
    if "deleted" in change:
        parties.world.sandbox.delete(BANK, pk)
    else:
        parties.world.sandbox.update(BANK, pk, change)
    before = next(row for row in parties.world.sandbox.state("espocrm")["records"][BANK] if row["id"] == pk)
    assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    rows = {row["id"]: row for row in parties.world.sandbox.state("espocrm")["records"][BANK]}
    assert all(rows[pk][name] == before[name] for name in ("iban", "bic", "beteiligteId", "deleted"))
    assert [row["iban"] for key, row in rows.items() if key != pk] == [OTHER]


def test_while_the_crm_shows_no_ibans_nothing_is_brought(parties: Parties) -> None:
    party, number = parties.pair()
    account(parties, party)
    add(parties, number, iban=IBAN)
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        parties.world.sandbox.settings(espocrm_denied=[f"{BANK}.iban.read"])
        record = look(parties, party, PARTY_ACCOUNTS, PARTY)
        assert (record.status, record.reason, record.detail) == (Status.FAILED, Reason.FIELD_MISSING, "iban")
        assert len(in_crm(parties)) == 1
        parties.world.sandbox.settings(espocrm_denied=[])
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    assert len(in_crm(parties)) == 1
