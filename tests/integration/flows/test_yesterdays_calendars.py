"""Yesterday's backup is restored: no appointment is made, deleted or set back."""

from __future__ import annotations

import pytest

from tests.calendars import Calendars, soon
from tests.world import World
from tests.yesterday import Backup, Scene, outside

pytestmark = pytest.mark.django_db


class Calendar(Calendars):
    def agree(self) -> None:
        for _ in range(2):
            self.sync()

    def only(self) -> tuple[int, str]:
        (number,), (event,) = self.appointments(), self.ids()
        return number, event


def appointments_made(calendar: Calendar) -> None:
    calendar.appointment(soon(4))
    calendar.event(soon(5))


def appointment_edited(calendar: Calendar) -> None:
    number, event = calendar.only()
    calendar.advoware.update_appointment(number, {"text": "Ortstermin"})
    calendar.agree()
    calendar.google.update_event(calendar.calendar, event, {"location": "Saal 3"})


def deleted_in_google(calendar: Calendar) -> None:
    calendar.google.remove_event(calendar.calendar, calendar.only()[1])


def deleted_in_advoware(calendar: Calendar) -> None:
    calendar.advoware.remove_appointment(calendar.only()[0])


def made_and_deleted_again(calendar: Calendar) -> None:
    appointments_made(calendar)
    calendar.agree()
    for number in list(calendar.appointments()):
        calendar.advoware.remove_appointment(number)


def restored_in_google(calendar: Calendar) -> None:
    """Advoware's appointment is another one now, with a number of its own; the event is the old one."""
    event = calendar.only()[1]
    calendar.google.remove_event(calendar.calendar, event)
    calendar.agree()
    calendar.google.update_event(calendar.calendar, event, {"status": "confirmed"})


def restored_in_google_twice(calendar: Calendar) -> None:
    for _ in range(2):
        restored_in_google(calendar)
        calendar.agree()


def restored_in_google_and_edited(calendar: Calendar) -> None:
    restored_in_google(calendar)
    calendar.agree()
    calendar.google.update_event(calendar.calendar, calendar.only()[1], {"summary": "Ortstermin"})


def restored_in_advoware(calendar: Calendar) -> None:
    number = calendar.only()[0]
    calendar.advoware.remove_appointment(number)
    calendar.agree()
    calendar.advoware.restore_appointment(number)


def a_series(calendar: Calendar) -> None:
    calendar.event(soon(7), recurrence=["RRULE:FREQ=WEEKLY;COUNT=4"])


@pytest.mark.parametrize("token", ["known", "expired"])
@pytest.mark.parametrize(
    "scene",
    [
        appointments_made,
        appointment_edited,
        deleted_in_google,
        deleted_in_advoware,
        made_and_deleted_again,
        restored_in_google,
        restored_in_google_twice,
        restored_in_google_and_edited,
        restored_in_advoware,
        a_series,
    ],
)
def test_calendars(world: World, scene: Scene, token: str) -> None:
    calendar = Calendar.ready(world)
    calendar.appointment()
    calendar.agree()
    backup = Backup.take()
    scene(calendar)
    calendar.agree()
    if token == "expired":
        calendar.google.expire_sync_tokens()
    before = outside(world)
    asked = calendar.tasks()
    backup.restore()
    calendar.everyone()
    calendar.agree()
    assert outside(world) == before
    assert calendar.tasks() == asked
