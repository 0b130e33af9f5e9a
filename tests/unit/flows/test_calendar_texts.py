"""Texts and times that one side changes by itself, or writes in its own way: they must not look like edits."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncapp.flows.calendar import from_advoware, from_google
from syncapp.flows.calendar.entries import Entry, Series, Unit, kept_as, tidy, with_edits
from syncapp.flows.calendar.rules import BeyondAdvoware, series_of

BERLIN = ZoneInfo("Europe/Berlin")
ENTRY = Entry(datetime(2026, 5, 4, 10), datetime(2026, 5, 4, 11), text="Termin", place="Saal 3", note="Akte")


def google(zone: str = "Europe/Berlin", **more: Any) -> Entry:
    times = {"start": {"dateTime": "2026-05-04T10:00:00+02:00"}, "end": {"dateTime": "2026-05-04T11:00:00+02:00"}}
    return from_google.entry_of({name: value | {"timeZone": zone} for name, value in times.items()} | more, BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10\u00a0Uhr", "10 Uhr"),
        ("U\u0308bergabe", "\u00dcbergabe"),
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("  a \t\n b  \n\n", "a\n b"),
        ("\x07a\u200bb\ufeff\u00ad", "ab"),
        ("\U0001f469\u200d\u2696\ufe0f", "\U0001f469\u200d\u2696\ufe0f"),
        ("\U0001f1e9\U0001f1ea", "\U0001f1e9\U0001f1ea"),
    ],
)
def test_one_way_to_write_a_text(text: str, expected: str) -> None:
    assert tidy(text) == expected


@given(text=st.text(max_size=60))
def test_what_is_tidy_stays_as_it_is(text: str) -> None:
    assert tidy(tidy(text)) == tidy(text)


@pytest.mark.parametrize(
    ("description", "note"),
    [
        ("<b>Frist</b><br>Akte &amp; Vollmacht", "Frist\nAkte & Vollmacht"),
        ("<p>eins</p><p>zwei</p>", "eins\nzwei"),
        ('<a href="https://gericht.example/a?b=1">Saal</a>&nbsp;3', "Saal 3"),
        ("<html-blob><u></u>x<br/></html-blob>", "x"),
        ("5 < 7 und a > b", "5 < 7 und a > b"),
        ("<Mandant> ruft an", "<Mandant> ruft an"),
        ("https://x.example/?a=1&lt=2", "https://x.example/?a=1&lt=2"),
    ],
)
def test_a_description_of_googles_page_is_read_as_text(description: str, note: str) -> None:
    assert google(description=description).note == note


@pytest.mark.parametrize(
    ("sent", "kept", "same"),
    [
        ("x" * 300, "x" * 255, True),
        ("Termin", "Ter", False),
        ("Kaffee \u2615", "Kaffee ?", True),
        ("Kaffee", "Tee", False),
        ("Termin", "", False),
    ],
)
def test_what_a_system_may_have_made_of_a_text(sent: str, kept: str, same: bool) -> None:
    assert kept_as(replace(ENTRY, text=sent), replace(ENTRY, text=kept)) is same
    later = replace(ENTRY, text=kept, start=datetime(2026, 5, 4, 9))
    assert not kept_as(replace(ENTRY, text=sent), later)


def test_only_what_was_edited_is_carried_over() -> None:
    before, after = replace(ENTRY, note="kurz"), replace(ENTRY, note="kurz", text="neu")
    assert with_edits(replace(ENTRY, note="lang"), before, after) == replace(ENTRY, note="lang", text="neu")


@pytest.mark.parametrize(
    ("zone", "same"), [("Europe/Berlin", True), ("Europe/Vienna", True), ("UTC", False), ("America/New_York", False)]
)
def test_a_series_of_another_zone_is_for_a_person_where_its_hours_move(zone: str, same: bool) -> None:
    if same:
        assert google(zone, recurrence=["RRULE:FREQ=WEEKLY"]).series == Series(Unit.WEEKLY)
    else:
        with pytest.raises(BeyondAdvoware, match="timeZone"):
            google(zone, recurrence=["RRULE:FREQ=WEEKLY"])
    assert google(zone).series is None


@pytest.mark.parametrize("until", ["99991231T235959Z", "99991231", "20380101T000000Z"])
def test_an_end_after_the_end_is_none(until: str) -> None:
    assert series_of([f"RRULE:FREQ=DAILY;UNTIL={until}"], datetime(2026, 5, 4, 10), BERLIN) == Series(Unit.DAILY)


@pytest.mark.parametrize("day", [date.max, date(1, 1, 1)])
def test_the_calendars_first_and_last_day_can_not_be_placed(day: date) -> None:
    values = {"datum": f"{day.isoformat()}T23:30:00", "abwesenheit": "1" if day == date.max else "0"}
    with pytest.raises(from_advoware.Unreadable):
        from_advoware.entry_of(lambda name: values.get(name, ""), BERLIN)
    times = {"dateTime": f"{day.isoformat()}T00:00:00+14:00" if day.year == 1 else f"{day.isoformat()}T23:59:00-12:00"}
    with pytest.raises(from_google.Unreadable):
        from_google.entry_of({"start": times, "end": times}, BERLIN)
