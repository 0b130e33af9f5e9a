"""Bank accounts in the nightly comparison: what one side changed or removed alone, and what is not there any more."""

from __future__ import annotations

import pytest

from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES, PARTIES
from syncapp.flows.differences import How
from syncapp.models import Record, ScanRun, Status, Task, TaskState
from syncapp.people.tasks import close_task
from tests.accounts import (
    BANK,
    account,
    edit,
    event,
    look,
    look_now,
    shown,
    targets,
    there,
)
from tests.parties import PARTY, Parties

pytestmark = pytest.mark.django_db


def compared(name: str = ALL_PARTIES) -> ScanRun:
    return scans.run(name, confirmed=True)


@pytest.mark.parametrize(("change", "how"), [({"bic": "INGDDEFFXXX"}, How.CHANGED_IN_ADVOWARE), ({}, None)])
def test_a_change_in_advoware_alone_is_found_at_night(
    parties: Parties, change: dict[str, str], how: How | None
) -> None:
    party, number = parties.pair()
    pk = account(parties, party, bic="BYLADEM1001")
    look(parties, pk)
    compared()
    parties.world.drive()
    edit(parties, number, **change)
    assert How.CHANGED_IN_ADVOWARE not in compared(PARTIES).counts
    parties.world.drive()
    assert compared().counts.get(How.CHANGED_IN_ADVOWARE, 0) == bool(how)
    parties.world.drive()
    assert shown(parties, pk)["bic"] == change.get("bic", "BYLADEM1001")
    assert How.CHANGED_IN_ADVOWARE not in compared().counts


def test_a_removal_in_advoware_alone_is_found_at_night(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    compared()
    parties.world.drive()
    parties.world.sandbox.advoware.remove_bank_account(number, there(parties, number)[0]["id"])
    assert compared().counts[How.GONE_IN_ADVOWARE] >= 1
    parties.world.drive()
    assert targets(pk) == [("bank_gone", str(number))]
    assert close_task(Task.objects.get(record__entity_id=pk, state=TaskState.OPEN), None, "")
    assert How.GONE_IN_ADVOWARE not in compared().counts


def test_an_account_that_nobody_can_read_stops_no_comparison(parties: Parties) -> None:
    pairs = [parties.pair() for _ in range(2)]
    accounts = [account(parties, party, bic="BYLADEM1001") for party, _number in pairs]
    for pk in accounts:
        look(parties, pk)
    for _party, number in pairs:
        edit(parties, number, bic="INGDDEFFXXX")
    broken = f"Beteiligte/{pairs[0][1]}/Bankverbindungen"
    parties.world.sandbox.add_fault("status", system="advoware", path=broken, status=200, body='{"x": 1}', times=None)
    compared()
    parties.world.drive()
    assert shown(parties, accounts[1])["bic"] == "INGDDEFFXXX"


# The party's life


@pytest.mark.parametrize("known", [False, True])
def test_an_account_of_a_party_that_was_deleted_waits_no_more(parties: Parties, known: bool) -> None:
    party = parties.pair()[0] if known else parties.in_crm()
    pk = account(parties, party)
    if known:
        look(parties, pk)
    else:
        look_now(pk)
        assert Record.objects.get(step=BANK_SYNC).reason == "party_pending"
    parties.world.sandbox.delete(PARTY, party)
    parties.sync(party)
    record = look(parties, pk)
    assert (record.status, record.reason) == (Status.SKIPPED, "party_gone")
    assert targets(pk) == [], "the task about the party speaks of its accounts too"
    compared()
    parties.world.drive()
    assert Record.objects.get(step=BANK_SYNC).reason == "party_gone"
    parties.world.sandbox.restore(PARTY, party)
    for _ in range(1 if known else 2):  # one that Advoware never had is a new one: first the party, then its accounts
        compared()
        parties.world.drive()
    assert Record.objects.get(step=BANK_SYNC).status == Status.IN_SYNC
    assert len(there(parties, parties.crm(party)["betnr"])) == 1


def test_an_account_that_belongs_to_no_party_any_more_is_not_forgotten(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"beteiligteId": None})
    assert event(parties, pk).reason == "no_party"
    assert targets(pk) == [("bank_deleted", str(number))]
    parties.world.sandbox.update(BANK, pk, {"beteiligteId": party})
    assert event(parties, pk).status == Status.IN_SYNC
    assert targets(pk) == []


def test_a_failure_that_became_something_else_is_not_shown_any_more(parties: Parties) -> None:
    party, _ = parties.pair()
    pk = account(parties, party, iban="DE02120300000000202052")
    look(parties, pk)
    assert shown(parties, pk)["syncStatus"] == "failed"
    parties.world.sandbox.update(BANK, pk, {"iban": ""})
    assert event(parties, pk).reason == "no_iban"
    assert (shown(parties, pk)["syncStatus"], shown(parties, pk)["syncErrorMessage"] or "") == ("unclean", "")
