"""What is remembered after a run: never more than was compared or written, so that no person's edit is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.flows.beteiligte.agreement import Agreed, Pair
from syncapp.flows.beteiligte.fields import Kind, Rule, Rules
from syncapp.flows.beteiligte.merge import Way
from syncapp.flows.beteiligte.needs import NOT_KEPT
from syncapp.flows.beteiligte.plan import plan
from syncapp.flows.beteiligte.remember import Memory, remembered
from syncapp.flows.beteiligte.state import PartyState, merge
from syncapp.flows.beteiligte.values import ADVOWARE, CRM, Contact
from tests.unit.flows.party_sides import PERSON, advoware_side, agreed, crm_side, mail, number, person, state

A, B = mail("a@w.example"), mail("b@w.example")
C = mail("c@w.example")


def after(given_state: PartyState, crm: Any = None, advoware: Any = None) -> Memory:
    """The end of a run; the sides are as they were unless told otherwise."""
    crm, advoware = crm or given_state.crm, advoware or given_state.advoware
    return remembered(given_state, plan(given_state), crm, advoware, stamp="", journal=0)


def test_what_both_sides_have_is_agreed() -> None:
    found = after(state(base=Agreed(), crm=crm_side(PERSON, A), advoware=advoware_side(PERSON, A)))
    assert found.agreed.fields == {name: Pair(value, value) for name, value in PERSON.items()}
    assert found.agreed.crm_contacts == found.agreed.advoware_contacts == {"a@w.example": Kind.MAIL}
    assert not found.moved_on


def test_what_was_written_is_agreed() -> None:
    given_state = state(crm=crm_side(person(name="Weiss")))
    found = after(given_state, advoware=advoware_side(person(name="Weiss")))
    assert found == after(
        state(
            base=agreed(person(name="Weiss")),
            crm=crm_side(person(name="Weiss")),
            advoware=advoware_side(person(name="Weiss")),
        )
    )


@pytest.mark.parametrize(
    ("now", "not_kept", "agreed_there", "moved_on"),
    [
        ("Weiss-Berg", "", "Weiss-Berg", False),
        ("Roth", "Weiss-Berg", "Roth", False),
        ("Weiss", "Weiss-Berg", "Weiss", False),
        ("", "Weiss-Berg", "", False),
        ("Tal", "", "Weiss-Berg", True),
    ],
)
def test_what_advoware_shows_after_our_write(now: str, not_kept: str, agreed_there: str, moved_on: bool) -> None:
    found = after(state(crm=crm_side(person(name="Weiss-Berg"))), advoware=advoware_side(person(name=now)))
    assert found.agreed.not_kept == ({"name": not_kept} if not_kept else {})
    assert found.agreed.fields["name"] == Pair("Weiss-Berg", agreed_there)
    assert found.moved_on is moved_on


@pytest.mark.parametrize("way", [Way.AGREED, Way.LEAVE, Way.CARRY])
@pytest.mark.parametrize("side", [CRM, ADVOWARE])
def test_an_edit_that_came_while_we_wrote_something_else_is_seen_again(way: Way, side: str) -> None:
    """The field itself was in agreement, or left different, or on its way to the other side."""
    theirs = {Way.AGREED: "Ute", Way.LEAVE: "Uta", Way.CARRY: "Ute"}[way]
    then = {Way.AGREED: Pair("Ute", "Ute"), Way.LEAVE: Pair("Ute", "Uta"), Way.CARRY: Pair("Ute", "Ute")}[way]
    ours = "Ulla" if way is Way.CARRY and side == CRM else "Ute"
    if way is Way.CARRY and side == ADVOWARE:
        theirs = "Ulla"
    base = agreed()
    base = replace(base, fields=dict(base.fields) | {"vorname": then})
    given_state = state(base=base, crm=crm_side(person(vorname=ours)), advoware=advoware_side(person(vorname=theirs)))
    (outcome,) = (each for each in merge(given_state).fields if each.name == "vorname")
    assert outcome.way is way
    # The source of what we carried was edited again meanwhile.
    written = {CRM: ours, ADVOWARE: theirs}
    if way is Way.CARRY:
        written = {CRM: "Ulla", ADVOWARE: "Ulla"}
    now = written | {side: "Ines"}
    found = after(given_state, crm_side(person(vorname=now[CRM])), advoware_side(person(vorname=now[ADVOWARE])))
    assert found.moved_on
    assert found.agreed.fields["vorname"] == Pair(written[CRM], written[ADVOWARE])
    again = state(
        base=found.agreed, crm=crm_side(person(vorname=now[CRM])), advoware=advoware_side(person(vorname=now[ADVOWARE]))
    )
    (outcome,) = (each for each in merge(again).fields if each.name == "vorname")
    assert (outcome.way, outcome.target) == (Way.CARRY, "Ines")


@pytest.mark.parametrize("writable", [{CRM}, {ADVOWARE}, set()])
def test_what_was_held_back_keeps_its_old_place(writable: set[str]) -> None:
    sides = {
        "crm": crm_side(person(name="Weiss"), A | B),
        "advoware": advoware_side(person(vorname="Alma"), A | C),
    }
    base = agreed(PERSON, A)
    given_state = state(**sides, base=base, writable=frozenset(writable))
    there, here = dict(sides["advoware"].reading.fields), dict(sides["crm"].reading.fields)
    ours, theirs = A | B, A | C
    if ADVOWARE in writable:
        there["name"], theirs = "Weiss", theirs | B
    if CRM in writable:
        here["vorname"], ours = "Alma", ours | C
    found = after(given_state, crm_side(here, ours), advoware_side(there, theirs)).agreed
    assert (found.fields["name"] == Pair("Weiss", "Weiss")) is (ADVOWARE in writable)
    assert (found.fields["vorname"] == Pair("Alma", "Alma")) is (CRM in writable)
    assert ("b@w.example" in found.crm_contacts) is (ADVOWARE in writable)
    assert ("c@w.example" in found.advoware_contacts) is (CRM in writable)
    # Switched on later, the rest is done.
    later = merge(state(base=found, crm=crm_side(here, ours), advoware=advoware_side(there, theirs)))
    moved = {each.name for each in later.fields if each.way is Way.CARRY}
    assert moved == ({"name"} - ({"name"} if ADVOWARE in writable else set())) | (
        {"vorname"} - ({"vorname"} if CRM in writable else set())
    )


def test_a_conflict_keeps_what_was_agreed_and_a_first_one_nothing() -> None:
    sides = {"crm": crm_side(person(name="Weiss")), "advoware": advoware_side(person(name="Berg"))}
    rules = Rules(conflicts={"name": Rule.PERSON})
    assert after(state(**sides, rules=rules)).agreed.fields["name"] == Pair("Roth", "Roth")
    assert "name" not in after(state(**sides, rules=rules, base=Agreed(), newer="conflict")).agreed.fields


def test_contacts_that_came_and_went_while_we_wrote_are_seen_again() -> None:
    given_state = state(base=agreed(PERSON, A), crm=crm_side(PERSON, A | B), advoware=advoware_side(PERSON, A))
    found = after(given_state, advoware=advoware_side(PERSON, B | C))
    assert found.moved_on
    again = merge(state(base=found.agreed, crm=crm_side(PERSON, A | B), advoware=advoware_side(PERSON, B | C)))
    assert (again.contacts.from_crm, set(again.contacts.to_crm)) == ({"a@w.example"}, {"c@w.example"})


def test_a_type_that_changed_while_we_wrote_is_seen_again() -> None:
    office, mobile = number("+4951110"), number("+4951110", Kind.MOBILE)
    given_state = state(
        base=agreed(PERSON, office), crm=crm_side(person(name="Weiss"), office), advoware=advoware_side(PERSON, office)
    )
    found = after(given_state, advoware=advoware_side(person(name="Weiss"), mobile))
    assert found.moved_on
    assert found.agreed.advoware_contacts == {"+4951110": Kind.OFFICE}


def test_a_contact_that_advoware_did_not_keep_stays_in_the_crm_and_is_not_sent_again() -> None:
    given_state = state(crm=crm_side(PERSON, A))
    found = after(given_state)
    assert found.agreed.not_kept == {NOT_KEPT + "a@w.example": "a@w.example"}
    assert not found.moved_on
    again = state(base=found.agreed, crm=crm_side(PERSON, A))
    assert merge(again).contacts.pending == frozenset()
    assert after(again).agreed.not_kept == found.agreed.not_kept
    gone = state(base=found.agreed, crm=crm_side(PERSON, {}))
    assert after(gone).agreed.not_kept == {}


def test_a_stuck_type_is_remembered_as_it_was() -> None:
    office, mobile = number("+4951110"), number("+4951110", Kind.MOBILE)
    given_state = state(
        base=agreed(PERSON, office), crm=crm_side(PERSON, mobile), advoware=advoware_side(PERSON, office)
    )
    found = after(given_state)
    assert found.agreed.crm_contacts == {"+4951110": Kind.OFFICE}
    assert not found.moved_on


fields = st.fixed_dictionaries({name: st.sampled_from(["", "a", "b"]) for name in PERSON})
addresses = st.sets(st.sampled_from("xyz"))


def some(names: set[str]) -> dict[str, Contact]:
    return {key: contact for name in names for key, contact in mail(f"{name}@w.example").items()}


def written(given_state: PartyState) -> tuple[Any, Any]:
    """Both sides after a run in which nothing went wrong."""
    merged = merge(given_state)
    assert given_state.crm is not None
    assert given_state.advoware is not None
    here, there = dict(given_state.crm.reading.fields), dict(given_state.advoware.reading.fields)
    carried = [each for each in merged.fields if each.way is Way.CARRY]
    here |= {each.name: each.target for each in carried if each.to_crm}
    there |= {each.name: each.target for each in carried if each.to_advoware}
    moves = merged.contacts
    return (
        crm_side(here, _moved(given_state.crm.reading.contacts, moves.from_crm, moves.to_crm)),
        advoware_side(there, _moved(given_state.advoware.reading.contacts, moves.from_advoware, moves.to_advoware)),
    )


def _moved(
    before: Mapping[str, Contact] | None, goes: frozenset[str], comes: Mapping[str, Contact]
) -> dict[str, Contact]:
    return {key: contact for key, contact in (before or {}).items() if key not in goes} | dict(comes)


@given(fields, fields, fields, addresses, addresses, addresses, st.booleans(), st.sampled_from([CRM, ADVOWARE, ""]))
def test_a_second_run_after_a_run_writes_nothing(
    crm: dict[str, str],
    advoware: dict[str, str],
    then: dict[str, str],
    ours: set[str],
    theirs: set[str],
    both: set[str],
    known: bool,
    newer: str,
) -> None:
    given_state = state(
        base=agreed(then, some(both)) if known else Agreed(),
        crm=crm_side(crm, some(ours)),
        advoware=advoware_side(advoware, some(theirs)),
        newer=newer,
    )
    crm_now, advoware_now = written(given_state)
    found = after(given_state, crm_now, advoware_now)
    assert not found.moved_on
    again = merge(state(base=found.agreed, crm=crm_now, advoware=advoware_now, newer=newer))
    may_stay_empty = {"name"}  # a name that is empty on both sides' last agreement comes back
    assert not [each for each in again.fields if each.way is Way.CARRY and each.name not in may_stay_empty]
    assert again.contacts.pending == frozenset()
    assert Agreed.from_json(found.agreed.to_json()) == found.agreed


@given(fields, fields, addresses, addresses, fields, addresses)
def test_whatever_a_person_does_while_we_write_is_carried_over_next_time(
    crm: dict[str, str],
    then: dict[str, str],
    ours: set[str],
    both: set[str],
    edited: dict[str, str],
    edited_contacts: set[str],
) -> None:
    """In Advoware, where a version does not guard everything that we read once."""
    given_state = state(
        base=agreed(then, some(both)), crm=crm_side(crm, some(ours)), advoware=advoware_side(then, some(both))
    )
    crm_now, advoware_now = written(given_state)
    touched = {name: value for name, value in edited.items() if crm[name] == then[name] and name != "name"}
    there = dict(advoware_now.reading.fields) | touched
    found = after(given_state, crm_now, advoware_side(there, some(edited_contacts)))
    again = merge(state(base=found.agreed, crm=crm_now, advoware=advoware_side(there, some(edited_contacts))))
    for each in again.fields:
        if each.name in touched and touched[each.name] != then[each.name]:
            assert (each.way, each.to_crm, each.target) == (Way.CARRY, True, touched[each.name])
    added = set(some(edited_contacts)) - set(advoware_now.reading.contacts or {})
    assert added - set(crm_now.reading.contacts or {}) <= set(again.contacts.to_crm)
