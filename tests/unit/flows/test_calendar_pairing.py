"""Filled calendars: what is the same on both sides is one appointment."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from syncapp.flows.calendar.decide import BLOCKED
from syncapp.flows.calendar.fields import BERLIN
from syncapp.flows.calendar.pairing import MOVED, Told, copies, match
from tests.unit.flows.appointments import event, termin, timed

LATER: dict[str, Any] = {"datum": "2026-05-06T00:00:00", "datumBis": "2026-05-06T00:00:00"}


def pairs(appointments: dict[int, Any], events: dict[str, Any], zone: ZoneInfo, **told: Any) -> dict[str, int]:
    return dict(match(appointments, events, zone, Told(**told)).pairs)


def asked(appointments: dict[int, Any], events: dict[str, Any], **told: Any) -> dict[int, list[str]]:
    """What a person is asked about."""
    return dict(match(appointments, events, BERLIN, Told(**told)).candidates)


def moved(days: int = 0, hour: int = 14) -> dict[str, Any]:
    day = date(2026, 5, 4) + timedelta(days=days)
    return {name: timed(f"{day}T{hour + late}:00:00+02:00") for late, name in enumerate(("start", "end"))}


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


# What a person is asked

ALL_DAY = {"start": {"date": "2026-05-04"}, "end": {"date": "2026-05-05"}}


@pytest.mark.parametrize(
    "change",
    [
        moved(),
        moved(1),
        moved(-40),
        moved(MOVED.days),
        ALL_DAY,
        {"summary": "Etwas anderes"},
        {"summary": ""},
        {"summary": "Etwas anderes", "end": timed("2026-05-04T23:00:00+02:00")},
        {"summary": " TERMIN ", **moved(2)},
        {**moved(), "recurrence": ["RRULE:FREQ=WEEKLY"]},
    ],
)
def test_what_nearly_says_the_same_is_asked(change: dict[str, Any]) -> None:
    there = event(**change)
    assert pairs({7: shown(7)}, {"a": there}, BERLIN) == {}
    assert asked({7: shown(7)}, {"a": there}) == {7: ["a"]}


@pytest.mark.parametrize(
    "change",
    [
        moved(MOVED.days + 2),
        {"summary": "Etwas anderes", **moved()},
        {"summary": "Etwas anderes", **ALL_DAY},
        {"summary": BLOCKED, "location": "", "description": "", **moved()},
    ],
)
def test_what_is_another_one_is_not(change: dict[str, Any]) -> None:
    assert asked({7: shown(7)}, {"a": event(**change)}) == {}


@pytest.mark.parametrize("text", ["", "(ohne Betreff)", BLOCKED])
def test_a_text_that_tells_nothing_makes_nothing_alike(text: str) -> None:
    assert asked({7: shown(7, text=text)}, {"a": event(summary=text, **moved(1))}) == {}


def test_what_could_be_several_is_asked_the_likeliest_first() -> None:
    there = {
        "far": event(**moved(20)),
        "b": event(location="Saal 2"),
        "a": event(location="Saal 1"),
        "near": event(**moved()),
    }
    assert asked({7: shown(7)}, there) == {7: ["a", "b", "near", "far"]}


def test_what_is_sure_is_not_asked_about() -> None:
    there = {"a": event(), "b": event(**moved())}
    assert asked({7: shown(7), 8: shown(8, **LATER)}, there) == {8: ["b"]}
    assert pairs({7: shown(7)}, there, BERLIN) == {"a": 7}
    assert asked({7: shown(7)}, there) == {}


# Marks


def test_a_mark_pairs_what_was_edited_since() -> None:
    there = {"a": event(**moved(3)), "b": event(summary="anders"), "c": event(summary="fremd", **moved(30))}
    here = {7: shown(7), 8: shown(8, text="vorher anders")}
    assert pairs(here, there, BERLIN, marks={"a": 7, "b": 8}) == {"a": 7, "b": 8}


def test_a_mark_tells_those_apart_that_say_the_same() -> None:
    assert pairs({7: shown(7), 8: shown(8)}, {"a": event(), "b": event()}, BERLIN, marks={"b": 7}) == {"b": 7, "a": 8}


@pytest.mark.parametrize("marks", [{"a": 99}, {"x": 7}])
def test_a_mark_of_nothing_proves_nothing(marks: dict[str, int]) -> None:
    assert pairs({7: shown(7)}, {"a": event()}, BERLIN, marks=marks) == {"a": 7}
    assert asked({7: shown(7)}, {"a": event(**moved())}, marks=marks) == {7: ["a"]}


def test_a_mark_against_what_the_event_says_is_asked() -> None:
    here = {7: shown(7), 8: shown(8, **LATER)}
    assert pairs(here, {"a": event()}, BERLIN, marks={"a": 8}) == {}
    assert asked(here, {"a": event()}, marks={"a": 8}) == {7: ["a"], 8: ["a"]}
    both = {"a": event(), "b": event(**moved(2, 10))}
    assert pairs(here, both, BERLIN, marks={"a": 8}) == {}
    assert asked(here, both, marks={"a": 8}) == {7: ["a", "b"], 8: ["a", "b"]}


def test_a_mark_of_an_event_that_says_something_else_altogether_is_asked() -> None:
    other = event(summary="Fremd", **moved(5))
    assert pairs({7: shown(7)}, {"a": other}, BERLIN, marks={"a": 7}) == {}
    assert asked({7: shown(7)}, {"a": other}, marks={"a": 7}) == {7: ["a"]}


def test_of_several_that_bear_the_same_mark_the_one_that_says_the_same_is_it() -> None:
    marks = {"a": 7, "b": 7}
    assert pairs({7: shown(7)}, {"a": event(**moved()), "b": event()}, BERLIN, marks=marks) == {"b": 7}
    assert pairs({7: shown(7)}, {"a": event(**moved()), "b": event(**moved(1))}, BERLIN, marks=marks) == {}


# What a person has said


def test_what_a_person_says_comes_first() -> None:
    here, there = {7: shown(7), 8: shown(8, **LATER)}, {"a": event(), "b": event(**moved(1))}
    assert pairs(here, there, BERLIN, same={"b": 7}, marks={"a": 7}) == {"b": 7}
    assert asked({7: shown(7)}, {"b": event(**moved())}, apart={7: ["b"]}) == {}
    assert asked({7: shown(7)}, {"b": event(**moved()), "c": event(**moved(2))}, apart={7: ["b"]}) == {7: ["c"]}


def test_what_a_person_has_told_apart_is_not_paired_either() -> None:
    assert pairs({7: shown(7)}, {"a": event(location="anderswo")}, BERLIN, apart={7: ["a", "b"]}) == {}


# Copies


def test_an_event_that_says_what_a_paired_one_says_is_a_copy() -> None:
    known = {"a": (7, event())}
    alike = {
        "same": event(location="anderswo"),
        "later": event(**moved()),
        "other": event(summary="x"),
        "no": event(start={}),
    }
    assert copies(alike, known, BERLIN) == {"same": 7}
    nothing = event(summary=BLOCKED)
    assert copies({"b": nothing}, {"a": (7, nothing)}, BERLIN) == {}
