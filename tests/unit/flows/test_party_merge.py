"""The decision table of a field, row by row, and what must hold whatever the values are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.flows.beteiligte.agreement import Agreed, Pair, Written, with_own_writes
from syncapp.flows.beteiligte.fields import Direction, Kind, PartyField, Rule, Rules
from syncapp.flows.beteiligte.merge import UNKNOWN, Choice, FieldOutcome, Fields, Way, merge_fields
from syncapp.flows.beteiligte.merge_contacts import merge_contacts
from syncapp.flows.beteiligte.values import ADVOWARE, CRM, Contact, Reading

PLAIN = PartyField("x", "x", "x", "X")
NEEDED = PartyField("x", "x", "x", "X", needed=True)
AGREED, LEAVE, CONFLICT, BY_HAND = ("agreed",), ("leave",), ("conflict",), ("by hand",)
TO_CRM, TO_ADVOWARE = ("to crm", ""), ("to advoware", "")
OVER_CRM, OVER_ADVOWARE = ("to crm", CRM), ("to advoware", ADVOWARE)


def outcome(
    crm: str,
    advoware: str,
    base: tuple[str, str] | None,
    *,
    field: PartyField = PLAIN,
    rule: Rule = Rule.ESPOCRM,
    direction: Direction = Direction.BOTH,
    newer: str = "",
    unclear: str = "",
    choice: Choice | None = None,
    forced: tuple[str, str] | None = None,
) -> FieldOutcome:
    given_ = Fields(
        Reading({"x": crm}, None, frozenset("x") if unclear == CRM else frozenset()),
        Reading({"x": advoware}, None, frozenset("x") if unclear == ADVOWARE else frozenset()),
        {"x": Pair(*base)} if base else {},
        Rules(directions={"x": direction}, conflicts={"x": rule}),
        newer,
        {"x": choice} if choice else {},
        {"x": forced} if forced else {},
    )
    (found,) = merge_fields([field], given_)
    return found


def told(found: FieldOutcome) -> tuple[str, ...]:
    """The outcome in a word, with whose change is lost; a value that is carried is that of the other side."""
    match found.way:
        case Way.CARRY:
            return ("to crm" if found.to_crm else "to advoware", found.loser)
        case Way.AGREED | Way.LEAVE | Way.CONFLICT | Way.BY_HAND:
            return (found.way.name.lower().replace("_", " "),)


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
        ("b", "c", B, {"rule": Rule.PERSON, "choice": Choice(CRM, "b", "c")}, TO_ADVOWARE),
        ("b", "c", B, {"rule": Rule.PERSON, "choice": Choice(ADVOWARE, "b", "c")}, TO_CRM),
        ("b", "d", B, {"rule": Rule.PERSON, "choice": Choice(CRM, "b", "c")}, CONFLICT),
        ("b", "a", B, {"rule": Rule.PERSON, "choice": Choice(ADVOWARE, "b", "c")}, TO_ADVOWARE),
        # sides that differed when they agreed
        ("a", "b", ("a", "b"), {}, LEAVE),
        ("c", "b", ("a", "b"), {}, TO_ADVOWARE),
        ("a", "c", ("a", "b"), {}, TO_CRM),
        ("c", "d", ("a", "b"), {}, OVER_ADVOWARE),
        # fields that go one way only
        ("b", "a", B, {"direction": Direction.TO_ESPOCRM}, LEAVE),
        ("a", "b", B, {"direction": Direction.TO_ESPOCRM}, TO_CRM),
        ("b", "c", B, {"direction": Direction.TO_ESPOCRM}, TO_CRM),
        ("b", "c", B, {"direction": Direction.TO_ESPOCRM, "rule": Rule.PERSON}, TO_CRM),
        ("a", "b", B, {"direction": Direction.TO_ADVOWARE}, LEAVE),
        ("b", "a", B, {"direction": Direction.TO_ADVOWARE}, TO_ADVOWARE),
        ("b", "c", B, {"direction": Direction.TO_ADVOWARE, "rule": Rule.ADVOWARE}, TO_ADVOWARE),
        ("b", "c", B, {"direction": Direction.OFF}, LEAVE),
        ("b", "c", B, {"direction": Direction.OFF, "rule": Rule.PERSON}, LEAVE),
        ("b", "c", None, {"direction": Direction.OFF, "newer": UNKNOWN}, LEAVE),
        ("b", "", None, {"direction": Direction.TO_ESPOCRM}, LEAVE),
        ("", "b", None, {"direction": Direction.TO_ADVOWARE}, LEAVE),
        # first contact
        ("b", "c", None, {"newer": CRM}, OVER_ADVOWARE),
        ("b", "c", None, {"newer": ADVOWARE}, OVER_CRM),
        ("b", "c", None, {"newer": ""}, LEAVE),
        ("b", "c", None, {"newer": UNKNOWN}, CONFLICT),
        ("b", "c", None, {"newer": UNKNOWN, "choice": Choice(CRM, "b", "c")}, TO_ADVOWARE),
        ("b", "c", None, {"newer": UNKNOWN, "choice": Choice(CRM, "b", "x")}, CONFLICT),
        ("b", "", None, {"newer": ADVOWARE}, TO_ADVOWARE),
        ("", "c", None, {"newer": CRM}, TO_CRM),
        ("", "", None, {"newer": UNKNOWN}, AGREED),
        # values that nobody can translate
        ("b", "a", B, {"unclear": CRM}, BY_HAND),
        ("b", "a", B, {"unclear": ADVOWARE}, BY_HAND),
        ("a", "b", B, {"unclear": ADVOWARE}, BY_HAND),
        ("b", "c", None, {"unclear": CRM, "newer": CRM}, LEAVE),
        ("a", "b", ("a", "b"), {"unclear": ADVOWARE}, LEAVE),
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
    if found.way is Way.CARRY:
        assert found.target == (crm if found.to_advoware else advoware)


@pytest.mark.parametrize(
    ("crm", "advoware", "side", "direction", "wanted"),
    [
        ("b", "b", ADVOWARE, Direction.BOTH, (True, True)),
        ("b", "b", CRM, Direction.BOTH, (True, True)),
        ("b", "a", ADVOWARE, Direction.BOTH, (True, False)),  # an earlier run was stopped half-way
        ("b", "b", ADVOWARE, Direction.TO_ADVOWARE, (False, True)),
        ("b", "b", CRM, Direction.TO_ESPOCRM, (True, False)),
        ("b", "b", ADVOWARE, Direction.OFF, (False, True)),
    ],
)
def test_what_is_taken_back_goes_to_its_side_and_the_other_one_follows(
    crm: str, advoware: str, side: str, direction: Direction, wanted: tuple[bool, bool]
) -> None:
    found = outcome(crm, advoware, ("b", "b"), direction=direction, forced=("a", side))
    assert (found.way, found.target, (found.to_crm, found.to_advoware)) == (Way.CARRY, "a", wanted)


texts = st.sampled_from(["", "a", "b", "c"])
bases = st.one_of(st.none(), st.tuples(texts, texts))
rules = st.sampled_from(Rule)
directions = st.sampled_from(Direction)
newers = st.sampled_from([CRM, ADVOWARE, "", UNKNOWN])


@given(texts, texts, bases, rules, directions, newers)
def test_merging_again_after_it_was_written_does_nothing(
    crm: str, advoware: str, base: tuple[str, str] | None, rule: Rule, direction: Direction, newer: str
) -> None:
    found = outcome(crm, advoware, base, rule=rule, direction=direction, newer=newer)
    if found.way is not Way.CARRY:
        return
    crm, advoware = found.target if found.to_crm else crm, found.target if found.to_advoware else advoware
    again = outcome(crm, advoware, (crm, advoware), rule=rule, direction=direction, newer=newer)
    assert again.way in (Way.AGREED, Way.LEAVE)


@given(texts, texts, rules, directions, newers)
def test_a_field_that_nobody_touched_is_never_written(
    crm: str, advoware: str, rule: Rule, direction: Direction, newer: str
) -> None:
    found = outcome(crm, advoware, (crm, advoware), rule=rule, direction=direction, newer=newer)
    assert (found.to_crm, found.to_advoware) == (False, False)


@given(texts, texts, bases, rules, newers)
def test_no_edit_is_lost_without_a_word(
    crm: str, advoware: str, base: tuple[str, str] | None, rule: Rule, newer: str
) -> None:
    """What a person typed is on both sides, waits for a decision, or its replacement is told."""
    found = outcome(crm, advoware, base, rule=rule, newer=newer)
    if base is None or found.way is not Way.CARRY:
        return
    if crm not in (base[0], found.target):
        assert found.loser == CRM
    if advoware not in (base[1], found.target):
        assert found.loser == ADVOWARE


# Our own writes since the last agreement


@pytest.mark.parametrize(
    ("certain", "there", "wanted"),
    [
        (True, "b", Pair("b", "b")),
        (True, "c", Pair("b", "b")),
        (False, "b", Pair("b", "b")),
        (False, "a", Pair("a", "a")),
    ],
)
def test_a_write_of_ours_is_no_persons_edit(certain: bool, there: str, wanted: Pair) -> None:
    write = Written(ADVOWARE, certain=certain, fields={"x": ("a", "b")})
    base = Agreed(number=1, fields={"x": Pair("a", "a")})
    found = with_own_writes(base, [write], Reading({"x": "b"}, {}), Reading({"x": there}, {}))
    assert found.fields["x"] == wanted


@pytest.mark.parametrize("certain", [True, False])
@pytest.mark.parametrize("present", [True, False])
def test_a_contact_of_ours_is_no_persons_edit(certain: bool, present: bool) -> None:
    one = Contact(Kind.MAIL, "x")
    write = Written(ADVOWARE, certain=certain, added={"k": one}, removed={"old": one})
    base = Agreed(number=1, crm_contacts={"old": Kind.MAIL}, advoware_contacts={"old": Kind.MAIL})
    there = {"k" if present else "old": one}
    found = with_own_writes(base, [write], Reading({}, {}), Reading({}, there))
    assert set(found.advoware_contacts) == ({"k"} if certain or present else {"old"})
    assert found.crm_contacts == found.advoware_contacts


def test_what_is_agreed_survives_being_stored() -> None:
    whole = Agreed(
        number=1,
        fields={"x": Pair("a", "b")},
        crm_contacts={"k": Kind.MAIL},
        advoware_contacts={"n": Kind.FAX},
        crm_unreadable=frozenset({"?"}),
        not_kept={"x": "a"},
        fingerprint="f",
        stamp="s",
        journal=7,
        look=True,
    )
    assert Agreed.from_json(whole.to_json()) == whole
    assert Agreed.from_json({}) == Agreed()


# Contacts

keys = st.sets(st.sampled_from("abcd"))


def contacts(names: set[str]) -> dict[str, Contact]:
    return {name: Contact(Kind.OFFICE, name) for name in names}


def base_of(crm: set[str], advoware: set[str]) -> Agreed:
    return Agreed(
        number=1, crm_contacts=dict.fromkeys(crm, Kind.OFFICE), advoware_contacts=dict.fromkeys(advoware, Kind.OFFICE)
    )


@pytest.mark.parametrize(
    ("crm", "advoware", "then", "wanted"),
    [
        ("a", "a", "a", ""),
        ("ab", "a", "a", "+advoware"),
        ("a", "ab", "a", "+crm"),
        ("a", "ab", "ab", "-advoware"),
        ("ab", "a", "ab", "-crm"),
        ("a", "b", "", "+both"),
        ("", "", "ab", ""),
    ],
)
def test_contacts_are_a_set_on_each_side(crm: str, advoware: str, then: str, wanted: str) -> None:
    found = merge_contacts(contacts(set(crm)), contacts(set(advoware)), base_of(set(then), set(then)))
    moves = {
        "+advoware": set(found.to_advoware),
        "-advoware": set(found.from_advoware),
        "+crm": set(found.to_crm),
        "-crm": set(found.from_crm),
    }
    if wanted == "+both":
        assert moves == {"+advoware": {"a"}, "+crm": {"b"}, "-advoware": set(), "-crm": set()}
        return
    assert {name for name, names in moves.items() if names} == ({wanted} if wanted else set())
    assert all(names == {"b"} for names in moves.values() if names)


def test_a_contact_that_only_one_side_can_have_stays_there() -> None:
    assert merge_contacts(contacts({"a"}), {}, base_of({"a"}, set())).pending == frozenset()
    assert merge_contacts({}, contacts({"a"}), base_of(set(), {"a"})).pending == frozenset()


@pytest.mark.parametrize("sides", [(None, contacts({"a"})), (contacts({"a"}), None), (None, None)])
def test_a_side_that_does_not_tell_its_contacts_moves_nothing(
    sides: tuple[dict[str, Contact] | None, dict[str, Contact] | None],
) -> None:
    assert merge_contacts(*sides, base_of({"a"}, {"a"})).pending == frozenset()


@given(keys, keys, keys, keys)
def test_both_sides_have_the_same_contacts_afterwards_and_merging_again_does_nothing(
    crm: set[str], advoware: set[str], then: set[str], forced_out: set[str]
) -> None:
    base = base_of(then, then)
    found = merge_contacts(contacts(crm), contacts(advoware), base, None, frozenset(forced_out))
    ours = (crm - found.from_crm) | set(found.to_crm)
    theirs = (advoware - found.from_advoware) | set(found.to_advoware)
    assert ours == theirs
    assert not ours & forced_out
    assert merge_contacts(contacts(ours), contacts(theirs), base_of(ours, theirs)).pending == frozenset()
    # An addition is never lost, and what both sides kept stays.
    assert (crm | advoware) - then - forced_out <= ours
    assert (crm & advoware) - forced_out <= ours


@given(keys, keys)
def test_contacts_that_nobody_touched_are_never_written(crm: set[str], advoware: set[str]) -> None:
    found = merge_contacts(contacts(crm), contacts(advoware), base_of(crm, advoware))
    assert found.pending == frozenset()
