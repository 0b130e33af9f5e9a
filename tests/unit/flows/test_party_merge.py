"""What becomes of a field and of contacts, row by row, and what must hold whatever the values are."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.flows.beteiligte.agreement import Agreed, Written, with_own_writes
from syncapp.flows.beteiligte.comparison import Merged, merge
from syncapp.flows.beteiligte.contacts import Contact
from syncapp.flows.beteiligte.fields import ADVOWARE, SALUTATION, Direction, Kind, PartyField, Rule
from syncapp.flows.beteiligte.sides import value_of
from syncapp.flows.beteiligte.state import Choice
from syncapp.flows.beteiligte.taking_back import TakingBack
from syncapp.flows.lens import entries
from syncapp.flows.lens.core import EMPTY, CantHold, Unreadable, Why
from syncapp.flows.lens.declaration import Base, Holds, Outcome, Side, What
from syncapp.flows.lens.entries import Entries
from tests.unit.flows.party_sides import NUMBER, advoware_side, agreed, crm_side, mail, number, one_field, state

PLAIN = PartyField("x", "x", "x", "X")
NEEDED = PartyField("x", "x", "x", "X", needed=True)
CHOICE = PartyField("x", "x", "x", "X", SALUTATION)  # a, b, c are known words
HERE, THERE = Side.HERE, Side.THERE
AGREED, LEFT, CONFLICT, UNREADABLE = ("agreed",), ("left",), ("conflict",), ("unreadable",)
TO_CRM, TO_ADVOWARE = ("to crm", None), ("to advoware", None)
OVER_CRM, OVER_ADVOWARE = ("to crm", HERE), ("to advoware", THERE)


def outcome(
    crm: str,
    advoware: str,
    base: tuple[str, str] | None,
    *,
    field: PartyField = PLAIN,
    rule: Rule = Rule.ESPOCRM,
    direction: Direction = Direction.BOTH,
    first: Holds = Holds.NOBODY,
    choice: Choice | None = None,
    forced: tuple[str, Side] | None = None,
) -> Outcome[str]:
    words = {word: word for word in "abc"}
    rules = one_field(field, directions={"x": direction}, conflicts={"x": rule}, salutations=words)
    given_ = state(
        crm=crm_side({"x": crm}, rules=rules),
        advoware=advoware_side({"x": advoware}, rules=rules),
        base=Agreed(NUMBER, {"x": Base(value_of(base[0]), value_of(base[1]))} if base else {}),
        rules=rules,
        first=first,
        choices={"x": choice} if choice else {},
        taking_back=TakingBack({"x": (value_of(forced[0]), forced[1])}) if forced else TakingBack(),
    )
    return merge(given_).fields["x"]


def told(found: Outcome[str]) -> tuple[Any, ...]:
    """The outcome in a word, with whose change is lost; a value that is put is that of the other side."""
    if found.what is What.PUT:
        return ("to crm" if found.to == (HERE,) else "to advoware", found.loser)
    return (str(found.what),)


B = ("a", "a")


@pytest.mark.parametrize(
    ("crm", "advoware", "base", "options", "wanted"),
    [
        # with a last agreement
        ("a", "a", B, {}, AGREED),
        ("b", "a", B, {}, TO_ADVOWARE),
        ("a", "b", B, {}, TO_CRM),
        ("", "a", B, {}, TO_ADVOWARE),
        ("a", "", B, {}, TO_CRM),
        ("b", "b", B, {}, AGREED),
        ("b", "c", B, {}, OVER_ADVOWARE),
        ("b", "c", B, {"rule": Rule.ADVOWARE}, OVER_CRM),
        ("b", "c", B, {"rule": Rule.PERSON}, CONFLICT),
        ("", "c", B, {"rule": Rule.PERSON}, CONFLICT),
        ("b", "c", B, {"rule": Rule.PERSON, "choice": Choice(HERE, "b", "c")}, TO_ADVOWARE),
        ("b", "c", B, {"rule": Rule.PERSON, "choice": Choice(THERE, "b", "c")}, TO_CRM),
        ("b", "d", B, {"rule": Rule.PERSON, "choice": Choice(HERE, "b", "c")}, CONFLICT),
        ("b", "a", B, {"rule": Rule.PERSON, "choice": Choice(THERE, "b", "c")}, TO_ADVOWARE),
        # sides that differed when they agreed
        ("a", "b", ("a", "b"), {}, LEFT),
        ("c", "b", ("a", "b"), {}, TO_ADVOWARE),
        ("a", "c", ("a", "b"), {}, TO_CRM),
        ("c", "d", ("a", "b"), {}, OVER_ADVOWARE),
        # fields that go one way only
        ("b", "a", B, {"direction": Direction.TO_ESPOCRM}, LEFT),
        ("a", "b", B, {"direction": Direction.TO_ESPOCRM}, TO_CRM),
        ("b", "c", B, {"direction": Direction.TO_ESPOCRM}, TO_CRM),
        ("b", "c", B, {"direction": Direction.TO_ESPOCRM, "rule": Rule.PERSON}, TO_CRM),
        ("a", "b", B, {"direction": Direction.TO_ADVOWARE}, LEFT),
        ("b", "a", B, {"direction": Direction.TO_ADVOWARE}, TO_ADVOWARE),
        ("b", "c", B, {"direction": Direction.TO_ADVOWARE, "rule": Rule.ADVOWARE}, TO_ADVOWARE),
        ("b", "c", B, {"direction": Direction.OFF}, LEFT),
        ("b", "c", B, {"direction": Direction.OFF, "rule": Rule.PERSON}, LEFT),
        ("b", "c", None, {"direction": Direction.OFF, "first": Holds.PERSON}, LEFT),
        ("b", "", None, {"direction": Direction.TO_ESPOCRM}, LEFT),
        ("", "b", None, {"direction": Direction.TO_ADVOWARE}, LEFT),
        # first contact
        ("b", "c", None, {"first": Holds.HERE}, OVER_ADVOWARE),
        ("b", "c", None, {"first": Holds.THERE}, OVER_CRM),
        ("b", "c", None, {"first": Holds.NOBODY}, LEFT),
        ("b", "c", None, {"first": Holds.PERSON}, CONFLICT),
        ("b", "c", None, {"first": Holds.PERSON, "choice": Choice(HERE, "b", "c")}, TO_ADVOWARE),
        ("b", "c", None, {"first": Holds.PERSON, "choice": Choice(HERE, "b", "x")}, CONFLICT),
        ("b", "", None, {"first": Holds.THERE}, TO_ADVOWARE),
        ("", "c", None, {"first": Holds.HERE}, TO_CRM),
        ("", "", None, {"first": Holds.PERSON}, AGREED),
        # values that nobody can read: never written over, never silent
        ("?", "a", B, {"field": CHOICE}, UNREADABLE),
        ("b", "?", B, {"field": CHOICE}, UNREADABLE),
        ("a", "?", B, {"field": CHOICE}, UNREADABLE),
        ("?", "", B, {"field": CHOICE}, UNREADABLE),
        ("?", "c", None, {"field": CHOICE, "first": Holds.HERE}, UNREADABLE),
        ("", "?", None, {"field": CHOICE}, UNREADABLE),
        ("?", "!", None, {"field": CHOICE}, UNREADABLE),
        ("?", "?", None, {"field": CHOICE}, AGREED),
        ("?", "a", B, {"field": CHOICE, "direction": Direction.OFF}, LEFT),
        # what Advoware can't show
        ("Łu", "?u", B, {}, AGREED),
        ("Łu", "?u", None, {"first": Holds.THERE}, AGREED),
        # a field that may not be empty
        ("", "a", B, {"field": NEEDED}, TO_CRM),
        ("a", "", B, {"field": NEEDED}, TO_ADVOWARE),
        ("", "b", B, {"field": NEEDED, "rule": Rule.PERSON}, TO_CRM),
    ],
)
def test_the_decision_about_a_field(
    crm: str, advoware: str, base: tuple[str, str] | None, options: dict[str, object], wanted: tuple[str, ...]
) -> None:
    found = outcome(crm, advoware, base, **options)  # type: ignore[arg-type]
    assert told(found) == wanted
    if found.what is What.PUT:
        assert found.value == value_of(crm if found.to == (THERE,) else advoware)


@pytest.mark.parametrize(
    ("crm", "advoware", "side", "direction", "wanted"),
    [
        ("b", "b", THERE, Direction.BOTH, {HERE, THERE}),
        ("b", "b", HERE, Direction.BOTH, {HERE, THERE}),
        ("b", "a", THERE, Direction.BOTH, {HERE}),  # an earlier run was stopped half-way
        ("b", "b", THERE, Direction.TO_ADVOWARE, {THERE}),
        ("b", "b", HERE, Direction.TO_ADVOWARE, {HERE, THERE}),
        ("b", "b", HERE, Direction.TO_ESPOCRM, {HERE}),
        ("b", "b", THERE, Direction.OFF, {THERE}),
    ],
)
def test_what_is_taken_back_goes_to_its_side_and_the_other_one_follows(
    crm: str, advoware: str, side: Side, direction: Direction, wanted: set[Side]
) -> None:
    found = outcome(crm, advoware, ("b", "b"), direction=direction, forced=("a", side))
    assert (found.what, found.value, set(found.to)) == (What.PUT, "a", wanted)


texts = st.sampled_from(["", "a", "b", "c"])
bases = st.one_of(st.none(), st.tuples(texts, texts))
rules = st.sampled_from(Rule)
directions = st.sampled_from(Direction)
firsts = st.sampled_from(Holds)


@settings(deadline=None)
@given(texts, texts, bases, rules, directions, firsts)
def test_merging_again_after_it_was_written_does_nothing(
    crm: str, advoware: str, base: tuple[str, str] | None, rule: Rule, direction: Direction, first: Holds
) -> None:
    found = outcome(crm, advoware, base, rule=rule, direction=direction, first=first)
    if found.what is not What.PUT:
        return
    value = "" if found.value is EMPTY else str(found.value)
    crm, advoware = value if HERE in found.to else crm, value if THERE in found.to else advoware
    again = outcome(crm, advoware, (crm, advoware), rule=rule, direction=direction, first=first)
    assert again.what in (What.AGREED, What.LEFT)


@settings(deadline=None)
@given(texts, texts, rules, directions, firsts)
def test_a_field_that_nobody_touched_is_never_written(
    crm: str, advoware: str, rule: Rule, direction: Direction, first: Holds
) -> None:
    found = outcome(crm, advoware, (crm, advoware), rule=rule, direction=direction, first=first)
    assert found.what in (What.AGREED, What.LEFT)


@settings(deadline=None)
@given(texts, texts, bases, rules, firsts)
def test_no_edit_is_lost_without_a_word(
    crm: str, advoware: str, base: tuple[str, str] | None, rule: Rule, first: Holds
) -> None:
    """What a person typed is on both sides, waits for a decision, or its replacement is told."""
    found = outcome(crm, advoware, base, rule=rule, first=first)
    if base is None or found.what is not What.PUT:
        return
    if value_of(crm) not in (value_of(base[0]), found.value):
        assert found.loser is HERE
    if value_of(advoware) not in (value_of(base[1]), found.value):
        assert found.loser is THERE


# Our own writes since the last agreement


@pytest.mark.parametrize(
    ("certain", "there", "wanted"),
    [
        (True, "b", Base("b", "b")),
        (True, "c", Base("b", "b")),
        (False, "b", Base("b", "b")),
        (False, "a", Base("a", "a")),
    ],
)
def test_a_write_of_ours_is_no_persons_edit(certain: bool, there: str, wanted: Base[str]) -> None:
    write = Written(ADVOWARE, certain=certain, fields={"x": ("a", "b")})
    base, rules = Agreed(number=1, fields={"x": Base("a", "a")}), one_field(PLAIN)
    sides = crm_side({"x": "b"}, rules=rules), advoware_side({"x": there}, rules=rules)
    assert with_own_writes(base, [write], *sides).fields["x"] == wanted


@pytest.mark.parametrize("certain", [True, False])
@pytest.mark.parametrize("present", [True, False])
def test_a_contact_of_ours_is_no_persons_edit(certain: bool, present: bool) -> None:
    write = Written(ADVOWARE, certain=certain, added=mail("k@w.example"), removed=mail("old@w.example"))
    base = agreed(contacts=mail("old@w.example"))
    there = advoware_side(contacts=mail("k@w.example" if present else "old@w.example"))
    found = with_own_writes(base, [write], crm_side(contacts=mail("k@w.example")), there).contacts
    assert set(found.there.kinds) == ({"k@w.example"} if certain or present else {"old@w.example"})
    assert found.here == found.there


def test_what_is_agreed_survives_being_stored() -> None:
    whole = Agreed(
        number=1,
        fields={"x": Base("a", Unreadable("?")), "y": Base(EMPTY, "b")},
        contacts=entries.Agreed(Entries({"k@w.example": "mail"}, frozenset({"?"})), Entries({"+4951110": "fax"})),
        not_kept={"x": "a"},
        refused={"espocrm:y": "b"},
        refused_on="2026-11-28",
        fingerprint="f",
        stamp="s",
        journal=7,
        look=True,
    )
    assert Agreed.from_json(whole.to_json()) == whole
    assert Agreed.from_json({}) == Agreed()


def test_what_was_stored_before_the_lenses_is_read() -> None:
    old = {
        "number": 104711,
        "fields": {"name": ["Roth", "Roth"], "anrede": ["", "Frau Notarin"], "geburtsdatum": ["1970-02-28", ""]},
        "crm_contacts": {"a@w.example": "mail", "+4951112345": "office"},
        "advoware_contacts": {"a@w.example": "mail", "a@m\u00fcller.example": "mail"},
        "crm_unreadable": [],
        "advoware_unreadable": ["nach 17 Uhr"],
        "not_kept": {"rechtsform": "OHG", "contact:a@w.example": "A@w.example"},
        "fingerprint": "f",
        "stamp": "2026-11-28T08:00:00+00:00",
        "journal": 12,
        "look": False,
    }
    read = Agreed.from_json(old)
    assert read.fields["name"] == Base("Roth", "Roth")
    assert read.fields["anrede"] == Base(EMPTY, "Frau Notarin")
    assert read.fields["geburtsdatum"] == Base("1970-02-28", EMPTY)
    assert read.contacts.here == Entries({"a@w.example": "mail", "+4951112345": "office"})
    assert set(read.contacts.there.kinds) == {"a@w.example", "a@xn--mller-kva.example"}
    assert read.contacts.there.unreadable == {"nach 17 Uhr"}
    assert (read.not_kept, read.refused, read.journal) == (old["not_kept"], {}, 12)


# Contacts

keys = st.sets(st.sampled_from("abcd"))


def contacts(names: set[str]) -> dict[str, Contact]:
    return {key: contact for name in names for key, contact in mail(f"{name}@w.example").items()}


def base_of(crm: set[str], advoware: set[str]) -> Agreed:
    kinds = [dict.fromkeys(contacts(names), "mail") for names in (crm, advoware)]
    return Agreed(NUMBER, contacts=entries.Agreed(Entries(kinds[0]), Entries(kinds[1])))


def merged(crm: set[str], advoware: set[str], base: Agreed, forced_out: set[str] = frozenset()) -> Merged:  # type: ignore[assignment]
    sides = {"crm": crm_side(contacts=contacts(crm)), "advoware": advoware_side(contacts=contacts(advoware))}
    return merge(state(**sides, base=base, taking_back=TakingBack(contacts_out=frozenset(contacts(forced_out)))))


def moves(found: Merged) -> dict[str, set[str]]:
    signs = {
        f"{'-' if each.value is EMPTY else '+'}{'crm' if side is HERE else 'advoware'}": (side, each.value is EMPTY)
        for side in Side
        for _key, each in found.contact_targets(side).items()
    }
    return {
        sign: {key[0] for key, each in found.contact_targets(side).items() if (each.value is EMPTY) is gone}
        for sign, (side, gone) in signs.items()
    }


@pytest.mark.parametrize(
    ("crm", "advoware", "then", "wanted"),
    [
        ("a", "a", "a", {}),
        ("ab", "a", "a", {"+advoware": {"b"}}),
        ("a", "ab", "a", {"+crm": {"b"}}),
        ("a", "ab", "ab", {"-advoware": {"b"}}),
        ("ab", "a", "ab", {"-crm": {"b"}}),
        ("a", "b", "", {"+advoware": {"a"}, "+crm": {"b"}}),
        ("", "", "ab", {}),
    ],
)
def test_contacts_are_a_set_on_each_side(crm: str, advoware: str, then: str, wanted: dict[str, set[str]]) -> None:
    assert moves(merged(set(crm), set(advoware), base_of(set(then), set(then)))) == wanted


def test_a_contact_that_only_one_side_can_have_stays_there() -> None:
    assert moves(merged({"a"}, set(), base_of({"a"}, set()))) == {}
    assert moves(merged(set(), {"a"}, base_of(set(), {"a"}))) == {}


@pytest.mark.parametrize(
    ("text", "why"),
    [("+491711234567", None), ("Tel. 0171 1234567", None), ("0171 1234567 Tochter abends", Why.REMARK)],
)
def test_what_a_person_wrote_beside_a_number_in_the_crm_does_not_go_with_it(text: str, why: Why | None) -> None:
    """Older EspoCRM, and one without international numbers, keeps a number as it was typed (`$phoneNumberLoose`)."""
    before = number("+491711234567", Kind.MOBILE)
    here = crm_side(contacts={"+491711234567": Contact(Kind.MOBILE, text)})
    found = merge(state(crm=here, advoware=advoware_side(), base=agreed(contacts=before))).contacts["+491711234567"]
    assert (found.what, found.to) == (What.PUT if why is None else What.CANT_HOLD, (Side.HERE,))
    assert found.reason == (None if why is None else CantHold(why, text))


@pytest.mark.parametrize(("here", "there"), [(False, True), (True, False), (False, False)])
def test_a_side_that_does_not_tell_its_contacts_moves_nothing(here: bool, there: bool) -> None:
    sides = {"crm": crm_side(told=here, contacts=contacts({"a"})), "advoware": advoware_side(told=there)}
    assert merge(state(**sides, base=base_of({"a"}, {"a"}))).contacts == {}


@settings(deadline=None)
@given(keys, keys, keys, keys)
def test_both_sides_have_the_same_contacts_afterwards_and_merging_again_does_nothing(
    crm: set[str], advoware: set[str], then: set[str], forced_out: set[str]
) -> None:
    found = moves(merged(crm, advoware, base_of(then, then), forced_out))
    ours = (crm - found.get("-crm", set())) | found.get("+crm", set())
    theirs = (advoware - found.get("-advoware", set())) | found.get("+advoware", set())
    assert ours == theirs
    assert not ours & forced_out
    assert moves(merged(ours, theirs, base_of(ours, theirs))) == {}
    # An addition is never lost, and what both sides kept stays.
    assert (crm | advoware) - then - forced_out <= ours
    assert (crm & advoware) - forced_out <= ours


@settings(deadline=None)
@given(keys, keys)
def test_contacts_that_nobody_touched_are_never_written(crm: set[str], advoware: set[str]) -> None:
    assert moves(merged(crm, advoware, base_of(crm, advoware))) == {}
