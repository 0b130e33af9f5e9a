"""What is decided when a calendar is to show contents and shows none, or the other way round."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from syncapp.flows.calendar.decide import Decision, Missing, Pair, Rules, Shown, What, decide
from syncapp.flows.calendar.entries import Entry, anonymised

FULL, HIDDEN = Rules(), Rules(show_contents=False)
ENTRY = Entry(datetime(2026, 5, 4, 10), datetime(2026, 5, 4, 11), text="Wendland ./. Oster", place="Saal 3", note="n")
BLOCKED = anonymised(ENTRY)
LATER = timedelta(hours=3)


def moved(entry: Entry) -> Entry:
    return replace(entry, start=entry.start + LATER, end=entry.end + LATER)


def agreed(google: Entry, shown: Entry | None = None, advoware: Entry | None = ENTRY) -> Pair:
    side = Shown(advoware) if advoware else Missing.GONE
    return Pair(side, Shown(shown or google), ENTRY, google, marked=True)


@pytest.mark.parametrize(
    ("pair", "rules", "wanted"),
    [
        (agreed(ENTRY), FULL, Decision(What.NOTHING)),
        (agreed(BLOCKED), HIDDEN, Decision(What.NOTHING)),
        (agreed(ENTRY), HIDDEN, Decision(What.UPDATE_GOOGLE, BLOCKED)),
        (agreed(BLOCKED), FULL, Decision(What.UPDATE_GOOGLE, ENTRY)),
        (agreed(BLOCKED, replace(BLOCKED, text="typed")), HIDDEN, Decision(What.UPDATE_GOOGLE, BLOCKED)),
    ],
)
def test_what_google_shows_follows_the_switch(pair: Pair, rules: Rules, wanted: Decision) -> None:
    assert decide(pair, rules) == wanted


@pytest.mark.parametrize("rules", [FULL, replace(FULL, google_wins=True), HIDDEN])
def test_a_hidden_text_never_comes_to_advoware(rules: Rules) -> None:
    """A blocked event was moved in Google just when contents were switched on."""
    decision = decide(agreed(BLOCKED, moved(BLOCKED)), rules)
    assert decision == Decision(What.UPDATE_ADVOWARE, moved(ENTRY))
    without_memory = replace(agreed(BLOCKED, moved(BLOCKED)), agreed_advoware=None, agreed_google=None)
    found = decide(without_memory, rules)
    assert found.entry is not None
    assert found.entry.text in (ENTRY.text, BLOCKED.text if found.what is What.UPDATE_GOOGLE else "")


def test_an_edit_that_beats_a_deletion_brings_back_what_was_agreed() -> None:
    decision = decide(agreed(BLOCKED, moved(BLOCKED), advoware=None), FULL)
    assert decision == Decision(What.CREATE, moved(ENTRY))


def test_what_nobody_may_write_stays_as_it_is() -> None:
    locked = Pair(Shown(ENTRY), Shown(ENTRY, read_only=True), ENTRY, ENTRY)
    assert decide(locked, HIDDEN).what is What.NOTHING
