"""What a run does about a whole calendar: the brake, what is held back, what is left to people."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from syncapp.clients.google import GoogleEvent
from syncapp.engine.runs.planning import Postponed, Settled, Skipped
from syncapp.flows.calendar import links
from syncapp.flows.calendar.decide import decide
from syncapp.flows.calendar.decision import Decision, What
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, said
from syncapp.flows.calendar.form import days_of, form_of
from syncapp.flows.calendar.links import Window
from syncapp.flows.calendar.lost import Stray, find, sent
from syncapp.flows.calendar.plan import Why, plan
from syncapp.flows.calendar.sides import Missing, Pair, Shown
from syncapp.flows.calendar.state import CalendarState, Item
from syncapp.flows.lens.spans import OtherSeries, Series, Span, Unit
from syncapp.models import CalendarEmployee, CalendarLink
from tests.unit.flows.appointments import BERLIN, FIELDS, RULES, agreed, event, termin

WINDOW = Window(date(2026, 4, 1), date(2028, 4, 1))
FIRST = "frnr" + "0" * 52


def item(number: int, what: What, **kept: Any) -> Item:
    link = CalendarLink(number=number, event_id=f"event{number}", google=kept, agreed_advoware={"text": "Termin"})
    return Item(
        link, Pair(Missing.NEVER, Missing.NEVER), Decision(what, detail="COUNT" if what is What.BY_HAND else "")
    )


def state(items: Iterable[Item], **more: Any) -> CalendarState:
    employee = CalendarEmployee(kuerzel="SB", calendar_id="c")
    return replace(CalendarState(employee, WINDOW, RULES, list(items), calendar_id="c"), **more)


def many(deleted: int, of: int) -> list[Item]:
    return [item(n, What.DELETE_GOOGLE if n < deleted else What.NOTHING) for n in range(of)]


@pytest.mark.parametrize(
    ("deleted", "of", "braked"),
    [(10, 10, False), (11, 11, True), (11, 55, False), (11, 54, True), (400, 400, True), (0, 400, False)],
)
def test_more_than_ten_deletions_and_more_than_twenty_percent_wait(deleted: int, of: int, braked: bool) -> None:
    found = plan(state(many(deleted, of)))
    assert len(found.held_back) == (deleted if braked else 0)
    assert [need.kind for need in found.tasks] == (["mass_deletion"] if braked else [])
    assert isinstance(found.ending, Skipped if braked else Settled)


def test_what_is_no_deletion_goes_on_while_deletions_wait() -> None:
    new = [item(100 + n, what) for n, what in enumerate((What.INSERT, What.CREATE, What.UPDATE_GOOGLE))]
    found = plan(state([*many(20, 20), *new]))
    assert len(found.actions) == 3
    assert len(found.held_back) == 20


def test_a_yes_counts_for_the_deletions_that_were_shown() -> None:
    (need,) = plan(state(many(20, 20))).tasks
    assert plan(state(many(20, 20), closed=frozenset({need.identity}))).held_back == ()
    others = [item(50 + n, What.DELETE_GOOGLE) for n in range(20)]
    assert len(plan(state(others, closed=frozenset({need.identity}))).held_back) == 20


def test_writing_to_advoware_switched_off_only_shows_that_direction() -> None:
    items = [item(1, What.CREATE), item(2, What.UPDATE_ADVOWARE), item(3, What.DELETE_ADVOWARE), item(4, What.INSERT)]
    found = plan(state(items, writable=False))
    assert isinstance(found.ending, Postponed)
    assert found.ending.reason == Why.WRITING_OFF
    assert (len(found.actions), len(found.held_back)) == (1, 3)


def test_a_calendar_that_is_gone_is_left_to_a_person() -> None:
    gone = state([item(1, What.INSERT)], calendar_gone=True, calendar_id="")
    found = plan(gone)
    assert (found.actions, [need.kind for need in found.tasks]) == ((), ["calendar_gone"])
    confirmed = plan(replace(gone, closed=frozenset({found.tasks[0].identity})))
    assert confirmed.stored()[0] == {"kind": "calendar.create", "calendar_name": "AW-SB"}


# By hand


def occurrence(day: int, hour: int = 9, **more: Any) -> CalendarLink:
    """An occurrence of a series that was moved to another hour."""
    raw = {
        "id": f"{FIRST}_202605{day:02}T070000Z",
        "recurringEventId": FIRST,
        "originalStartTime": {"dateTime": f"2026-05-{day:02}T09:00:00+02:00"},
        "start": {"dateTime": f"2026-05-{day:02}T{hour:02}:00:00+02:00"},
        "end": {"dateTime": f"2026-05-{day:02}T{hour + 1:02}:00:00+02:00"},
        "summary": "Jour fixe",
        **more,
    }
    event = GoogleEvent.from_api(raw)
    link = CalendarLink(event_id=event.id, google=links.told(event, "SB", BERLIN))
    links.place(link, BERLIN)
    return link


def by_hand(*rows: CalendarLink) -> CalendarState:
    series = CalendarLink(number=17, event_id=FIRST)
    items = [Item(link, Pair(Missing.NEVER, Missing.NEVER), Decision(What.BY_HAND, detail="x")) for link in rows]
    return state([*items, Item(series, Pair(Missing.NEVER, Missing.NEVER), Decision(What.NOTHING))])


def test_each_occurrence_is_a_task_of_its_own() -> None:
    needs = plan(by_hand(*(occurrence(day) for day in range(1, 29)))).tasks
    assert len({(need.kind, need.key) for need in needs}) == 28
    assert all(len(need.key) <= 64 for need in needs)


def test_the_task_says_which_occurrence_and_what_became_of_it() -> None:
    (need,) = plan(by_hand(occurrence(4, 15))).tasks
    facts = {name: (now, wanted) for name, now, wanted in need.facts}
    assert facts["frNr"] == ("17", "")
    assert facts["text"] == ("Jour fixe", "")
    assert facts["start"] == ("2026-05-04T09:00:00", "2026-05-04T15:00:00")


def test_an_occurrence_that_is_moved_again_after_its_task_was_closed_is_a_new_one() -> None:
    (first,) = plan(by_hand(occurrence(4, 15))).tasks
    closed = frozenset({first.identity})
    assert plan(replace(by_hand(occurrence(4, 15)), closed=closed)).tasks == ()
    assert len(plan(replace(by_hand(occurrence(4, 17)), closed=closed)).tasks) == 1


# Days


START, END = datetime(2026, 5, 4, 8, tzinfo=UTC), datetime(2026, 5, 4, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("span", "expected"),
    [
        (Span(START, END), (date(2026, 5, 4), date(2026, 5, 4))),
        (Span(START, END + timedelta(days=2)), (date(2026, 5, 4), date(2026, 5, 6))),
        (Span(START, START.replace(hour=23)), (date(2026, 5, 4), date(2026, 5, 5))),  # one o'clock here
        (Span(date(2026, 5, 4), date(2026, 5, 6)), (date(2026, 5, 4), date(2026, 5, 5))),
        (Span(START, END, Series(Unit.DAILY)), (date(2026, 5, 4), None)),
        (Span(START, END, Series(Unit.DAILY, 1, date(2026, 6, 1))), (date(2026, 5, 4), date(2026, 6, 1))),
        (Span(START, END, OtherSeries(("RRULE:FREQ=DAILY;COUNT=3",), "COUNT", "UTC")), (date(2026, 5, 4), None)),
    ],
)
def test_first_and_last_day(span: Span, expected: tuple[date, date | None]) -> None:
    assert days_of(span, BERLIN) == expected


def test_an_occurrence_has_the_days_between_where_it_was_and_where_it_is() -> None:
    link = occurrence(4, 9, start={"date": "2026-05-20"}, end={"date": "2026-05-21"})
    assert (link.first_day, link.last_day) == (date(2026, 5, 4), date(2026, 5, 21))


def test_ids_are_what_google_takes_and_differ_by_employee() -> None:
    one, other = links.event_id("SB", 5), links.event_id("AP", 5)
    assert one != other
    assert set(one) <= set("abcdefghijklmnopqrstuv0123456789")
    assert links.event_id("SB", 5) == one


# Lost creations

BEGUN = datetime.fromisoformat("2026-05-01T08:00:00+00:00")
AFTER, BEFORE = BEGUN + timedelta(seconds=5), BEGUN - timedelta(hours=1)


SENT = termin(notiz="x" * 300)
WANTED = said(FIELDS, ADVOWARE, SENT)
EARLIER = {"uhrzeitVon": "09:00:00", "uhrzeitBis": "10:00:00"}


@pytest.mark.parametrize(
    ("changed", "changed_at", "found"),
    [
        ({}, None, True),
        ({"notiz": "x" * 255}, None, True),
        ({"text": "Umbenannt"}, AFTER, True),
        ({"text": "Umbenannt"}, BEFORE, False),
        ({"text": "Umbenannt"}, None, False),
        (EARLIER, AFTER, True),
        ({**EARLIER, "text": "Anderes"}, AFTER, False),
        ({"datum": "nie"}, AFTER, True),
    ],
)
def test_what_may_be_a_creation_that_was_not_answered(
    changed: Mapping[str, Any], changed_at: datetime | None, found: bool
) -> None:
    assert (find(WANTED, [Stray(1, {**SENT, **changed}, changed_at)], BEGUN, FIELDS) is not None) is found


def test_the_one_that_is_as_it_was_sent_comes_first() -> None:
    strays = [Stray(1, {**SENT, "text": "Umbenannt"}, AFTER), Stray(2, SENT, BEFORE)]
    stray = find(WANTED, strays, BEGUN, FIELDS)
    assert stray is not None
    assert stray.number == 2


@pytest.mark.parametrize(
    "more", [{}, {"dauertermin": 1, "turnus": 2, "turnusArt": 2}, {"privat": 1}, {"abwesenheit": 1}]
)
def test_what_was_sent_is_read_from_the_journal(more: Mapping[str, Any]) -> None:
    appointment = said(FIELDS, ADVOWARE, {**SENT, **more})
    raw = {name: [None, value] for name, value in form_of(appointment, BERLIN).items() if value is not None}
    assert sent(raw, BERLIN) == appointment


def test_a_shown_event_is_as_it_was_told() -> None:
    raw = event(id="abcde", start={"date": "2026-05-04"}, end={"date": "2026-05-05"}, etag="1")
    link = CalendarLink(event_id="abcde", google=links.told(GoogleEvent.from_api(raw), "SB", BERLIN))
    side = links.google_side(link)
    assert isinstance(side, Shown)
    assert said(FIELDS, GOOGLE, side.raw) == said(FIELDS, GOOGLE, raw)
    assert "attendees" not in side.raw


def test_what_cannot_be_brought_over_is_a_task_with_field_values_and_reason() -> None:
    pair = Pair(Shown(termin(text="neu")), Shown(event(recurrence=["RRULE:FREQ=DAILY;COUNT=3"])), agreed())
    link = CalendarLink(number=7, event_id="e", google={"event": {}})
    found = plan(state([Item(link, pair, decide(pair, RULES))]))
    assert [action.kind for action in found.actions] == ["appointment.update_google"]
    (need,) = found.tasks
    assert {name: (here, there) for name, here, there in need.facts} == {
        "why": ("COUNT", ""),
        "frNr": ("7", ""),
        "text": ("Termin", ""),
        "start": ("2026-05-04T10:00:00", "2026-05-04T10:00:00"),
        "end": ("2026-05-04T11:00:00", "2026-05-04T11:00:00"),
        "series": ("", "RRULE:FREQ=DAILY;COUNT=3"),
    }


def test_what_goes_both_ways_waits_only_on_the_side_that_may_not_be_written() -> None:
    found = plan(state([item(1, What.UPDATE_BOTH)], writable=False))
    assert [action.kind for action in found.actions] == ["appointment.update_google"]
    assert [action.kind for action in found.held_back] == ["appointment.update_advoware"]
