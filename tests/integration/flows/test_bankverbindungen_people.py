"""What people do to bank accounts that no rule foresees: tasks about them, and parties that move."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from syncapp.clients.espocrm import EspoClient
from syncapp.engine.runs import switches
from syncapp.events import running
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES, PARTIES
from syncapp.flows.differences import How
from syncapp.models import Reason, Record, Reference, Status, Task
from tests.accounts import (
    BANK,
    IBAN,
    OTHER,
    account,
    add,
    close,
    edit,
    event,
    in_crm,
    look,
    look_now,
    shown,
    targets,
    tasks,
    there,
)
from tests.events import found_by
from tests.parties import PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db


# People and their tasks


@pytest.mark.parametrize("field", ["beteiligte", "iban"])
@pytest.mark.parametrize("how", ["missing", "denied"])
def test_what_the_crm_does_not_show_is_not_gone(parties: Parties, field: str, how: str) -> None:
    """Its field was renamed, or a role hides it: nobody is told to remove the account in Advoware, or to enter it."""
    party, number = parties.pair()
    pk, sandbox = account(parties, party), parties.world.sandbox
    look(parties, pk)
    edit(parties, number, kontoinhaber="Roth")
    parties.world.sandbox.update(BANK, pk, {"kontoinhaber": "Lux"})
    look(parties, pk)
    before = tasks(pk)
    sandbox.settings(**{f"espocrm_{how}": [f"{BANK}.{field}" + (".read" if how == "denied" else "")]})
    EspoClient.metadata_cache.clear()
    record = look(parties, pk)
    assert (record.status, record.reason) == (Status.FAILED, Reason.FIELD_MISSING)
    assert tasks(pk) == before != []
    sandbox.settings(**{f"espocrm_{how}": []})
    EspoClient.metadata_cache.clear()
    look_now(pk)
    assert (tasks(pk), len(there(parties, number))) == (before, 1)


def test_a_second_removal_in_advoware_is_asked_about_again(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    remove = parties.world.sandbox.advoware.remove_bank_account
    remove(number, there(parties, number)[0]["id"])
    look(parties, pk)
    close(pk)
    parties.world.drive()
    assert len(there(parties, number)) == 1
    remove(number, there(parties, number)[0]["id"])
    look(parties, pk)
    assert there(parties, number) == []
    assert targets(pk) == [("bank_gone", str(number))]


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "500"])
def test_a_creation_that_a_person_asked_for_comes_about_whatever_happens(parties: Parties, kind: str) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.advoware.remove_bank_account(number, there(parties, number)[0]["id"])
    look(parties, pk)
    fault: dict[str, Any] = {"kind": "status", "status": 500} if kind == "500" else {"kind": kind}
    parties.world.sandbox.add_fault(**fault, system="advoware", method="POST", path="Bankverbindungen", times=2)
    close(pk)
    parties.world.drive()
    assert len(there(parties, number)) == 1
    assert targets(pk) == []


def test_a_change_that_a_person_leaves_as_it_is_costs_no_more_looks(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, bic="BYLADEM1001")
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"bic": "INGDDEFFXXX"})
    event(parties, pk)
    close(pk)
    parties.world.drive()
    record = Record.objects.get(step=BANK_SYNC)
    assert (record.status, targets(pk), shown(parties, pk)["syncStatus"]) == (Status.IN_SYNC, [], "clean")
    assert [each.entity_id for each in found_by(ALL_PARTIES) if each.step == BANK_SYNC] == []
    (row,) = there(parties, number)
    parties.world.sandbox.advoware.update_bank_account(number, row["id"], {"bic": "COBADEFFXXX"})
    look(parties, pk)
    assert tasks(pk) == [("bank_changed", [{"field": "bic", "now": "COBADEFFXXX", "wanted": "INGDDEFFXXX"}])]


def test_left_in_advoware_by_a_person_it_does_not_come_back(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.delete(BANK, pk)
    event(parties, pk)
    close(pk)
    parties.world.drive()
    assert Record.objects.get(step=BANK_SYNC).reason == Reason.ENTITY_GONE
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert in_crm(parties) == []
    assert len(there(parties, number)) == 1


def test_of_two_accounts_of_the_crm_the_last_deletion_is_a_task(parties: Parties) -> None:
    party, number = parties.pair()
    both = [account(parties, party), account(parties, party)]
    for pk in both:
        look(parties, pk)
    for pk in both:
        parties.world.sandbox.delete(BANK, pk)
    for pk in both:
        event(parties, pk)
    assert [targets(pk) for pk in both] == [[], [("bank_deleted", str(number))]]


def test_an_iban_that_another_account_still_has_is_not_taken_away(parties: Parties) -> None:
    party, number = parties.pair()
    pk, other = account(parties, party), account(parties, party)
    look(parties, pk)
    look(parties, other)
    parties.world.sandbox.update(BANK, pk, {"iban": OTHER})
    assert event(parties, pk).status == Status.IN_SYNC
    assert {row["iban"] for row in there(parties, number)} == {IBAN, OTHER}
    assert look(parties, other).status == Status.IN_SYNC


def test_of_two_accounts_that_share_one_in_advoware_the_older_follows_its_new_iban(parties: Parties) -> None:
    party, number = parties.pair()
    older, other = account(parties, party), account(parties, party)
    look(parties, older)
    look(parties, other)
    edit(parties, number, iban=OTHER)
    scans.run(ALL_PARTIES, confirmed=True)
    parties.world.drive()
    assert [shown(parties, pk)["iban"] for pk in (older, other)] == [OTHER, IBAN]
    assert [targets(pk) for pk in (older, other)] == [[], [("bank_gone", str(number))]]
    for _night in range(2):
        found = [(each.entity_id, each.how) for each in found_by(ALL_PARTIES) if each.step == BANK_SYNC]
        assert found == [(other, How.TASK)], "what a person may have done meanwhile is looked at, and nothing else"
        for pk in (older, other):
            look(parties, pk)
    assert Task.objects.filter(kind="bank_gone").count() == 1
    assert [shown(parties, pk)["iban"] for pk in (older, other)] == [OTHER, IBAN]
    close(other)
    parties.world.drive()
    assert {row["iban"] for row in there(parties, number)} == {IBAN, OTHER}, "made again, as a person said"
    assert [targets(pk) for pk in (older, other)] == [[], []]


def test_a_new_iban_that_was_added_in_advoware_leaves_the_old_one_to_be_removed(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"iban": OTHER})
    event(parties, pk)
    assert [kind for kind, _ in targets(pk)] == ["bank_changed"]
    parties.world.sandbox.advoware.add_bank_account(number, {"iban": OTHER})
    assert look(parties, pk).reason == Reason.TASK_OPEN
    assert tasks(pk) == [("bank_deleted", [{"field": "iban", "now": IBAN, "wanted": ""}])]
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert len(in_crm(parties)) == 1
    old = next(row for row in there(parties, number) if row["iban"] == IBAN)
    parties.world.sandbox.advoware.remove_bank_account(number, old["id"])
    assert look(parties, pk).status == Status.IN_SYNC
    assert Reference.objects.filter(entity_id=pk).count() == 1


def test_a_task_to_enter_what_turned_out_to_be_wrong_is_over(parties: Parties) -> None:
    party, _ = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"iban": OTHER})
    event(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"iban": "DE02120300000000202052"})
    assert event(parties, pk).reason == "iban_invalid"
    assert targets(pk) == []


def test_restored_in_the_crm_the_task_is_over(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.delete(BANK, pk)
    event(parties, pk)
    parties.world.sandbox.restore(BANK, pk)
    scans.run(ALL_PARTIES, confirmed=True)
    parties.world.drive()
    assert Record.objects.get(step=BANK_SYNC).status == Status.IN_SYNC
    assert targets(pk) == []
    assert len(there(parties, number)) == 1


# Parties that move


def test_moved_to_another_party_it_is_created_there_and_to_be_removed_here(parties: Parties) -> None:
    old, old_number = parties.pair()
    new, new_number = parties.pair()
    pk = account(parties, old)
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"beteiligteId": new})
    record = event(parties, pk)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert [row["iban"] for row in there(parties, new_number)] == [IBAN]
    assert targets(pk) == [("bank_deleted", str(old_number))]
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, old, PARTY_ACCOUNTS, PARTY)
    assert len(in_crm(parties)) == 1
    parties.world.sandbox.advoware.remove_bank_account(old_number, there(parties, old_number)[0]["id"])
    assert look(parties, pk).status == Status.IN_SYNC
    assert (targets(pk), shown(parties, pk)["syncStatus"]) == ([], "clean")
    assert Reference.objects.filter(entity_id=pk).count() == 1


def test_moved_there_and_back_again(parties: Parties) -> None:
    old, old_number = parties.pair()
    new, new_number = parties.pair()
    pk = account(parties, old)
    look(parties, pk)
    for party in (new, old):
        parties.world.sandbox.update(BANK, pk, {"beteiligteId": party})
        event(parties, pk)
    assert len(there(parties, old_number)) == 1
    assert targets(pk) == [("bank_deleted", str(new_number))]


def test_a_move_that_sent_no_event_is_found(parties: Parties) -> None:
    old, _ = parties.pair()
    new, number = parties.pair()
    pk = account(parties, old)
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"beteiligteId": new}, silent=True)
    scans.run(PARTIES, confirmed=True)
    parties.world.drive()
    assert [row["iban"] for row in there(parties, number)] == [IBAN]


def test_accounts_follow_when_their_party_gets_another_number(parties: Parties) -> None:
    party, old = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    new = parties.in_advoware()
    parties.edit_crm(party, betnr=new)
    parties.sync(party)
    assert parties.record(party).agreed["number"] == new
    assert [row["iban"] for row in there(parties, new)] == [IBAN]
    assert targets(pk) == [("bank_deleted", str(old))], "what was left there on purpose is told"
    assert len(there(parties, old)) == 1


def test_a_party_that_is_gone_in_advoware_is_one_task_and_not_one_for_each_account(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    fresh = account(parties, party, iban=OTHER)
    parties.remove_in_advoware(number)
    for each in (pk, fresh):
        look_now(each)
        record = Record.objects.get(step=BANK_SYNC, entity_id=each)
        assert (record.status, record.reason, targets(each)) == (Status.WAITING, "party_pending", [])


@pytest.mark.parametrize("why", ["off", "observing"])
def test_an_account_of_a_party_that_may_not_be_created_is_not_asked_for_each_minute(parties: Parties, why: str) -> None:
    party = parties.in_crm()
    pk = account(parties, party)
    if why == "observing":
        switches.set_observing(PARTY_SYNC, True)
    with configured(ADVOWARE_WRITE_ENABLED=why == "observing"):
        parties.event(party)
        running.run_now(parties.record(party).pk, PARTY_SYNC, even_early=True)
        look_now(pk)
    record = Record.objects.get(step=BANK_SYNC)
    assert record.reason == "party_pending"
    assert record.due_at is not None
    assert record.due_at > timezone.now() + timedelta(minutes=30)
    switches.set_observing(PARTY_SYNC, False)
    running.run_now(parties.record(party).pk, PARTY_SYNC, even_early=True)
    record.refresh_from_db()
    assert record.due_at is not None
    assert record.due_at <= timezone.now(), "its party is there now"


def test_a_new_party_wakes_its_own_accounts_only(parties: Parties) -> None:
    mine, another = parties.in_crm(), parties.in_crm()
    waiting = [account(parties, party) for party in (mine, another)]
    for pk in waiting:
        look_now(pk)
    parties.event(mine)
    running.run_now(parties.record(mine).pk, PARTY_SYNC, even_early=True)
    due = [Record.objects.get(step=BANK_SYNC, entity_id=pk).due_at for pk in waiting]
    assert [moment is not None and moment <= timezone.now() for moment in due] == [True, False]


@pytest.mark.parametrize("back", [False, True])
def test_what_happened_to_the_accounts_of_a_deleted_party_is_made_good_when_it_is_restored(
    parties: Parties, back: bool
) -> None:
    """Nothing has changed about the party itself, and nobody compares before the night."""
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=back):
        party, number = parties.pair()
        pk = account(parties, party)
        look(parties, pk)
        parties.world.sandbox.delete(PARTY, party)
        parties.sync(party)
        parties.world.sandbox.update(BANK, pk, {"kontoinhaber": "Oster"})
        assert look(parties, pk).reason == "party_gone"
        add(parties, number, iban=OTHER)
        look(parties, party, PARTY_ACCOUNTS, PARTY)
        parties.world.sandbox.restore(PARTY, party)
        parties.event(party)
        parties.world.drive()
        assert tasks(pk) == [("bank_changed", [{"field": "kontoinhaber", "now": "", "wanted": "Oster"}])]
        assert {row["iban"] for row in in_crm(parties)} == ({IBAN, OTHER} if back else {IBAN})
