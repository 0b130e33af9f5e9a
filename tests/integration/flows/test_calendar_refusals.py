"""What a side refuses of an appointment: it blocks nothing else, is not sent again that day, and is for a person."""

from __future__ import annotations

from typing import Any
from unittest import mock

import pytest

from syncapp.flows.calendar.writing_google import GoogleWriter
from syncapp.models import CalendarLink, LinkState, Reason, Status, Task
from tests.calendars import Calendars, soon

pytestmark = pytest.mark.django_db
SIDES = ("advoware", "google")
WHOLE = {"advoware": ("appointment_by_hand", "why"), "google": ("cant_hold", "reason")}
# How each side calls them, in the order in which they are tried.
NAMES = {"text": ("text", "summary"), "place": ("ort", "location"), "note": ("notiz", "description")}


def google_says(status: int, reason: str) -> dict[str, Any]:
    body = f'{{"error": {{"code": {status}, "errors": [{{"reason": "{reason}"}}]}}}}'
    return {"kind": "status", "status": status, "body": body, "system": "google", "path": "/events"}


def refusing(calendars: Calendars, side: str, *, making: bool = False, **more: Any) -> None:
    """The next writes of an appointment are answered with 400; a body decides nothing, so their number does."""
    methods = ("POST", "POST") if making else ("PUT", "PATCH")
    if side == "google":
        calendars.world.sandbox.add_fault(**google_says(400, "invalid"), method=methods[1], **more)
    else:
        rule = {"status": 400, "system": "advoware", "path": "Termine", "method": methods[0]}
        calendars.world.sandbox.add_fault("status", **rule, **more)


def edited(calendars: Calendars, side: str, number: int, event: str, **values: str) -> None:
    """On the other side than the one that is to be written."""
    told = {NAMES[name][side == "advoware"]: value for name, value in values.items()}
    if side == "google":
        calendars.advoware.update_appointment(number, told)
    else:
        calendars.google.update_event(calendars.calendar, event, told)


def said(calendars: Calendars, side: str) -> dict[str, Any]:
    if side == "google":
        (event,) = calendars.google.events(calendars.calendar)
        return {name: event.get(names[1]) for name, names in NAMES.items()}
    (row,) = calendars.appointments().values()
    return {name: row[names[0]] for name, names in NAMES.items()}


def facts() -> dict[str, tuple[str, str]]:
    (task,) = Task.objects.filter(state="open")
    return {fact["field"]: (fact["now"], fact["wanted"]) for fact in task.facts}


def quiet(calendars: Calendars, status: Status) -> None:
    before = calendars.world.mark()
    assert calendars.sync().status == status
    assert calendars.world.writes(before) == []


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("which", NAMES)
def test_one_refused_value_holds_up_no_other(calendars: Calendars, side: str, which: str) -> None:
    number = calendars.appointment(text="alt", ort="alt", notiz="alt")
    calendars.sync()
    event = calendars.link(number).event_id
    edited(calendars, side, number, event, **dict.fromkeys(NAMES, "neu"))
    at = list(NAMES).index(which)
    refusing(calendars, side, times=1)
    refusing(calendars, side, after=at, times=1)
    record = calendars.sync()
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert said(calendars, side) == {name: "alt" if name == which else "neu" for name in NAMES}
    assert calendars.tasks() == ["cant_hold"]
    assert (facts()["reason"], facts()[which]) == (("refused", ""), ("alt", "neu"))
    assert calendars.link(number).state == LinkState.BY_HAND
    quiet(calendars, Status.SKIPPED)
    assert calendars.tasks() == ["cant_hold"]


@pytest.mark.parametrize("side", SIDES)
def test_another_value_is_tried_and_a_day_later_the_same(calendars: Calendars, side: str) -> None:
    number = calendars.appointment(ort="alt")
    calendars.sync()
    event = calendars.link(number).event_id
    refusing(calendars, side)
    edited(calendars, side, number, event, place="neu")
    calendars.sync()
    quiet(calendars, Status.SKIPPED)
    link = calendars.link(number)
    CalendarLink.objects.update(refused={**link.refused, "on": "2026-01-01"})
    (task,) = Task.objects.all()
    refusing(calendars, side)
    calendars.sync()
    (still,) = Task.objects.all()
    assert (still.pk, still.state, said(calendars, side)["place"]) == (task.pk, "open", "alt")
    edited(calendars, side, number, event, place="anders")
    assert calendars.sync().status == Status.IN_SYNC
    assert (said(calendars, side)["place"], calendars.tasks()) == ("anders", [])
    assert calendars.link(number).refused == {}


@pytest.mark.parametrize("side", SIDES)
def test_what_is_made_is_made_without_what_is_refused(calendars: Calendars, side: str) -> None:
    calendars.sync()
    if side == "google":
        calendars.appointment(text="Neu", ort="Saal 3", notiz="Vollmacht")
    else:
        calendars.event(summary="Neu", location="Saal 3", description="Vollmacht")
    # All together; then its times are taken, the text, and not the place.
    if side == "google":
        calendars.world.sandbox.add_fault(**google_says(400, "invalid") | {"system": "google-in-batch"})
    else:
        refusing(calendars, side, making=True)
    refusing(calendars, side, after=1)
    calendars.sync()
    assert said(calendars, side) == {"text": "Neu", "place": None, "note": "Vollmacht"}
    assert calendars.tasks() == ["cant_hold"]
    assert (facts()["reason"], facts()["place"]) == (("refused", ""), ("", "Saal 3"))
    quiet(calendars, Status.SKIPPED)
    assert len(calendars.appointments()) == len(calendars.ids()) == 1
    CalendarLink.objects.update(refused={})
    assert calendars.sync().status == Status.IN_SYNC
    assert said(calendars, side)["place"] == "Saal 3"


@pytest.mark.parametrize("side", SIDES)
def test_what_is_not_taken_at_all_is_for_a_person_and_stops_no_other(calendars: Calendars, side: str) -> None:
    calendars.sync()
    usual = GoogleWriter._body

    def without_a_time(self: GoogleWriter, *given: Any, **more: Any) -> dict[str, Any]:
        body = usual(self, *given, **more)
        return body | {"start": {}} if given[1].label == str(bad) else body

    if side == "google":
        bad = calendars.appointment(text="Kaputt")
        calendars.appointment(text="Heil")
        with mock.patch.object(GoogleWriter, "_body", without_a_time):
            record = calendars.sync()
            quiet(calendars, Status.SKIPPED)
        assert set(calendars.events()) == {"Heil"}
    else:
        calendars.event(summary="Kaputt")
        refusing(calendars, side, making=True, times=2)
        record = calendars.sync()
        quiet(calendars, Status.SKIPPED)
        assert calendars.appointments() == {}
    assert record.reason == Reason.TASK_OPEN
    assert (calendars.tasks(), facts()[WHOLE[side][1]]) == ([WHOLE[side][0]], ("refused", ""))
    CalendarLink.objects.update(refused={})
    assert calendars.sync().status == Status.IN_SYNC
    assert "Kaputt" in {row["text"] for row in calendars.appointments().values()} & set(calendars.events())


# An event, or an appointment, that must not be changed as the hub thought it might


@pytest.mark.parametrize("reason", ["forbiddenForNonOrganizer", "forbidden"])
@pytest.mark.parametrize("deletion", [False, True])
def test_an_event_that_turns_out_to_be_somebody_elses(calendars: Calendars, reason: str, deletion: bool) -> None:
    numbers = {text: calendars.appointment(soon(4), text=text) for text in ("A", "B")}
    calendars.sync()
    for number in numbers.values():
        if deletion:
            calendars.advoware.remove_appointment(number)
        else:
            calendars.advoware.update_appointment(number, {"notiz": "neu"})
    event = calendars.link(numbers["A"]).event_id
    rule = google_says(403, reason) | {"path": event, "method": "DELETE" if deletion else "PATCH", "times": None}
    calendars.world.sandbox.add_fault(**rule)
    record = calendars.sync()
    assert (record.status, record.reason) == (Status.SKIPPED, Reason.TASK_OPEN)
    assert calendars.tasks() == ["appointment_fixed"]
    assert facts()["why"] == ("forbidden", "")
    assert {text: row.get("description") for text, row in calendars.events().items()} == (
        {"A": None} if deletion else {"A": None, "B": "neu"}
    )
    quiet(calendars, Status.SKIPPED)
    assert calendars.link(numbers["A"]).state == LinkState.BY_HAND
    calendars.world.sandbox.clear_faults()
    calendars.google.update_event(calendars.calendar, event, {"location": "Saal 9"})
    calendars.sync()
    assert {row["ort"] for row in calendars.appointments().values()} >= {"Saal 9"}, "what Google says still comes"
    CalendarLink.objects.update(refused={})
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.tasks() == []


@pytest.mark.parametrize("deletion", [False, True])
def test_an_appointment_that_advoware_lets_nobody_change(calendars: Calendars, deletion: bool) -> None:
    number = calendars.appointment(ort="alt")
    calendars.sync()
    event = calendars.link(number).event_id
    method = "DELETE" if deletion else "PUT"
    rule = {"status": 403, "system": "advoware", "path": "Termine", "method": method}
    calendars.world.sandbox.add_fault("status", **rule, times=None)
    if deletion:
        calendars.google.remove_event(calendars.calendar, event)
    else:
        calendars.google.update_event(calendars.calendar, event, {"location": "neu"})
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert calendars.tasks() == ["appointment_fixed"]
    assert facts()["why"] == ("forbidden", "")
    quiet(calendars, Status.SKIPPED)
    assert calendars.appointments()[number]["ort"] == "alt"
    calendars.world.sandbox.clear_faults()
    CalendarLink.objects.update(refused={})
    assert calendars.sync().status == Status.IN_SYNC
    assert [row["ort"] for row in calendars.appointments().values()] == ([] if deletion else ["neu"])


def test_a_calendar_that_may_not_be_written_at_all_is_no_task_of_staff(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    calendars.advoware.update_appointment(number, {"text": "neu"})
    calendars.world.sandbox.add_fault(**google_says(403, "requiredAccessLevel"), method="PATCH")
    calendars.sync()
    assert (calendars.link(number).state, calendars.link(number).reason) == (LinkState.FAILED, Reason.FORBIDDEN)
    assert calendars.tasks() == []
    assert calendars.sync().status == Status.IN_SYNC
