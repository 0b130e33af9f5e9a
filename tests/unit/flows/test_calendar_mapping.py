"""Appointments there and back: what both systems can express does not change, through a year of days and clocks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.flows.calendar import from_advoware, from_google
from syncapp.flows.calendar.entries import DAY, Entry, Series, Unit, anonymised, midnight, tidy, wall, with_times_of
from syncapp.flows.calendar.rules import BeyondAdvoware, series_of

BERLIN = ZoneInfo("Europe/Berlin")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)


def through_advoware(entry: Entry) -> Entry:
    return read_advoware(from_advoware.values_of(entry))


def through_google(entry: Entry) -> Entry:
    return from_google.entry_of(from_google.body_of(entry, BERLIN).body, BERLIN)


def read_advoware(values: Mapping[str, object]) -> Entry:
    def text(name: str) -> str:
        value = values.get(name)
        return "" if value is None else str(value)

    return from_advoware.entry_of(text, BERLIN)


def timed(start: datetime, minutes: int = 60, **more: Any) -> Entry:
    begins = wall(start, BERLIN)
    return Entry(begins, max(begins, wall(start + timedelta(minutes=minutes), BERLIN)), text="Termin", **more)


def days_of_the_year() -> Iterator[date]:
    day = date(2026, 1, 1)
    while day.year == 2026:
        yield day
        day += DAY


@pytest.mark.parametrize("clock", ["00:00", "01:30", "02:00", "02:30", "03:00", "09:15", "23:30"])
@pytest.mark.parametrize("minutes", [0, 30, 60, 90, 8 * 60, 25 * 60, 3 * 24 * 60])
def test_every_day_of_a_year_comes_back_as_it_was(clock: str, minutes: int) -> None:
    for day in days_of_the_year():
        entry = timed(datetime.fromisoformat(f"{day}T{clock}"), minutes)
        assert through_advoware(entry) == entry
        assert through_google(entry) == entry


@pytest.mark.parametrize("length", [1, 2, 7, 31])
def test_every_day_of_a_year_as_a_whole_day(length: int) -> None:
    for day in days_of_the_year():
        entry = Entry(midnight(day), midnight(day) + length * DAY, all_day=True, text="Urlaub")
        assert through_advoware(entry) == entry
        assert through_google(entry) == entry


@pytest.mark.parametrize("unit", list(Unit))
@pytest.mark.parametrize("until", [None, date(2026, 2, 28), date(2028, 2, 29), SPRING, AUTUMN, date(2036, 12, 31)])
@pytest.mark.parametrize("every", [1, 2, 12])
def test_series_from_every_month_end(unit: Unit, until: date | None, every: int) -> None:
    ends = [date(2024, 2, 29), *(day for day in days_of_the_year() if (day + DAY).day == 1)]
    for day in ends:
        for clock, minutes in (("00:00", 30), ("02:30", 60), ("23:30", 90)):
            series = Series(unit, every, until if until and until > day else None)
            entry = timed(datetime.fromisoformat(f"{day}T{clock}"), minutes, series=series)
            assert through_advoware(entry) == entry
            assert through_google(entry) == entry
        entry = Entry(midnight(day), midnight(day) + DAY, all_day=True, text="Frist", series=Series(unit, every))
        assert through_advoware(entry) == entry
        assert through_google(entry) == entry


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=40).map(tidy)
moments = st.datetimes(datetime(2000, 1, 1), datetime(2036, 12, 31)).map(lambda m: wall(m, BERLIN))


@st.composite
def entries(draw: st.DrawFn) -> Entry:
    start = draw(moments)
    more = {name: draw(texts) for name in ("place", "note")} | {"private": draw(st.booleans())}
    subject = draw(texts.filter(lambda t: t != from_advoware.NO_TEXT))
    ends = st.none() | st.integers(0, 3000).map(lambda n: start.date() + n * DAY)
    until = draw(ends)
    until = None if until is None or until.year >= 2037 else until
    series = draw(st.none() | st.builds(Series, st.sampled_from(list(Unit)), st.integers(1, 99), st.just(until)))
    if draw(st.booleans()):
        days = 1 if series else draw(st.integers(1, 40))
        first = midnight(start.date())
        return Entry(first, first + days * DAY, all_day=True, text=subject, series=series, **more)
    longest = 23 * 60 if series else 60 * 24 * 40
    end = max(start, wall(start + timedelta(minutes=draw(st.integers(0, longest))), BERLIN))
    return Entry(start, end, text=subject, series=series, **more)


@settings(max_examples=400)
@given(entry=entries())
def test_there_and_back_changes_nothing_that_both_can_express(entry: Entry) -> None:
    assert from_advoware.beyond(entry) == ""
    assert through_advoware(entry) == entry
    assert through_google(entry) == entry
    assert through_google(through_advoware(entry)) == entry
    assert Entry.from_json(entry.to_json()) == entry


DATES = ["2026-03-29T00:00:00", "2026-10-25T02:30:00", "2026-02-28", "2026-12-31T23:59:59"]
CLOCKS = ["", "02:30", "02:30:00", "23:30:00", "0001-01-01T00:00:00", "2026-01-01T08:15"]


@settings(max_examples=300)
@given(
    values=st.fixed_dictionaries(
        {
            "datum": st.sampled_from(DATES),
            "uhrzeitVon": st.sampled_from(CLOCKS),
            "datumBis": st.sampled_from(["", "0001-01-01T00:00:00", "2026-10-26T00:00:00", "2037-12-31T00:00:00"]),
            "uhrzeitBis": st.sampled_from(["", "03:00", "01:00:00", "24:00", "quatsch"]),
            "abwesenheit": st.sampled_from([0, 1, "1", None, True]),
            "dauertermin": st.sampled_from([0, 1]),
            "turnus": st.sampled_from([0, 1, 2, "x"]),
            "turnusArt": st.integers(-1, 5),
            "text": st.sampled_from(["", "Termin", "a\r\nb", "\x07"]),
            "privat": st.sampled_from([0, 1, "0"]),
        }
    )
)
def test_whatever_advoware_sends_is_read_or_refused_and_then_stays_as_it_is(values: dict[str, object]) -> None:
    try:
        entry = read_advoware(values)
    except from_advoware.Unreadable:
        return
    assert entry.end >= entry.start
    if not from_advoware.beyond(entry):
        assert through_advoware(entry) == entry
    assert through_google(entry) == entry


def test_an_hour_that_is_left_out_is_the_one_after_it_on_both_sides() -> None:
    values = {"datum": f"{SPRING}T00:00:00", "uhrzeitVon": "02:30", "uhrzeitBis": "02:45", "datumBis": str(SPRING)}
    entry = read_advoware(values)
    assert (entry.start.hour, entry.start.minute) == (3, 30)
    assert through_google(entry) == entry


def test_both_of_the_hours_that_come_twice_are_the_same_appointment() -> None:
    first, second = (
        from_google.entry_of(
            {"start": {"dateTime": f"{AUTUMN}T02:30:00{offset}"}, "end": {"dateTime": f"{AUTUMN}T04:00:00+01:00"}},
            BERLIN,
        )
        for offset in ("+02:00", "+01:00")
    )
    assert first == second


def test_times_of_another_zone_are_told_in_the_firms() -> None:
    raw = {"start": {"dateTime": "2026-07-01T09:00:00-04:00"}, "end": {"dateTime": "2026-07-01T10:00:00-04:00"}}
    assert from_google.entry_of(raw, BERLIN).start == datetime(2026, 7, 1, 15)
    raw = {
        "start": {"dateTime": "2026-07-01T09:00:00", "timeZone": "America/New_York"},
        "end": {"dateTime": "2026-07-01T10:00:00", "timeZone": "America/New_York"},
    }
    assert from_google.entry_of(raw, BERLIN).start == datetime(2026, 7, 1, 15)


START = datetime(2026, 3, 2, 10)  # a Monday


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), None),
        (("RRULE:FREQ=DAILY",), Series(Unit.DAILY)),
        (("RRULE:FREQ=WEEKLY;BYDAY=MO",), Series(Unit.WEEKLY)),
        (("RRULE:FREQ=WEEKLY;WKST=MO;INTERVAL=2;BYDAY=MO",), Series(Unit.WEEKLY, 2)),
        (("rrule:freq=weekly;until=20260401",), Series(Unit.WEEKLY, 1, date(2026, 4, 1))),
        (("RRULE:FREQ=MONTHLY;BYMONTHDAY=2",), Series(Unit.MONTHLY)),
        (("RRULE:FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=2",), Series(Unit.YEARLY)),
        (("RRULE:FREQ=DAILY;UNTIL=20371231T000000Z",), Series(Unit.DAILY)),
        # 10:00 in Berlin is 08:00 UTC in summer: the day itself is in, or not.
        (("RRULE:FREQ=DAILY;UNTIL=20260630T080000Z",), Series(Unit.DAILY, 1, date(2026, 6, 30))),
        (("RRULE:FREQ=DAILY;UNTIL=20260630T075959Z",), Series(Unit.DAILY, 1, date(2026, 6, 29))),
        (("RRULE:FREQ=DAILY;UNTIL=20260630T220000Z",), Series(Unit.DAILY, 1, date(2026, 6, 30))),
    ],
)
def test_rules_that_advoware_can_hold(lines: tuple[str, ...], expected: Series | None) -> None:
    assert series_of(lines, START, BERLIN) == expected


@pytest.mark.parametrize(
    ("lines", "part"),
    [
        (("RRULE:FREQ=DAILY;COUNT=5",), "COUNT"),
        (("RRULE:FREQ=WEEKLY;BYDAY=MO,WE",), "BYDAY"),
        (("RRULE:FREQ=WEEKLY;BYDAY=TU",), "BYDAY"),
        (("RRULE:FREQ=MONTHLY;BYDAY=1MO",), "BYDAY"),
        (("RRULE:FREQ=MONTHLY;BYMONTHDAY=-1",), "BYMONTHDAY"),
        (("RRULE:FREQ=YEARLY;BYMONTH=4",), "BYMONTH"),
        (("RRULE:FREQ=DAILY;BYSETPOS=1",), "BYSETPOS"),
        (("RRULE:FREQ=HOURLY",), "FREQ"),
        (("RRULE:INTERVAL=2",), "FREQ"),
        (("RRULE:FREQ=DAILY;INTERVAL=0",), "INTERVAL"),
        (("RRULE:FREQ=DAILY;INTERVAL=x",), "INTERVAL"),
        (("RRULE:FREQ=DAILY;UNTIL=morgen",), "UNTIL"),
        (("RRULE:FREQ=DAILY;UNTIL=20261332",), "UNTIL"),
        (("RRULE:FREQ=DAILY", "EXDATE:20260303T090000Z"), "EXDATE"),
        (("RRULE:FREQ=DAILY", "RRULE:FREQ=WEEKLY"), "RRULE"),
        (("RDATE:20260303T090000Z",), "RDATE"),
    ],
)
def test_rules_beyond_advoware_name_what_is_too_much(lines: tuple[str, ...], part: str) -> None:
    with pytest.raises(BeyondAdvoware, match=f"^{part}$"):
        series_of(lines, START, BERLIN)


def test_long_texts_are_cut_for_google_and_said_to_be() -> None:
    entry = replace(timed(START), text="x" * 2000, note="y" * 10_000)
    written = from_google.body_of(entry, BERLIN)
    assert written.cut
    assert len(written.body["summary"]) == 1024
    assert not from_google.body_of(timed(START), BERLIN).cut


def test_an_anonymised_calendar_tells_only_when() -> None:
    entry = replace(timed(START), text="Wendland ./. Oster", place="Saal 3", note="Zeugen laden")
    shown = anonymised(entry)
    assert (shown.text, shown.place, shown.note) == ("blocked", "", "")
    moved = replace(shown, start=shown.start + DAY, end=shown.end + DAY)
    back = with_times_of(entry, moved)
    assert (back.text, back.start) == ("Wendland ./. Oster", entry.start + DAY)


@pytest.mark.parametrize(("number", "kind"), [(-5, "Termin"), (5, "Vortermin"), (5, " Urlaub "), (5, "RÜCKFAHRT")])
def test_derived_entries_are_recognised(number: int, kind: str) -> None:
    assert from_advoware.is_derived(number, kind)
    assert not from_advoware.is_derived(5, "Termin")


@pytest.mark.parametrize(
    "raw",
    [
        {},
        {"start": {"dateTime": "morgen"}, "end": {"dateTime": "2026-01-01T10:00:00Z"}},
        {"start": {"dateTime": "2026-01-01T10:00:00"}, "end": {"dateTime": "2026-01-01T10:00:00"}},
        {"start": {"date": "2026-01-01"}, "end": {}},
        {"start": {"dateTime": "2026-01-01T10:00:00", "timeZone": "Mond/Krater"}, "end": {}},
    ],
)
def test_an_event_without_a_time_is_refused(raw: dict[str, Any]) -> None:
    with pytest.raises(from_google.Unreadable):
        from_google.entry_of(raw, BERLIN)
