"""The table of an appointment's fields: every law for every field and side, and appointments there and back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.flows.calendar.agreement import from_json, to_json
from syncapp.flows.calendar.appointments import is_derived
from syncapp.flows.calendar.decide import decide
from syncapp.flows.calendar.decision import What
from syncapp.flows.calendar.fields import ADVOWARE, GOOGLE, OF_EVENT, said
from syncapp.flows.calendar.form import form_of, read, same_times
from syncapp.flows.calendar.sides import Missing, Pair, Shown
from syncapp.flows.lens.core import EMPTY, Unreadable
from syncapp.flows.lens.declaration import Base, Side
from tests.unit.flows.appointments import BERLIN, FIELDS, RULES, event, termin
from tests.unit.flows.lens import laws
from tests.unit.flows.lens.strategies import descriptions, texts
from tests.unit.flows.lens.test_spans import events, termine

OWNED: dict[Side, dict[str, tuple[str, ...]]] = {
    ADVOWARE: {"text": ("text",), "place": ("ort",), "note": ("notiz",), "private": ("privat",)},
    GOOGLE: {"text": ("summary",), "place": ("location",), "note": ("description",), "private": ("visibility",)},
}
WHEN = {
    ADVOWARE: ("datum", "uhrzeitVon", "datumBis", "uhrzeitBis", "abwesenheit", "dauertermin", "turnus", "turnusArt"),
    GOOGLE: ("start", "end", "recurrence"),
}


@st.composite
def rows(draw: st.DrawFn) -> dict[str, Any]:
    contents = st.fixed_dictionaries(dict.fromkeys(("text", "ort", "notiz"), texts))
    return {
        **draw(termine()),
        **draw(contents),
        "privat": draw(st.sampled_from([0, 1, "0", "-1", True, None, "ja", 2])),
    }


@st.composite
def google_rows(draw: st.DrawFn) -> dict[str, Any]:
    told = draw(events())
    for name, values in (("summary", texts), ("location", texts), ("description", descriptions)):
        if draw(st.booleans()):
            told[name] = draw(values)
    told["visibility"] = draw(st.sampled_from(["default", "public", "private", "confidential", None, "neu"]))
    return told


RAWS = {ADVOWARE: rows(), GOOGLE: google_rows()}


@pytest.mark.parametrize("side", list(Side))
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_every_law_of_every_field(side: Side, data: st.DataObject) -> None:
    raw, other = data.draw(RAWS[side]), data.draw(RAWS[side.other])
    for each in FIELDS:
        lens, value = each.lens(side), each.lens(side.other).get(other)
        laws.get_put(lens, raw)
        laws.sameness(lens, raw)
        if isinstance(value, Unreadable):
            continue
        laws.put_get(lens, raw, value)
        laws.put_put(lens, raw, value, lens.get(raw) if not isinstance(lens.get(raw), Unreadable) else value)
        laws.no_more_than_asked(lens, raw, value, OWNED[side].get(each.name, WHEN[side]))


@settings(max_examples=100, deadline=None)
@given(google_rows())
def test_what_a_link_keeps_of_an_event_says_the_same(raw: dict[str, Any]) -> None:
    assert said(FIELDS, GOOGLE, {name: raw[name] for name in OF_EVENT if name in raw}) == said(FIELDS, GOOGLE, raw)


@settings(max_examples=100, deadline=None)
@given(rows(), google_rows())
def test_what_was_said_survives_storing(here: dict[str, Any], there: dict[str, Any]) -> None:
    for side, raw in ((ADVOWARE, here), (GOOGLE, there)):
        appointment = said(FIELDS, side, raw)
        assert from_json(to_json(appointment), BERLIN) == appointment


def carried(raw: dict[str, Any]) -> None:
    """From Advoware to a new event, back into a new appointment, and then nothing is left to do, whoever looks."""
    first = decide(Pair(Shown(raw), Missing.NEVER), RULES)
    assert first.merged is not None
    assert first.what is What.INSERT
    there = first.merged.there
    second = decide(Pair(Missing.NEVER, Shown(there)), RULES)
    assert second.merged is not None
    assert second.what is What.CREATE
    assert said(FIELDS, ADVOWARE, second.merged.here) == said(FIELDS, ADVOWARE, raw)
    one, other = said(FIELDS, ADVOWARE, raw), said(FIELDS, GOOGLE, there)
    for bases in ({}, {name: Base(one[name], other[name]) for name in one}):
        assert decide(Pair(Shown(raw), Shown(there), bases), RULES).what is What.NOTHING
    form = form_of(other, BERLIN)
    assert same_times(form, other["when"], BERLIN)
    assert form_of(read(form, BERLIN), BERLIN) == form


def days_of_the_year() -> Iterator[date]:
    day = date(2026, 1, 1)
    while day.year == 2026:
        yield day
        day += timedelta(days=1)


@pytest.mark.parametrize(("begin", "hours"), [("00:00", 1), ("01:30", 1), ("03:00", 0), ("09:15", 25), ("23:30", 72)])
def test_every_day_of_a_year_comes_back_as_it_was(begin: str, hours: int) -> None:
    for day in days_of_the_year():
        start = datetime.fromisoformat(f"{day}T{begin}")
        end = start + timedelta(hours=hours)
        carried(
            termin(
                datum=f"{day}", uhrzeitVon=f"{start:%H:%M:%S}", datumBis=f"{end:%Y-%m-%d}", uhrzeitBis=f"{end:%H:%M}"
            )
        )


@pytest.mark.parametrize("length", [1, 2, 31])
def test_every_day_of_a_year_as_a_whole_day(length: int) -> None:
    for day in days_of_the_year():
        last = day + timedelta(days=length - 1)
        carried(termin(datum=f"{day}", uhrzeitVon=None, datumBis=f"{last}", uhrzeitBis=None, abwesenheit=1))


@pytest.mark.parametrize("unit", [1, 2, 3, 4])
@pytest.mark.parametrize("until", ["2037-12-31", "2028-02-29", "2027-03-28", "2036-10-26"])
@pytest.mark.parametrize("every", [1, 12])
def test_series_from_every_month_end(unit: int, until: str, every: int) -> None:
    series = {"dauertermin": 1, "turnus": every, "turnusArt": unit, "datumBis": until}
    for day in (day for day in days_of_the_year() if (day + timedelta(days=1)).day == 1):
        for begin, end in (("00:00", "00:30"), ("23:30", "01:00")):
            carried(termin(datum=f"{day}", uhrzeitVon=begin, uhrzeitBis=end, **series))
        carried(termin(datum=f"{day}", uhrzeitVon=None, uhrzeitBis=None, abwesenheit=1, **series))


@settings(max_examples=200, deadline=None)
@given(rows())
def test_whatever_advoware_says_of_contents_is_carried(raw: dict[str, Any]) -> None:
    carried({**termin(), **{name: raw[name] for name in ("text", "ort", "notiz")}})


def test_a_note_of_signs_that_html_means_otherwise_comes_as_it_is() -> None:
    for note in ("&gt;", "<b>", "a &amp; b", "<br>\nx"):
        carried(termin(notiz=note))


def test_an_empty_text_is_one_that_advoware_takes() -> None:
    created = decide(
        Pair(Missing.NEVER, Shown(event(summary="", start={"date": "2026-05-04"}, end={"date": "2026-05-05"}))), RULES
    )
    assert created.merged is not None
    assert (created.merged.here["text"], said(FIELDS, ADVOWARE, created.merged.here)["text"]) == (
        "(ohne Betreff)",
        EMPTY,
    )
    assert (created.merged.here["uhrzeitVon"], created.merged.here["uhrzeitBis"]) == (None, None)


@pytest.mark.parametrize(("number", "kind"), [(-5, "Termin"), (5, "Vortermin"), (5, " Urlaub "), (5, "RÜCKFAHRT")])
def test_derived_entries_are_recognised(number: int, kind: str) -> None:
    assert is_derived(number, kind)
    assert not is_derived(5, "Termin")
