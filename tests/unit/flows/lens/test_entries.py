"""Entries of a list, three ways: a party's phone numbers and mail addresses. No database, no HTTP."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.flows.lens.core import EMPTY
from syncapp.flows.lens.declaration import Side, Way, What
from syncapp.flows.lens.entries import Agreed, Entries, merge_entries, remembered_entries, with_own_entries
from syncapp.flows.lens.own import Own

A, B = "+4930111111", "+4930222222"
HERE, THERE = (Side.HERE,), (Side.THERE,)


def both(kinds: dict[str, str]) -> Agreed:
    return Agreed(Entries(kinds), Entries(kinds))


def bad(kinds: dict[str, str], *shown: str) -> Entries:
    return Entries(kinds, frozenset(shown))


@pytest.mark.parametrize(
    ("here", "there", "agreed", "what", "to", "value"),
    [
        ({A: "office"}, {A: "office"}, None, What.AGREED, (), EMPTY),
        ({A: "office"}, {}, None, What.PUT, THERE, "office"),
        ({}, {A: "office"}, None, What.PUT, HERE, "office"),
        ({A: "office"}, {A: "home"}, None, What.LEFT, (), EMPTY),
        ({A: "office"}, {}, both({}), What.PUT, THERE, "office"),
        ({A: "office"}, {}, both({A: "office"}), What.PUT, HERE, EMPTY),
        ({}, {A: "office"}, both({A: "office"}), What.PUT, THERE, EMPTY),
        ({A: "home"}, {A: "office"}, both({A: "office"}), What.PUT, THERE, "home"),
        ({A: "home"}, {}, both({A: "office"}), What.PUT, THERE, "home"),  # an edit beats a deletion
        ({}, {A: "home"}, both({A: "office"}), What.PUT, HERE, "home"),
        ({A: "office"}, {}, Agreed(Entries({A: "office"})), What.LEFT, (), EMPTY),  # was not kept there
    ],
)
def test_one_entry(here: Any, there: Any, agreed: Agreed | None, what: What, to: Any, value: Any) -> None:
    outcome = merge_entries(Entries(here), Entries(there), agreed)[A]
    assert (outcome.what, outcome.to, outcome.value) == (what, to, value)


def test_edits_of_different_entries_never_meet() -> None:
    outcomes = merge_entries(Entries({A: "office", B: "home"}), Entries({}), both({A: "office"}))
    assert (outcomes[A].to, outcomes[A].value) == (HERE, EMPTY)
    assert (outcomes[B].to, outcomes[B].value) == (THERE, "home")


def test_what_became_unreadable_is_not_removed_on_the_other_side() -> None:
    agreed, there = both({A: "office"}), Entries({A: "office"})
    here = bad({}, "030 111111 / 12")
    for _ in range(2):  # and not in a later run either
        outcomes = merge_entries(here, there, agreed)
        assert outcomes[A].what is What.UNREADABLE
        agreed = remembered_entries(outcomes, agreed, here, there).agreed
    assert merge_entries(Entries({B: "office"}), there, agreed)[A].to == THERE  # mended: then it is an edit


def test_what_was_unreadable_before_holds_nothing_back() -> None:
    agreed = Agreed(bad({A: "office"}, "?"), Entries({A: "office"}))
    assert merge_entries(bad({}, "?"), Entries({A: "office"}), agreed)[A].what is What.PUT


def test_a_side_that_did_not_tell_moves_nothing() -> None:
    assert merge_entries(None, Entries({A: "office"}), both({A: "office"})) == {}
    assert merge_entries(Entries(), None, both({A: "office"})) == {}


def test_one_way_and_taken_back() -> None:
    assert merge_entries(Entries(), Entries({A: "office"}), None, way=Way.TO_THERE)[A].what is What.LEFT
    outcome = merge_entries(Entries({A: "x"}), Entries({A: "x"}), both({A: "x"}), forced={A: EMPTY})[A]
    assert (outcome.what, set(outcome.to), outcome.value) == (What.PUT, set(Side), EMPTY)


def test_our_own_entries_are_no_edits() -> None:
    written = [(A, Own(Side.THERE, "office")), (B, Own(Side.THERE, "home"))]
    agreed = with_own_entries(Agreed(), written, Entries({A: "office", B: "home"}), Entries({A: "office"}))
    assert agreed == both({A: "office"})  # the second one did not happen
    assert merge_entries(Entries(), Entries({A: "office"}), agreed)[A].to == THERE


def test_an_entry_that_was_not_kept_is_not_written_again() -> None:
    here = Entries({A: "office"})
    seen = remembered_entries(merge_entries(here, Entries(), both({})), both({}), here, Entries())
    assert (seen.not_kept, seen.moved_on) == ({A}, False)
    assert merge_entries(here, Entries(), seen.agreed)[A].what is What.LEFT


def test_what_comes_while_we_write_is_seen_in_the_next_run() -> None:
    outcomes = merge_entries(Entries({A: "x"}), Entries(), both({}))
    seen = remembered_entries(outcomes, both({}), Entries({A: "x"}), Entries({A: "x", B: "y"}))
    assert seen.moved_on
    assert merge_entries(Entries({A: "x"}), Entries({A: "x", B: "y"}), seen.agreed)[B].to == HERE


sides = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["office", "home"]), max_size=3)


@given(sides, sides, sides, sides)
def test_after_a_run_both_sides_have_the_same_and_nothing_comes_back(h: Any, t: Any, bh: Any, bt: Any) -> None:
    here, there = dict(h), dict(t)
    agreed = Agreed(Entries(bh), Entries(bt))
    outcomes = merge_entries(Entries(here), Entries(there), agreed)
    for key, outcome in outcomes.items():
        for side in outcome.to:
            target = here if side is Side.HERE else there
            target.pop(key, None)
            if outcome.value is not EMPTY:
                target[key] = str(outcome.value)
    for key in {*h} - {*bh}:  # what a person added is on both sides
        assert key in here
        assert key in there
    seen = remembered_entries(outcomes, agreed, Entries(here), Entries(there))
    assert not seen.not_kept
    again = merge_entries(Entries(here), Entries(there), seen.agreed)
    assert all(outcome.what in (What.AGREED, What.LEFT) for outcome in again.values())
