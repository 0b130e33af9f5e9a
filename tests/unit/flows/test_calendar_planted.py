"""Planted faults in what is decided about appointments: each has to be noticed by a check that holds without it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from syncapp.flows.calendar import agreement, decide, form, occurrences, sides
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, declared, said, with_all
from syncapp.flows.calendar.sides import Fixed, Missing, Pair, Shown
from syncapp.flows.lens.core import changes
from syncapp.flows.lens.records import merge
from tests.unit.flows import test_calendar_contents, test_calendar_decide
from tests.unit.flows.appointments import BERLIN, FIELDS, RULES, agreed, event, termin, timed


def an_old_agreement() -> None:
    """Of an event in the second of two equal hours, with HTML of which less was read."""
    night = event(
        start=timed("2026-10-25T02:15:00+01:00"),
        end=timed("2026-10-25T02:45:00+01:00"),
        description='<a href="https://gericht.example">Saal</a>',
    )
    before = form.form_of(said(FIELDS, GOOGLE, {**night, "description": "Saal"}), BERLIN)
    bases = agreement.bases((before, before), termin(), night, FIELDS, BERLIN)
    assert {name: base.there for name, base in bases.items()} == said(FIELDS, GOOGLE, night)


def a_creation() -> None:
    made = decide.decide(Pair(Missing.NEVER, Shown(event())), RULES).merged
    assert made is not None
    assert said(FIELDS, ADVOWARE, made.here) == said(FIELDS, ADVOWARE, termin())


def a_patch() -> None:
    pair = Pair(Shown(termin(ort="Saal 9")), Shown(event(description="<b>Akte</b>")), agreed())
    merged = decide.decide(pair, RULES).merged
    assert merged is not None
    assert isinstance(pair.google, Shown)
    assert changes(pair.google.raw, merged.there) == {"location": "Saal 9"}


def hidden() -> None:
    pair = test_calendar_contents.pair_of(test_calendar_contents.BLOCKED)
    test_calendar_contents.test_what_google_shows_follows_the_switch(pair, test_calendar_contents.HIDDEN, {})


def an_invitation() -> None:
    test_calendar_decide.test_what_is_not_ours_to_change_leads(
        {"notiz": "mein Vermerk"}, {"location": "Saal 9"}, {"ort": "Saal 9"}, {"note"}, set(), Fixed.ORGANIZER
    )


def what_was_refused() -> None:
    test_calendar_decide.test_what_a_side_refused_is_not_sent_again_and_stops_no_other_field(ADVOWARE, "place")


def an_occurrence() -> None:
    start, end = timed("2026-05-11T10:00:00+02:00"), timed("2026-05-11T11:00:00+02:00")
    series = {"event": event(recurrence=["RRULE:FREQ=WEEKLY"])}
    own = {"recurringEventId": "e", "originalStartTime": start, "start": start, "end": end}

    def is_as_in_series(**changed: Any) -> bool:
        told = {"beyond": occurrences.CHANGED, "about": occurrences.about(event(**{**own, **changed}), BERLIN)}
        return occurrences.is_as_in_series(told, series, BERLIN)

    assert is_as_in_series(colorId="11")
    assert not is_as_in_series(location="Saal 9")
    assert not is_as_in_series(end=timed("2026-05-11T11:30:00+02:00"))


def _without(name: str) -> Callable[..., Any]:
    return lambda zone=BERLIN: tuple(each for each in declared(zone) if each.name != name)


def _writes_everything(fields: Any, here: Any, there: Any, bases: Any, asked: Any) -> Any:
    return merge(fields, here, {**there, **with_all(FIELDS, GOOGLE, {}, said(FIELDS, ADVOWARE, here))}, {}, asked)


@dataclass(frozen=True)
class Fault:
    what: str
    where: Any
    name: str
    broken: Any
    check: Callable[[], None]


FAULTS = [
    Fault("a field is forgotten", sides, "declared", _without("note"), a_creation),
    Fault(
        "nothing was edited",
        decide,
        "edited",
        lambda *given: False,
        test_calendar_decide.test_an_edit_that_beats_a_deletion_brings_only_itself,
    ),
    Fault("contents are always shown", decide, "_hides", lambda *given: False, hidden),
    Fault(
        "what a side did not keep is left",
        decide,
        "_kept",
        lambda each, outcome: outcome,
        lambda: test_calendar_decide.test_what_a_side_did_not_keep_is_for_a_person({"ort": "Saal 9"}, {}, What.BY_HAND),
    ),
    Fault("old times are read as they stand", form, "same_times", lambda *given: False, an_old_agreement),
    Fault("old notes are read as they stand", form, "same_note", lambda *given: False, an_old_agreement),
    Fault(
        "what was agreed is not known any more",
        decide,
        "_as_agreed",
        lambda pair, side, raw, rules: raw,
        test_calendar_decide.test_what_google_had_to_cut_is_no_edit_and_is_not_lost_by_one,
    ),
    Fault(
        "an invitation is changed like any other",
        decide,
        "_led",
        lambda pair, advoware, google, rules, hidden: decide._both(
            replace(pair, google=replace(google, fixed="")), advoware, replace(google, fixed=""), rules
        ),
        an_invitation,
    ),
    Fault("what was refused is sent again", sides, "Refusing", lambda lens, value: lens, what_was_refused),
    Fault("of an occurrence only the time counts", occurrences, "_SAME", (), an_occurrence),
    Fault("an occurrence may last as long as it likes", occurrences, "_lengths", lambda *given: {0}, an_occurrence),
    Fault("everything is written", decide, "merge", _writes_everything, a_patch),
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_planted_fault_is_noticed(fault: Fault, monkeypatch: pytest.MonkeyPatch) -> None:
    fault.check()
    monkeypatch.setattr(fault.where, fault.name, fault.broken)
    with pytest.raises(AssertionError):
        fault.check()
