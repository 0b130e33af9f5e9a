"""`manage.py calendar duplicates --remove`: calendars that were doubled before, by an earlier hub or by this one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.core.management import call_command
from django.utils import timezone

from syncapp.flows.calendar import questions, unpaired
from syncapp.flows.calendar.fields import BERLIN
from syncapp.models import CalendarLink, CalendarQuestion, JournalEntry, LinkState, StaffAction, Status, Task
from syncapp.people import tasks
from tests.calendars import Calendars, google_times, soon
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def calendars(world: World) -> Calendars:
    return Calendars.ready(world)


def run(*options: str) -> int:
    try:
        call_command("calendar", "duplicates", *options)
    except SystemExit as exc:
        return int(exc.code or 0)
    return 0


def mend(calendars: Calendars) -> int:
    """Takes away, and lets the runs follow that it asks for."""
    code = run("--remove", "--yes")
    calendars.world.drive()
    for task in Task.objects.filter(kind="mass_deletion", state="open"):
        tasks.close_task(task, None, "ja")
    calendars.sync()
    return code


def marked(number: int) -> dict[str, Any]:
    return {"extendedProperties": {"private": {"advowareFrNr": str(number), "source": "advoware"}}}


def doubled_by_this_hub(calendars: Calendars, count: int = 7, **extra: Any) -> tuple[list[int], list[str]]:
    """What an earlier version did with a filled calendar: each became two on both sides. What was there before."""
    numbers, events = [], []
    for n in range(count):
        numbers.append(calendars.appointment(soon(3 + n), text=f"Termin {n}", notiz="Akte"))
        events.append(calendars.event(soon(3 + n), summary=f"Termin {n}", description="Akte", **extra))
    with mock.patch.object(unpaired, "pair"):
        calendars.sync()
    assert len(calendars.appointments()) == len(calendars.ids()) == 2 * count
    return numbers, events


def test_what_this_hub_doubled_is_mended_and_what_was_there_before_stays(calendars: Calendars) -> None:
    numbers, events = doubled_by_this_hub(calendars, colorId="7", attendees=[{"email": "zeuge@x.example"}])
    rows = list(CalendarLink.objects.order_by("pk").values())
    before = calendars.world.mark()
    assert run() == run("--remove", "--dry-run") == 1
    assert (calendars.world.writes(before), list(CalendarLink.objects.order_by("pk").values())) == ([], rows)
    assert mend(calendars) == 0
    assert set(calendars.appointments()) == set(numbers)
    assert calendars.ids() == set(events)
    assert calendars.events()["Termin 3"]["colorId"] == "7"
    for number, event in zip(numbers, events, strict=True):
        assert (calendars.link(number).event_id, calendars.link(number).state) == (event, LinkState.AGREED)
        private = calendars.google.event(calendars.calendar, event)["extendedProperties"]["private"]
        assert private["advowareFrNr"] == str(number)
    action = StaffAction.objects.get(action="remove_event")
    assert (action.count, JournalEntry.objects.filter(action="delete_event", state="done").count()) == (7, 7)
    assert JournalEntry.objects.filter(action="delete_appointment", state="done").count() == 7
    before = calendars.world.mark()
    assert (run(), calendars.sync().status) == (0, Status.IN_SYNC)
    assert calendars.world.writes(before) == []


def test_fifty_that_this_hub_doubled_are_mended_when_a_person_has_confirmed_the_deletions(calendars: Calendars) -> None:
    with mock.patch.object(unpaired, "pair"), configured(CALENDAR_DELETION_LIMIT=1000):
        numbers, events = doubled_by_this_hub(calendars, 12)
    assert run("--remove", "--yes") == 0
    calendars.world.drive()
    assert (calendars.tasks(), len(calendars.appointments())) == (["mass_deletion"], 24)
    tasks.close_task(Task.objects.get(kind="mass_deletion", state="open"), None, "ja")
    calendars.sync()
    assert (set(calendars.appointments()), calendars.ids()) == (set(numbers), set(events))


@pytest.mark.parametrize("where", ["event", "made event", "appointment", "made appointment", "made, beside", "guest"])
def test_what_was_edited_since_is_never_taken_away(calendars: Calendars, where: str) -> None:
    (number,), (event,) = doubled_by_this_hub(calendars, 1)
    made = next(iter(set(calendars.appointments()) - {number}))
    copy = calendars.link(number).event_id
    assert (calendars.link(made).event_id, copy != event) == (event, True)
    match where:
        case "event" | "made event":
            place = event if where == "event" else copy
            calendars.google.update_event(calendars.calendar, place, {"location": "Saal 9"})
        case "guest":
            calendars.google.update_event(calendars.calendar, copy, {"attendees": [{"email": "neu@x.example"}]})
        case "made, beside":
            JournalEntry.objects.update(finished_at=timezone.now() - timedelta(minutes=1))
            calendars.advoware.update_appointment(made, {"art": "Ortstermin"})
        case _:
            which = number if where == "appointment" else made
            calendars.advoware.update_appointment(which, {"ort": "Saal 9"})
    if where != "guest":
        calendars.sync()
    mend(calendars)
    calendars.sync()
    assert (set(calendars.appointments()), calendars.ids()) == ({number, made}, {event, copy})


def test_what_people_have_entered_twice_is_for_a_person(calendars: Calendars) -> None:
    for _ in range(2):
        calendars.appointment(text="Zweimal", notiz="Akte")
    calendars.sync()
    assert mend(calendars) == 1
    assert len(calendars.appointments()) == len(calendars.ids()) == 2


@pytest.mark.parametrize("with_mark", [True, False])
@pytest.mark.parametrize(
    "kind",
    ["timed", "all day", "series", "private"],
)
def test_what_an_earlier_hub_doubled_in_google(calendars: Calendars, kind: str, with_mark: bool) -> None:
    here: dict[str, Any] = {"text": "Termin"}
    there: dict[str, Any] = {"summary": "Termin", **google_times(soon())}
    match kind:
        case "all day":
            here |= {"abwesenheit": 1, "uhrzeitVon": None, "uhrzeitBis": None}
            there |= {"start": {"date": f"{soon():%Y-%m-%d}"}, "end": {"date": f"{soon(4):%Y-%m-%d}"}}
        case "series":
            here |= {"dauertermin": 1, "turnus": 1, "turnusArt": 2, "datumBis": "2037-12-31"}
            there |= {"recurrence": ["RRULE:FREQ=WEEKLY"]}
        case "private":
            here |= {"privat": 1}
            there |= {"visibility": "private"}
    number = calendars.appointment(**here)
    there |= marked(number) if with_mark else {}
    events = {calendars.google.create_event(calendars.calendar, there)["id"] for _ in range(3)}
    calendars.sync()
    kept = calendars.link(number).event_id
    assert (kept in events, len(calendars.appointments())) == (True, 1)
    assert mend(calendars) == 0
    assert (set(calendars.appointments()), calendars.ids()) == ({number}, {kept})
    assert calendars.record().status == Status.IN_SYNC
    assert not CalendarQuestion.objects.exists()


@pytest.mark.parametrize("with_mark", [True, False])
def test_one_of_a_pair_that_was_edited_since_stays(calendars: Calendars, with_mark: bool) -> None:
    number = calendars.appointment(text="Termin")
    mark = marked(number) if with_mark else {}
    events = [calendars.event(soon(), summary="Termin", **mark) for _ in range(2)]
    calendars.sync()
    (other,) = set(events) - {calendars.link(number).event_id}
    calendars.google.update_event(calendars.calendar, other, {"description": "Wichtig", "colorId": "5"})
    assert mend(calendars) == (1 if with_mark else 0)
    assert calendars.ids() == set(events)


def test_a_series_of_which_one_occurrence_was_changed_stays(calendars: Calendars) -> None:
    number = calendars.appointment(text="Termin", dauertermin=1, turnus=1, turnusArt=2, datumBis="2037-12-31")
    body = {"summary": "Termin", "recurrence": ["RRULE:FREQ=WEEKLY"], **google_times(soon())}
    events = [calendars.google.create_event(calendars.calendar, body)["id"] for _ in range(2)]
    calendars.sync()
    (other,) = set(events) - {calendars.link(number).event_id}
    occurrence = calendars.google.occurrences(calendars.calendar, other)[1]
    calendars.google.update_event(calendars.calendar, occurrence["id"], {"summary": "ausnahmsweise"})
    assert mend(calendars) == 1
    assert set(events) <= calendars.ids()


def test_what_a_person_has_called_an_appointment_of_its_own_stays(calendars: Calendars) -> None:
    calendars.appointment(text="Termin")
    events = {calendars.event(soon(), summary="Termin") for _ in range(2)}
    calendars.sync()
    row = CalendarQuestion.objects.get()
    assert questions.answer(row, "", questions.shown([row], BERLIN)[0].seen(), None)
    assert run("--remove", "--yes") == 1
    assert calendars.ids() == events


def test_the_only_one_is_never_taken_away(calendars: Calendars, monkeypatch: pytest.MonkeyPatch) -> None:
    number = calendars.appointment(text="Termin")
    for _ in range(2):
        calendars.event(soon(), summary="Termin")
    calendars.sync()

    def meanwhile(_words: str) -> str:
        calendars.google.remove_event(calendars.calendar, calendars.link(number).event_id)
        return "yes"

    monkeypatch.setattr("builtins.input", meanwhile)
    assert run("--remove") == 1
    assert len(calendars.ids()) == 1
