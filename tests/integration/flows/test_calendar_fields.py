"""Field by field through the flow: nothing that one side holds is lost in the other."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.events import running
from syncapp.flows.calendar.flow import CALENDAR_SYNC, EMPLOYEE
from syncapp.models import CalendarEmployee, CalendarLink, JournalEntry, LinkState, Reason, Status, Task, Urgency
from tests.calendars import Calendars, google_times, soon
from tests.world import configured

pytestmark = pytest.mark.django_db
HTML = '<b>Frist</b><br>Akte &amp; <a href="https://gericht.example">Vollmacht</a>'
# What Google holds, and Advoware doesn't know.
RICH: dict[str, Any] = {
    "colorId": "7",
    "reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 5}]},
    "attendees": [{"email": "zeuge@x.example", "responseStatus": "accepted"}],
    "transparency": "transparent",
    "guestsCanInviteOthers": False,
    "description": HTML,
    "visibility": "public",
    "status": "tentative",
    "source": {"title": "Mail", "url": "https://mail.example/1"},
    "extendedProperties": {"private": {"eigen": "1"}, "shared": {"gemeinsam": "2"}},
}


def clock_change(month: int) -> str:
    """The last Sunday of March or October that lies ahead, within the window."""
    today = datetime.now().date()
    for year in (today.year, today.year + 1):
        day = datetime(year, month, 31).date()
        day -= timedelta(days=(day.weekday() + 1) % 7)
        if day > today:
            return f"{day}"
    raise AssertionError


def entered(calendars: Calendars, summary: str, start: dict[str, str], end: dict[str, str]) -> str:
    body = {"summary": summary, "start": start, "end": end}
    return str(calendars.google.create_event(calendars.calendar, body)["id"])


def in_the_second_hour(day: str, clock: str) -> dict[str, str]:
    return {"dateTime": f"{day}T{clock}:00+01:00", "timeZone": "Europe/Berlin"}


def quiet(calendars: Calendars) -> None:
    before = calendars.world.mark()
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.world.writes(before) == []


def test_different_fields_of_both_sides_are_brought_together(calendars: Calendars) -> None:
    number = calendars.appointment(ort="Saal 3")
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.update_appointment(number, {"notiz": "Vollmacht", "privat": 1})
    calendars.google.update_event(calendars.calendar, event, {"summary": "dort", **google_times(soon(5, "19:00"))})
    assert calendars.sync().status == Status.IN_SYNC
    row, shown = calendars.appointments()[number], calendars.events()["dort"]
    assert (row["text"], row["uhrzeitVon"], row["notiz"], row["ort"]) == ("dort", "19:00:00", "Vollmacht", "Saal 3")
    assert (shown["description"], shown["visibility"], shown["location"]) == ("Vollmacht", "private", "Saal 3")
    assert calendars.tasks() == []
    quiet(calendars)


def test_the_same_field_goes_by_the_rule_and_the_others_meet(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.update_appointment(number, {"text": "hier", "notiz": "Vollmacht"})
    calendars.google.update_event(calendars.calendar, event, {"summary": "dort", "location": "Saal 9"})
    calendars.sync()
    row = calendars.appointments()[number]
    assert (row["text"], row["ort"], row["notiz"]) == ("hier", "Saal 9", "Vollmacht")
    (task,) = Task.objects.all()
    assert [(fact["field"], fact["now"], fact["wanted"]) for fact in task.facts] == [("text", "hier", "dort")]


@pytest.mark.parametrize("change", [{"text": "neu"}, {"uhrzeitBis": "13:00:00"}, {"ort": "Saal 9"}, {"privat": 1}])
def test_google_keeps_whatever_was_not_edited_in_advoware(calendars: Calendars, change: dict[str, Any]) -> None:
    event = calendars.event(**RICH)
    calendars.sync()
    (number,) = calendars.appointments()
    before = calendars.google.event(calendars.calendar, event)
    calendars.advoware.update_appointment(number, change)
    assert calendars.sync().status == Status.IN_SYNC
    after = calendars.google.event(calendars.calendar, event)
    ours = {"summary": "text", "end": "uhrzeitBis", "location": "ort", "visibility": "privat"}
    (name,) = (name for name, field in ours.items() if field in change)
    changed = {key for key in {**before, **after} if before.get(key) != after.get(key)}
    assert changed - {"etag", "updated", "sequence", "extendedProperties"} == {name}
    assert after["extendedProperties"]["shared"] == {"gemeinsam": "2"}
    assert after["extendedProperties"]["private"]["eigen"] == "1"
    quiet(calendars)


def test_html_stays_until_its_text_was_edited(calendars: Calendars) -> None:
    calendars.event(**RICH)
    calendars.sync()
    ((number, row),) = calendars.appointments().items()
    assert row["notiz"] == "Frist\nAkte & Vollmacht (https://gericht.example)"
    calendars.advoware.update_appointment(number, {"notiz": "Frist\nerledigt"})
    calendars.sync()
    assert calendars.events()["Mittagessen"]["description"] == "Frist\nerledigt"


@pytest.mark.parametrize("note", ["&gt;", "<b>fett</b>", "5 < 7 & 8 > 1\nzwei"])
def test_a_note_of_any_signs_comes_and_stays(calendars: Calendars, note: str) -> None:
    number = calendars.appointment(notiz=note)
    calendars.sync()
    quiet(calendars)
    (event,) = calendars.ids()
    calendars.google.update_event(calendars.calendar, event, {"summary": "dort"})
    calendars.sync()
    assert calendars.appointments()[number]["notiz"] == note


def test_the_hour_that_spring_leaves_out_never_has_no_length(calendars: Calendars) -> None:
    number = calendars.appointment(
        datum=clock_change(3), datumBis=clock_change(3), uhrzeitVon="02:30:00", uhrzeitBis="03:00:00"
    )
    calendars.sync()
    (event,) = calendars.google.events(calendars.calendar)
    start, end = (datetime.fromisoformat(event[name]["dateTime"]) for name in ("start", "end"))
    assert end - start == timedelta(minutes=30)
    quiet(calendars)
    calendars.google.update_event(calendars.calendar, event["id"], {"summary": "dort"})
    calendars.sync()
    row = calendars.appointments()[number]
    assert (row["text"], row["uhrzeitVon"], row["uhrzeitBis"]) == ("dort", "02:30:00", "03:00:00")


def test_the_second_of_two_hours_stays_the_second(calendars: Calendars) -> None:
    day = clock_change(10)
    event = entered(calendars, "Nacht", in_the_second_hour(day, "02:15"), in_the_second_hour(day, "02:45"))
    calendars.sync()
    ((number, row),) = calendars.appointments().items()
    assert (row["uhrzeitVon"], row["uhrzeitBis"]) == ("02:15:00", "02:45:00")
    calendars.advoware.update_appointment(number, {"text": "neu"})
    calendars.sync()
    calendars.advoware.update_appointment(number, {"uhrzeitBis": "04:00:00"})
    calendars.sync()
    shown = calendars.google.event(calendars.calendar, event)
    assert (shown["summary"], shown["start"]["dateTime"]) == ("neu", f"{day}T02:15:00+01:00")
    assert shown["end"]["dateTime"] == f"{day}T04:00:00+01:00"
    quiet(calendars)


def test_what_advoware_cannot_hold_is_a_task_and_the_rest_goes_on(calendars: Calendars) -> None:
    number = calendars.appointment(text="Sport")
    calendars.sync()
    (event,) = calendars.ids()
    rule = "RRULE:FREQ=WEEKLY;COUNT=3"
    calendars.google.update_event(calendars.calendar, event, {"recurrence": [rule], "location": "Halle"})
    calendars.advoware.update_appointment(number, {"notiz": "Schläger"})
    record = calendars.sync()
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    row, shown = calendars.appointments()[number], calendars.events()["Sport"]
    assert (row["ort"], row["dauertermin"], shown["description"]) == ("Halle", 0, "Schläger")
    (task,) = Task.objects.all()
    facts = {fact["field"]: (fact["now"], fact["wanted"]) for fact in task.facts}
    assert (task.kind, facts["why"], facts["frNr"]) == ("appointment_by_hand", ("COUNT", ""), (str(number), ""))
    assert facts["series"][1].startswith("RRULE:")
    assert (calendars.link(number).state, calendars.link(number).detail) == (LinkState.BY_HAND, "COUNT")
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []
    calendars.google.update_event(calendars.calendar, event, {"recurrence": None})
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.link(number).state == LinkState.AGREED


def test_what_advoware_does_not_keep_is_a_task_and_takes_nothing_away(
    calendars: Calendars, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = calendars.appointment(text="Sport", ort="Halle")
    calendars.sync()
    (event,) = calendars.ids()
    save = AdvowareClient.save_appointment

    def without_the_place(self: AdvowareClient, appointment: Appointment, changes: dict[str, Any]) -> Appointment:
        return save(self, appointment, {name: value for name, value in changes.items() if name != "ort"})

    monkeypatch.setattr(AdvowareClient, "save_appointment", without_the_place)
    calendars.google.update_event(calendars.calendar, event, {"location": "Feld", "description": "Schläger"})
    calendars.sync()
    for _ in range(2):
        assert calendars.sync().reason == "task_open"
        row, shown = calendars.appointments()[number], calendars.events()["Sport"]
        assert (row["ort"], row["notiz"], shown["location"]) == ("Halle", "Schläger", "Feld")
    (task,) = Task.objects.all()
    facts = {fact["field"]: (fact["now"], fact["wanted"]) for fact in task.facts}
    assert (task.kind, facts["reason"], facts["place"]) == ("cant_hold", ("not_kept", ""), ("Halle", "Feld"))
    assert calendars.link(number).state == LinkState.BY_HAND
    calendars.advoware.update_appointment(number, {"ort": "Feld"})
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.link(number).state == LinkState.AGREED


def test_a_series_that_advoware_cannot_hold_alone_leaves_the_link_to_a_person(calendars: Calendars) -> None:
    number = calendars.appointment(text="Sport")
    calendars.sync()
    (event,) = calendars.ids()
    calendars.google.update_event(calendars.calendar, event, {"recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]})
    calendars.sync()
    assert (calendars.link(number).state, calendars.link(number).detail) == (LinkState.BY_HAND, "COUNT")


def test_with_writing_off_google_gets_its_part(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.update_appointment(number, {"notiz": "hier"})
    calendars.google.update_event(calendars.calendar, event, {"summary": "dort"})
    with configured(ADVOWARE_WRITE_ENABLED=False):
        sync_requests.request([Target(CALENDAR_SYNC, EMPLOYEE, "SB")], urgency=Urgency.STAFF, force=True)
        running.run_now(calendars.record().pk, CALENDAR_SYNC, even_early=True)
    assert (calendars.events()["dort"]["description"], calendars.appointments()[number]["text"]) == (
        "hier",
        "Besprechung",
    )
    assert calendars.link(number).state == LinkState.HELD
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.appointments()[number]["text"] == "dort"


def test_a_whole_day_is_created_with_times_that_a_strict_advoware_takes(calendars: Calendars) -> None:
    day = soon(4)
    entered(calendars, "Urlaub", {"date": f"{day:%Y-%m-%d}"}, {"date": f"{day + timedelta(days=2):%Y-%m-%d}"})
    assert calendars.sync().status == Status.IN_SYNC
    (row,) = calendars.appointments().values()
    assert (row["abwesenheit"], row["uhrzeitVon"], row["uhrzeitBis"]) == (1, None, None)
    assert row["datumBis"][:10] == f"{day + timedelta(days=1):%Y-%m-%d}"
    quiet(calendars)


# Links as earlier versions stored them


def as_before(calendars: Calendars, number: int, **form: Any) -> None:
    """As if the last agreement, and what Google told, had been noted by the version before."""
    link = calendars.link(number)
    event = calendars.google.event(calendars.calendar, link.event_id)
    start, end = event["start"]["dateTime"][:19], event["end"]["dateTime"][:19]
    stored = {"start": start, "end": end, "all_day": False, "series": None, "private": False, "place": "", "note": ""}
    stored |= {"text": event["summary"], **form}
    told = {"etag": event["etag"], "parent": "", "beyond": "", "unreadable": "", "event": stored, "deleted": False}
    told |= {"read_only": False, "mark": number, "written": ""}
    CalendarLink.objects.filter(pk=link.pk).update(agreed_advoware=stored, agreed_google=stored, google=told)
    CalendarEmployee.objects.update(sync_token="")  # what the migration does


def test_an_agreement_of_an_earlier_version_is_one(calendars: Calendars) -> None:
    day = clock_change(10)
    entered(calendars, "Nacht", in_the_second_hour(day, "02:15"), in_the_second_hour(day, "02:45"))
    numbers = {text: calendars.appointment(text=text) for text in ("A", "B", "C", "D")}
    calendars.sync()
    numbers |= {row["text"]: number for number, row in calendars.appointments().items()}
    for number in numbers.values():
        as_before(calendars, number)
    events = {text: row["id"] for text, row in calendars.events().items()}
    calendars.advoware.update_appointment(numbers["A"], {"text": "A hier"})
    calendars.google.update_event(calendars.calendar, events["B"], google_times(soon(5, "19:00")))
    calendars.google.remove_event(calendars.calendar, events["C"])
    written = JournalEntry.objects.count()
    assert calendars.sync().status == Status.IN_SYNC
    assert JournalEntry.objects.count() == written + 3
    assert {row["text"]: row["uhrzeitVon"] for row in calendars.appointments().values()} == {
        "A hier": "10:00:00",
        "B": "19:00:00",
        "D": "10:00:00",
        "Nacht": "02:15:00",
    }
    assert set(calendars.events()) == {"A hier", "B", "D", "Nacht"}
    assert calendars.events()["Nacht"]["start"]["dateTime"] == f"{day}T02:15:00+01:00"
    assert calendars.tasks() == []
    assert not CalendarLink.objects.filter(agreed_advoware__has_key="all_day").exists()
    quiet(calendars)


def test_a_description_of_which_an_earlier_version_read_less_was_not_edited(calendars: Calendars) -> None:
    event = calendars.event(description=HTML)
    calendars.sync()
    (number,) = calendars.appointments()
    before = {"notiz": "Frist\nAkte & Vollmacht"}
    calendars.advoware.update_appointment(number, before)
    as_before(calendars, number, note=before["notiz"])
    quiet(calendars)
    as_before(calendars, number, note=before["notiz"])
    calendars.google.update_event(calendars.calendar, event, {"description": HTML + "<p>neu</p>"})
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.appointments()[number]["notiz"].endswith("\nneu")


@pytest.mark.parametrize(("happened", "holds"), [(True, "dort"), (False, "hier")])
def test_a_write_of_an_earlier_version_that_was_cut_short(calendars: Calendars, happened: bool, holds: str) -> None:
    """It was on its way to Google when the program was replaced; then somebody edited the event there."""
    number = calendars.appointment()
    calendars.sync()
    as_before(calendars, number)
    link = calendars.link(number)
    after = {**link.agreed_google, "text": "hier"}
    CalendarLink.objects.update(writing={"side": "google", "advoware": after, "google": after})
    calendars.advoware.update_appointment(number, {"text": "hier"})
    private = {"written": sha256(json.dumps(after, sort_keys=True).encode()).hexdigest()[:32]} if happened else {}
    edit = {"summary": "dort", "extendedProperties": {"private": private}}
    calendars.google.update_event(calendars.calendar, link.event_id, edit)
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.appointments()[number]["text"] == holds
    assert set(calendars.events()) == {holds}
    assert calendars.tasks() == ([] if happened else ["appointment_overruled"])
