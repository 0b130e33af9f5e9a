"""When an appointment is, on both sides: start, end, all day and series are one field. No database, no HTTP."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from syncapp.flows.lens.core import EMPTY, CantHold, Unreadable, Why, changes
from syncapp.flows.lens.declaration import Base, Field, Holds, Side
from syncapp.flows.lens.records import merge
from syncapp.flows.lens.spans import OtherSeries, Series, Span, Unit
from syncapp.flows.lens.spans_advoware import NAMES, AdvowareSpan
from syncapp.flows.lens.spans_google import GoogleSpan
from tests.unit.flows.lens import laws
from tests.unit.flows.lens.strategies import examples

BERLIN = ZoneInfo("Europe/Berlin")
ADVOWARE, GOOGLE = AdvowareSpan(BERLIN), GoogleSpan(BERLIN)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def termin(day: str, begin: str | None, last: str, end: str | None, **more: object) -> dict[str, object]:
    return {"frNr": 7, "text": "Termin", "datum": day, "uhrzeitVon": begin, "datumBis": last, "uhrzeitBis": end, **more}


def event(start: str, end: str, *lines: str, zone: str = "Europe/Berlin") -> dict[str, Any]:
    return {
        "id": "e",
        "colorId": "7",
        "reminders": {"useDefault": False},
        "start": {"dateTime": start, "timeZone": zone},
        "end": {"dateTime": end, "timeZone": zone},
        **({"recurrence": list(lines)} if lines else {}),
    }


def days(first: str, end: str) -> dict[str, Any]:
    return {"id": "e", "start": {"date": first}, "end": {"date": end}}


WEEKLY = {"dauertermin": 1, "turnus": 2, "turnusArt": 2}


@pytest.mark.parametrize(
    ("raw", "span"),
    [
        (
            termin("2026-03-02T00:00:00", "09:00:00", "2026-03-02T00:00:00", "10:30:00"),
            Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 9, 30)),
        ),
        (termin("2026-03-02T00:00:00", "", "", ""), Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 8, 30))),  # nine o'clock
        (
            termin("2026-03-02T11:00:00", None, "0001-01-01T00:00:00", None),
            Span(utc(2026, 3, 2, 10), utc(2026, 3, 2, 10, 30)),
        ),
        (termin("2026-03-02", None, "2026-03-03", None, abwesenheit=1), Span(date(2026, 3, 2), date(2026, 3, 4))),
        (
            termin("2026-03-02", "09:00", "2037-12-31", "10:00", **WEEKLY),
            Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 9), Series(Unit.WEEKLY, 2)),
        ),
        (
            termin("2026-03-02", "23:00", "2026-04-30", "01:00", **WEEKLY),
            Span(utc(2026, 3, 2, 22), utc(2026, 3, 3, 0), Series(Unit.WEEKLY, 2, date(2026, 4, 30))),
        ),
        # Spring's missing hour: what begins in it is an hour later, and is as long as it says.
        (termin("2026-03-29", "02:30", "2026-03-29", "02:45"), Span(utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 1, 45))),
        (termin("2026-03-29", "02:30", "2026-03-29", "03:00"), Span(utc(2026, 3, 29, 1, 30), utc(2026, 3, 29, 2))),
        (termin("2026-03-29", "02:00", "2026-03-29", "03:15"), Span(utc(2026, 3, 29, 1), utc(2026, 3, 29, 1, 15))),
        (termin("2026-03-29", "01:30", "2026-03-29", "02:30"), Span(utc(2026, 3, 29, 0, 30), utc(2026, 3, 29, 1, 30))),
        # October's hour that comes twice: the first, unless the end would be before the start.
        (
            termin("2026-10-25", "02:15", "2026-10-25", "02:45"),
            Span(utc(2026, 10, 25, 0, 15), utc(2026, 10, 25, 0, 45)),
        ),
        (
            termin("2026-10-25", "02:45", "2026-10-25", "02:15"),
            Span(utc(2026, 10, 25, 0, 45), utc(2026, 10, 25, 1, 15)),
        ),
        (termin("nie", "09:00", "", ""), Unreadable("nie 09:00")),
        (termin("2026-03-02", "25:00", "", ""), Unreadable("2026-03-02 25:00")),
        (termin("0001-01-01T00:00:00", None, "", None), Unreadable("0001-01-01T00:00:00")),
        ({}, EMPTY),
        (
            {"DATUM": "2026-03-02", "UhrzeitVon": "09:00", "UhrzeitBis": "10:00"},
            Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 9)),
        ),
    ],
)
def test_what_advoware_says(raw: dict[str, object], span: object) -> None:
    assert ADVOWARE.get(raw) == span


@pytest.mark.parametrize(
    ("raw", "span"),
    [
        (event("2026-03-02T09:00:00+01:00", "2026-03-02T10:00:00+01:00"), Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 9))),
        (event("2026-03-02T09:00:00", "2026-03-02T10:00:00"), Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 9))),
        (event("2026-03-02T08:00:30Z", "2026-03-02T09:00:00Z"), Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 9))),
        (
            event("2026-10-25T02:15:00+01:00", "2026-10-25T02:45:00+01:00"),
            Span(utc(2026, 10, 25, 1, 15), utc(2026, 10, 25, 1, 45)),
        ),
        (days("2026-03-02", "2026-03-04"), Span(date(2026, 3, 2), date(2026, 3, 4))),
        (days("2026-03-02", "2026-03-02"), Span(date(2026, 3, 2), date(2026, 3, 3))),
        (
            event("2026-03-02T09:00:00+01:00", "2026-03-02T10:00:00+01:00", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO"),
            Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 9), Series(Unit.WEEKLY, 2)),
        ),
        (
            event("2026-03-02T09:00:00+01:00", "2026-03-02T10:00:00+01:00", "RRULE:FREQ=WEEKLY;BYDAY=MO,WE"),
            Span(
                utc(2026, 3, 2, 8),
                utc(2026, 3, 2, 9),
                OtherSeries(("RRULE:FREQ=WEEKLY;BYDAY=MO,WE",), "BYDAY", "Europe/Berlin"),
            ),
        ),
        (
            event(
                "2026-03-02T09:00:00+01:00", "2026-03-02T10:00:00+01:00", "RRULE:FREQ=DAILY", "EXDATE:20260303T080000Z"
            ),
            Span(
                utc(2026, 3, 2, 8),
                utc(2026, 3, 2, 9),
                OtherSeries(("RRULE:FREQ=DAILY", "EXDATE:20260303T080000Z"), "EXDATE", "Europe/Berlin"),
            ),
        ),
        (
            event(
                "2026-03-02T03:00:00-05:00", "2026-03-02T04:00:00-05:00", "RRULE:FREQ=DAILY", zone="America/New_York"
            ),
            Span(
                utc(2026, 3, 2, 8),
                utc(2026, 3, 2, 9),
                OtherSeries(("RRULE:FREQ=DAILY",), "timeZone", "America/New_York"),
            ),
        ),
        ({"start": {"dateTime": "bald"}, "end": {}}, Unreadable("bald")),
        ({"start": {"date": "2026-03-02"}, "end": None}, Unreadable("2026-03-02")),
        ({"start": "morgen", "end": 7}, Unreadable("morgen - 7")),
        ({"summary": "ohne"}, EMPTY),
    ],
)
def test_what_google_says(raw: dict[str, Any], span: object) -> None:
    assert GOOGLE.get(raw) == span


def test_a_whole_day_has_no_clock_times_in_advoware() -> None:
    after = ADVOWARE.put({"text": "Urlaub"}, Span(date(2026, 3, 2), date(2026, 3, 4)))
    assert after == {
        "text": "Urlaub",
        "datum": "2026-03-02T00:00:00",
        "uhrzeitVon": None,
        "datumBis": "2026-03-03T00:00:00",
        "uhrzeitBis": None,
        "abwesenheit": 1,
        "dauertermin": 0,
        "turnus": 0,
        "turnusArt": 0,
    }


def test_only_what_changes_its_meaning_is_rewritten() -> None:
    raw = termin("2026-03-02", "09:00", "2026-03-02T00:00:00", "10:00:00", turnus=None, privat=1)
    after = ADVOWARE.put(raw, Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 10)))
    assert isinstance(after, dict)
    assert changes(raw, after) == {"uhrzeitBis": "11:00:00", "abwesenheit": 0, "dauertermin": 0, "turnusArt": 0}


def test_a_patch_for_google_names_only_what_changes() -> None:
    raw = event("2026-03-02T03:00:00-05:00", "2026-03-02T04:00:00-05:00", zone="America/New_York")
    later = GOOGLE.put(raw, Span(utc(2026, 3, 2, 8), utc(2026, 3, 2, 10)))
    assert not isinstance(later, CantHold)
    assert changes(raw, later) == {"end": {"dateTime": "2026-03-02T11:00:00+01:00", "timeZone": "Europe/Berlin"}}
    whole = GOOGLE.put(raw, Span(date(2026, 3, 2), date(2026, 3, 3)))
    assert not isinstance(whole, CantHold)
    assert changes(raw, whole)["start"] == {"dateTime": None, "timeZone": None, "date": "2026-03-02"}


def test_another_first_day_writes_the_rule_anew() -> None:
    raw = event("2026-03-02T09:00:00+01:00", "2026-03-02T10:00:00+01:00", "RRULE:FREQ=WEEKLY;BYDAY=MO")
    tuesday = Span(utc(2026, 3, 3, 8), utc(2026, 3, 3, 9), Series(Unit.WEEKLY))
    after = GOOGLE.put(raw, tuesday)
    assert not isinstance(after, CantHold)
    assert after["recurrence"] == ["RRULE:FREQ=WEEKLY"]


@pytest.mark.parametrize(
    ("span", "part"),
    [
        (
            Span(
                utc(2026, 3, 2, 8),
                utc(2026, 3, 2, 9),
                OtherSeries(("RRULE:FREQ=DAILY;COUNT=3",), "COUNT", "Europe/Berlin"),
            ),
            "COUNT",
        ),
        (Span(utc(2026, 3, 2, 8), utc(2026, 3, 3, 8), Series(Unit.DAILY)), "length"),
        (Span(date(2026, 3, 2), date(2026, 3, 4), Series(Unit.WEEKLY)), "length"),
    ],
)
def test_what_advoware_cannot_hold(span: Span, part: str) -> None:
    assert ADVOWARE.put({}, span) == CantHold(Why.SERIES, part)


FIELD: Field[Any, Any, Span] = Field("when", ADVOWARE, GOOGLE, Holds.HERE)


def test_the_second_of_two_hours_stays_the_second() -> None:
    """Created in Google, carried to Advoware, its end moved there: the start in Google is the same moment."""
    google = event("2026-10-25T02:15:00+01:00", "2026-10-25T02:45:00+01:00")
    created = merge([FIELD], {}, google, {})
    said = Base(ADVOWARE.get(created.here), GOOGLE.get(google))
    assert merge([FIELD], created.here, google, {"when": said}).there == google
    moved = {**created.here, "uhrzeitBis": "04:00:00"}
    merged = merge([FIELD], moved, google, {"when": said})
    assert GOOGLE.get(merged.there) == Span(utc(2026, 10, 25, 1, 15), utc(2026, 10, 25, 3))
    assert merged.there["start"] == google["start"]
    assert merged.outcomes["when"].to == (Side.THERE,)


# What the systems know besides what is ours, as their documentation lists it.
OTHERS_ADVOWARE = (
    "frNr",
    "text",
    "ort",
    "notiz",
    "sb",
    "anwalt",
    "privat",
    "geaendertAm",
    "art",
    "raum",
    "aktennummer",
    "rowId",
)
OTHERS_GOOGLE = (
    "id",
    "etag",
    "status",
    "htmlLink",
    "created",
    "updated",
    "summary",
    "description",
    "location",
    "colorId",
    "creator",
    "organizer",
    "transparency",
    "visibility",
    "iCalUID",
    "sequence",
    "attendees",
    "attendeesOmitted",
    "extendedProperties",
    "hangoutLink",
    "conferenceData",
    "gadget",
    "anyoneCanAddSelf",
    "guestsCanInviteOthers",
    "guestsCanModify",
    "guestsCanSeeOtherGuests",
    "privateCopy",
    "locked",
    "reminders",
    "source",
    "attachments",
    "eventType",
    "workingLocationProperties",
    "outOfOfficeProperties",
    "focusTimeProperties",
    "birthdayProperties",
    "originalStartTime",
    "recurringEventId",
    "endTimeUnspecified",
    "kind",
)
junk = (
    st.none()
    | st.text(max_size=5)
    | st.integers(-3, 3)
    | st.dictionaries(st.text(max_size=3), st.booleans(), max_size=2)
)
nights = st.sampled_from([datetime(2026, 3, 29), datetime(2026, 10, 25), datetime(2026, 6, 1), datetime(2036, 2, 29)])
walls = st.builds(lambda day, minutes: day + timedelta(minutes=minutes), nights, st.integers(0, 60 * 30))
rules = st.sampled_from(
    [
        "RRULE:FREQ=DAILY",
        "RRULE:FREQ=WEEKLY;INTERVAL=2;UNTIL=20261231T225959Z",
        "RRULE:FREQ=MONTHLY;UNTIL=20261231",
        "RRULE:FREQ=WEEKLY;BYDAY=MO,WE",
        "RRULE:FREQ=YEARLY;COUNT=3",
        "EXDATE:20260303",
        "RRULE:",
        "",
        "RRULE:FREQ=DAILY;UNTIL=99991231",
    ]
)


@st.composite
def termine(draw: st.DrawFn) -> dict[str, Any]:
    begin, last = draw(walls), draw(walls)
    raw: dict[str, Any] = draw(st.dictionaries(st.sampled_from(OTHERS_ADVOWARE), junk, max_size=5))
    raw["datum"] = draw(st.sampled_from([f"{begin:%Y-%m-%dT00:00:00}", f"{begin:%Y-%m-%d}", begin.isoformat()]) | junk)
    raw["Uhrzeitvon"] = draw(st.sampled_from([f"{begin:%H:%M:%S}", f"{begin:%H:%M}", "", None, "0001-01-01T00:00:00"]))
    raw["datumBis"] = draw(st.sampled_from([f"{last:%Y-%m-%d}", "2037-12-31T00:00:00", "0001-01-01T00:00:00", None]))
    raw["uhrzeitBis"] = draw(st.sampled_from([f"{last:%H:%M}", "", None, "24:00", "?"]))
    raw |= draw(
        st.sampled_from([{}, {"abwesenheit": 1}, {"abwesenheit": "0"}, WEEKLY, {**WEEKLY, "abwesenheit": True}])
    )
    return raw


@st.composite
def events(draw: st.DrawFn) -> dict[str, Any]:
    begin = draw(walls).replace(tzinfo=BERLIN, fold=draw(st.integers(0, 1)))
    end = begin.astimezone(UTC) + timedelta(minutes=draw(st.integers(-30, 2000)))
    raw: dict[str, Any] = draw(st.dictionaries(st.sampled_from(OTHERS_GOOGLE), junk, max_size=5))
    if draw(st.booleans()):
        raw |= event(
            begin.isoformat(),
            end.isoformat(),
            zone=draw(st.sampled_from(["Europe/Berlin", "Europe/Vienna", "UTC", "?"])),
        )
    else:
        raw |= days(begin.date().isoformat(), end.date().isoformat())
    raw["recurrence"] = draw(st.just([]) | st.lists(rules, max_size=2))
    if draw(st.integers(0, 9)) == 0:
        raw[draw(st.sampled_from(["start", "end"]))] = draw(junk)
    return raw


spans = (st.builds(ADVOWARE.get, termine()) | st.builds(GOOGLE.get, events())).filter(
    lambda said: isinstance(said, Span)
)


@pytest.mark.parametrize(
    ("lens", "raws", "owned", "refuses"),
    [(ADVOWARE, termine(), NAMES, ()), (GOOGLE, events(), ("start", "end", "recurrence"), ())],
    ids=["Advoware", "Google"],
)
@settings(max_examples=examples(100), deadline=None)
@given(data=st.data())
def test_every_law(lens: Any, raws: Any, owned: tuple[str, ...], refuses: Any, data: st.DataObject) -> None:
    raw, first, second = data.draw(raws), data.draw(spans), data.draw(spans | st.just(EMPTY))
    laws.get_put(lens, raw)
    laws.put_get(lens, raw, first)
    laws.put_put(lens, raw, first, second)
    laws.no_more_than_asked(lens, raw, first, owned)
    laws.holds_what_it_says(lens, raw, {}, {Why.SERIES} if lens is ADVOWARE else refuses)
    laws.sameness(lens, raw)


@settings(max_examples=examples(100), deadline=None)
@given(spans)
def test_a_span_survives_storing_and_is_never_turned_round(span: Span) -> None:
    assert Span.from_json(json.loads(json.dumps(span.to_json()))) == span
    assert span.start <= span.end
    assert not span.all_day or span.start < span.end


@settings(max_examples=examples(100), deadline=None)
@given(st.integers(0, 60 * 4), st.integers(1, 60 * 4), nights)
def test_no_appointment_gets_no_length(begin: int, length: int, night: datetime) -> None:
    start = night + timedelta(minutes=begin)
    end = start + timedelta(minutes=length)
    raw = termin(f"{start:%Y-%m-%d}", f"{start:%H:%M}", f"{end:%Y-%m-%d}", f"{end:%H:%M}")
    said = ADVOWARE.get(raw)
    assert isinstance(said, Span)
    assert said.start < said.end
