"""What is decided when a calendar is to show contents and shows none, or the other way round."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from syncapp.flows.calendar.decide import EMPTY_APPOINTMENT, decide
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.sides import Missing, Pair, Rules, Shown
from syncapp.flows.lens.core import changes
from tests.unit.flows.appointments import RULES, agreed, event, termin, timed

FULL, HIDDEN = RULES, replace(RULES, show_contents=False)
BLOCKED = event(summary="blocked", location="", description="")
LATER = {"start": timed("2026-05-04T13:00:00+02:00"), "end": timed("2026-05-04T14:00:00+02:00")}
LATER_HERE = {"uhrzeitVon": "13:00:00", "uhrzeitBis": "14:00:00"}


def pair_of(base: dict[str, Any], shown: dict[str, Any] | None = None, *, gone: bool = False) -> Pair:
    side = Missing.GONE if gone else Shown(termin())
    return Pair(side, Shown(shown or base), agreed(there=base), marked=True)


@pytest.mark.parametrize(
    ("pair", "rules", "google"),
    [
        (pair_of(event()), FULL, {}),
        (pair_of(BLOCKED), HIDDEN, {}),
        (pair_of(event()), HIDDEN, {"summary": "blocked", "location": "", "description": ""}),
        (pair_of(BLOCKED), FULL, {"summary": "Termin", "location": "Saal 3", "description": "Akte"}),
        (pair_of(BLOCKED, {**BLOCKED, "summary": "typed"}), HIDDEN, {"summary": "blocked"}),
    ],
)
def test_what_google_shows_follows_the_switch(pair: Pair, rules: Rules, google: dict[str, Any]) -> None:
    decision = decide(pair, rules)
    assert decision.what is (What.UPDATE_GOOGLE if google else What.NOTHING)
    assert decision.merged is not None
    assert isinstance(pair.google, Shown)
    assert changes(pair.google.raw, decision.merged.there) == google
    assert decision.overruled == {}


@pytest.mark.parametrize("rules", [FULL, replace(FULL, google_wins=True), HIDDEN])
def test_a_hidden_text_never_comes_to_advoware(rules: Rules) -> None:
    """A blocked event was moved in Google just when contents were switched on."""
    moved = pair_of(BLOCKED, {**BLOCKED, **LATER})
    merged = decide(moved, rules).merged
    assert merged is not None
    assert {name: merged.here[name] for name in LATER_HERE} == LATER_HERE
    without_memory = decide(replace(moved, bases={}), rules).merged
    assert without_memory is not None
    for found in (merged, without_memory):
        assert (found.here["text"], found.here["ort"], found.here["notiz"]) == ("Termin", "Saal 3", "Akte")


def test_what_is_private_there_stays_so_in_a_calendar_without_contents() -> None:
    decision = decide(pair_of(BLOCKED, {**BLOCKED, "visibility": "private"}), HIDDEN)
    assert decision.what is What.NOTHING


def test_an_edit_that_beats_a_deletion_brings_back_what_was_agreed() -> None:
    decision = decide(pair_of(BLOCKED, {**BLOCKED, **LATER}, gone=True), FULL)
    assert decision.what is What.CREATE
    assert decision.merged is not None
    here = decision.merged.here
    assert (here["text"], here["ort"], here["notiz"], here["uhrzeitVon"]) == ("Termin", "Saal 3", "Akte", "13:00:00")


@pytest.mark.parametrize("rules", [FULL, HIDDEN])
def test_what_was_entered_in_google_comes_with_its_contents(rules: Rules) -> None:
    decision = decide(Pair(Missing.NEVER, Shown(event(summary="blocked", location="", description=""))), rules)
    assert decision.merged is not None
    assert (decision.what, decision.merged.here["text"]) == (What.CREATE, "blocked")
    assert set(EMPTY_APPOINTMENT) <= set(decision.merged.here)


def test_what_nobody_may_write_stays_as_it_is() -> None:
    locked = Pair(Shown(termin()), Shown(event(), fixed="locked"), agreed())
    assert decide(locked, HIDDEN).what is What.NOTHING
