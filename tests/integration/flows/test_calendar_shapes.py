"""Advoware answers in another shape than usual: one object for a list of one, and rows that can't be read."""

from __future__ import annotations

import pytest

from syncapp.models import CalendarEmployee, Status
from tests.calendars import Calendars, soon

pytestmark = pytest.mark.django_db


def texts(calendars: Calendars) -> set[str]:
    return {row["summary"] for row in calendars.events().values()}


def test_a_single_one_may_be_answered_by_itself(calendars: Calendars) -> None:
    calendars.world.sandbox.settings(advoware_one_appointment="object")
    kept, gone = calendars.appointment(text="A"), calendars.appointment(soon(4), text="B")
    calendars.event(soon(5), summary="C")
    assert calendars.sync().status == Status.IN_SYNC
    calendars.advoware.update_appointment(kept, {"text": "A neu"})
    calendars.advoware.remove_appointment(gone)
    calendars.event(soon(6), summary="D")
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"A neu", "C", "D"}
    assert {row["text"] for row in calendars.appointments().values()} == {"A neu", "C", "D"}


def test_one_that_cant_be_read_stops_no_other_and_is_not_taken_for_deleted(calendars: Calendars) -> None:
    broken, edited, gone = (calendars.appointment(soon(3 + n), text="ABC"[n]) for n in range(3))
    calendars.sync()
    calendars.world.sandbox.settings(advoware_malformed_appointments=[broken])
    calendars.advoware.update_appointment(edited, {"text": "B neu"})
    calendars.advoware.remove_appointment(gone)
    calendars.appointment(soon(6), text="D")
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"A", "B neu", "D"}
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []

    calendars.world.sandbox.settings(advoware_malformed_appointments=[])
    calendars.advoware.update_appointment(broken, {"text": "A neu"})
    calendars.sync()
    assert texts(calendars) == {"A neu", "B neu", "D"}


def test_a_list_of_which_nothing_can_be_read_is_no_empty_list(calendars: Calendars) -> None:
    numbers = [calendars.appointment(soon(3 + n), text="ABC"[n]) for n in range(3)]
    calendars.sync()
    calendars.world.sandbox.settings(advoware_malformed_appointments=numbers)
    assert calendars.sync().reason == "unexpected_answer"
    assert texts(calendars) == {"A", "B", "C"}


def test_an_employee_that_cant_be_read_stops_no_other(calendars: Calendars) -> None:
    calendars.world.sandbox.settings(advoware_malformed_employees=2)
    CalendarEmployee.objects.update(name="")
    calendars.everyone()
    assert CalendarEmployee.objects.get(pk=calendars.kuerzel).name
