"""What is remembered of a bank account, in the form of today and in that of before. No database, no HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.clients.advoware import BankAccount
from syncapp.clients.espocrm import EspoBankAccount
from syncapp.engine.runs.planning import Settled
from syncapp.flows.bankverbindungen.accounts import found, made, read
from syncapp.flows.bankverbindungen.agreement import Agreed, unchanged
from syncapp.flows.bankverbindungen.fields import TABLE
from syncapp.flows.bankverbindungen.plan import plan
from syncapp.flows.bankverbindungen.state import AccountState, compare, remembered
from syncapp.flows.lens.core import EMPTY, Unreadable
from syncapp.flows.lens.declaration import Base, Side, What
from tests.unit.flows.lens import strategies

IBAN, OTHER = "DE02120300000000202051", "DE02500105170137075030"
OLD: dict[str, Any] = {  # as the hub stored it until 28 November 2026
    "number": 104,
    "iban": IBAN,
    "fields": {"bic": ["COBADEFF", "COBADEFF"], "kontoinhaber": ["Almut Wendland", ""], "bank": ["", ""]},
    "look": False,
    "seen": {
        "iban": IBAN,
        "bic": "COBADEFF",
        "kontoinhaber": "Almut Wendland",
        "bank": "",
        "party": "p",
        "default": True,
    },
    "journal": 7,
}


def crm(**data: Any) -> EspoBankAccount:
    raw = {"id": "k", "iban": IBAN, "bic": "COBADEFF", "kontoinhaber": "Almut  Wendland", "bankname": None}
    return EspoBankAccount.from_api({**raw, "beteiligteId": "p", "istStandard": True, **data})


def advoware(**data: Any) -> BankAccount:
    raw = {"id": 7, "iban": IBAN, "bic": "COBADEFF", "kontoinhaber": None, "bank": ""}
    return BankAccount.from_api({**raw, **data})


def test_an_agreement_of_before_is_read_as_the_same_one() -> None:
    agreed = Agreed.from_json(OLD)
    assert (agreed.number, agreed.iban, agreed.journal) == (104, IBAN, 7)
    assert agreed.bases == {
        "iban": Base(IBAN, IBAN),
        "bic": Base("COBADEFFXXX", "COBADEFFXXX"),
        "kontoinhaber": Base("Almut Wendland", EMPTY),
        "bank": Base(EMPTY, EMPTY),
    }
    assert unchanged(crm(), agreed)
    assert agreed.there == read(advoware().raw, Side.THERE)
    assert Agreed.from_json(json.loads(json.dumps(agreed.to_json()))) == agreed


def test_an_agreement_of_before_overwrites_nothing() -> None:
    agreed = Agreed.from_json(OLD)

    def state(ours: dict[str, Any], theirs: dict[str, Any]) -> AccountState:
        return AccountState(crm(**ours), agreed, 104, partner=advoware(**theirs))

    same = plan(state({}, {}))
    assert (same.ending, same.actions, same.tasks) == (Settled(), (), ())
    theirs = plan(state({}, {"bic": "INGDDEFF"}))
    assert [dict(action.values) for action in theirs.actions] == [{"bic": "INGDDEFFXXX"}]  # type: ignore[attr-defined]
    (ours,) = plan(state({"kontoinhaber": "A. Wendland"}, {})).tasks
    assert ours.facts == (("kontoinhaber", "", "A. Wendland"),)


def test_what_could_not_be_read_before_is_a_task_now() -> None:
    agreed = Agreed.from_json({**OLD, "fields": {**OLD["fields"], "bic": ["COBADEFF", "37040044"]}})
    assert agreed.bases["bic"] == Base("COBADEFFXXX", Unreadable("37040044"))
    (need,) = plan(AccountState(crm(), agreed, 104, partner=advoware(bic="370 400 44"))).tasks
    assert (need.kind, need.facts) == ("value_unreadable", (("bic", "COBADEFFXXX", "370 400 44"),))


@pytest.mark.parametrize("old", [{}, {**OLD, "fields": {}, "seen": {}}])
def test_an_agreement_about_nothing_is_none(old: dict[str, Any]) -> None:
    assert Agreed.from_json(old).bases == {}


ugly = st.fixed_dictionaries(
    {"iban": strategies.ibans, "bic": strategies.bics, "kontoinhaber": strategies.texts, "bankname": strategies.texts}
)


@settings(max_examples=100, deadline=None)
@given(ugly, ugly)
def test_whatever_stands_there_looking_twice_finds_nothing_new(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """And what is remembered survives storing."""
    account = crm(**{name: value for name, value in ours.items() if isinstance(value, str | None)})
    partner = BankAccount.from_api({"id": 7, **{name.removesuffix("name"): str(v) for name, v in theirs.items()}})
    state = AccountState(account, Agreed(), 104, partner=partner)
    first = compare(state)
    assert first is not None
    written = EspoBankAccount.from_api(first.here)
    agreed, after = remembered(state, first, written, 3)
    assert (after.not_kept, after.moved_on) == ((), False)
    stored = Agreed.from_json(json.loads(json.dumps(agreed.to_json())))
    assert stored == agreed
    assert unchanged(written, stored)
    again = compare(AccountState(written, stored, 104, partner=partner))
    assert again is not None
    assert again.here == first.here
    waiting = (What.CANT_HOLD, What.UNREADABLE)
    assert [o.what in waiting for o in again.outcomes.values()] == [o.what in waiting for o in first.outcomes.values()]


@settings(max_examples=100, deadline=None)
@given(ugly)
def test_a_new_account_says_what_its_origin_says(ours: dict[str, Any]) -> None:
    new = made(ours, Side.HERE)
    for each in TABLE:
        said = each.here.get(ours)
        assert each.there.get(new) == (EMPTY if isinstance(said, Unreadable) else said) or each.there.same(
            said,
            each.there.get(new),  # type: ignore[arg-type]
        )


@pytest.mark.parametrize(
    ("iban", "known_id", "wanted"),
    [(IBAN, "", 1), (IBAN, "3", 3), (OTHER, "", 2), (OTHER, "1", 2), ("", "2", 2), ("DE", "9", None), ("", "", None)],
)
def test_of_several_always_the_same_one(iban: str, known_id: str, wanted: int | None) -> None:
    rows = [advoware(id=3), advoware(id=1), advoware(id=2, iban=OTHER), advoware(id=4, iban="folgt")]
    for order in (rows, rows[::-1]):
        row = found(order, iban, known_id)
        assert (row and row.id) == (str(wanted) if wanted else None)
