"""Bank accounts when something goes wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.utils import timezone

from syncapp.clients.advoware import AdvowareClient, BankAccount
from syncapp.engine.outside import locks
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.engine.runs import switches
from syncapp.events import running
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import PARTIES
from syncapp.models import Reason, Record, Status, Urgency
from tests.accounts import (
    BANK,
    IBAN,
    OTHER,
    THIRD,
    account,
    add,
    event,
    in_crm,
    look,
    look_now,
    shown,
    targets,
    tasks,
    there,
)
from tests.integration.flows.test_agreement import dying
from tests.parties import PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db


# Nothing is made twice


def test_two_accounts_of_the_crm_with_one_iban_make_one_in_advoware(parties: Parties) -> None:
    party, number = parties.pair()
    first, second = account(parties, party), account(parties, party, iban=IBAN.lower())
    asked = AdvowareClient.bank_accounts
    began: list[str] = []

    def read(client: AdvowareClient, of: int) -> tuple[BankAccount, ...]:
        answer = asked(client, of)
        if not began:  # the other one runs from its beginning to its end while this one has only read
            began.append(second)
            look_now(second)
        return answer

    with mock.patch.object(AdvowareClient, "bank_accounts", read):
        look_now(first)
    parties.world.drive()
    assert [row["iban"] for row in there(parties, number)] == [IBAN]
    assert {Record.objects.get(entity_id=pk).status for pk in (first, second)} == {Status.IN_SYNC}


def test_while_another_run_creates_for_the_party_a_run_waits_its_turn(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    with locks.hold(f"{BANK_SYNC}:Beteiligte:{number}", "another"):
        look_now(pk)
    assert Record.objects.get(entity_id=pk).reason == Reason.LOCK_BUSY
    assert there(parties, number) == []
    parties.world.drive()
    assert len(there(parties, number)) == 1


def test_an_account_made_while_the_partys_accounts_are_read_is_not_brought_back(parties: Parties) -> None:
    party, number = parties.pair()
    asked = AdvowareClient.bank_accounts
    made: list[str] = []

    def read(client: AdvowareClient, of: int) -> tuple[BankAccount, ...]:
        if not made:
            made.append(account(parties, party))
            look_now(made[0])
        return asked(client, of)

    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True), mock.patch.object(AdvowareClient, "bank_accounts", read):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert [row["id"] for row in in_crm(parties)] == made
    assert len(there(parties, number)) == 1


def test_an_account_that_advoware_took_and_does_not_show_is_not_created_again(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    with mock.patch.object(AdvowareClient, "bank_accounts", return_value=()):
        for _ in range(3):
            record = look(parties, pk)
    assert len(there(parties, number)) == 1
    assert (record.status, targets(pk)) == (Status.SKIPPED, [("bank_uncertain", str(number))])
    assert look(parties, pk).status == Status.IN_SYNC
    assert targets(pk) == []


@pytest.mark.parametrize("calls", range(12))
@pytest.mark.parametrize("answered", [False, True])
def test_a_death_at_any_call_makes_one_account(parties: Parties, calls: int, answered: bool) -> None:
    party, number = parties.pair()
    pk = account(parties, party, istStandard=True)
    sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT)
    with dying(calls, answered):
        parties.world.drive()
    Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
    sweep()
    parties.world.drive()
    assert len(there(parties, number)) == 1
    assert Record.objects.get(step=BANK_SYNC, entity_id=pk).status == Status.IN_SYNC
    assert shown(parties, pk)["syncStatus"] == "clean"
    before = parties.world.mark()
    look(parties, pk)
    assert parties.world.writes(before) == []


def test_the_same_iban_twice_in_advoware_does_not_swing(parties: Parties) -> None:
    party, number = parties.pair()
    add = parties.world.sandbox.advoware.add_bank_account
    for holder in ("Almut Wendland", "A. W."):
        add(number, {"iban": IBAN, "kontoinhaber": holder})
    pk = account(parties, party)
    look(parties, pk)
    taken = shown(parties, pk)["kontoinhaber"]
    asked = AdvowareClient.bank_accounts
    with mock.patch.object(AdvowareClient, "bank_accounts", lambda client, of: asked(client, of)[::-1]):
        before = parties.world.mark()
        assert look(parties, pk).status == Status.IN_SYNC
    assert parties.world.writes(before) == []
    assert shown(parties, pk)["kontoinhaber"] == taken


# What was lost on the way is not forgotten


@pytest.mark.parametrize("crash", [False, True])
def test_deleted_after_a_creation_whose_answer_was_lost(parties: Parties, crash: bool) -> None:
    party, number = parties.pair()
    pk = lost_creation(parties, party, crash=crash)
    parties.world.sandbox.delete(BANK, pk)
    assert event(parties, pk).reason == Reason.TASK_OPEN
    assert targets(pk) == [("bank_deleted", str(number))]
    parties.world.sandbox.advoware.remove_bank_account(number, there(parties, number)[0]["id"])
    assert event(parties, pk).reason == Reason.ENTITY_GONE
    assert targets(pk) == []


def test_another_iban_after_a_creation_whose_answer_was_lost(parties: Parties) -> None:
    party, number = parties.pair()
    pk = lost_creation(parties, party)
    parties.world.sandbox.update(BANK, pk, {"iban": OTHER})
    event(parties, pk)
    assert tasks(pk) == [("bank_changed", [{"field": "iban", "now": IBAN, "wanted": OTHER}])]
    assert len(there(parties, number)) == 1


@pytest.mark.parametrize("change", [{"iban": ""}, {"beteiligteId": None}])
def test_emptied_and_deleted_after_a_creation_whose_answer_was_lost(parties: Parties, change: dict[str, Any]) -> None:
    party, number = parties.pair()
    pk = lost_creation(parties, party)
    parties.world.sandbox.update(BANK, pk, change)
    assert event(parties, pk).status == Status.SKIPPED
    parties.world.sandbox.delete(BANK, pk)
    event(parties, pk)
    assert targets(pk) == [("bank_deleted", str(number))]


def lost_creation(parties: Parties, party: str, *, crash: bool = False) -> str:
    pk = account(parties, party)
    if crash:
        sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT)
        post = AdvowareClient.create_bank_account

        def last(client: AdvowareClient, *values: Any) -> None:
            post(client, *values)
            raise KeyboardInterrupt

        with mock.patch.object(AdvowareClient, "create_bank_account", last), pytest.raises(KeyboardInterrupt):
            running.run_now(Record.objects.get(step=BANK_SYNC).pk, BANK_SYNC, even_early=True)
        Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
        sweep()
    else:
        parties.world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Bankverb", times=1)
        look_now(pk)
    assert Record.objects.get(step=BANK_SYNC).status == Status.WAITING
    return pk


# Defaults


def test_a_default_that_a_person_sets_holds_against_our_own_later_writes(parties: Parties) -> None:
    party, number = parties.pair()
    old = account(parties, party, istStandard=True, kontoinhaber="Almut Wendland")
    new = account(parties, party, iban=OTHER)
    for pk in (old, new):
        look(parties, pk)
    parties.world.sandbox.update(BANK, new, {"istStandard": True}, silent=True)
    row = next(row for row in there(parties, number) if row["iban"] == IBAN)
    parties.world.sandbox.advoware.update_bank_account(number, row["id"], {"kontoinhaber": "A. Wendland"})
    parties.world.sandbox.update(BANK, old, {"name": "Bookkeeping makes this one the younger one"})
    look(parties, old)
    scans.run(PARTIES, confirmed=True)
    parties.world.drive()
    assert shown(parties, old)["kontoinhaber"] == "A. Wendland"
    assert [shown(parties, pk)["istStandard"] for pk in (old, new)] == [False, True]


def test_setting_the_default_alone_is_a_change(parties: Parties) -> None:
    party, _ = parties.pair()
    old = account(parties, party, istStandard=True)
    new = account(parties, party, iban=OTHER)
    for pk in (old, new):
        look(parties, pk)
    for default, loser in ((new, old), (old, new), (new, old)):
        parties.world.sandbox.update(BANK, default, {"istStandard": True})
        event(parties, default)
        assert [shown(parties, pk)["istStandard"] for pk in (default, loser)] == [True, False]
        event(parties, loser)
    parties.world.sandbox.update(BANK, old, {"istStandard": True}, silent=True)
    scans.run(PARTIES, confirmed=True)
    parties.world.drive()
    assert [shown(parties, pk)["istStandard"] for pk in (old, new)] == [True, False]


# Brought to the CRM


def test_an_iban_that_is_not_valid_is_not_brought_to_the_crm(parties: Parties) -> None:
    party, number = parties.pair()
    parties.world.sandbox.advoware.add_bank_account(number, {"iban": "DE02120300000000202052"})
    parties.world.sandbox.advoware.add_bank_account(number, {"iban": THIRD.lower()})
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert [row["iban"] for row in in_crm(parties)] == [THIRD]


def test_an_empty_list_of_accounts_takes_nothing_away(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    with mock.patch.object(AdvowareClient, "bank_accounts", return_value=()):
        assert look(parties, pk).reason == Reason.TASK_OPEN
    before = parties.world.mark()
    assert look(parties, pk).status == Status.IN_SYNC
    assert (targets(pk), len(there(parties, number))) == ([], 1)
    assert [call["path"] for call in parties.world.writes(before) if "advoware" in call["path"]] == []


@pytest.mark.parametrize("happened", [True, False])
@pytest.mark.parametrize("answer", ["{}", "null", "[]", "", '{"id": ""}', '{"id": null}'])
def test_a_creation_in_the_crm_that_is_answered_without_its_id_is_looked_for(
    parties: Parties, answer: str, happened: bool
) -> None:
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        party, number = parties.pair()
        add(parties, number, iban=IBAN)
        kind = "refused_after" if happened else "status"
        rule = {"body": answer, "system": "espocrm", "method": "POST", "path": BANK, "times": 1}
        parties.world.sandbox.add_fault(kind, status=200, **rule)
        look(parties, party, PARTY_ACCOUNTS, PARTY)
        look(parties, party, PARTY_ACCOUNTS, PARTY)
        assert [row["iban"] for row in in_crm(parties)] == [IBAN]
        assert not Record.objects.filter(entity_id="").exists()
        assert not Record.objects.exclude(status__in=[Status.IN_SYNC, Status.SKIPPED]).exists()


# Switches


@pytest.mark.parametrize(("to_advoware", "to_crm"), [(False, False), (False, True), (True, False)])
def test_switches_hold_each_way_and_let_go(parties: Parties, to_advoware: bool, to_crm: bool) -> None:
    party, number = parties.pair()
    known = account(parties, party, kontoinhaber="Almut Wendland")
    look(parties, known)
    (row,) = there(parties, number)
    parties.world.sandbox.advoware.update_bank_account(number, row["id"], {"kontoinhaber": "A. Wendland"})
    fresh = account(parties, party, iban=OTHER)
    before = parties.world.mark()
    with configured(ADVOWARE_WRITE_ENABLED=to_advoware, ADVOWARE_TO_ESPOCRM_ENABLED=to_crm):
        for pk in (known, fresh):
            look_now(pk)
        held = {Record.objects.get(step=BANK_SYNC, entity_id=pk).reason for pk in (known, fresh)}
        assert (shown(parties, known)["kontoinhaber"] == "A. Wendland") == to_crm
        assert (len(there(parties, number)) == 2) == to_advoware
        assert held == {Reason.WRITING_OFF} if not (to_advoware or to_crm) else {"", Reason.WRITING_OFF}
        if not (to_advoware or to_crm):
            assert parties.world.writes(before) == []
        assert switches.wake_observed() == 0
    assert switches.wake_observed() == 2 - to_advoware - to_crm
    parties.world.drive()
    assert shown(parties, known)["kontoinhaber"] == "A. Wendland"
    assert len(there(parties, number)) == 2


def test_an_edit_while_a_run_is_held_back_does_not_wait_for_a_day(parties: Parties) -> None:
    party, _ = parties.pair()
    pk = account(parties, party)
    asked = AdvowareClient.bank_accounts

    def read(client: AdvowareClient, of: int) -> tuple[BankAccount, ...]:
        sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT)
        return asked(client, of)

    with configured(ADVOWARE_WRITE_ENABLED=False), mock.patch.object(AdvowareClient, "bank_accounts", read):
        look_now(pk)
    record = Record.objects.get(step=BANK_SYNC)
    assert record.status == Status.WAITING
    assert record.due_at is not None
    assert record.due_at <= timezone.now() + sync_requests.DEBOUNCE  # others may come with it
