"""Every pair of states of the two sides, with and without an earlier agreement: what is decided."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from syncapp.flows.calendar.decide import decide
from syncapp.flows.calendar.decision import Decision, What
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, OF_EVENT, said
from syncapp.flows.calendar.sides import Fixed, Missing, Pair, Shown, Shows
from syncapp.flows.lens.core import EMPTY, changes
from syncapp.flows.lens.declaration import Base
from tests.unit.flows.appointments import FIELDS, RULES, agreed, event, termin, timed

MOVED = termin(datum="2026-05-05T00:00:00", datumBis="2026-05-05T00:00:00")
RENAMED = event(summary="Verhandlung")
DELETIONS = (What.DELETE_GOOGLE, What.DELETE_ADVOWARE)

ADVOWARE_SHOWS: dict[str, Shows] = {
    "never": Missing.NEVER,
    "gone": Missing.GONE,
    "outside": Missing.OUTSIDE,
    "same": Shown(termin()),
    "edited": Shown(MOVED),
    "derived": Shown(termin(), Fixed.DERIVED),
    "derived, edited": Shown(MOVED, Fixed.DERIVED),
    "refuses": Shown(termin(), Fixed.FORBIDDEN),
    "refuses, edited": Shown(MOVED, Fixed.FORBIDDEN),
    "unreadable": Shown(termin(datum="nie")),
}
GOOGLE_SHOWS: dict[str, Shows] = {
    "never": Missing.NEVER,
    "gone": Missing.GONE,
    "same": Shown(event()),
    "edited": Shown(RENAMED),
    "beyond": Shown(event(recurrence=["RRULE:FREQ=DAILY;COUNT=3"])),
    "occurrence": Shown({}, beyond="changed occurrence"),
    "invitation": Shown(event(), Fixed.ORGANIZER),
    "invitation, edited": Shown(RENAMED, Fixed.LOCKED),
    "birthday": Shown(RENAMED, "birthday"),
    "unreadable": Shown(event(start={"dateTime": "bald"})),
}
NOTHING, INSERT, CREATE, LEAVE, FORGET = "NOTHING", "INSERT", "CREATE", "LEAVE", "FORGET"
TO_GOOGLE, TO_ADVOWARE, UNREADABLE, BY_HAND = "UPDATE_GOOGLE", "UPDATE_ADVOWARE", "UNREADABLE", "BY_HAND"
OFF_GOOGLE, OFF_ADVOWARE, BOTH = "DELETE_GOOGLE", "DELETE_ADVOWARE", "UPDATE_BOTH"

# Columns: Google never, gone, same, edited, beyond, occurrence, invitation, edited invitation, birthday, unreadable.
AGREED = {
    "never": (FORGET, FORGET, OFF_GOOGLE, CREATE, BY_HAND, BY_HAND, BY_HAND, CREATE, CREATE, UNREADABLE),
    "gone": (FORGET, FORGET, OFF_GOOGLE, CREATE, BY_HAND, BY_HAND, BY_HAND, CREATE, CREATE, UNREADABLE),
    "outside": (LEAVE, LEAVE, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
    "same": (INSERT, OFF_ADVOWARE, NOTHING, TO_ADVOWARE, BY_HAND, None, NOTHING, TO_ADVOWARE, TO_ADVOWARE, BY_HAND),
    "edited": (INSERT, INSERT, TO_GOOGLE, BOTH, TO_GOOGLE, None, BY_HAND, TO_ADVOWARE, TO_ADVOWARE, BY_HAND),
    "derived": (INSERT, INSERT, NOTHING, TO_GOOGLE, TO_GOOGLE, None, NOTHING, LEAVE, LEAVE, BY_HAND),
    "derived, edited": (INSERT, INSERT, TO_GOOGLE, TO_GOOGLE, TO_GOOGLE, None, LEAVE, LEAVE, LEAVE, BY_HAND),
    "refuses": (INSERT, BY_HAND, NOTHING, BY_HAND, BY_HAND, None, NOTHING, LEAVE, LEAVE, BY_HAND),
    "refuses, edited": (INSERT, INSERT, TO_GOOGLE, TO_GOOGLE, TO_GOOGLE, None, LEAVE, LEAVE, LEAVE, BY_HAND),
    "unreadable": (
        UNREADABLE, UNREADABLE, BY_HAND, TO_ADVOWARE, BY_HAND, None, BY_HAND, TO_ADVOWARE, TO_ADVOWARE, BY_HAND,
    ),
}  # fmt: skip
FIRST_TIME = {
    **AGREED,
    "never": (FORGET, FORGET, CREATE, CREATE, BY_HAND, BY_HAND, CREATE, CREATE, LEAVE, UNREADABLE),
    "gone": (FORGET, FORGET, CREATE, CREATE, BY_HAND, BY_HAND, CREATE, CREATE, LEAVE, UNREADABLE),
    "outside": (LEAVE, LEAVE, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, LEAVE, NOTHING),
    "same": (INSERT, INSERT, NOTHING, TO_GOOGLE, TO_GOOGLE, None, NOTHING, BY_HAND, BY_HAND, BY_HAND),
    "edited": (INSERT, INSERT, TO_GOOGLE, TO_GOOGLE, TO_GOOGLE, None, BY_HAND, BY_HAND, BY_HAND, BY_HAND),
    "refuses": (INSERT, INSERT, NOTHING, TO_GOOGLE, TO_GOOGLE, None, NOTHING, LEAVE, LEAVE, BY_HAND),
    "refuses, edited": (INSERT, INSERT, TO_GOOGLE, TO_GOOGLE, TO_GOOGLE, None, LEAVE, LEAVE, LEAVE, BY_HAND),
    "unreadable": (UNREADABLE, UNREADABLE, BY_HAND, TO_GOOGLE, BY_HAND, None, BY_HAND, BY_HAND, BY_HAND, BY_HAND),
}


def pair_of(advoware: str, google: str, *, known: bool) -> Pair:
    return Pair(ADVOWARE_SHOWS[advoware], GOOGLE_SHOWS[google], agreed() if known else {})


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("advoware", ADVOWARE_SHOWS)
def test_every_pair_of_states(advoware: str, known: bool) -> None:
    row = dict(zip(GOOGLE_SHOWS, (AGREED if known else FIRST_TIME)[advoware], strict=True))
    expected = {name: what for name, what in row.items() if what}
    found = {name: decide(pair_of(advoware, name, known=known), RULES).what.name for name in expected}
    assert found == expected


@pytest.mark.parametrize(("advoware", "google"), list(product(ADVOWARE_SHOWS, GOOGLE_SHOWS)))
@pytest.mark.parametrize("rules", [RULES, replace(RULES, google_wins=True), replace(RULES, show_contents=False)])
def test_what_holds_for_every_decision(advoware: str, google: str, rules: Any) -> None:
    for known in (True, False):
        pair = pair_of(advoware, google, known=known)
        decision = decide(pair, rules)
        here, there = pair.advoware, pair.google
        if decision.what in (What.INSERT, What.CREATE, What.UPDATE_GOOGLE, What.UPDATE_ADVOWARE, What.UPDATE_BOTH):
            assert decision.merged is not None
            others = {name: value for name, value in decision.merged.there.items() if name not in OF_EVENT}
            assert others == (
                {} if not isinstance(there, Shown) else {n: v for n, v in there.raw.items() if n not in OF_EVENT}
            )
        if isinstance(here, Shown) and here.fixed:
            assert not decision.towards_advoware
        if isinstance(there, Shown) and there.fixed:
            assert What.UPDATE_GOOGLE not in decision.steps
            assert decision.what is not What.DELETE_GOOGLE
        if decision.what in DELETIONS:
            assert known, "nothing is deleted that was never in agreement"
            assert not decision.left_open
        if here is Missing.OUTSIDE:
            assert not decision.towards_advoware
            assert decision.what not in DELETIONS
        if not rules.show_contents and decision.what in (What.INSERT, What.UPDATE_GOOGLE):
            assert decision.merged is not None
            shown = decision.merged.there
            assert (shown["summary"], shown.get("location", ""), shown.get("description", "")) == ("blocked", "", "")


@pytest.mark.parametrize(
    ("here", "there", "puts", "left", "lost"),
    [
        ({"notiz": "mein Vermerk"}, {}, {}, {"note"}, set()),
        ({"privat": 1, "ort": "Saal 9"}, {}, {}, {"private", "place"}, set()),
        ({}, {"summary": "Verhandlung", "description": ""}, {"text": "Verhandlung", "notiz": ""}, set(), set()),
        ({"notiz": "mein Vermerk"}, {"location": "Saal 9"}, {"ort": "Saal 9"}, {"note"}, set()),
        ({"ort": "Saal 7", "text": "hier"}, {"location": "Saal 9"}, {"ort": "Saal 9"}, {"text"}, {"place"}),
        ({"ort": "Saal 9"}, {"location": "Saal 9"}, {}, set(), set()),
    ],
)
@pytest.mark.parametrize("fixed", [Fixed.ORGANIZER, Fixed.FORBIDDEN, "fromGmail"])
def test_what_is_not_ours_to_change_leads(
    here: dict[str, Any], there: dict[str, Any], puts: dict[str, str], left: set[str], lost: set[str], fixed: str
) -> None:
    """Google's edits come; those of Advoware stay and are for a person; one that is replaced is told."""
    pair = Pair(Shown(termin(**here)), Shown(event(**there), fixed), agreed())
    decision = decide(pair, RULES)
    assert written(decision, pair) == (puts, {})
    assert (set(decision.left_at(GOOGLE)), decision.left_at(ADVOWARE)) == (left, {})
    assert {name: each.loser for name, each in decision.overruled.items()} == dict.fromkeys(lost, ADVOWARE)
    assert decision.why == (fixed if left else "")


def test_what_differs_from_the_first_is_not_replaced_where_one_side_leads() -> None:
    pair = Pair(Shown(termin(ort="")), Shown(event(location="Saal 3", description="", summary="dort"), Fixed.ORGANIZER))
    decision = decide(pair, RULES)
    assert written(decision, pair) == ({"ort": "Saal 3"}, {})
    assert set(decision.left_at(GOOGLE)) == {"text", "note"}


def test_an_invitation_shows_what_it_says_in_a_calendar_without_contents_too() -> None:
    rules = replace(RULES, show_contents=False)
    assert decide(Pair(Shown(termin()), Shown(event(), Fixed.ORGANIZER), agreed()), rules).what is What.NOTHING
    renamed = Pair(Shown(termin()), Shown(RENAMED, Fixed.ORGANIZER), agreed())
    assert written(decide(renamed, rules), renamed) == ({"text": "Verhandlung"}, {})


@pytest.mark.parametrize(("side", "name"), [(ADVOWARE, "place"), (ADVOWARE, "when"), (GOOGLE, "note")])
def test_what_a_side_refused_is_not_sent_again_and_stops_no_other_field(side: Any, name: str) -> None:
    edits = {"place": {"location": "Saal 9"}, "when": {"end": timed("2026-05-04T12:00:00+02:00")}, "note": {}}
    here = termin(notiz="neu") if name == "note" else termin()
    pair = Pair(Shown(here), Shown(event(**edits[name], summary="dort")), agreed())
    value = decide(pair, RULES).outcomes[name].value
    refused = replace(pair, refused={side: {name: value}})
    decision = decide(refused, RULES)
    assert written(decision, refused) == ({"text": "dort"}, {})
    assert set(decision.left_at(side)) == {name}
    assert decision.why == "refused"
    other = replace(pair, refused={side: {name: EMPTY}})
    assert decide(other, RULES).left_open == {}, "another value is tried"


def test_ours_by_its_mark_without_an_appointment_is_left() -> None:
    assert decide(Pair(Missing.NEVER, Shown(event()), marked=True), RULES).what is What.LEAVE


def written(decision: Decision, pair: Pair) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a decision changes on both sides."""
    assert decision.merged is not None
    assert isinstance(pair.advoware, Shown)
    assert isinstance(pair.google, Shown)
    return changes(pair.advoware.raw, decision.merged.here), changes(pair.google.raw, decision.merged.there)


def test_different_fields_of_both_sides_are_brought_together() -> None:
    pair = Pair(
        Shown(termin(notiz="Vollmacht", privat=1)), Shown(event(summary="Verhandlung", location="Saal 9")), agreed()
    )
    decision = decide(pair, RULES)
    assert decision.what is What.UPDATE_BOTH
    assert written(decision, pair) == (
        {"text": "Verhandlung", "ort": "Saal 9"},
        {"description": "Vollmacht", "visibility": "private"},
    )
    assert decision.overruled == {}


@pytest.mark.parametrize(
    ("google_wins", "here", "there"),
    [(False, {}, {"summary": "hier"}), (True, {"text": "dort"}, {})],
)
def test_the_same_field_goes_by_the_rule_and_the_loser_is_told(google_wins: bool, here: Any, there: Any) -> None:
    pair = Pair(Shown(termin(text="hier")), Shown(event(summary="dort")), agreed())
    decision = decide(pair, replace(RULES, google_wins=google_wins))
    assert written(decision, pair) == (here, there)
    (lost,) = decision.overruled.values()
    assert lost.loser is (ADVOWARE if google_wins else GOOGLE)


def test_times_are_one_field() -> None:
    """Begun earlier here, ended later there: nobody wants both."""
    later = event(end=timed("2026-05-04T12:00:00+02:00"))
    pair = Pair(Shown(termin(uhrzeitVon="09:00:00")), Shown(later), agreed())
    decision = decide(pair, RULES)
    assert written(decision, pair) == (
        {},
        {"start": timed("2026-05-04T09:00:00+02:00"), "end": timed("2026-05-04T11:00:00+02:00")},
    )
    assert set(decision.overruled) == {"when"}


def test_both_edited_to_the_same_is_an_agreement() -> None:
    same = Pair(Shown(termin(text="neu")), Shown(event(summary="neu")), agreed())
    assert decide(same, RULES).what is What.NOTHING


def test_what_advoware_cannot_hold_stops_no_other_field() -> None:
    series = ["RRULE:FREQ=WEEKLY;BYDAY=MO,WE"]
    pair = Pair(Shown(termin(notiz="neu")), Shown(event(recurrence=series, summary="Verhandlung")), agreed())
    decision = decide(pair, RULES)
    assert written(decision, pair) == ({"text": "Verhandlung"}, {"description": "neu"})
    assert (set(decision.left_open), decision.detail) == ({"when"}, "BYDAY")


def test_a_time_that_nobody_can_read_stops_no_other_field() -> None:
    pair = Pair(Shown(termin(datum="nie", text="neu")), Shown(event()), agreed())
    decision = decide(pair, RULES)
    assert written(decision, pair) == ({}, {"summary": "neu"})
    assert (set(decision.left_open), decision.why) == ({"when"}, "unreadable")


def test_a_series_of_long_occurrences_is_for_a_person() -> None:
    days = event(end=timed("2026-05-06T11:00:00+02:00"), recurrence=["RRULE:FREQ=WEEKLY"])
    decision = decide(Pair(Shown(termin()), Shown(days), agreed()), RULES)
    assert (decision.what, decision.detail) == (What.BY_HAND, "length")


def test_what_google_had_to_cut_is_no_edit_and_is_not_lost_by_one() -> None:
    long, cut = termin(notiz="x" * 9000), event(description="x" * 8192)
    bases = agreed(long, cut)
    assert decide(Pair(Shown(long), Shown(cut), bases), RULES).what is What.NOTHING
    later = event(description="x" * 8192, end=timed("2026-05-04T12:00:00+02:00"))
    pair = Pair(Shown(long), Shown(later), bases)
    assert written(decide(pair, RULES), pair) == (
        {"uhrzeitBis": "12:00:00", "abwesenheit": 0, "dauertermin": 0, "turnus": 0, "turnusArt": 0},
        {},
    )
    back = decide(Pair(Missing.GONE, Shown(later), bases), RULES)
    assert back.what is What.CREATE
    assert back.merged is not None
    assert said(FIELDS, ADVOWARE, back.merged.here) == said(FIELDS, ADVOWARE, {**long, "uhrzeitBis": "12:00:00"})


def test_what_advoware_had_to_cut_is_no_edit_and_comes_back_with_one() -> None:
    cut, long = termin(text="x" * 255), event(summary="x" * 300)
    bases = agreed(cut, long)
    assert decide(Pair(Shown(cut), Shown(long), bases), RULES).what is What.NOTHING
    again = decide(Pair(Shown({**cut, "ort": "Saal 9"}), Missing.GONE, bases), RULES)
    assert again.merged is not None
    assert (again.what, again.merged.there["summary"]) == (What.INSERT, "x" * 300)
    assert again.merged.there["location"] == "Saal 9"


@pytest.mark.parametrize(
    ("here", "there", "what"),
    [
        ({"ort": "Saal 9"}, {}, What.BY_HAND),  # one of them took it and does not show it
        ({"datum": "2026-05-05"}, {}, What.BY_HAND),
        ({"notiz": "x" * 255}, {"description": "x" * 300}, What.NOTHING),
        ({"ort": "Raum ?"}, {"location": "Raum Ł"}, What.NOTHING),
    ],
)
def test_what_a_side_did_not_keep_is_for_a_person(here: dict[str, Any], there: dict[str, Any], what: What) -> None:
    """Nobody has edited anything since the last agreement."""
    one, other = termin(**here), event(**there)
    decision = decide(Pair(Shown(one), Shown(other), agreed(one, other)), RULES)
    assert (decision.what, decision.why) == (what, "not_kept" if what is What.BY_HAND else "")


def test_the_second_of_two_hours_stays_the_second() -> None:
    """October's night: Advoware can't say which hour it means, and an edit there of something else changes nothing."""
    night = event(start=timed("2026-10-25T02:15:00+01:00"), end=timed("2026-10-25T02:45:00+01:00"))
    created = decide(Pair(Missing.NEVER, Shown(night)), RULES).merged
    assert created is not None
    assert created.here["uhrzeitVon"] == "02:15:00"
    pair = Pair(Shown({**created.here, "text": "neu"}), Shown(night), agreed(created.here, night))
    assert written(decide(pair, RULES), pair) == ({}, {"summary": "neu"})


def test_the_hour_that_spring_leaves_out_has_a_length_in_google() -> None:
    missing = termin(datum="2026-03-29", datumBis="2026-03-29", uhrzeitVon="02:30", uhrzeitBis="03:00")
    merged = decide(Pair(Shown(missing), Missing.NEVER), RULES).merged
    assert merged is not None
    assert merged.there["start"]["dateTime"] == "2026-03-29T03:30:00+02:00"
    assert merged.there["end"]["dateTime"] == "2026-03-29T04:00:00+02:00"


def test_an_edit_that_beats_a_deletion_brings_only_itself() -> None:
    html = event(description="<b>Akte</b>")
    bases: dict[str, Base[Any]] = agreed(there=html)
    decision = decide(Pair(Missing.GONE, Shown({**html, "summary": "bleibt"}), bases), RULES)
    assert decision.merged is not None
    assert (decision.what, decision.merged.here["text"], decision.merged.here["notiz"]) == (
        What.CREATE,
        "bleibt",
        "Akte",
    )
    assert decision.merged.there["description"] == "<b>Akte</b>"
