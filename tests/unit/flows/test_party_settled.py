"""What is remembered after a run: never more than was compared or written, so that no person's edit is forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.flows.beteiligte.agreement import Agreed
from syncapp.flows.beteiligte.comparison import merge
from syncapp.flows.beteiligte.contacts import Contact, Contacts
from syncapp.flows.beteiligte.fields import ADVOWARE, CRM, Kind, Rule, Rules
from syncapp.flows.beteiligte.plan import plan
from syncapp.flows.beteiligte.remember import After, Memory, Refusals, remembered
from syncapp.flows.beteiligte.sides import value_of
from syncapp.flows.beteiligte.state import PartyState
from syncapp.flows.lens.core import EMPTY, text_of
from syncapp.flows.lens.declaration import Base, Holds, Side, What
from tests.unit.flows.party_sides import PERSON, advoware_side, agreed, crm_side, mail, number, person, state

A, B = mail("a@w.example"), mail("b@w.example")
C = mail("c@w.example")


def after(given_state: PartyState, crm: Any = None, advoware: Any = None, **more: Any) -> Memory:
    """The end of a run; the sides are as they were unless told otherwise."""
    now = After(crm or given_state.crm, advoware or given_state.advoware, **more)
    return remembered(given_state, plan(given_state), now)


def kinds_of(memory: Memory) -> tuple[Any, Any]:
    return memory.agreed.contacts.here.kinds, memory.agreed.contacts.there.kinds


def contact_moves(given_state: PartyState) -> dict[tuple[str, bool], set[str]]:
    """(side, whether it is to be there) to contacts."""
    moves: dict[tuple[str, bool], set[str]] = {}
    found = merge(given_state)
    for side in Side:
        for key, outcome in found.contact_targets(side).items():
            moves.setdefault((str(side), outcome.value is not EMPTY), set()).add(key)
    return moves


def test_what_both_sides_have_is_agreed() -> None:
    found = after(state(base=Agreed(), crm=crm_side(PERSON, A), advoware=advoware_side(PERSON, A)))
    assert found.agreed.fields == {name: Base(value_of(value), value_of(value)) for name, value in PERSON.items()}
    assert kinds_of(found) == ({"a@w.example": Kind.MAIL}, {"a@w.example": Kind.MAIL})
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
        ("", "Weiss-Berg", EMPTY, False),
        ("Tal", "", "Weiss-Berg", True),
    ],
)
def test_what_advoware_shows_after_our_write(now: str, not_kept: str, agreed_there: Any, moved_on: bool) -> None:
    found = after(state(crm=crm_side(person(name="Weiss-Berg"))), advoware=advoware_side(person(name=now)))
    assert found.agreed.not_kept == ({"name": not_kept} if not_kept else {})
    assert found.agreed.fields["name"] == Base("Weiss-Berg", agreed_there)
    assert found.moved_on is moved_on


@pytest.mark.parametrize("way", [What.AGREED, What.LEFT, What.PUT])
@pytest.mark.parametrize("side", [CRM, ADVOWARE])
def test_an_edit_that_came_while_we_wrote_something_else_is_seen_again(way: What, side: str) -> None:
    """The field itself was in agreement, or left different, or on its way to the other side."""
    theirs = "Uta" if way is What.LEFT else "Ute"
    then = Base("Ute", theirs)
    ours = "Ulla" if way is What.PUT and side == CRM else "Ute"
    if way is What.PUT and side == ADVOWARE:
        theirs = "Ulla"
    base = agreed()
    base = replace(base, fields=dict(base.fields) | {"vorname": then})
    given_state = state(base=base, crm=crm_side(person(vorname=ours)), advoware=advoware_side(person(vorname=theirs)))
    assert merge(given_state).fields["vorname"].what is way
    # The source of what we carried was edited again meanwhile.
    written = {CRM: ours, ADVOWARE: theirs}
    if way is What.PUT:
        written = {CRM: "Ulla", ADVOWARE: "Ulla"}
    now = written | {side: "Ines"}
    found = after(given_state, crm_side(person(vorname=now[CRM])), advoware_side(person(vorname=now[ADVOWARE])))
    assert found.moved_on
    assert found.agreed.fields["vorname"] == Base(written[CRM], written[ADVOWARE])
    again = state(
        base=found.agreed, crm=crm_side(person(vorname=now[CRM])), advoware=advoware_side(person(vorname=now[ADVOWARE]))
    )
    outcome = merge(again).fields["vorname"]
    assert (outcome.what, outcome.value) == (What.PUT, "Ines")


@pytest.mark.parametrize("writable", [{CRM}, {ADVOWARE}, set()])
def test_what_was_held_back_keeps_its_old_place(writable: set[str]) -> None:
    sides = {
        "crm": crm_side(person(name="Weiss"), A | B),
        "advoware": advoware_side(person(vorname="Alma"), A | C),
    }
    base = agreed(PERSON, A)
    given_state = state(**sides, base=base, writable=frozenset(writable))
    there, here = person(vorname="Alma"), person(name="Weiss")
    ours, theirs = A | B, A | C
    if ADVOWARE in writable:
        there["name"], theirs = "Weiss", theirs | B
    if CRM in writable:
        here["vorname"], ours = "Alma", ours | C
    found = after(given_state, crm_side(here, ours), advoware_side(there, theirs)).agreed
    assert (found.fields["name"] == Base("Weiss", "Weiss")) is (ADVOWARE in writable)
    assert (found.fields["vorname"] == Base("Alma", "Alma")) is (CRM in writable)
    assert ("b@w.example" in found.contacts.here.kinds) is (ADVOWARE in writable)
    assert ("c@w.example" in found.contacts.there.kinds) is (CRM in writable)
    # Switched on later, the rest is done.
    later = merge(state(base=found, crm=crm_side(here, ours), advoware=advoware_side(there, theirs)))
    moved = {name for name, each in later.fields.items() if each.what is What.PUT}
    assert moved == ({"name"} - ({"name"} if ADVOWARE in writable else set())) | (
        {"vorname"} - ({"vorname"} if CRM in writable else set())
    )


def test_a_conflict_keeps_what_was_agreed_and_a_first_one_nothing() -> None:
    sides = {"crm": crm_side(person(name="Weiss")), "advoware": advoware_side(person(name="Berg"))}
    rules = Rules(conflicts={"name": Rule.PERSON})
    assert after(state(**sides, rules=rules)).agreed.fields["name"] == Base("Roth", "Roth")
    assert "name" not in after(state(**sides, rules=rules, base=Agreed(), first=Holds.PERSON)).agreed.fields


def test_contacts_that_came_and_went_while_we_wrote_are_seen_again() -> None:
    given_state = state(base=agreed(PERSON, A), crm=crm_side(PERSON, A | B), advoware=advoware_side(PERSON, A))
    found = after(given_state, advoware=advoware_side(PERSON, B | C))
    assert found.moved_on
    again = state(base=found.agreed, crm=crm_side(PERSON, A | B), advoware=advoware_side(PERSON, B | C))
    assert contact_moves(again) == {("here", False): {"a@w.example"}, ("here", True): {"c@w.example"}}


def test_a_type_that_changed_while_we_wrote_is_seen_again() -> None:
    office, mobile = number("+4951110"), number("+4951110", Kind.MOBILE)
    given_state = state(
        base=agreed(PERSON, office), crm=crm_side(person(name="Weiss"), office), advoware=advoware_side(PERSON, office)
    )
    found = after(given_state, advoware=advoware_side(person(name="Weiss"), mobile))
    assert found.moved_on
    assert found.agreed.contacts.there.kinds == {"+4951110": Kind.OFFICE}


def test_a_contact_that_advoware_did_not_keep_stays_in_the_crm_and_is_not_sent_again() -> None:
    given_state = state(crm=crm_side(PERSON, A))
    found = after(given_state)
    assert found.agreed.not_kept == {"contact:a@w.example": "a@w.example"}
    assert not found.moved_on
    again = state(base=found.agreed, crm=crm_side(PERSON, A))
    assert contact_moves(again) == {}
    assert after(again).agreed.not_kept == found.agreed.not_kept
    gone = state(base=found.agreed, crm=crm_side(PERSON, {}))
    assert after(gone).agreed.not_kept == {}


def test_a_stuck_type_is_remembered_as_it_was() -> None:
    office, mobile = number("+4951110"), number("+4951110", Kind.MOBILE)
    given_state = state(
        base=agreed(PERSON, office), crm=crm_side(PERSON, mobile), advoware=advoware_side(PERSON, office)
    )
    found = after(given_state)
    assert found.agreed.contacts.here.kinds == {"+4951110": Kind.OFFICE}
    assert not found.moved_on


def test_what_advoware_cuts_off_is_a_task_and_not_a_persons_edit() -> None:
    long = "Erbengemeinschaft nach Almut Wendland und Sohn"
    given_state = state(crm=crm_side(person(rechtsform=long)))
    found = after(given_state, advoware=advoware_side(person(rechtsform=long[:30])))
    assert (found.agreed.not_kept, found.moved_on) == ({"rechtsform": long}, False)
    assert [(need.kind, need.facts) for need in found.tasks] == [
        ("value_not_kept", (("rechtsform", long[:30].strip(), long),))
    ]


def test_signs_that_advoware_replaces_are_in_agreement() -> None:
    given_state = state(crm=crm_side(person(name="Łukasz Roth")))
    found = after(given_state, advoware=advoware_side(person(name="?ukasz Roth")))
    assert (found.agreed.not_kept, found.tasks, found.moved_on) == ({}, (), False)
    edited = state(
        base=found.agreed,
        crm=crm_side(person(name="Łukasz Roth")),
        advoware=advoware_side(person(name="?ukasz Weiss")),
    )
    assert merge(edited).fields["name"].value == "Łukasz Weiss"


def test_what_the_crm_does_not_keep_is_a_task_too() -> None:
    given_state = state(advoware=advoware_side(person(name="Weiss")))
    found = after(given_state)
    assert found.agreed.not_kept == {"espocrm:name": "Weiss"}
    (need,) = found.tasks
    assert (need.kind, need.system) == ("cant_hold", CRM)
    assert need.facts == (("name", "Roth", "Weiss"), ("reason", "not_kept", ""))
    assert merge(state(base=found.agreed, advoware=given_state.advoware)).fields["name"].what is What.LEFT


def test_what_was_refused_keeps_its_place_and_is_noted() -> None:
    given_state = state(crm=crm_side(person(name="Weiss"), A | B))
    places = {"name": "validation.pattern", "contact:a@w.example": ""}
    found = after(given_state, advoware=advoware_side(PERSON, B), refusals=Refusals(places))
    assert found.agreed.fields["name"] == Base("Roth", "Roth")
    assert found.agreed.refused == {"name": "Weiss", "contact:a@w.example": "mail"}
    assert kinds_of(found) == ({"b@w.example": "mail"}, {"b@w.example": "mail"})
    assert [need.kind for need in found.tasks] == ["cant_hold", "cant_hold"]
    reasons = ["refused:validation.pattern", "refused"]
    assert [need.facts[-1] for need in found.tasks] == [("reason", reason, "") for reason in reasons]
    assert not found.moved_on
    again = state(base=found.agreed, crm=given_state.crm, advoware=advoware_side(PERSON, B))
    assert after(again).agreed.refused == found.agreed.refused
    assert [need.facts[-1] for need in after(again).tasks] == [need.facts[-1] for need in found.tasks]
    assert Agreed.from_json(found.agreed.to_json()).refused_for == {"name": "validation.pattern"}
    taken = state(base=found.agreed, crm=given_state.crm, advoware=advoware_side(person(name="Weiss"), A | B))
    assert after(taken).agreed.refused == {}


def test_what_was_left_out_to_find_what_is_refused_is_tried_again() -> None:
    given_state = state(advoware=advoware_side(PERSON, A | B))
    untried = Refusals(untried={"espocrm:contact:b@w.example"})
    found = after(given_state, crm=crm_side(PERSON, A), refusals=untried)
    assert found.moved_on
    again = state(base=found.agreed, crm=crm_side(PERSON, A), advoware=advoware_side(PERSON, A | B))
    assert contact_moves(again) == {("here", True): {"b@w.example"}}


fields = st.fixed_dictionaries(
    {name: st.sampled_from(["", "a", "b"]) for name in PERSON}
    | {
        "anrede": st.sampled_from(["", "Herr", "Frau"]),
        "geburtsdatum": st.sampled_from(["", "1970-02-28", "2000-01-01"]),
    }
)
addresses = st.sets(st.sampled_from("xyz"))


def some(names: set[str]) -> dict[str, Contact]:
    return {key: contact for name in names for key, contact in mail(f"{name}@w.example").items()}


def texts(said: Mapping[str, Any]) -> dict[str, str]:
    return {name: text_of(value) for name, value in said.items()}


def written(given_state: PartyState) -> tuple[Any, Any]:
    """Both sides after a run in which nothing went wrong."""
    merged = merge(given_state)
    assert given_state.crm is not None
    assert given_state.advoware is not None
    here, there = texts(given_state.crm.said), texts(given_state.advoware.said)
    here |= {name: text_of(each.value) for name, each in merged.targets(Side.HERE).items()}
    there |= {name: text_of(each.value) for name, each in merged.targets(Side.THERE).items()}
    moves = contact_moves(given_state)
    return (
        crm_side(here, _moved(given_state.crm.contacts, moves, "here")),
        advoware_side(there, _moved(given_state.advoware.contacts, moves, "there")),
    )


def _moved(before: Contacts | None, moves: Mapping[tuple[str, bool], set[str]], side: str) -> dict[str, Contact]:
    keys = set(before.texts if before else ()) - moves.get((side, False), set()) | moves.get((side, True), set())
    return {key: Contact(Kind.MAIL, key) for key in keys}


@settings(deadline=None)
@given(fields, fields, fields, addresses, addresses, addresses, st.booleans(), st.sampled_from(Holds))
def test_a_second_run_after_a_run_writes_nothing(
    crm: dict[str, str],
    advoware: dict[str, str],
    then: dict[str, str],
    ours: set[str],
    theirs: set[str],
    both: set[str],
    known: bool,
    first: Holds,
) -> None:
    given_state = state(
        base=agreed(then, some(both)) if known else Agreed(),
        crm=crm_side(crm, some(ours)),
        advoware=advoware_side(advoware, some(theirs)),
        first=first,
    )
    crm_now, advoware_now = written(given_state)
    found = after(given_state, crm_now, advoware_now)
    assert not found.moved_on
    again = merge(state(base=found.agreed, crm=crm_now, advoware=advoware_now, first=first))
    may_stay_empty = {"name"}  # a name that is empty on both sides' last agreement comes back
    assert not [name for name, each in again.fields.items() if each.what is What.PUT and name not in may_stay_empty]
    assert not [key for key, each in again.contacts.items() if each.what is What.PUT]
    assert Agreed.from_json(found.agreed.to_json()) == found.agreed


@settings(deadline=None)
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
    there = texts(advoware_now.said) | touched
    found = after(given_state, crm_now, advoware_side(there, some(edited_contacts)))
    again = merge(state(base=found.agreed, crm=crm_now, advoware=advoware_side(there, some(edited_contacts))))
    for name, value in touched.items():
        if value != then[name]:
            outcome = again.fields[name]
            assert (outcome.what, outcome.to, outcome.value) == (What.PUT, (Side.HERE,), value_of(value))
    added = set(some(edited_contacts)) - set(advoware_now.contacts.texts) - set(crm_now.contacts.texts)
    for key in added:
        # What we have just taken away and stands there again may as well never have gone: that is told.
        told = f"contact:{key}" in found.agreed.not_kept
        assert told if key in some(both) else again.contacts[key].to == (Side.HERE,)
