"""Filled calendars: what is the same on both sides is one appointment."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.flows.calendar.decide import BLOCKED
from syncapp.flows.calendar.fields import BERLIN
from syncapp.flows.calendar.pairing import pairs
from tests.unit.flows.appointments import event, termin

LATER: dict[str, Any] = {"datum": "2026-05-06T00:00:00", "datumBis": "2026-05-06T00:00:00"}


def shown(number: int, **changes: Any) -> dict[str, Any]:
    return termin(frNr=number, **changes)


def test_the_same_on_both_sides_is_paired() -> None:
    assert pairs({7: shown(7)}, {"a": event()}, BERLIN) == {"a": 7}


@pytest.mark.parametrize(
    "change",
    [
        {"summary": " BESPRECHUNG  "},
        {"location": "anderswo"},
        {"description": "anderes"},
        {"visibility": "private"},
    ],
)
def test_case_blanks_and_what_is_beside_start_and_text_do_not_count(change: dict[str, Any]) -> None:
    text = event()["summary"]
    there = event(**(change | ({"summary": f" {text.upper()}  "} if "summary" in change else {})))
    assert pairs({7: shown(7)}, {"a": there}, BERLIN) == {"a": 7}


def test_another_end_is_the_same_when_start_and_text_are() -> None:
    longer = event(end={"dateTime": "2026-05-04T23:00:00+02:00", "timeZone": "Europe/Berlin"})
    assert pairs({7: shown(7)}, {"a": longer}, BERLIN) == {"a": 7}


@pytest.mark.parametrize(
    "change", [{"summary": "Etwas anderes"}, {"start": {"date": "2026-05-04"}, "end": {"date": "2026-05-05"}}]
)
def test_another_text_or_day_is_another_one(change: dict[str, Any]) -> None:
    assert pairs({7: shown(7)}, {"a": event(**change)}, BERLIN) == {}


def test_several_that_say_all_the_same_are_paired_one_to_one() -> None:
    assert pairs({7: shown(7), 8: shown(8)}, {"b": event(), "a": event(), "c": event()}, BERLIN) == {"a": 7, "b": 8}


def test_what_could_be_one_of_several_is_left_to_a_person() -> None:
    two = {"a": event(location="Saal 1"), "b": event(location="Saal 2")}
    assert pairs({7: shown(7)}, two, BERLIN) == {}


def test_the_surer_pair_comes_first() -> None:
    two = {"a": event(location="anderswo"), "b": event()}
    assert pairs({7: shown(7)}, two, BERLIN) == {"b": 7}


def test_an_event_that_shows_no_contents_is_paired_by_its_time() -> None:
    hidden = event(summary=BLOCKED, location="", description="")
    assert pairs({7: shown(7), 8: shown(8, **LATER)}, {"a": hidden}, BERLIN) == {"a": 7}
    assert pairs({7: shown(7), 8: shown(8)}, {"a": hidden}, BERLIN) == {}


def test_what_nobody_can_place_is_left_alone() -> None:
    assert pairs({7: shown(7, datum="?")}, {"a": event(start={})}, BERLIN) == {}
