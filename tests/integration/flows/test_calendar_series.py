"""Whole days, series and their occurrences."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from syncapp.models import (
    CalendarLink,
    LinkState,
    Reason,
    Status,
)
from tests.calendars import Calendars, google_times, soon

pytestmark = pytest.mark.django_db


def test_whole_days_and_series(calendars: Calendars) -> None:
    first = soon(4, "00:00")
    calendars.appointment(first, text="Urlaub", abwesenheit=1, datumBis=f"{first + timedelta(days=2):%Y-%m-%d}")
    end = first + timedelta(days=60)
    calendars.appointment(
        soon(4, "09:00"), text="Jour fixe", dauertermin=1, turnus=2, turnusArt=2, datumBis=f"{end:%Y-%m-%d}"
    )
    calendars.appointment(soon(4, "11:00"), text="Ewig", dauertermin=1, turnus=1, turnusArt=1, datumBis="2037-12-31")
    calendars.sync()
    events = calendars.events()
    assert events["Urlaub"]["end"]["date"] == f"{first + timedelta(days=3):%Y-%m-%d}"
    (rule,) = events["Jour fixe"]["recurrence"]
    assert {"FREQ=WEEKLY", "INTERVAL=2"} < set(rule.removeprefix("RRULE:").split(";"))
    assert events["Ewig"]["recurrence"] == ["RRULE:FREQ=DAILY"]
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []


def test_times_become_days_and_single_ones_series_and_back(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    day = f"{soon(8):%Y-%m-%d}T00:00:00"
    for change in (
        {"abwesenheit": 1, "datum": day, "datumBis": day},
        {"dauertermin": 1, "turnus": 1, "turnusArt": 2, "datumBis": "2037-12-31T00:00:00"},
        {"abwesenheit": 0},
        {"dauertermin": 0, "turnus": 0, "turnusArt": 0, "datumBis": day},
    ):
        calendars.advoware.update_appointment(number, change)
        assert calendars.sync().status == Status.IN_SYNC
        assert calendars.link(number).state == LinkState.AGREED
        (event,) = calendars.google.events(calendars.calendar)
        assert ("date" in event["start"]) == bool(calendars.appointments()[number]["abwesenheit"])
        assert ("recurrence" in event) == bool(calendars.appointments()[number]["dauertermin"])
        before = calendars.world.mark()
        calendars.sync()
        assert calendars.world.writes(before) == []


def test_a_series_of_google_that_advoware_can_hold_is_created_there(calendars: Calendars) -> None:
    calendars.event(summary="Sport", recurrence=["RRULE:FREQ=WEEKLY;INTERVAL=1"])
    calendars.sync()
    (row,) = calendars.appointments().values()
    assert (row["dauertermin"], row["turnus"], row["turnusArt"], row["datumBis"][:4]) == (1, 1, 2, "2037")
    assert calendars.sync().status == Status.IN_SYNC


@pytest.mark.parametrize("rule", ["RRULE:FREQ=WEEKLY;COUNT=3", "RRULE:FREQ=MONTHLY;BYDAY=2TU"])
def test_a_series_beyond_advoware_is_a_persons_task(calendars: Calendars, rule: str) -> None:
    calendars.event(summary="Sport", recurrence=[rule])
    record = calendars.sync()
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert calendars.tasks() == ["appointment_by_hand"]
    assert calendars.appointments() == {}
    calendars.google.remove_event(calendars.calendar, next(iter(calendars.ids())))
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.tasks() == []


def test_a_changed_or_cancelled_occurrence_is_a_persons_task(calendars: Calendars) -> None:
    calendars.appointment(text="Jour fixe", dauertermin=1, turnus=1, turnusArt=2, datumBis="2037-12-31")
    calendars.sync()
    (series,) = calendars.ids()
    first, second = calendars.google.occurrences(calendars.calendar, series)[:2]
    calendars.google.update_event(calendars.calendar, first["id"], {"summary": "Jour fixe, ausnahmsweise"})
    calendars.google.remove_event(calendars.calendar, second["id"])
    calendars.sync()
    assert calendars.tasks() == ["appointment_by_hand"] * 2
    assert len(calendars.appointments()) == 1


ONLY_GOOGLE: dict[str, dict[str, Any]] = {
    "colour": {"colorId": "11"},
    "answer": {"attendees": [{"email": "sb@kanzlei.example", "responseStatus": "declined", "self": True}]},
    "reminder": {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]}},
    "free": {"transparency": "transparent"},
    "attachment": {"attachments": [{"fileUrl": "https://drive.example/1", "title": "Klage"}]},
    "properties of others": {"extendedProperties": {"private": {"eigen": "1"}, "shared": {"gemeinsam": "2"}}},
    "nothing but its version": {},
}


@pytest.mark.parametrize("days", [False, True])
@pytest.mark.parametrize("change", ONLY_GOOGLE)
def test_an_occurrence_that_says_what_its_series_says_is_nobodys_task(
    calendars: Calendars, change: str, days: bool
) -> None:
    clocks: dict[str, Any] = {"abwesenheit": 1, "uhrzeitVon": None, "uhrzeitBis": None} if days else {}
    calendars.appointment(text="Jour fixe", dauertermin=1, turnus=1, turnusArt=2, datumBis="2037-12-31", **clocks)
    calendars.sync()
    (series,) = calendars.ids()
    rows = calendars.google.occurrences(calendars.calendar, series)
    for row in rows[1:60]:  # over both changes of the clocks
        calendars.google.update_event(calendars.calendar, row["id"], ONLY_GOOGLE[change])
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.tasks() == []
    calendars.google.expire_sync_tokens()
    before = calendars.world.mark()
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.world.writes(before) == []
    assert set(CalendarLink.objects.values_list("state", flat=True)) == {LinkState.AGREED}


@pytest.mark.parametrize(
    "change",
    [google_times(soon(6, "12:00")), google_times(soon(3), 90), {"location": "Saal 9"}, {"visibility": "private"}],
)
def test_an_occurrence_that_was_recoloured_and_moved_is_a_persons_task(
    calendars: Calendars, change: dict[str, Any]
) -> None:
    calendars.appointment(text="Jour fixe", dauertermin=1, turnus=1, turnusArt=2, datumBis="2037-12-31")
    calendars.sync()
    (series,) = calendars.ids()
    first = calendars.google.occurrences(calendars.calendar, series)[0]
    calendars.google.update_event(calendars.calendar, first["id"], {"colorId": "11"})
    assert calendars.sync().status == Status.IN_SYNC
    calendars.google.update_event(calendars.calendar, first["id"], change)
    calendars.sync()
    assert calendars.tasks() == ["appointment_by_hand"]
    back = {name: first.get(name) for name in change} | {"visibility": "default"}
    calendars.google.update_event(calendars.calendar, first["id"], back)
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.tasks() == []
