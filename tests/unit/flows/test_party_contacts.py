"""Which entry in Advoware takes which contact, and what a person must do about contacts."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncapp.engine.runs.planning import TaskNeed
from syncapp.flows.beteiligte.actions import AddContact, EmptyContact, ReuseEntry, WriteCrm
from syncapp.flows.beteiligte.comparison import merge
from syncapp.flows.beteiligte.contacts import Contact, Entry
from syncapp.flows.beteiligte.fields import Kind, Rules
from syncapp.flows.beteiligte.needs import task_needs
from syncapp.flows.beteiligte.placing import towards_advoware
from syncapp.flows.beteiligte.plan import plan
from syncapp.flows.lens import entries as lens_entries
from syncapp.flows.lens.core import CantHold, Why
from syncapp.flows.lens.entries import Entries
from tests.unit.flows.party_sides import PERSON, advoware_side, agreed, crm_side, mail, number, state, unreadable

RULES = Rules()
MAIL = Entry(1, 4, Kind.MAIL, "a@w.example", "a@w.example")
PRIVATE_MAIL = Entry(2, 8, Kind.MAIL, "p@w.example", "p@w.example")
FREE_MAIL = Entry(3, 4, Kind.MAIL, None, "")
FREE_PHONE = Entry(4, 1, Kind.OFFICE, None, "")
INTERNET = Entry(5, 5, None, None, "")
REMARK = Entry(6, 1, Kind.OFFICE, "+495111234567", "0511 1234567 (Zentrale)")
PERSONAL = Entry(7, 1, Kind.OFFICE, "+495111234567", "0511 1234567 Frau M\u00fcller")


def moves(entries: tuple[Entry, ...], comes: dict[str, Contact], goes: set[str] = frozenset()) -> list[Any]:  # type: ignore[assignment]
    found, _refused = towards_advoware(comes, goes, entries, RULES)
    return [
        ("add", action.key, action.kommkz, action.entry.id if isinstance(action, ReuseEntry) else None)
        if isinstance(action, AddContact)
        else ("empty", action.entry.id)
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


def test_what_stands_beside_a_number_stays_when_the_number_changes() -> None:
    (action,), refused = towards_advoware(number("+495117654321"), {"+495111234567"}, [REMARK], RULES)
    assert isinstance(action, ReuseEntry)
    assert (action.value, refused) == ("+495117654321 (Zentrale)", {})


def test_an_entry_is_not_emptied_when_a_remark_would_go_with_it() -> None:
    found, refused = towards_advoware({}, {"+495111234567"}, [PERSONAL], RULES)
    assert (found, refused) == ([], {"+495111234567": CantHold(Why.REMARK, PERSONAL.raw)})
    base = agreed(PERSON, number("+495111234567"))
    there = advoware_side(PERSON, [(1, PERSONAL.raw)])
    (need,) = plan(state(base=base, advoware=there)).tasks
    assert (need.kind, need.system) == ("cant_hold", "advoware")
    assert need.facts == (("kontakt", "+495111234567", ""), ("reason", f"remark:{PERSONAL.raw}", ""))


def test_a_kind_that_the_installation_keeps_no_entries_for_stays_in_the_crm() -> None:
    rules = Rules(kommkz={name: kinds for name, kinds in Rules().kommkz.items() if name != "home"})
    private = number("+4951110", Kind.HOME)
    found = plan(state(crm=crm_side(PERSON, private), rules=rules))
    assert (found.actions, found.tasks) == ((), ())


def wanted_by(**options: Any) -> list[TaskNeed]:
    given = state(**options)
    assert given.crm is not None
    assert given.advoware is not None
    return list(task_needs(merge(given), given.base, given.base, given.crm, given.advoware))


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
    there = advoware_side(PERSON, mobile)
    assert wanted_by(crm=crm_side(PERSON, office), advoware=there) == []
    assert plan(state(crm=crm_side(PERSON, office), advoware=there)).actions == ()


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("text", ["neu?", "Kundennr. 0815 4711", "Az. 0123/45", "Geb. 01.02.1980", "Sekretariat"])
def test_an_entry_that_nobody_can_read_is_a_task_at_first_contact_too(known: bool, text: str) -> None:
    base = replace(agreed(), number=1 if known else None)
    (need,) = wanted_by(base=base, advoware=advoware_side(PERSON, unreadable(text)))
    assert (need.kind, need.system, need.key) == ("contact_unreadable", "advoware", text)
    assert need.facts == (("kontakt", text, ""),)
    actions = plan(state(base=base, advoware=advoware_side(PERSON, unreadable(text)))).actions
    assert not any(isinstance(action, WriteCrm) and action.changes for action in actions)


@pytest.mark.parametrize("text", ["Kundennr. 0815 4711", "a@x.example; b@x.example"])
def test_what_became_unreadable_is_shown_with_the_other_sides_value_that_stays(text: str) -> None:
    kind, good = (Kind.MAIL, mail("a@x.example")) if "@" in text else (Kind.OFFICE, number("+495111234567"))
    given = {"base": agreed(PERSON, good), "crm": crm_side(PERSON, good)}
    there = advoware_side(PERSON, unreadable(text, kind))
    (need,) = wanted_by(**given, advoware=there)
    (kept,) = good
    assert need.facts == (("kontakt", text, kept),)
    assert not any(
        action.changes for action in plan(state(**given, advoware=there)).actions if isinstance(action, WriteCrm)
    )


def test_a_number_with_prose_behind_it_is_the_number() -> None:
    there = advoware_side(PERSON, [(1, "030 1234567 privat")])
    (write,) = plan(state(advoware=there)).actions
    assert isinstance(write, WriteCrm)
    assert write.add == number("+49301234567")


def test_what_the_crm_would_refuse_is_a_task_before_it_is_sent_and_holds_up_nothing() -> None:
    there = advoware_side({**PERSON, "name": "Weiss"}, [(1, "030 123456 Durchwahl 12"), (4, "j\u00f6rn@x.example")])
    found = plan(state(advoware=there))
    (write,) = found.actions
    assert isinstance(write, WriteCrm)
    assert (write.targets, write.contacts, write.status) == ({"name": "Weiss"}, False, "unclean")
    assert [(need.kind, need.system, need.facts) for need in found.tasks] == [
        (
            "cant_hold",
            "espocrm",
            (("kontakt", "", "+4930123456;ext=12"), ("reason", "extension:+4930123456;ext=12", "")),
        ),
        (
            "cant_hold",
            "espocrm",
            (("kontakt", "", "j\u00f6rn@x.example"), ("reason", "invalid:j\u00f6rn@x.example", "")),
        ),
    ]
    with_extensions = replace(RULES, phone_extensions=True)
    (write,) = plan(
        state(advoware=advoware_side(PERSON, [(1, "030 123456 Durchwahl 12")]), rules=with_extensions)
    ).actions
    assert isinstance(write, WriteCrm)
    assert set(write.add) == {"+4930123456;ext=12"}


@pytest.mark.parametrize(("here", "there", "count"), [(True, False, 1), (True, True, 0), (False, False, 0)])
def test_a_contact_that_was_not_kept_is_a_task_until_it_is_there_or_not_wanted(
    here: bool, there: bool, count: int
) -> None:
    contact = mail("n@w.example")
    base = replace(
        agreed(),
        not_kept={"contact:n@w.example": "n@w.example"},
        contacts=lens_entries.Agreed(Entries({"n@w.example": "mail"})),
    )
    found = wanted_by(
        base=base,
        crm=crm_side(PERSON, contact if here else {}),
        advoware=advoware_side(PERSON, contact if there else {}),
    )
    assert [need.kind for need in found] == ["value_not_kept"] * count


def test_long_values_fit_into_the_key_of_a_task() -> None:
    there = advoware_side(PERSON, unreadable("x" * 100) | unreadable("x" * 101))
    found = wanted_by(advoware=there)
    assert {len(need.key) for need in found} == {64}
    assert len({(need.kind, need.key) for need in found}) == 2


def test_what_is_kept_of_actions_holds_no_values() -> None:
    comes, entry = mail("geheim@w.example"), replace(MAIL, key="geheim@w.example", raw="geheim@w.example")
    actions: list[Any] = [*towards_advoware(comes, (), (), RULES)[0]]
    actions += [EmptyContact(entry), WriteCrm({"name": "Geheim"}, comes)]
    stored = str([action.stored() for action in actions])
    assert "geheim" not in stored.lower()
    assert "geheim@w.example" not in stored + repr(actions)
