"""One field, three ways. No database, no HTTP."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.flows.lens.core import EMPTY, Attribute, CantHold, Lens, Unreadable, Why, changes
from syncapp.flows.lens.declaration import Base, Field, Holds, Side, Way, What
from syncapp.flows.lens.merge import decide
from syncapp.flows.lens.own import Own, with_own_writes
from syncapp.flows.lens.records import Asked, Remembered, loaded, merge, remembered, stored
from syncapp.flows.lens.texts import Text

PLAIN: Field[Any, Any, str] = Field("f", Text(), Text())
AGREED = Base("a", "a")
BAD = Unreadable("?!")
HERE, THERE = Side.HERE, Side.THERE


@pytest.mark.parametrize(
    ("here", "there", "base", "what", "to", "value", "loser"),
    [
        ("a", "a", None, What.AGREED, (), EMPTY, None),
        ("b", "a", AGREED, What.PUT, (THERE,), "b", None),
        ("a", "b", AGREED, What.PUT, (HERE,), "b", None),
        (EMPTY, "a", AGREED, What.PUT, (THERE,), EMPTY, None),
        ("b", "b", AGREED, What.AGREED, (), EMPTY, None),
        ("b", "c", AGREED, What.PUT, (THERE,), "b", THERE),
        (EMPTY, "c", AGREED, What.PUT, (THERE,), EMPTY, THERE),
        ("a", "x", Base("a", "x"), What.LEFT, (), EMPTY, None),  # they differ as they did
        ("b", "x", Base("a", "x"), What.PUT, (THERE,), "b", None),
        ("a", EMPTY, None, What.PUT, (THERE,), "a", None),  # first contact: what is empty is filled
        (EMPTY, "b", None, What.PUT, (HERE,), "b", None),
        ("a", "b", None, What.PUT, (HERE,), "b", HERE),  # first contact: whose value holds is given
        (BAD, "a", AGREED, What.UNREADABLE, (), EMPTY, None),
        (BAD, "b", AGREED, What.UNREADABLE, (), EMPTY, None),
        ("a", BAD, None, What.UNREADABLE, (), EMPTY, None),
        (EMPTY, BAD, None, What.UNREADABLE, (), EMPTY, None),
        ("b", BAD, Base("a", BAD), What.UNREADABLE, (), EMPTY, None),
        (BAD, BAD, None, What.AGREED, (), EMPTY, None),
    ],
)
def test_decisions(here: Any, there: Any, base: Any, what: What, to: Any, value: Any, loser: Any) -> None:
    outcome = decide(PLAIN, here, there, base, first=Holds.THERE)
    assert (outcome.what, outcome.to, outcome.value, outcome.loser) == (what, to, value, loser)
    assert (outcome.here, outcome.there) == (here, there)


@pytest.mark.parametrize(
    ("rule", "chosen", "what", "to"),
    [
        (Holds.HERE, None, What.PUT, (THERE,)),
        (Holds.THERE, None, What.PUT, (HERE,)),
        (Holds.PERSON, None, What.CONFLICT, ()),
        (Holds.PERSON, Side.THERE, What.PUT, (HERE,)),
        (Holds.HERE, Side.THERE, What.PUT, (HERE,)),
    ],
)
def test_both_edited(rule: Holds, chosen: Side | None, what: What, to: Any) -> None:
    outcome = decide(Field("f", Text(), Text(), rule), "b", "c", AGREED, chosen=chosen)
    assert (outcome.what, outcome.to) == (what, to)


@pytest.mark.parametrize(
    ("way", "here", "there", "what", "to"),
    [
        (Way.TO_THERE, "b", "a", What.PUT, (THERE,)),
        (Way.TO_THERE, "a", "b", What.LEFT, ()),
        (Way.TO_THERE, "b", "c", What.PUT, (THERE,)),  # the edit of a side that doesn't lead hides nothing
        (Way.TO_HERE, "b", "c", What.PUT, (HERE,)),
        (Way.TO_HERE, "b", "a", What.LEFT, ()),
        (Way.OFF, "b", "a", What.LEFT, ()),
    ],
)
def test_one_way(way: Way, here: str, there: str, what: What, to: Any) -> None:
    outcome = decide(Field("f", Text(), Text(), way=way), here, there, AGREED)
    assert (outcome.what, outcome.to) == (what, to)


def test_what_is_needed_is_filled_again() -> None:
    outcome = decide(Field("f", Text(), Text(), needed=True), EMPTY, "a", AGREED)
    assert (outcome.what, outcome.to, outcome.value) == (What.PUT, (HERE,), "a")


def test_first_contact_waits_for_a_person_or_leaves_both() -> None:
    assert decide(PLAIN, "a", "b", None, first=Holds.PERSON).what is What.CONFLICT
    assert decide(PLAIN, "a", "b", None).what is What.LEFT
    decided = decide(PLAIN, "a", "b", None, first=Holds.PERSON, chosen=Side.THERE)
    assert (decided.to, decided.loser) == ((HERE,), None)  # whoever chose needs no notice


def test_a_write_that_is_taken_back_goes_to_both_sides() -> None:
    outcome = decide(PLAIN, "b", "b", AGREED, forced="a")
    assert (outcome.what, outcome.to, outcome.value) == (What.PUT, (HERE, THERE), "a")
    assert decide(PLAIN, "a", "b", AGREED, forced="a").to == (THERE,)


NAME: Field[Any, Any, str] = Field("name", Attribute("lastName", Text()), Attribute("name", Text(charset="latin-1")))
TOWN: Field[Any, Any, str] = Field("ort", Attribute("ort", Text(refused="<>")), Attribute("ort", Text()))


def test_a_field_that_cannot_be_put_stops_no_other() -> None:
    here, there = {"lastName": "Roth", "ort": "Köln", "x": 1}, {"name": "Weiss", "ort": "<Bonn>", "y": 2}
    merged = merge([NAME, TOWN], here, there, {"name": Base("Roth", "Roth"), "ort": Base("Köln", "Köln")})
    assert changes(here, merged.here) == {"lastName": "Weiss"}
    assert changes(there, merged.there) == {}
    assert merged.outcomes["ort"].what is What.CANT_HOLD
    assert merged.outcomes["ort"].reason == CantHold(Why.SIGNS, "<>")


def test_different_fields_of_both_sides_are_brought_together() -> None:
    bases = {"name": Base("Roth", "Roth"), "ort": Base("Köln", "Köln")}
    merged = merge([NAME, TOWN], {"lastName": "Roth", "ort": "Bonn"}, {"name": "Weiss", "ort": "Köln"}, bases)
    assert (merged.here, merged.there) == ({"lastName": "Weiss", "ort": "Bonn"}, {"name": "Weiss", "ort": "Bonn"})


def test_what_a_side_cannot_show_is_not_lost_by_an_edit_there() -> None:
    bases = {"name": Base("Łukasz Roth", "?ukasz Roth")}
    merged = merge([NAME], {"lastName": "Łukasz Roth"}, {"name": "?ukasz Weiss"}, bases)
    assert merged.here == {"lastName": "Łukasz Weiss"}


def test_choices_and_taking_back_are_by_field() -> None:
    bases = {"name": Base("Roth", "Roth"), "ort": Base("Köln", "Köln")}
    asked = Asked(chosen={"name": THERE}, forced={"ort": "Bonn"})
    merged = merge([NAME, TOWN], {"lastName": "A", "ort": "Köln"}, {"name": "B", "ort": "Köln"}, bases, asked)
    assert (merged.here, merged.there) == ({"lastName": "B", "ort": "Bonn"}, {"name": "B", "ort": "Bonn"})


@pytest.mark.parametrize(
    ("writes", "here", "there", "base"),
    [
        ([Own(THERE, "b", seen=True)], "b", "b", Base("b", "b")),
        ([Own(THERE, "b", seen=True)], "b", "c", Base("b", "b")),  # a person edited there since
        ([Own(THERE, "b")], "b", "b", Base("b", "b")),  # the answer was lost, and it had happened
        ([Own(THERE, "b")], "b", "a", AGREED),  # it had not
        ([Own(THERE, "b")], "c", "b", Base("b", "b")),  # a person edited here since
        ([Own(THERE, "Łuk")], "Łuk", "?uk", Base("Łuk", "?uk")),
        ([Own(HERE, "b", seen=True), Own(THERE, "c", seen=True)], "c", "c", Base("c", "c")),
    ],
)
def test_our_own_writes_are_no_edits(writes: Any, here: str, there: str, base: Any) -> None:
    field: Field[Any, Any, str] = Field("f", Text(), Text(charset="latin-1"))
    assert with_own_writes(field, AGREED, writes, here, there) == base


@pytest.mark.parametrize(
    ("here", "there", "base", "kept", "moved_on"),
    [
        ("b", "b", Base("b", "b"), True, False),
        ("b", "a", Base("b", "a"), False, False),  # it took our write and does not show it
        ("b", "c", Base("b", "b"), True, True),  # a person was faster
        ("b", EMPTY, Base("b", EMPTY), False, False),  # it took the value away and kept none
        ("c", "b", Base("b", "b"), True, True),
    ],
)
def test_what_is_remembered_of_a_put(here: str, there: Any, base: Any, kept: bool, moved_on: bool) -> None:
    outcome = decide(PLAIN, "b", "a", AGREED)
    seen = remembered(PLAIN, outcome, AGREED, here, there)
    assert (seen.base, seen.kept, seen.moved_on) == (base, kept, moved_on)


def test_what_is_as_it_was_is_no_sign_of_our_write() -> None:
    """It may be what the side makes of our write, and was there before: then it is written again, or a task."""
    field: Field[Any, Any, str] = Field("f", Text(), Text())
    before = Base("?u", "?u")
    assert with_own_writes(field, before, [Own(THERE, "Łu")], "Łu", "?u") == before
    assert not remembered(field, decide(field, "Łu", "?u", before), before, "Łu", "?u").kept


def test_what_a_side_cuts_off_is_no_edit() -> None:
    """However short it is: a person who shortens the value just then is told of both."""
    seen = remembered(PLAIN, decide(PLAIN, "Weiss-Berg", "Roth", Base("Roth", "Roth")), None, "Weiss-Berg", "Weiss")
    assert (seen.base, seen.kept, seen.moved_on) == (Base("Weiss-Berg", "Weiss"), False, False)


def test_what_may_not_be_written_keeps_its_place() -> None:
    outcome = replace(decide(PLAIN, "b", "a", AGREED), what=What.WAITS)
    assert remembered(PLAIN, outcome, AGREED, "b", "a") == Remembered(AGREED)


def test_what_waits_for_a_person_keeps_its_place() -> None:
    outcome = decide(PLAIN, BAD, "a", AGREED)
    assert remembered(PLAIN, outcome, AGREED, BAD, "a").base == AGREED


@given(st.tuples(*[st.sampled_from(["", "a", EMPTY, BAD])] * 2))
def test_a_base_survives_storing(said: Any) -> None:
    assert loaded(stored(Base(*said))) == Base(*said)


def test_lens_declarations_name_each_side() -> None:
    assert isinstance(NAME.lens(HERE), Lens)
    assert NAME.lens(THERE) is NAME.there
