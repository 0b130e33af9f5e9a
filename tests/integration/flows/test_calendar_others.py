"""Events that are not ours to change: invitations, locked copies, the special kinds of Google."""

from __future__ import annotations

import json
from typing import Any

import pytest

from syncapp.models import CalendarEmployee, CalendarLink, LinkState, Reason, Status, Task
from syncapp.people import tasks
from tests.calendars import Calendars, google_times, soon

pytestmark = pytest.mark.django_db
COURT = {"email": "geschaeftsstelle@gericht.example"}
GUESTS = [{"email": "sb@kanzlei.example", "self": True, "responseStatus": "needsAction"}, COURT | {"organizer": True}]
OTHERS: dict[str, dict[str, Any]] = {
    "invitation": {"organizer": COURT, "attendees": GUESTS},
    "that all guests may change": {"organizer": COURT, "attendees": GUESTS, "guestsCanModify": True},
    "locked": {"organizer": COURT, "locked": True},
}
KINDS: dict[str, dict[str, Any]] = {
    "birthday": {"recurrence": ["RRULE:FREQ=YEARLY"]},
    "outOfOffice": {},
    "workingLocation": {},
    "focusTime": {},
    "fromGmail": {},
}


def facts(kind: str) -> dict[str, tuple[str, str]]:
    (task,) = Task.objects.filter(kind=kind, state="open")
    return {fact["field"]: (fact["now"], fact["wanted"]) for fact in task.facts}


def quiet(calendars: Calendars, status: Status = Status.IN_SYNC) -> None:
    before = calendars.world.mark()
    assert calendars.sync().status == status
    assert calendars.world.writes(before) == []


@pytest.mark.parametrize("others", OTHERS)
def test_an_invitation_comes_to_advoware_and_nothing_is_written_to_it(calendars: Calendars, others: str) -> None:
    calendars.sync()
    event = calendars.event(summary="Güteverhandlung", location="Saal 3", **OTHERS[others])
    shown = calendars.google.event(calendars.calendar, event)
    assert calendars.sync().status == Status.IN_SYNC
    (row,) = calendars.appointments().values()
    assert (row["text"], row["ort"], row["sb"], row["anwalt"]) == ("Güteverhandlung", "Saal 3", "SB", "SB")
    quiet(calendars)
    calendars.google.expire_sync_tokens()
    quiet(calendars)
    assert calendars.google.event(calendars.calendar, event) == shown


@pytest.mark.parametrize("others", OTHERS)
def test_what_its_organizer_changes_comes_and_an_edit_in_advoware_is_for_a_person(
    calendars: Calendars, others: str
) -> None:
    calendars.sync()
    event = calendars.event(summary="Güteverhandlung", **OTHERS[others])
    calendars.sync()
    (number,) = calendars.appointments()
    calendars.advoware.update_appointment(number, {"notiz": "Vollmacht", "ort": "Saal 7"})
    calendars.google.update_event(calendars.calendar, event, {"location": "Saal 9", **google_times(soon(4, "14:00"))})
    record = calendars.sync()
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    row, shown = calendars.appointments()[number], calendars.google.event(calendars.calendar, event)
    assert (row["uhrzeitVon"], row["ort"], row["notiz"]) == ("14:00:00", "Saal 9", "Vollmacht")
    assert "description" not in shown
    assert calendars.tasks() == ["appointment_fixed", "appointment_overruled"]
    told = facts("appointment_fixed")
    assert (told["why"][0], told["note"]) == ("locked" if others == "locked" else "organizer", ("", "Vollmacht"))
    assert facts("appointment_overruled") == {"place": ("Saal 9", "Saal 7")}
    quiet(calendars, Status.SKIPPED)
    assert calendars.link(number).state == LinkState.BY_HAND
    calendars.google.update_event(calendars.calendar, event, {"description": "Vollmacht"})
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.tasks() == ["appointment_overruled"]


def test_one_that_was_deleted_in_advoware_stays_until_it_is_declined(calendars: Calendars) -> None:
    calendars.sync()
    event = calendars.event(**OTHERS["invitation"])
    calendars.sync()
    (number,) = calendars.appointments()
    calendars.advoware.remove_appointment(number)
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert facts("appointment_fixed")["why"] == ("organizer", "")
    assert calendars.ids() == {event}
    quiet(calendars, Status.SKIPPED)
    calendars.google.remove_event(calendars.calendar, event)
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.tasks() == []
    assert not CalendarLink.objects.exists()


def test_one_that_was_deleted_in_advoware_comes_back_with_what_its_organizer_changes(calendars: Calendars) -> None:
    calendars.sync()
    event = calendars.event(**OTHERS["invitation"])
    calendars.sync()
    calendars.advoware.remove_appointment(next(iter(calendars.appointments())))
    calendars.sync()
    tasks.close_task(Task.objects.get(), None, "bleibt in Google")
    quiet(calendars)
    calendars.google.update_event(calendars.calendar, event, google_times(soon(5, "09:00")))
    assert calendars.sync().status == Status.IN_SYNC
    assert [row["uhrzeitVon"] for row in calendars.appointments().values()] == ["09:00:00"]


def test_one_that_its_organizer_cancels_goes_in_advoware(calendars: Calendars) -> None:
    calendars.sync()
    event = calendars.event(**OTHERS["invitation"])
    calendars.sync()
    calendars.google.remove_event(calendars.calendar, event)
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.appointments() == {}


def test_an_invitation_tells_what_it_says_in_a_calendar_without_contents_too(calendars: Calendars) -> None:
    CalendarEmployee.objects.update(full_content=False)
    calendars.event(summary="Güteverhandlung", location="Saal 3", **OTHERS["invitation"])
    assert calendars.sync().status == Status.IN_SYNC
    quiet(calendars)
    assert set(calendars.events()) == {"Güteverhandlung"}


def test_an_answer_changes_nothing(calendars: Calendars) -> None:
    event = calendars.event(**OTHERS["invitation"])
    calendars.sync()
    for answer in ("tentative", "declined", "accepted"):
        guests = [GUESTS[0] | {"responseStatus": answer}, GUESTS[1]]
        calendars.google.update_event(calendars.calendar, event, {"attendees": guests})
        quiet(calendars)
    assert len(calendars.appointments()) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_special_kinds_stay_in_google(calendars: Calendars, kind: str) -> None:
    calendars.sync()
    event = calendars.event(summary="Sonder", eventType=kind, **KINDS[kind])
    quiet(calendars)
    calendars.google.update_event(calendars.calendar, event, {"summary": "Sonder, neu"})
    quiet(calendars)
    assert (calendars.appointments(), calendars.tasks()) == ({}, [])
    calendars.google.remove_event(calendars.calendar, event)
    quiet(calendars)
    assert not CalendarLink.objects.exists()


@pytest.mark.parametrize("kind", ["outOfOffice", "fromGmail"])
def test_one_that_advoware_has_too_is_not_written_either(calendars: Calendars, kind: str) -> None:
    number = calendars.appointment(text="Kongress", ort="Kiel")
    event = calendars.event(soon(), summary="Kongress", location="Kiel", eventType=kind)
    assert calendars.sync().status == Status.IN_SYNC
    assert (set(calendars.appointments()), calendars.ids()) == ({number}, {event})
    calendars.advoware.update_appointment(number, {"ort": "Lübeck"})
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert facts("appointment_fixed")["why"] == (kind, "")
    quiet(calendars, Status.SKIPPED)


def test_an_event_of_ours_that_somebody_else_takes_over_is_led_by_them(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    event = calendars.link(number).event_id
    calendars.google.update_event(calendars.calendar, event, {"organizer": COURT})
    calendars.advoware.update_appointment(number, {"ort": "Saal 9"})
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert facts("appointment_fixed")["place"] == ("", "Saal 9")


@pytest.mark.parametrize("role", ["reader", "freeBusyReader"])
def test_a_calendar_of_that_name_that_somebody_only_shows_to_us_is_not_taken(calendars: Calendars, role: str) -> None:
    calendars.sync()
    calendars.google.remove_calendar(calendars.calendar)
    CalendarEmployee.objects.update(calendar_id="")
    theirs = {"id": "kanzlei@group.calendar.example", "summary": "AW-SB", "accessRole": role}
    calendars.world.sandbox.add_fault(
        "status",
        system="google",
        method="GET",
        path="calendarList",
        status=200,
        body=json.dumps({"items": [theirs]}),
        headers={"Content-Type": "application/json"},
        times=None,
    )
    calendars.appointment(text="Termin")
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.calendar not in ("", theirs["id"])
    assert len(calendars.ids()) == 1
