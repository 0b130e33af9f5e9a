"""Many appointments, and for years."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from syncapp.models import (
    CalendarEmployee,
    CalendarLink,
    LinkState,
    Status,
)
from tests.calendars import Calendars, run_once, soon, texts
from tests.world import configured

pytestmark = pytest.mark.django_db


# Many, and for years


def test_two_thousand_appointments(calendars: Calendars) -> None:
    count = 2000
    for number in range(count):
        calendars.appointment(soon(1 + number % 300), text=f"T{number}")
    with configured(GOOGLE_QUOTA_PER_MINUTE=10**6, GOOGLE_QUOTA_PER_USER_PER_MINUTE=10**6):
        calendars.sync()
    assert len(calendars.ids()) == CalendarLink.objects.filter(state=LinkState.AGREED).count() == count
    calendars.sync()
    with CaptureQueriesContext(
        connection,
    ) as nothing:
        before = calendars.world.mark()
        calendars.sync()
    assert calendars.world.writes(before) == []
    assert len(nothing) < 100
    for number in list(calendars.appointments())[:20]:
        calendars.advoware.update_appointment(number, {"text": "neu"})
    with CaptureQueriesContext(connection) as twenty:
        calendars.sync()
    assert len(twenty) < len(nothing) + 20 * 12


def test_links_of_long_ago_rest_until_somebody_touches_them(calendars: Calendars) -> None:
    old = [calendars.appointment(soon(-20), text=f"Alt {n}") for n in range(40)]
    calendars.appointment(text="Neu")
    calendars.sync()
    calendars.sync()
    with configured(CALENDAR_DAYS_BACK=10):
        with CaptureQueriesContext(connection) as queries:
            assert calendars.sync().status == Status.IN_SYNC
        links = [
            query["sql"] for query in queries if query["sql"].startswith("SELECT") and "calendarlink" in query["sql"]
        ]
        assert len(list(CalendarLink.objects.raw(links[0]))) == 1
        event = calendars.link(old[0]).event_id
        calendars.google.update_event(calendars.calendar, event, {"summary": "Alt, dort"})
        calendars.google.remove_event(calendars.calendar, calendars.link(old[1]).event_id)
        today = f"{soon(1):%Y-%m-%d}T00:00:00"
        calendars.advoware.update_appointment(old[2], {"datum": today, "datumBis": today})
        calendars.world.sandbox.add_fault("status", status=500, system="advoware", method="PUT", times=5)
        run_once(calendars)  # Google has told it, and nothing came of it yet
        assert calendars.sync().status == Status.IN_SYNC
    rows = calendars.appointments()
    assert rows[old[0]]["text"] == "Alt, dort"
    assert old[1] not in rows
    assert (
        calendars.google.event(calendars.calendar, calendars.link(old[2]).event_id)["start"]["dateTime"][:10]
        == today[:10]
    )
    assert len(calendars.ids()) == len(rows) == 40


def test_a_change_in_google_far_outside_of_the_window_is_no_new_appointment(calendars: Calendars) -> None:
    numbers = [calendars.appointment(soon(-20), text=f"Alt {n}") for n in range(30)]
    calendars.sync()
    calendars.sync()
    with configured(CALENDAR_DAYS_BACK=10):
        for text, row in calendars.events().items():
            calendars.google.update_event(calendars.calendar, row["id"], {"summary": f"{text} dort"})
        assert calendars.sync().status == Status.IN_SYNC
        assert calendars.sync().status == Status.IN_SYNC
    assert set(calendars.appointments()) == set(numbers)
    assert texts(calendars) == {f"Alt {n} dort" for n in range(30)}


def test_events_of_years_ago_that_come_with_an_import_are_left_alone(calendars: Calendars) -> None:
    calendars.sync()
    for n in range(5):
        calendars.event(soon(-400 - n), summary=f"Import {n}")
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.appointments() == {}
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []


def test_an_employee_who_is_switched_on_again_finds_what_happened_meanwhile(calendars: Calendars) -> None:
    numbers = {text: calendars.appointment(text=text) for text in "ABC"}
    calendars.sync()
    events = {text: row["id"] for text, row in calendars.events().items()}
    CalendarEmployee.objects.update(enabled=False)
    calendars.advoware.remove_appointment(numbers["A"])
    calendars.google.update_event(calendars.calendar, events["B"], {"summary": "B dort"})
    calendars.google.remove_event(calendars.calendar, events["C"])
    assert calendars.sync().reason == "calendar_off"
    calendars.google.expire_sync_tokens()
    CalendarEmployee.objects.update(enabled=True)
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"B dort"}
