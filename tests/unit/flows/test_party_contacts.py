"""Which entry in Advoware takes which contact, and what a person must do about contacts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncapp.engine.runs.planning import TaskNeed
from syncapp.flows.beteiligte.actions import AddContact, EmptyContact, ReuseEntry, WriteCrm
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.beteiligte.merge_contacts import NO_CONTACTS
from syncapp.flows.beteiligte.needs import NOT_KEPT, contact_needs
from syncapp.flows.beteiligte.plan import plan, towards_advoware
from syncapp.flows.beteiligte.sides import Entry
from syncapp.flows.beteiligte.state import merge
from syncapp.flows.beteiligte.values import Contact, Reading
from tests.unit.flows.party_sides import PERSON, advoware_side, agreed, crm_side, mail, number, state

RULES = Rules()
MAIL = Entry(1, 4, Kind.MAIL, "a@w.example", empty=False)
PRIVATE_MAIL = Entry(2, 8, Kind.MAIL, "p@w.example", empty=False)
FREE_MAIL = Entry(3, 4, Kind.MAIL, None, empty=True)
FREE_PHONE = Entry(4, 1, Kind.OFFICE, None, empty=True)
INTERNET = Entry(5, 5, None, None, empty=True)


def moves(entries: tuple[Entry, ...], comes: dict[str, Contact], goes: set[str] = frozenset()) -> list[Any]:  # type: ignore[assignment]
    outcome = replace(NO_CONTACTS, to_advoware=comes, from_advoware=frozenset(goes))
    found = towards_advoware(outcome, entries, RULES)
    return [
        ("add", action.key, action.kommkz, action.entry.id if isinstance(action, ReuseEntry) else None)
        if isinstance(action, AddContact)
        else ("empty", action.entry.id)  # type: ignore[union-attr]
        for action in found
    ]


@pytest.mark.parametrize(
    ("entries", "comes", "goes", "wanted"),
    [
        ((), mail("n@w.example"), set(), [("add", "n@w.example", 4, None)]),
        ((MAIL,), mail("n@w.example"), {"a@w.example"}, [("add", "n@w.example", 4, 1)]),
        ((PRIVATE_MAIL,), mail("n@w.example"), {"p@w.example"}, [("add", "n@w.example", 4, 2)]),
        ((MAIL, FREE_MAIL), mail("n@w.example"), {"a@w.example"}, [("add", "n@w.example", 4, 1)]),
        ((MAIL, FREE_MAIL), mail("n@w.example"), set(), [("add", "n@w.example", 4, 3)]),
        ((MAIL, FREE_PHONE, INTERNET), mail("n@w.example"), set(), [("add", "n@w.example", 4, None)]),
        ((MAIL,), number("+4951110"), {"a@w.example"}, [("add", "+4951110", 1, None), ("empty", 1)]),
        ((MAIL, MAIL), {}, {"a@w.example"}, [("empty", 1), ("empty", 1)]),
        (
            (FREE_MAIL,),
            mail("n@w.example") | mail("m@w.example"),
            set(),
            [("add", "m@w.example", 4, 3), ("add", "n@w.example", 4, None)],
        ),
    ],
)
def test_a_contact_takes_the_place_of_one_of_its_kind(
    entries: tuple[Entry, ...], comes: dict[str, Contact], goes: set[str], wanted: list[Any]
) -> None:
    assert moves(entries, comes, goes) == wanted


def test_a_kind_that_the_installation_keeps_no_entries_for_stays_in_the_crm() -> None:
    rules = Rules(kommkz={name: kinds for name, kinds in Rules().kommkz.items() if name != "home"})
    private = number("+4951110", Kind.HOME)
    assert towards_advoware(replace(NO_CONTACTS, to_advoware=private), (), rules) == []
    assert plan(state(crm=crm_side(PERSON, private), rules=rules)).actions == ()


def wanted_by(**options: Any) -> list[TaskNeed]:
    given = state(**options)
    assert given.crm is not None
    assert given.advoware is not None
    return list(contact_needs(merge(given).contacts, given.base, given.crm, given.advoware))


def test_a_type_that_the_crm_changed_is_a_task_and_one_that_advoware_changed_is_followed() -> None:
    office, mobile = number("+4951110"), number("+4951110", Kind.MOBILE)
    base = agreed(PERSON, office)
    (need,) = wanted_by(base=base, crm=crm_side(PERSON, mobile), advoware=advoware_side(PERSON, office))
    assert (need.kind, need.system, need.key) == ("contact_type", "advoware", "+4951110")
    assert need.facts == (("mobile", "+4951110 (office)", "+4951110 (mobile)"),)
    followed = plan(state(base=base, crm=crm_side(PERSON, office), advoware=advoware_side(PERSON, mobile)))
    (write,) = followed.actions
    assert isinstance(write, WriteCrm)
    assert write.retype == {"+4951110": Kind.MOBILE}
    assert followed.tasks == ()


def test_types_that_differ_at_first_contact_are_left() -> None:
    office, mobile = number("+4951110"), number("+4951110", Kind.MOBILE)
    base = replace(agreed(PERSON), crm_contacts={}, advoware_contacts={})
    there = advoware_side(PERSON, mobile)
    assert wanted_by(base=base, crm=crm_side(PERSON, office), advoware=there) == []
    assert plan(state(base=base, crm=crm_side(PERSON, office), advoware=there)).actions == ()


@pytest.mark.parametrize(("known", "count"), [(True, 1), (False, 0)])
def test_only_a_new_entry_that_nobody_can_read_is_a_task(known: bool, count: int) -> None:
    there = advoware_side()
    there = replace(there, reading=Reading(there.reading.fields, {}, unreadable=frozenset({"alt?", "neu?"})))
    base = replace(agreed(), advoware_unreadable=frozenset({"alt?"}), number=1 if known else None)
    found = wanted_by(base=base, advoware=there)
    assert [(need.kind, need.system, need.key) for need in found] == [
        ("contact_unreadable", "advoware", "neu?")
    ] * count


@pytest.mark.parametrize(("here", "there", "count"), [(True, False, 1), (True, True, 0), (False, False, 0)])
def test_a_contact_that_was_not_kept_is_a_task_until_it_is_there_or_not_wanted(
    here: bool, there: bool, count: int
) -> None:
    contact = mail("n@w.example")
    base = replace(
        agreed(), not_kept={NOT_KEPT + "n@w.example": "n@w.example"}, crm_contacts={"n@w.example": Kind.MAIL}
    )
    found = wanted_by(
        base=base,
        crm=crm_side(PERSON, contact if here else {}),
        advoware=advoware_side(PERSON, contact if there else {}),
    )
    assert [need.kind for need in found] == ["value_not_kept"] * count


def test_long_values_fit_into_the_key_of_a_task() -> None:
    there = advoware_side()
    long = frozenset({"x" * 100, "x" * 101})
    there = replace(there, reading=Reading(there.reading.fields, {}, unreadable=long))
    found = wanted_by(advoware=there)
    assert {len(need.key) for need in found} == {64}
    assert len({(need.kind, need.key) for need in found}) == 2


def test_what_is_kept_of_actions_holds_no_values() -> None:
    comes, entry = mail("geheim@w.example"), replace(MAIL, key="geheim@w.example")
    actions = towards_advoware(replace(NO_CONTACTS, to_advoware=comes), (), RULES)
    actions += [EmptyContact(entry), WriteCrm({"name": "Geheim"}, comes)]
    stored = str([action.stored() for action in actions])
    assert "geheim" not in stored.lower()
    assert "geheim@w.example" not in stored + repr(actions)
