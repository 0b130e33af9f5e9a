"""Appointments of Advoware and Google Calendar: what is told here is read off the sandbox's two systems."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from syncapp.engine.outside import connections
from syncapp.engine.queue import retry, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.events import running
from syncapp.flows.lens.core import Raw, Said, Unreadable
from syncapp.flows.lens.spans import Span
from syncapp.flows.lens.spans_advoware import AdvowareSpan
from syncapp.models import (
    CalendarEmployee,
    CalendarLink,
    JournalEntry,
    LinkState,
    Reason,
    Record,
    Status,
    Task,
    Urgency,
)
from syncapp.people import tasks
from tests.calendars import Calendars, google_times, soon
from tests.integration.flows.test_calendar_refusals import google_says
from tests.world import World, configured

pytestmark = pytest.mark.django_db
READS = ["GET /google-api/calendar/v3/calendars/{id}/events", "GET /advoware-relay/api/v1/advonet/Termine"]


def calls(calendars: Calendars, since: int) -> list[str]:
    return [f"{call['method']} {call['route']}" for call in calendars.world.sandbox.calls(since=since)]


def start_of(event: dict[str, Any]) -> str:
    return str(event["start"].get("date") or event["start"]["dateTime"][:16])


def unreadable_if(text: str) -> Any:
    usual = AdvowareSpan.get

    def get(self: AdvowareSpan, raw: Raw) -> Said[Span]:
        return Unreadable("nie") if raw.get("text") == text else usual(self, raw)

    return mock.patch.object(AdvowareSpan, "get", get)


def test_a_calendar_is_made_named_and_shared(calendars: Calendars) -> None:
    assert calendars.sync().status == Status.IN_SYNC
    employee = CalendarEmployee.objects.get()
    assert employee.shared_with == "sb@kanzlei.example"
    assert calendars.google.calendar("AW-SB")["id"] == employee.calendar_id
    before = calendars.world.mark()
    calendars.sync()
    assert calls(calendars, before) == READS


def test_another_address_takes_the_old_ones_access_away(calendars: Calendars) -> None:
    calendars.sync()
    CalendarEmployee.objects.update(own_email="neu@kanzlei.example")
    assert calendars.sync().status == Status.IN_SYNC
    calendar = calendars.google.calendar("AW-SB")["id"]
    google = connections.google()
    rules: Any = google.read(google.api.build("acl", "list", calendarId=calendar))
    assert [rule["scope"]["value"] for rule in rules["items"] if rule["role"] == "writer"] == ["neu@kanzlei.example"]
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []


@pytest.mark.parametrize(
    "typed", ["mailto:SB@Kanzlei.example\u200b", "Sabine Brandt <SB@kanzlei.example>", "SB@kanzlei.example (Büro)"]
)
def test_an_address_is_read_as_people_write_it(world: World, typed: str) -> None:
    calendars = Calendars.ready(world, email=typed)
    assert calendars.sync().status == Status.IN_SYNC
    assert CalendarEmployee.objects.get().shared_with == "SB@kanzlei.example"


@pytest.mark.parametrize("email", ["sb@kanzlei.example; buero@kanzlei.example", "bitte erfragen", "sb@kanzlei.example"])
def test_an_address_that_google_does_not_share_with_holds_up_no_appointment(world: World, email: str) -> None:
    if email == "sb@kanzlei.example":  # its domain may forbid what it likes
        world.sandbox.add_fault(**google_says(403, "forbidden") | {"path": "/acl"}, method="POST", times=3)
    calendars = Calendars.ready(world, email=email)
    calendars.appointment(text="Güteverhandlung")
    for _look in range(2):
        record = calendars.sync()
        assert (record.status, record.reason) == (Status.FAILED, "calendar_not_shared")
        assert set(calendars.events()) == {"Güteverhandlung"}
    calendars.advoware.update_employee("SB", {"email": "sb@kanzlei.example"})
    calendars.everyone()
    assert (calendars.record().status, CalendarEmployee.objects.get().shared_with) == (
        Status.IN_SYNC,
        "sb@kanzlei.example",
    )


def test_an_address_in_other_capitals_is_the_same(calendars: Calendars) -> None:
    """Google would give it access, and then take away that of the old one, which is the same."""
    calendars.sync()
    before = calendars.world.mark()
    CalendarEmployee.objects.update(own_email="SB@Kanzlei.example")
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.world.writes(before) == []


def test_an_employee_who_does_not_fit_keeps_nobody_elses_calendar_waiting(calendars: Calendars) -> None:
    calendars.advoware.add_employee("K" * 21, "Kaputt")
    calendars.advoware.add_employee("LA", "Lang " * 60, "l" * 300)
    calendars.advoware.add_employee("NU", "Nora\0 Ulme \ud83d", "nu\0@kanzlei.example")  # which no database takes
    calendars.everyone()
    found = {employee.pk: employee for employee in CalendarEmployee.objects.all()}
    assert found.keys() == {"SB", "LA", "NU"}
    assert (found["NU"].name.strip(), found["NU"].email) == ("Nora Ulme", "nu@kanzlei.example")
    assert (len(found["LA"].name), len(found["LA"].email)) == (200, 254)
    assert calendars.record().status == Status.IN_SYNC


def test_a_calendar_that_is_there_is_found_by_its_name(calendars: Calendars) -> None:
    calendars.sync()
    CalendarEmployee.objects.update(calendar_id="", sync_token="", shared_with="")
    CalendarLink.objects.all().delete()
    calendars.sync()
    assert len([c for c in calendars.world.sandbox.state("google")["calendars"] if c["summary"] == "AW-SB"]) == 1


def test_an_appointment_comes_to_google_and_an_event_to_advoware(calendars: Calendars) -> None:
    number = calendars.appointment(text="Güteverhandlung", ort="Saal 3", notiz="Vollmacht mitnehmen", privat=1)
    calendars.sync()
    calendars.event(summary="Mittagessen", location="Kantine")
    assert calendars.sync().status == Status.IN_SYNC
    event = calendars.events()["Güteverhandlung"]
    assert (event["location"], event["description"], event["visibility"]) == (
        "Saal 3",
        "Vollmacht mitnehmen",
        "private",
    )
    assert event["extendedProperties"]["private"]["advowareFrNr"] == str(number)
    assert {row["text"] for row in calendars.appointments().values()} == {"Güteverhandlung", "Mittagessen"}
    made = next(row for row in calendars.appointments().values() if row["text"] == "Mittagessen")
    assert (made["ort"], made["uhrzeitVon"], made["sb"]) == ("Kantine", "15:00:00", "SB")
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []
    assert len(calls(calendars, before)) <= 3


def test_edits_are_carried_over_both_ways(calendars: Calendars) -> None:
    number = calendars.appointment()
    event = calendars.event()
    calendars.sync()
    calendars.advoware.update_appointment(
        number, {"text": "Verlegt", "uhrzeitVon": "14:00:00", "uhrzeitBis": "15:30:00"}
    )
    calendars.google.update_event(
        calendars.calendar, event, {"summary": "Abendessen", **google_times(soon(5, "19:00"))}
    )
    assert calendars.sync().status == Status.IN_SYNC
    assert start_of(calendars.events()["Verlegt"]).endswith("14:00")
    moved = next(row for row in calendars.appointments().values() if row["text"] == "Abendessen")
    assert (moved["datum"][:10], moved["uhrzeitVon"]) == (f"{soon(5):%Y-%m-%d}", "19:00:00")
    assert len(calendars.events()) == len(calendars.appointments()) == 2


def test_deletions_are_carried_over_both_ways(calendars: Calendars) -> None:
    number, event = calendars.appointment(text="Weg"), calendars.event()
    calendars.appointment(text="Bleibt")
    calendars.sync()
    calendars.advoware.remove_appointment(number)
    calendars.google.remove_event(calendars.calendar, event)
    assert calendars.sync().status == Status.IN_SYNC
    assert set(calendars.events()) == {"Bleibt"}
    assert [row["text"] for row in calendars.appointments().values()] == ["Bleibt"]
    assert CalendarLink.objects.count() == 1


def test_an_edit_beats_a_deletion(calendars: Calendars) -> None:
    edited_there, edited_here = calendars.appointment(text="A"), calendars.appointment(text="B")
    calendars.sync()
    events = {name: row["id"] for name, row in calendars.events().items()}
    calendars.advoware.remove_appointment(edited_there)
    calendars.google.update_event(calendars.calendar, events["A"], {"summary": "A bleibt"})
    calendars.google.remove_event(calendars.calendar, events["B"])
    calendars.advoware.update_appointment(edited_here, {"text": "B bleibt"})
    calendars.sync()
    assert calendars.sync().status == Status.IN_SYNC
    assert set(calendars.events()) == {"A bleibt", "B bleibt"}
    assert {row["text"] for row in calendars.appointments().values()} == {"A bleibt", "B bleibt"}


@pytest.mark.parametrize(("winner", "holds"), [("advoware", "hier"), ("google", "dort")])
def test_both_edited(calendars: Calendars, winner: str, holds: str) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.update_appointment(number, {"text": "hier"})
    calendars.google.update_event(calendars.calendar, event, {"summary": "dort"})
    with configured(CALENDAR_CONFLICTS=winner):
        calendars.sync()
    assert set(calendars.events()) == {holds}
    assert [row["text"] for row in calendars.appointments().values()] == [holds]
    assert calendars.tasks() == ["appointment_overruled"]


def test_leaving_the_window_is_no_deletion(calendars: Calendars) -> None:
    calendars.appointment(soon(-20))
    calendars.sync()
    before = calendars.world.mark()
    with configured(CALENDAR_DAYS_BACK=10):
        assert calendars.sync().status == Status.IN_SYNC
    assert len(calendars.events()) == 1
    assert calls(calendars, before) == READS, "what is outside of the window costs nothing"


def test_moved_out_of_the_window_in_advoware_moves_in_google(calendars: Calendars) -> None:
    number = calendars.appointment(soon(5))
    calendars.sync()
    far = soon(900)
    calendars.advoware.update_appointment(number, {"datum": f"{far:%Y-%m-%d}", "datumBis": f"{far:%Y-%m-%d}"})
    calendars.sync()
    assert start_of(calendars.events()["Besprechung"]).startswith(f"{far:%Y-%m-%d}")


def test_given_to_somebody_else_it_goes_from_this_calendar_only(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    calendars.advoware.update_appointment(number, {"sb": "XY"})
    calendars.sync()
    assert calendars.events() == {}
    assert number in {row["frNr"] for row in calendars.world.sandbox.state("advoware")["appointments"]}


def test_derived_appointments_are_shown_and_never_written(calendars: Calendars) -> None:
    number = calendars.appointment(text="Hinfahrt nach Kiel", derived="Hinfahrt")
    calendars.sync()
    (event,) = calendars.ids()
    calendars.google.update_event(calendars.calendar, event, {"summary": "geändert"})
    assert calendars.sync().status == Status.IN_SYNC
    assert set(calendars.events()) == {"Hinfahrt nach Kiel"}
    calendars.google.remove_event(calendars.calendar, event)
    calendars.sync()
    assert set(calendars.events()) == {"Hinfahrt nach Kiel"}
    assert number in calendars.appointments()


def test_an_anonymised_calendar_tells_only_when(calendars: Calendars) -> None:
    CalendarEmployee.objects.update(full_content=False)
    number = calendars.appointment(text="Wendland ./. Oster", ort="Saal 3", notiz="geheim")
    calendars.sync()
    (event,) = calendars.google.events(calendars.calendar)
    assert (event["summary"], event.get("location", ""), event.get("description", "")) == ("blocked", "", "")
    calendars.google.move_event(calendars.calendar, event["id"], *google_times(soon(6, "16:00")).values())
    calendars.google.update_event(calendars.calendar, event["id"], {"summary": "Versuch"})
    calendars.sync()
    row = calendars.appointments()[number]
    assert (row["text"], row["ort"], row["notiz"], row["uhrzeitVon"]) == (
        "Wendland ./. Oster",
        "Saal 3",
        "geheim",
        "16:00:00",
    )


def test_writing_to_advoware_off_google_follows_and_the_rest_is_a_plan(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    with configured(ADVOWARE_WRITE_ENABLED=False):
        calendars.appointment(text="Neu")
        calendars.google.update_event(calendars.calendar, event, {"summary": "dort"})
        before = calendars.world.mark()
        sync_requests.request([Target("calendar_employee", "Mitarbeiter", "SB")], urgency=Urgency.STAFF, force=True)
        running.run_now(calendars.record().pk, "calendar_employee", even_early=True)
        assert all("google" in call["route"] for call in calendars.world.writes(before))
    record = calendars.record()
    assert (record.status, record.reason) == (Status.WAITING, Reason.WRITING_OFF)
    assert calendars.link(number).state == LinkState.HELD
    assert "Neu" in calendars.events()
    calendars.sync()
    assert calendars.appointments()[number]["text"] == "dort"


def test_an_appointments_failure_stops_neither_the_others_nor_the_next_try(calendars: Calendars) -> None:
    numbers = [calendars.appointment(text=text) for text in ("A", "B")]
    calendars.world.sandbox.add_fault("status", status=413, system="google-in-batch", method="POST")
    calendars.sync()
    assert len(calendars.events()) == 1
    links = {calendars.link(number).state: calendars.link(number).reason for number in numbers}
    assert links == {LinkState.FAILED: Reason.REJECTED, LinkState.AGREED: ""}
    calendars.sync()
    assert set(calendars.events()) == {"A", "B"}
    assert {calendars.link(number).state for number in numbers} == {LinkState.AGREED}


def test_an_unreadable_appointment_is_shown_and_leaves_the_others_alone(calendars: Calendars) -> None:
    bad = calendars.appointment(text="Kaputt")
    calendars.appointment(text="Heil")
    with unreadable_if("Kaputt"):
        calendars.sync()
    assert set(calendars.events()) == {"Heil"}
    assert (calendars.link(bad).state, calendars.link(bad).reason) == (LinkState.FAILED, "unreadable")
    assert calendars.tasks() == ["appointment_by_hand"]


def test_an_expired_sync_token_loses_nothing(calendars: Calendars) -> None:
    calendars.appointment(text="A")
    calendars.appointment(text="B")
    calendars.sync()
    events = {name: row["id"] for name, row in calendars.events().items()}
    calendars.google.remove_event(calendars.calendar, events["A"])
    calendars.google.update_event(calendars.calendar, events["B"], {"summary": "B dort"})
    calendars.google.expire_sync_tokens()
    assert calendars.sync().status == Status.IN_SYNC
    assert [row["text"] for row in calendars.appointments().values()] == ["B dort"]


def test_a_lost_database_finds_everything_as_it_is(calendars: Calendars) -> None:
    calendars.appointment(text="A")
    calendars.event(summary="B")
    calendars.sync()
    CalendarLink.objects.all().delete()
    CalendarEmployee.objects.update(calendar_id="", sync_token="", shared_with="")
    before = calendars.world.mark()
    calendars.sync()
    shares = [call for call in calendars.world.writes(before) if "/acl" not in call["route"]]
    assert shares == []
    assert len(calendars.appointments()) == len(calendars.ids()) == 2


def test_many_deletions_at_once_wait_for_a_person(calendars: Calendars) -> None:
    numbers = [calendars.appointment(soon(3 + day), text=f"T{day}") for day in range(15)]
    calendars.sync()
    for number in numbers[:12]:
        calendars.advoware.remove_appointment(number)
    calendars.appointment(text="Neu")
    record = calendars.sync()
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert calendars.tasks() == ["mass_deletion"]
    assert len(calendars.ids()) == 16, "nothing was deleted, the new one came"
    tasks.close_task(Task.objects.get(kind="mass_deletion"), None, "ja")
    retry.retry(Record.objects.filter(pk=record.pk))
    calendars.world.drive()
    assert len(calendars.ids()) == 4


def test_an_emptied_side_is_not_believed(calendars: Calendars) -> None:
    for day in range(15):
        calendars.appointment(soon(3 + day), text=f"T{day}")
    calendars.sync()
    calendars.google.clear_calendar(calendars.calendar)
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert len(calendars.appointments()) == 15


def test_a_deleted_calendar_is_made_anew_only_when_a_person_says_so(calendars: Calendars) -> None:
    calendars.appointment()
    calendars.sync()
    calendars.google.remove_calendar(calendars.calendar)
    record = calendars.sync()
    assert calendars.tasks() == ["calendar_gone"]
    assert len(calendars.appointments()) == 1
    tasks.close_task(Task.objects.get(kind="calendar_gone"), None, "neu")
    retry.retry(Record.objects.filter(pk=record.pk))
    calendars.world.drive()
    assert set(calendars.events()) == {"Besprechung"}
    assert calendars.sync().status == Status.IN_SYNC


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "garbage", "truncated"])
@pytest.mark.parametrize("side", ["advoware", "google"])
def test_lost_answers_make_nothing_twice(calendars: Calendars, kind: str, side: str) -> None:
    calendars.sync()
    if side == "advoware":
        calendars.event()
        calendars.world.sandbox.add_fault(kind, system="advoware", method="POST", path="Termine", times=1)
    else:
        calendars.appointment()
        calendars.world.sandbox.add_fault(kind, system="google-batch", method="POST", times=2)
    assert calendars.sync().status == Status.IN_SYNC
    assert len(calendars.ids()) == len(calendars.appointments()) == 1
    assert not JournalEntry.objects.filter(state__in=["intended", "lost"]).exists()


def test_a_copy_of_one_of_our_events_is_an_event_of_its_own(calendars: Calendars) -> None:
    calendars.appointment()
    calendars.sync()
    (event,) = calendars.google.events(calendars.calendar)
    calendars.event(summary="Kopie", extendedProperties=event["extendedProperties"])
    calendars.sync()
    assert {row["text"] for row in calendars.appointments().values()} == {"Besprechung", "Kopie"}
    assert len(calendars.ids()) == 2


def test_employees_that_are_switched_off_or_unknown_are_left_alone(calendars: Calendars) -> None:
    calendars.appointment()
    CalendarEmployee.objects.update(enabled=False)
    record = calendars.sync()
    assert (record.status, record.reason) == (Status.SKIPPED, "calendar_off")
    nobody = Calendars(calendars.world, "NN").sync()
    assert (nobody.status, nobody.reason) == (Status.SKIPPED, "not_an_employee")


def texts(calendars: Calendars) -> set[str]:
    return {row["text"] for row in calendars.appointments().values()}


def test_calendars_that_were_filled_by_others_are_paired_and_not_doubled(calendars: Calendars) -> None:
    """An earlier hub, an import: seven on both sides, as they are, and one more on each."""
    days = [soon(3 + day) for day in range(7)]
    for number, day in enumerate(days):
        calendars.appointment(day, text=f"Termin {number}", notiz="Akte")
        calendars.event(day, summary=f"Termin {number}", description="Akte", colorId="7")
    calendars.appointment(soon(20), text="Nur in Advoware")
    calendars.event(soon(21), summary="Nur in Google")
    record = calendars.sync()
    assert (record.status, calendars.tasks()) == (Status.IN_SYNC, [])
    wanted = {"Nur in Advoware", "Nur in Google", *(f"Termin {number}" for number in range(7))}
    assert texts(calendars) == set(calendars.events()) == wanted
    assert len(calendars.appointments()) == len(calendars.ids()) == 9
    assert calendars.events()["Termin 3"]["colorId"] == "7"
    calendars.google.update_event(calendars.calendar, calendars.events()["Termin 3"]["id"], {"summary": "verlegt"})
    calendars.sync()
    assert "verlegt" in texts(calendars)
    assert len(calendars.appointments()) == 9


def test_many_new_events_wait_for_a_person_before_they_are_created(calendars: Calendars) -> None:
    for day in range(12):
        calendars.event(soon(3 + day), summary=f"Fremd {day}")
    calendars.appointment(soon(clock="16:00"), text="Neu")
    record = calendars.sync()
    assert (record.status, record.reason, calendars.tasks()) == (Status.SKIPPED, Reason.TASK_OPEN, ["mass_creation"])
    assert texts(calendars) == {"Neu"}
    assert len(calendars.ids()) == 13
    tasks.close_task(Task.objects.get(kind="mass_creation"), None, "ja")
    retry.retry(Record.objects.filter(pk=record.pk))
    calendars.world.drive()
    assert len(calendars.appointments()) == len(calendars.ids()) == 13


def test_an_event_of_one_employee_reaches_no_other_calendar(calendars: Calendars) -> None:
    other = Calendars.ready(calendars.world, "XY", "xy@kanzlei.example")
    calendars.event(soon(), summary="Zahnarzt", visibility="private")
    calendars.event(soon(4), summary="Mandant Wendland")
    calendars.sync()
    other.sync()
    made = calendars.appointments().values()
    assert {(row["text"], row["sb"], row["anwalt"]) for row in made} == {
        ("Zahnarzt", "SB", "SB"),
        ("Mandant Wendland", "SB", "SB"),
    }
    assert other.events() == {}


def test_a_private_appointment_never_reaches_a_second_calendar(calendars: Calendars) -> None:
    other = Calendars.ready(calendars.world, "XY", "xy@kanzlei.example")
    calendars.appointment(text="Zahnarzt", privat=1, anwalt="XY")
    calendars.appointment(soon(4), text="Besprechung", anwalt="XY")
    calendars.sync()
    other.sync()
    assert set(calendars.events()) == {"Zahnarzt", "Besprechung"}
    assert set(other.events()) == {"Besprechung"}
