"""Bank accounts: created by the hub, everything else in Advoware is a person's task."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from syncapp.engine.queue import retry, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.recovery.sweep import sweep
from syncapp.engine.runs import switches
from syncapp.engine.runs.planning import Plan
from syncapp.events import running
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.bankverbindungen.plan import AccountState
from syncapp.flows.bankverbindungen.sync import BankverbindungenSync
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.models import JournalEntry, JournalState, Reason, Record, Status, Task, TaskState, Urgency
from syncapp.people.tasks import close_task
from tests.accounts import BANK, IBAN, OTHER, account, in_crm, look, shown, tasks, there
from tests.integration.flows.test_agreement import dying
from tests.parties import PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db


def test_a_new_account_is_created_and_noted(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, iban="de02 1203 0000 0000 2020 51", bic="byladem1001", kontoinhaber="Almut  Wendland")
    record = look(parties, pk)
    assert record.status == Status.IN_SYNC
    (row,) = there(parties, number)
    assert (row["iban"], row["bic"], row["kontoinhaber"]) == (IBAN, "BYLADEM1001", "Almut Wendland")
    assert shown(parties, pk)["advowareKontoId"] == str(row["id"])
    assert shown(parties, pk)["syncStatus"] == "clean"
    before = parties.world.mark()
    look(parties, pk)
    assert parties.world.writes(before) == []


def test_a_party_that_comes_while_its_account_is_looked_at_is_not_waited_for(
    parties: Parties, monkeypatch: pytest.MonkeyPatch
) -> None:
    party = parties.in_crm()
    pk = account(parties, party)
    decide = BankverbindungenSync.plan

    def meanwhile(self: BankverbindungenSync, state: AccountState) -> Plan:
        parties.event(party)
        running.run_now(parties.record(party).pk, PARTY_SYNC)
        return decide(self, state)

    sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT, trace_id="test")
    record = Record.objects.get(step=BANK_SYNC, entity_id=pk)
    monkeypatch.setattr(BankverbindungenSync, "plan", meanwhile)
    running.run_now(record.pk, BANK_SYNC)
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.WAITING, "party_pending")
    assert record.due_at is not None
    assert record.due_at < timezone.now() + timedelta(seconds=3)


def test_an_event_for_an_account_in_sync_costs_one_read(parties: Parties) -> None:
    party, _ = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    before = parties.world.mark()
    look(parties, pk, full=False)
    assert [c["route"] for c in parties.world.sandbox.calls(since=before)] == [f"/espocrm/api/v1/{BANK}/{{id}}"]


def test_an_account_that_is_there_is_found_by_its_iban(parties: Parties) -> None:
    party, number = parties.pair()
    parties.world.sandbox.advoware.add_bank_account(
        number, {"iban": "DE02 1203 0000 0000 2020 51", "bank": "Beispielbank"}
    )
    pk = account(parties, party)
    assert look(parties, pk).status == Status.IN_SYNC
    assert len(there(parties, number)) == 1
    assert shown(parties, pk)["bankname"] == "Beispielbank"


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "garbage", "truncated"])
def test_a_lost_answer_creates_no_second_account(parties: Parties, kind: str) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    parties.world.sandbox.add_fault(kind, system="advoware", method="POST", path="Bankverbindungen", times=1)
    record = look(parties, pk)
    assert record.status == Status.IN_SYNC
    assert len(there(parties, number)) == 1
    assert not JournalEntry.objects.filter(record=record, state__in=["intended", "lost"]).exists()


@pytest.mark.parametrize(
    ("data", "status", "reason"),
    [
        ({"iban": "DE02120300000000202052"}, Status.FAILED, "iban_invalid"),
        ({"iban": "Sparkasse"}, Status.FAILED, "iban_invalid"),
        ({"iban": ""}, Status.SKIPPED, "no_iban"),
        ({"beteiligteId": None}, Status.SKIPPED, "no_party"),
    ],
)
def test_what_is_not_created(parties: Parties, data: dict[str, Any], status: str, reason: str) -> None:
    party, number = parties.pair()
    pk = account(parties, party, **data)
    record = look(parties, pk)
    assert (record.status, record.reason) == (status, reason)
    assert there(parties, number) == []
    if status == Status.FAILED:
        assert shown(parties, pk)["syncStatus"] == "failed"
        assert IBAN[:10] not in shown(parties, pk)["syncErrorMessage"]


def test_an_account_waits_for_its_party(parties: Parties) -> None:
    party = parties.in_crm()
    pk = account(parties, party)
    assert look(parties, pk).status == Status.IN_SYNC
    number = parties.crm(party)["betnr"]
    assert [row["iban"] for row in there(parties, number)] == [IBAN]


def test_a_change_is_a_task_and_is_done_when_advoware_shows_it(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, bic="BYLADEM1001")
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"bic": "INGDDEFFXXX", "iban": IBAN})
    record = look(parties, pk, full=False)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert tasks(pk) == [("bank_changed", [{"field": "bic", "now": "BYLADEM1001", "wanted": "INGDDEFFXXX"}])]
    assert shown(parties, pk)["syncStatus"] == "unclean"
    before = parties.world.mark()
    look(parties, pk)
    assert parties.world.writes(before) == []
    (row,) = there(parties, number)
    parties.world.sandbox.advoware.update_bank_account(number, row["id"], {"bic": "INGDDEFFXXX"})
    assert look(parties, pk).status == Status.IN_SYNC
    assert tasks(pk) == []
    assert shown(parties, pk)["syncStatus"] == "clean"
    assert Task.objects.get(record=record).state == TaskState.DONE


def test_another_iban_is_a_task_too(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"iban": OTHER})
    look(parties, pk)
    assert tasks(pk) == [("bank_changed", [{"field": "iban", "now": IBAN, "wanted": OTHER}])]
    assert len(there(parties, number)) == 1
    parties.world.sandbox.advoware.update_bank_account(number, there(parties, number)[0]["id"], {"iban": OTHER})
    assert look(parties, pk).status == Status.IN_SYNC
    assert tasks(pk) == []


def test_a_change_in_advoware_comes_to_the_crm(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, kontoinhaber="Almut Wendland")
    look(parties, pk)
    (row,) = there(parties, number)
    parties.world.sandbox.advoware.update_bank_account(number, row["id"], {"kontoinhaber": "A. Wendland"})
    assert look(parties, pk).status == Status.IN_SYNC
    assert shown(parties, pk)["kontoinhaber"] == "A. Wendland"


def test_deleted_in_the_crm_is_a_task_until_it_is_gone_there(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.delete(BANK, pk)
    record = look(parties, pk)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert [kind for kind, _ in tasks(pk)] == ["bank_deleted"]
    assert len(there(parties, number)) == 1
    parties.world.sandbox.advoware.remove_bank_account(number, there(parties, number)[0]["id"])
    record = look(parties, pk)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.ENTITY_GONE)
    assert tasks(pk) == []


def test_removed_in_advoware_is_created_again_only_when_a_person_says_so(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    record = look(parties, pk)
    parties.world.sandbox.advoware.remove_bank_account(number, there(parties, number)[0]["id"])
    look(parties, pk)
    assert [kind for kind, _ in tasks(pk)] == ["bank_gone"]
    assert there(parties, number) == []
    assert close_task(Task.objects.get(record=record, state=TaskState.OPEN), None, "neu anlegen")
    retry.retry(Record.objects.filter(pk=record.pk))
    parties.world.drive()
    assert [row["iban"] for row in there(parties, number)] == [IBAN]
    assert look(parties, pk).status == Status.IN_SYNC


def test_one_default_account_for_a_party(parties: Parties) -> None:
    party, _ = parties.pair()
    old = account(parties, party, istStandard=True)
    new = account(parties, party, iban=OTHER, istStandard=True)
    parties.world.sandbox.update(BANK, old, {"name": "Altes Konto"})
    parties.world.sandbox.update(BANK, new, {"name": "Neues Konto"})
    look(parties, new)
    assert [bool(shown(parties, pk)["istStandard"]) for pk in (old, new)].count(True) == 1
    before = parties.world.mark()
    look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert parties.world.writes(before) == []


def test_what_only_advoware_has_is_brought_to_the_crm_where_that_is_wanted(parties: Parties) -> None:
    party, number = parties.pair()
    parties.world.sandbox.advoware.add_bank_account(number, {"iban": OTHER, "bic": "INGDDEFFXXX", "bank": "ING"})
    look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert in_crm(parties) == []
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        parties.world.sandbox.add_fault("cut_after", system="espocrm", method="POST", times=1)
        look(parties, party, PARTY_ACCOUNTS, PARTY)
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    (row,) = in_crm(parties)
    assert (row["iban"], row["bic"], row["bankname"], row["beteiligteId"]) == (OTHER, "INGDDEFFXXX", "ING", party)
    assert len(there(parties, number)) == 1


def test_an_account_deleted_in_the_crm_does_not_come_back(parties: Parties) -> None:
    party, _number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    parties.world.sandbox.delete(BANK, pk)
    look(parties, pk)
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert in_crm(parties) == []


def test_nothing_is_created_while_writing_is_off(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    with configured(ADVOWARE_WRITE_ENABLED=False):
        sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT)
        record = Record.objects.get(step=BANK_SYNC)
        running.run_now(record.pk, record.step, even_early=True)
    record.refresh_from_db()
    assert (record.status, record.reason) == (Status.WAITING, Reason.WRITING_OFF)
    assert there(parties, number) == []
    assert record.history.get().plan[0] == {"kind": "bank_account.create", "held_back": True}


def test_observing_tells_the_crm_no_failure(parties: Parties) -> None:
    party, _ = parties.pair()
    pk = account(parties, party, iban="DE02120300000000202052")
    switches.set_observing(BANK_SYNC, True)
    before = parties.world.mark()
    assert look(parties, pk).reason == "iban_invalid"
    parties.world.sandbox.add_fault("status", status=403, system="advoware", times=None)
    parties.world.sandbox.update(BANK, pk, {"iban": IBAN})
    assert look(parties, pk).reason == Reason.FORBIDDEN
    assert parties.world.writes(before) == []


def test_a_write_that_was_broken_off_is_settled_although_a_task_stays_open(parties: Parties) -> None:
    party, _ = parties.pair()
    pk = account(parties, party, bic="BYLADEM1001")
    record = look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"bic": "INGDDEFFXXX"})
    sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT, full=True)
    with dying(2, answered=True):  # two reads, then the write to the CRM
        running.run_now(record.pk, BANK_SYNC, even_early=True)
    entries = JournalEntry.objects.filter(record=record, state=JournalState.INTENDED)
    assert entries.exists()
    Record.objects.filter(pk=record.pk).update(leased_until=timezone.now() - timedelta(minutes=1))
    sweep()
    assert look(parties, pk).reason == Reason.TASK_OPEN
    assert not entries.exists()


def test_an_account_that_was_brought_is_looked_at_although_the_answer_was_lost(parties: Parties) -> None:
    party, number = parties.pair()
    parties.world.sandbox.advoware.add_bank_account(number, {"iban": OTHER})
    parties.world.sandbox.add_fault("cut_after", system="espocrm", method="POST", path=BANK, times=1)
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert Record.objects.get(step=BANK_SYNC).status == Status.IN_SYNC
