"""Fields of bank accounts: what people really type, what a side cannot hold, what was answered and did not happen."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.espocrm import EspoClient
from syncapp.flows.bankverbindungen.flow import BANK_SYNC, PARTY_ACCOUNTS
from syncapp.flows.bankverbindungen.journal import AccountWrite
from syncapp.models import JournalEntry, JournalState, Reason, Record, Status
from tests.accounts import (
    BANK,
    IBAN,
    OTHER,
    THIRD,
    account,
    add,
    close,
    edit,
    event,
    in_crm,
    look,
    shown,
    targets,
    tasks,
    there,
    told,
)
from tests.parties import PARTY, Parties
from tests.world import configured

pytestmark = pytest.mark.django_db
LONG = "Almut Wendland und Söhne " * 12


# What people type


@pytest.mark.parametrize(
    "typed", ["DE02-1203-0000-0000-2020-51", "IBAN DE02 1203 0000 0000 2020 51", "IBAN: de02120300000000202051\u200b"]
)
def test_an_iban_is_read_as_people_write_it(parties: Parties, typed: str) -> None:
    party, number = parties.pair()
    pk = account(parties, party, iban=typed)
    assert look(parties, pk).status == Status.IN_SYNC
    assert [row["iban"] for row in there(parties, number)] == [IBAN]
    assert shown(parties, pk)["iban"] == typed, "the spelling is not ours"
    other, theirs = parties.pair()
    add(parties, theirs, iban=typed)
    assert look(parties, account(parties, other)).status == Status.IN_SYNC
    assert [row["iban"] for row in there(parties, theirs)] == [typed]


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [("COBADEFF", "COBADEFFXXX"), ("cobadeffxxx", "BIC: COBADEFF"), ("", "NOTPROVIDED"), ("NOTPROVIDED", "")],
)
def test_one_bank_code_in_two_spellings_is_no_difference(parties: Parties, ours: str, theirs: str) -> None:
    party, number = parties.pair()
    add(parties, number, iban=IBAN, bic=theirs)
    pk = account(parties, party, bic=ours)
    assert look(parties, pk).status == Status.IN_SYNC
    assert (tasks(pk), shown(parties, pk)["bic"] or "") == ([], ours)


def test_no_code_is_no_bank_code(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, bic="NOTPROVIDED")
    look(parties, pk)
    assert not there(parties, number)[0]["bic"]
    edit(parties, number, bic="COBADEFF")
    look(parties, pk)
    assert shown(parties, pk)["bic"] == "COBADEFFXXX"


# Unreadable: never deleted, never silent, and it blocks nothing else


def test_what_cannot_be_read_in_the_crm_is_a_task_and_the_rest_goes_on(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, bic="QUATSCH", kontoinhaber="Almut Wendland")
    record = look(parties, pk)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert tasks(pk) == [("value_unreadable", [{"field": "bic", "now": "QUATSCH", "wanted": ""}])]
    assert [(row["iban"], row["bic"]) for row in there(parties, number)] == [(IBAN, None)]
    edit(parties, number, kontoinhaber="A. Wendland", bic="COBADEFFXXX")
    look(parties, pk)
    assert (shown(parties, pk)["kontoinhaber"], shown(parties, pk)["bic"]) == ("A. Wendland", "QUATSCH")
    assert told(pk) == [{"field": "bic", "now": "QUATSCH", "wanted": "COBADEFFXXX"}]
    parties.world.sandbox.update(BANK, pk, {"bic": "COBADEFF"})
    assert event(parties, pk).status == Status.IN_SYNC
    assert (tasks(pk), shown(parties, pk)["syncStatus"]) == ([], "clean")


@pytest.mark.parametrize("first", [True, False])
def test_what_cannot_be_read_in_advoware_overwrites_nothing(parties: Parties, first: bool) -> None:
    party, number = parties.pair()
    if first:
        add(parties, number, iban=IBAN, bic="37040044")
    pk = account(parties, party, bic="COBADEFF")
    look(parties, pk)
    if not first:
        edit(parties, number, bic="37040044")
        look(parties, pk)
    assert shown(parties, pk)["bic"] == "COBADEFF"
    assert tasks(pk) == [("value_unreadable", [{"field": "bic", "now": "COBADEFFXXX", "wanted": "37040044"}])]


def test_an_iban_that_was_spoilt_in_advoware_is_not_gone(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, bic="BYLADEM1001")
    look(parties, pk)
    edit(parties, number, iban="folgt", kontoinhaber="A. Wendland")
    look(parties, pk)
    assert tasks(pk) == [("value_unreadable", [{"field": "iban", "now": IBAN, "wanted": "folgt"}])]
    assert shown(parties, pk)["kontoinhaber"] == "A. Wendland"
    parties.world.sandbox.delete(BANK, pk)
    event(parties, pk)
    assert tasks(pk) == [("bank_deleted", [{"field": "iban", "now": "folgt", "wanted": ""}])]


@pytest.mark.parametrize("unseen", ["", "\0", "\ud83d"])
def test_an_iban_that_only_advoware_has_and_nobody_can_read_is_told(parties: Parties, unseen: str) -> None:
    """`unseen`: signs that no database takes, NUL and one half of an emoji, where a text was cut."""
    party, number = parties.pair()
    add(parties, number, iban=f"532013000 BLZ 37040044{unseen}")
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
        assert in_crm(parties) == []
        fact = {"field": "iban", "now": "", "wanted": "532013000 BLZ 37040044"}
        assert tasks(party) == [("value_unreadable", [fact])]
        edit(parties, number, iban=OTHER)
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    assert (tasks(party), [row["iban"] for row in in_crm(parties)]) == ([], [OTHER])


# What can't be put


def test_what_the_crm_cannot_hold_is_a_task_and_stops_no_other_field(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    edit(parties, number, kontoinhaber=LONG, bank="Beispielbank")
    assert look(parties, pk).reason == Reason.TASK_OPEN
    assert shown(parties, pk)["bankname"] == "Beispielbank"
    value = {"field": "kontoinhaber", "now": "", "wanted": LONG.strip()}
    assert tasks(pk) == [("cant_hold", [value, {"field": "reason", "now": "too_long:255", "wanted": ""}])]
    edit(parties, number, kontoinhaber="A. Wendland")
    assert look(parties, pk).status == Status.IN_SYNC
    assert shown(parties, pk)["kontoinhaber"] == "A. Wendland"


@pytest.mark.parametrize("brought", [True, False])
def test_what_a_field_of_the_crm_does_not_take_is_a_task_before_it_is_sent(parties: Parties, brought: bool) -> None:
    fields = {
        f"{BANK}.bankname": {"type": "enum", "options": ["", "Musterbank"]},
        f"{BANK}.kontoinhaber": {"maxLength": 9},
    }
    parties.world.sandbox.settings(espocrm_changed=fields)
    EspoClient.metadata_cache.clear()
    party, number = parties.pair()
    data = {"iban": IBAN, "bank": "Beispielbank", "kontoinhaber": "A. Wendland", "bic": "INGDDEFFXXX"}
    mark = parties.world.mark()
    if brought:
        add(parties, number, **data)
        with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
            look(parties, party, PARTY_ACCOUNTS, PARTY)
        (row,) = in_crm(parties)
        pk = row["id"]
    else:
        pk = account(parties, party)
        look(parties, pk)
        edit(parties, number, **data)
        look(parties, pk)
    assert shown(parties, pk)["bic"] == "INGDDEFFXXX", "the rest goes on"
    assert [call["status"] for call in parties.world.writes(mark) if call["status"] >= 400] == []
    assert [(row["field"], row["now"]) for row in told(pk) if row["field"] == "reason"] == [
        ("reason", "too_long:9"),
        ("reason", "no_such_option"),
    ]


@pytest.mark.parametrize("takes", [{"maxLength": 20}, {"pattern": "[0-9]{8}"}])
def test_an_iban_that_the_crm_does_not_take_is_a_task_and_no_account_without_it(
    parties: Parties, takes: dict[str, Any]
) -> None:
    """Without it nobody would recognise the account, and each look would bring it once more."""
    parties.world.sandbox.settings(espocrm_changed={f"{BANK}.iban": takes})
    EspoClient.metadata_cache.clear()
    party, number = parties.pair()
    add(parties, number, iban=IBAN, bank="Beispielbank")
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        for _look in range(2):
            assert look(parties, party, PARTY_ACCOUNTS, PARTY).reason == Reason.TASK_OPEN
            assert in_crm(parties) == []
        assert [(kind, facts[0]) for kind, facts in tasks(party)] == [
            ("cant_hold", {"field": "iban", "now": "", "wanted": IBAN})
        ]
        close(party)
        parties.world.drive()
    assert (tasks(party), in_crm(parties)) == ([], [])


def test_an_account_that_the_crm_refuses_stops_no_other(parties: Parties) -> None:
    party, number = parties.pair()
    for iban in (IBAN, OTHER, THIRD):
        add(parties, number, iban=iban)
    said = "Field validation failure; entityType: CBankverbindungen, field: bic, type: valid."
    refusal = {"status": 400, "headers": {"X-Status-Reason": said}, "times": 1}
    parties.world.sandbox.add_fault("status", system="espocrm", method="POST", path=BANK, **refusal)
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        record = look(parties, party, PARTY_ACCOUNTS, PARTY)
        assert (record.status, record.reason, len(in_crm(parties))) == (Status.FAILED, Reason.REJECTED, 2)
        assert look(parties, party, PARTY_ACCOUNTS, PARTY).status == Status.IN_SYNC
    assert len(in_crm(parties)) == 3


def test_a_value_that_the_crm_refuses_is_a_task_and_stops_no_other_field(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    edit(parties, number, kontoinhaber="A. Wendland", bank="Beispielbank")
    said = "Field validation failure; entityType: CBankverbindungen, field: kontoinhaber, type: pattern"
    refusal = {"status": 400, "headers": {"X-Status-Reason": said}, "times": 1}
    parties.world.sandbox.add_fault("status", system="espocrm", method="PUT", path=BANK, **refusal)
    assert look(parties, pk).reason == Reason.TASK_OPEN
    assert (shown(parties, pk)["bankname"], shown(parties, pk)["kontoinhaber"]) == ("Beispielbank", None)
    value = {"field": "kontoinhaber", "now": "", "wanted": "A. Wendland"}
    assert tasks(pk) == [("cant_hold", [value, {"field": "reason", "now": "refused", "wanted": ""}])]
    assert shown(parties, pk)["syncStatus"] == "unclean"
    before = parties.world.mark()
    assert look(parties, pk).reason == Reason.TASK_OPEN
    assert parties.world.writes(before) == [], "what was refused once is not sent again and again"
    edit(parties, number, kontoinhaber="Almut Wendland")
    assert look(parties, pk).status == Status.IN_SYNC
    assert shown(parties, pk)["kontoinhaber"] == "Almut Wendland"


def test_a_value_that_the_crm_does_not_keep_is_a_task_and_stops_no_other_field(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    edit(parties, number, kontoinhaber="A. Wendland", bank="Beispielbank")
    update = EspoClient.update

    def forgetful(client: EspoClient, kind: str, key: str, fields: dict[str, Any], version: int | None) -> Any:
        return update(client, kind, key, {name: fields[name] for name in fields if name != "kontoinhaber"}, version)

    with mock.patch.object(EspoClient, "update", forgetful):
        assert look(parties, pk).reason == Reason.TASK_OPEN
    assert (shown(parties, pk)["bankname"], shown(parties, pk)["kontoinhaber"]) == ("Beispielbank", None)
    assert [kind for kind, _facts in tasks(pk)] == ["cant_hold"]
    edit(parties, number, kontoinhaber="Almut Wendland")
    assert look(parties, pk).status == Status.IN_SYNC


def test_what_advoware_keeps_otherwise_is_no_difference(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, kontoinhaber="Łukasz Roth")
    look(parties, pk)
    edit(parties, number, kontoinhaber="?ukasz Roth")
    look(parties, pk)
    assert (shown(parties, pk)["kontoinhaber"], tasks(pk)) == ("Łukasz Roth", [])
    edit(parties, number, kontoinhaber="?ukasz Weiss")
    look(parties, pk)
    assert (shown(parties, pk)["kontoinhaber"], tasks(pk)) == ("Łukasz Weiss", [])


def test_edits_of_both_sides_are_brought_together(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party, bic="BYLADEM1001", kontoinhaber="Almut Wendland")
    look(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"iban": OTHER})
    edit(parties, number, kontoinhaber="A. Wendland")
    look(parties, pk)
    assert told(pk) == [{"field": "iban", "now": IBAN, "wanted": OTHER}]
    assert shown(parties, pk)["kontoinhaber"] == "A. Wendland", "a task blocks no other field"
    edit(parties, number, iban=OTHER)
    assert look(parties, pk).status == Status.IN_SYNC


def test_an_iban_that_was_corrected_in_advoware_comes_to_the_crm(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    look(parties, pk)
    edit(parties, number, iban=OTHER)
    assert look(parties, pk).status == Status.IN_SYNC
    assert (shown(parties, pk)["iban"], tasks(pk), len(there(parties, number))) == (OTHER, [], 1)
    parties.world.sandbox.delete(BANK, pk)
    event(parties, pk)
    assert tasks(pk) == [("bank_deleted", [{"field": "iban", "now": OTHER, "wanted": ""}])]


# What was answered is not what happened


@pytest.mark.parametrize("body", ["{}", "null", "[]", ""])
def test_a_creation_that_was_answered_and_did_not_happen_is_uncertain(parties: Parties, body: str) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    answer = {"status": 200, "body": body, "times": 1}
    parties.world.sandbox.add_fault("status", system="advoware", method="POST", path="Bankverbindungen", **answer)
    record = look(parties, pk)
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert targets(pk) == [("bank_uncertain", str(number))]
    assert shown(parties, pk)["syncStatus"] == "unclean"
    look(parties, pk)
    assert there(parties, number) == [], "nobody could delete a second one"
    close(pk)
    parties.world.drive()
    assert [row["iban"] for row in there(parties, number)] == [IBAN]
    assert Record.objects.get(step=BANK_SYNC).status == Status.IN_SYNC
    assert targets(pk) == []


def test_an_uncertain_one_that_comes_to_light_is_in_sync(parties: Parties) -> None:
    party, number = parties.pair()
    pk = account(parties, party)
    with mock.patch.object(AdvowareClient, "bank_accounts", return_value=()):
        look(parties, pk)
    assert targets(pk) == [("bank_uncertain", str(number))]
    assert look(parties, pk).status == Status.IN_SYNC
    assert targets(pk) == []


def test_our_own_write_is_no_edit_of_a_person(parties: Parties) -> None:
    """The hub brought Advoware's value to the CRM and was killed before it could remember that."""
    party, number = parties.pair()
    pk = account(parties, party, kontoinhaber="Almut Wendland")
    record = look(parties, pk)
    edit(parties, number, kontoinhaber="A. Wendland")
    parties.world.sandbox.update(BANK, pk, {"kontoinhaber": "A. Wendland"})
    changes = {"kontoinhaber": ["Almut Wendland", "A. Wendland"]}
    attempt = record.history.order_by("-pk").first()
    JournalEntry.objects.create(
        record=record,
        attempt=attempt,
        system="espocrm",
        action=AccountWrite.CRM,
        target_id=pk,
        changes=changes,
        state=JournalState.DONE,
        begun_at=record.changed_at,
        finished_at=record.changed_at,
    )
    edit(parties, number, kontoinhaber="Wendland GbR")
    assert look(parties, pk).status == Status.IN_SYNC
    assert (shown(parties, pk)["kontoinhaber"], tasks(pk)) == ("Wendland GbR", [])


@pytest.mark.parametrize(
    ("bank", "holder", "name"),
    [
        ("Bank <Nord>", "A. Wendland", "Bank Nord"),
        ("B=N", "", "B N"),
        ("<=>", "A. Wendland", "A. Wendland"),
        ("<>", "=", "Bankverbindung"),
        ("ü" * 300, "", "Bankverbindung"),
    ],
)
def test_an_account_is_brought_whatever_its_bank_is_called(parties: Parties, bank: str, holder: str, name: str) -> None:
    """EspoCRM refuses <, > and = in the name of what its Entity Manager made (400 `pattern`, seen at 9.2.7)."""
    party, number = parties.pair()
    add(parties, number, iban=IBAN, bank=bank, kontoinhaber=holder)
    with configured(BANK_ACCOUNTS_TO_ESPOCRM=True):
        look(parties, party, PARTY_ACCOUNTS, PARTY)
    (row,) = in_crm(parties)
    assert row["name"] == name
