"""Every pair of states of the two sides, with and without an earlier agreement: what is decided."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product

import pytest

from syncapp.flows.calendar.decide import Missing, Pair, Rules, Shown, Side, What, decide
from syncapp.flows.calendar.entries import Entry, Series, Unit, anonymised

ENTRY = Entry(datetime(2026, 5, 4, 10), datetime(2026, 5, 4, 11), text="Termin", place="Saal 3", note="Akte")
MOVED = replace(ENTRY, start=datetime(2026, 5, 5, 9), end=datetime(2026, 5, 5, 10))
RENAMED = replace(ENTRY, text="Verhandlung")

ADVOWARE: dict[str, Side] = {
    "never": Missing.NEVER,
    "gone": Missing.GONE,
    "outside": Missing.OUTSIDE,
    "same": Shown(ENTRY),
    "edited": Shown(MOVED),
    "derived": Shown(ENTRY, read_only=True),
    "derived, edited": Shown(MOVED, read_only=True),
    "unreadable": Shown(None, unreadable="datum"),
}
GOOGLE: dict[str, Side] = {
    "never": Missing.NEVER,
    "gone": Missing.GONE,
    "same": Shown(ENTRY),
    "edited": Shown(RENAMED),
    "beyond": Shown(None, beyond="COUNT"),
    "locked": Shown(RENAMED, read_only=True),
    "unreadable": Shown(None, unreadable="dateTime"),
}
NOTHING, INSERT, CREATE, LEAVE, FORGET = "NOTHING", "INSERT", "CREATE", "LEAVE", "FORGET"
TO_GOOGLE, TO_ADVOWARE, UNREADABLE, BY_HAND = "UPDATE_GOOGLE", "UPDATE_ADVOWARE", "UNREADABLE", "BY_HAND"
OFF_GOOGLE, OFF_ADVOWARE = "DELETE_GOOGLE", "DELETE_ADVOWARE"

# Columns: Google never, gone, same, edited, beyond, locked, unreadable.
AGREED = {
    "never": (FORGET, FORGET, OFF_GOOGLE, CREATE, BY_HAND, LEAVE, UNREADABLE),
    "gone": (FORGET, FORGET, OFF_GOOGLE, CREATE, BY_HAND, LEAVE, UNREADABLE),
    "outside": (LEAVE, LEAVE, NOTHING, NOTHING, NOTHING, LEAVE, UNREADABLE),
    "same": (INSERT, OFF_ADVOWARE, NOTHING, TO_ADVOWARE, BY_HAND, LEAVE, UNREADABLE),
    "edited": (INSERT, INSERT, TO_GOOGLE, TO_GOOGLE, TO_GOOGLE, LEAVE, UNREADABLE),
    "derived": (INSERT, INSERT, NOTHING, TO_GOOGLE, TO_GOOGLE, LEAVE, UNREADABLE),
    "derived, edited": (INSERT, INSERT, TO_GOOGLE, TO_GOOGLE, TO_GOOGLE, LEAVE, UNREADABLE),
    "unreadable": (UNREADABLE,) * 7,
}
FIRST_TIME = {
    **AGREED,
    "never": (FORGET, FORGET, CREATE, CREATE, BY_HAND, LEAVE, UNREADABLE),
    "gone": (FORGET, FORGET, CREATE, CREATE, BY_HAND, LEAVE, UNREADABLE),
    "same": (INSERT, INSERT, NOTHING, TO_GOOGLE, TO_GOOGLE, LEAVE, UNREADABLE),
}


def pair_of(advoware: str, google: str, *, agreed: bool) -> Pair:
    both = (ENTRY, ENTRY) if agreed else (None, None)
    return Pair(ADVOWARE[advoware], GOOGLE[google], *both)


@pytest.mark.parametrize("agreed", [True, False])
@pytest.mark.parametrize("google_wins", [True, False])
@pytest.mark.parametrize("advoware", ADVOWARE)
def test_every_pair_of_states(advoware: str, google_wins: bool, agreed: bool) -> None:
    expected = dict(zip(GOOGLE, (AGREED if agreed else FIRST_TIME)[advoware], strict=True))
    if google_wins and (advoware == "edited" or (advoware == "same" and not agreed)):
        expected["edited"] = TO_ADVOWARE
    if google_wins and advoware == "edited" and not agreed:
        expected["same"] = TO_ADVOWARE
    found = {
        name: decide(pair_of(advoware, name, agreed=agreed), Rules(google_wins=google_wins)).what.name
        for name in GOOGLE
    }
    assert found == expected


@pytest.mark.parametrize(("advoware", "google"), list(product(ADVOWARE, GOOGLE)))
@pytest.mark.parametrize("rules", [Rules(), Rules(google_wins=True), Rules(show_contents=False)])
def test_what_holds_for_every_decision(advoware: str, google: str, rules: Rules) -> None:
    for agreed in (True, False):
        pair = pair_of(advoware, google, agreed=agreed)
        decision = decide(pair, rules)
        here, there = pair.advoware, pair.google
        writes = decision.what in (What.INSERT, What.CREATE, What.UPDATE_GOOGLE, What.UPDATE_ADVOWARE)
        assert writes == (decision.entry is not None)
        if isinstance(here, Shown) and here.read_only:
            assert not decision.towards_advoware
        if isinstance(there, Shown) and there.read_only:
            assert decision.what in (What.LEAVE, What.NOTHING, What.UNREADABLE)
        if decision.deletes:
            assert agreed, "nothing is deleted that was never in agreement"
        if here is Missing.OUTSIDE:
            assert not decision.towards_advoware
            assert not decision.deletes
        if not rules.show_contents and decision.what in (What.INSERT, What.UPDATE_GOOGLE):
            assert decision.entry is not None
            assert anonymised(decision.entry) == decision.entry


def test_ours_by_its_mark_without_an_appointment_is_left() -> None:
    pair = Pair(Missing.NEVER, Shown(ENTRY), marked=True)
    assert decide(pair, Rules()).what is What.LEAVE


@pytest.mark.parametrize(("google_wins", "lost"), [(False, RENAMED), (True, MOVED)])
def test_who_is_overruled_is_told(google_wins: bool, lost: Entry) -> None:
    assert decide(pair_of("edited", "edited", agreed=True), Rules(google_wins=google_wins)).overruled == lost


def test_both_edited_to_the_same_is_an_agreement() -> None:
    assert decide(Pair(Shown(MOVED), Shown(MOVED), ENTRY, ENTRY), Rules()).what is What.NOTHING


def test_what_google_had_to_cut_is_no_edit_and_is_not_lost_by_one() -> None:
    long, cut = replace(ENTRY, note="x" * 9000), replace(ENTRY, note="x" * 8192)
    assert decide(Pair(Shown(long), Shown(cut), long, cut), Rules()).what is What.NOTHING
    later = replace(cut, start=MOVED.start, end=MOVED.end)
    decision = decide(Pair(Shown(long), Shown(later), long, cut), Rules())
    assert (decision.what, decision.entry) == (What.UPDATE_ADVOWARE, replace(MOVED, note=long.note))
    back = decide(Pair(Missing.GONE, Shown(later), long, cut), Rules())
    assert (back.what, back.entry) == (What.CREATE, replace(MOVED, note=long.note))


def test_what_advoware_had_to_cut_is_no_edit() -> None:
    long, cut = replace(ENTRY, text="x" * 300), replace(ENTRY, text="x" * 255)
    assert decide(Pair(Shown(cut), Shown(long), cut, long), Rules()).what is What.NOTHING


def test_a_series_that_advoware_can_not_hold_is_for_a_person() -> None:
    days = replace(ENTRY, end=ENTRY.end + timedelta(days=2), series=Series(Unit.WEEKLY))
    decision = decide(Pair(Shown(ENTRY), Shown(days), ENTRY, ENTRY), Rules())
    assert (decision.what, decision.detail) == (What.BY_HAND, "occurrences longer than a day")
