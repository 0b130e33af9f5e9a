"""Calendars while something goes wrong: calls that fail, people who are faster, lists that lack something."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from syncapp.clients.advoware import AdvowareClient
from syncapp.engine.queue import retry
from syncapp.models import (
    CalendarLink,
    JournalEntry,
    LinkState,
    Reason,
    Record,
    Status,
    Task,
)
from syncapp.people import tasks
from tests.calendars import Calendars, google_times, run_once, soon, texts
from tests.world import World

pytestmark = pytest.mark.django_db
EVENTS = "/events"
FAULTS = ["cut_before", "cut_after", "garbage", "truncated", "status"]


@contextmanager
def while_held(calendars: Calendars, act: Callable[[], object], **rule: Any) -> Iterator[None]:
    """A person acts while the hub's first call of this kind is on its way."""
    sandbox = calendars.world.sandbox
    fault, seen = sandbox.add_fault("hold", times=1, **rule), []

    def person() -> None:
        sandbox.wait_held()
        seen.append(True)
        try:
            act()
        finally:
            sandbox.release(fault)

    thread = threading.Thread(target=person)
    thread.start()
    yield
    thread.join()
    assert seen, "nothing was held"


# Every call, every fault


@pytest.mark.parametrize("kind", FAULTS)
@pytest.mark.parametrize("times", [1, 5])  # repeated within the run, or only by the next one
def test_a_fault_at_any_call_changes_nothing_about_the_end(calendars: Calendars, kind: str, times: int) -> None:
    """New, edited and deleted on both sides; whatever call fails, the end is the same and nothing is there twice."""
    for after in range(40):
        here, gone_here = calendars.appointment(text="A"), calendars.appointment(text="B")
        there, gone_there = calendars.event(summary="C"), calendars.event(summary="D")
        calendars.sync()
        calendars.advoware.update_appointment(here, {"text": f"A{after}"})
        calendars.google.update_event(calendars.calendar, there, {"summary": f"C{after}"})
        calendars.advoware.remove_appointment(gone_here)
        calendars.google.remove_event(calendars.calendar, gone_there)
        calendars.appointment(soon(4), text="E")
        calendars.event(soon(5), summary="F")
        fault = calendars.world.sandbox.add_fault(kind, after=after, times=times, status=500)
        assert (after, calendars.sync().status) == (after, Status.IN_SYNC)
        hits = next(row["hits"] for row in calendars.world.sandbox.faults() if row["id"] == fault)
        calendars.world.sandbox.clear_faults()
        assert (after, texts(calendars)) == (after, {f"A{after}", f"C{after}", "E", "F"})
        assert len(calendars.ids()) == CalendarLink.objects.filter(state=LinkState.AGREED).count() == 4
        assert not JournalEntry.objects.filter(state__in=["intended", "lost"]).exists()
        before = calendars.world.mark()
        calendars.sync()
        assert calendars.world.writes(before) == []
        if not hits:
            break
        _empty(calendars)
    else:
        pytest.fail("more calls than expected")
    assert after >= 8


def _empty(calendars: Calendars) -> None:
    for number in calendars.appointments():
        calendars.advoware.remove_appointment(number)
    calendars.sync()
    assert calendars.ids() == set()


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_at_any_call_of_the_first_sync_makes_one_calendar(world: World, kind: str) -> None:
    for after in range(20):
        calendars = Calendars.ready(world, f"K{after}", f"k{after}@kanzlei.example")
        calendars.appointment(text="A")
        fault = world.sandbox.add_fault(kind, system="google*", after=after, times=2, status=500)
        calendars.sync()
        hits = next(row["hits"] for row in world.sandbox.faults() if row["id"] == fault)
        world.sandbox.clear_faults()
        assert calendars.sync().status == Status.IN_SYNC
        assert texts(calendars) == {"A"}
        named = [row for row in world.sandbox.state("google")["calendars"] if row["summary"] == calendars.calendar]
        assert (after, len(named)) == (after, 1)
        if not hits:
            return
    pytest.fail("more calls than expected")


# People who are faster


def test_an_event_that_is_edited_between_read_and_write_keeps_the_edit(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.update_appointment(number, {"notiz": "neu"})
    edit = {"summary": "dort"}
    with while_held(
        calendars, lambda: calendars.google.update_event(calendars.calendar, event, edit), method="PATCH", path=EVENTS
    ):
        assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"dort"}
    assert calendars.events()["dort"]["description"] == calendars.appointments()[number]["notiz"] == "neu"
    assert calendars.tasks() == []


def test_an_event_that_is_edited_before_it_is_deleted_comes_back_to_advoware(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.remove_appointment(number)
    edit = {"summary": "bleibt"}
    with while_held(
        calendars, lambda: calendars.google.update_event(calendars.calendar, event, edit), method="DELETE", path=EVENTS
    ):
        calendars.sync()
    assert texts(calendars) == {"bleibt"}


def test_an_event_that_is_deleted_before_it_is_changed_comes_back(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.update_appointment(number, {"text": "neu"})
    with while_held(
        calendars, lambda: calendars.google.remove_event(calendars.calendar, event), method="PATCH", path=EVENTS
    ):
        calendars.sync()
    assert texts(calendars) == {"neu"}


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
def test_an_appointment_that_is_edited_between_read_and_write_keeps_the_edit(
    calendars: Calendars, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    number, event = calendars.appointment(), ""
    calendars.sync()
    (event,) = calendars.ids()
    if method == "PUT":
        calendars.google.update_event(calendars.calendar, event, {"location": "Saal 3"})
    else:
        calendars.google.remove_event(calendars.calendar, event)
    name = "save_appointment" if method == "PUT" else "delete_appointment"
    real, done = getattr(AdvowareClient, name), []

    def slower(self: AdvowareClient, *args: Any) -> Any:
        if not done:
            calendars.advoware.update_appointment(number, {"text": "schneller"})
        done.append(True)
        return real(self, *args)

    monkeypatch.setattr(AdvowareClient, name, slower)
    assert calendars.sync().status == Status.IN_SYNC
    assert done
    assert texts(calendars) == {"schneller"}


def test_what_was_decided_before_somebody_was_faster_is_not_written_on_the_other_side(
    calendars: Calendars, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    calendars.advoware.update_appointment(number, {"ort": "hier"})
    calendars.google.update_event(calendars.calendar, event, {"summary": "dort"})
    real, done = AdvowareClient.save_appointment, []

    def slower(self: AdvowareClient, *args: Any) -> Any:
        if not done:
            calendars.advoware.update_appointment(number, {"notiz": "schneller"})
            calendars.google.update_event(calendars.calendar, event, {"location": "Halle"})
        done.append(True)
        return real(self, *args)

    monkeypatch.setattr(AdvowareClient, "save_appointment", slower)
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"dort"}
    (notice,) = Task.objects.all()
    assert [(fact["field"], fact["now"], fact["wanted"]) for fact in notice.facts] == [("place", "hier", "Halle")]


def test_a_creation_is_looked_for_before_anybody_can_change_it(calendars: Calendars) -> None:
    calendars.sync()
    calendars.event(summary="Neu")
    calendars.world.sandbox.add_fault("cut_after", system="advoware", method="POST", path="Termine")
    before = calendars.world.mark()
    calendars.sync()
    posts = [call for call in calendars.world.writes(before) if call["method"] == "POST" and "Termine" in call["path"]]
    assert len(posts) == 1
    assert texts(calendars) == {"Neu"}


@pytest.mark.parametrize("edit", [{"text": "umbenannt"}, {"notiz": "dazu"}, {"uhrzeitVon": "09:30:00"}])
def test_a_creation_that_was_not_answered_is_found_though_somebody_has_changed_it(
    calendars: Calendars, edit: dict[str, str]
) -> None:
    calendars.sync()
    calendars.event(summary="Neu")
    sandbox = calendars.world.sandbox
    sandbox.add_fault("cut_after", system="advoware", method="POST", path="Termine")
    sandbox.add_fault("status", system="advoware", method="GET", path="Termine", status=500, after=1, times=6)
    run_once(calendars)
    (number,) = calendars.appointments()
    sandbox.clear_faults()
    calendars.advoware.update_appointment(number, edit)
    assert calendars.sync().status == Status.IN_SYNC
    assert set(calendars.appointments()) == {number}
    assert texts(calendars) == {edit.get("text", "Neu")}


# Refusals


@pytest.mark.parametrize("reason", ["rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded"])
@pytest.mark.parametrize("status", [403, 429])
def test_a_used_up_quota_loses_nothing(calendars: Calendars, reason: str, status: int) -> None:
    number = calendars.appointment(text="A")
    event = calendars.event(summary="B")
    calendars.sync()
    calendars.advoware.update_appointment(number, {"text": "A neu"})
    calendars.google.update_event(calendars.calendar, event, {"summary": "B neu"})
    calendars.appointment(text="C")
    calendars.google.refuse_next(reason, 12, status=status)
    first = run_once(calendars)
    assert (first.status, first.reason) == (Status.WAITING, Reason.RATE_LIMITED)
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"A neu", "B neu", "C"}


def test_another_refusal_of_one_event_is_shown_and_leaves_the_others_alone(calendars: Calendars) -> None:
    numbers = {text: calendars.appointment(text=text) for text in ("A", "B")}
    calendars.sync()
    for text, number in numbers.items():
        calendars.advoware.update_appointment(number, {"text": f"{text} neu"})
    bad = calendars.link(numbers["A"]).event_id
    body = '{"error": {"code": 403, "errors": [{"reason": "requiredAccessLevel"}]}}'
    calendars.world.sandbox.add_fault(
        "status", status=403, body=body, system="google", method="PATCH", path=bad, times=None
    )
    calendars.sync()
    assert set(calendars.events()) == {"A", "B neu"}
    assert (calendars.link(numbers["A"]).state, calendars.link(numbers["A"]).reason) == ("failed", Reason.FORBIDDEN)
    calendars.world.sandbox.clear_faults()
    calendars.sync()
    assert texts(calendars) == {"A neu", "B neu"}


def test_an_event_that_google_does_not_know_any_more_is_made_again(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    calendars.advoware.update_appointment(number, {"text": "neu"})
    body = '{"error": {"code": 404, "errors": [{"reason": "notFound"}]}}'
    calendars.world.sandbox.add_fault("status", status=404, body=body, system="google", method="PATCH", path=EVENTS)
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"neu"}


def test_an_employees_failure_stops_no_other(world: World, calendars: Calendars) -> None:
    other = Calendars.ready(world, "AP", "ap@kanzlei.example")
    for one in (calendars, other):
        one.appointment(text=one.kuerzel)
    world.sandbox.add_fault("status", status=403, system="advoware", path="kuerzel=AP", times=None)
    calendars.everyone()
    assert other.record().status == Status.FAILED
    assert texts(calendars) == {"SB"}
    world.sandbox.clear_faults()
    retry.retry(Record.objects.filter(pk=other.record().pk))
    world.drive()
    assert texts(other) == {"AP"}


def test_a_calendar_that_we_may_not_see_any_more_is_a_persons_task_and_goes_on_when_it_is_back(
    calendars: Calendars,
) -> None:
    number = calendars.appointment()
    calendars.sync()
    calendars.advoware.update_appointment(number, {"text": "neu"})
    body = '{"error": {"code": 404, "errors": [{"reason": "notFound"}]}}'
    calendars.world.sandbox.add_fault("status", status=404, body=body, system="google", path=EVENTS, times=None)
    record = calendars.sync()
    assert (record.status, record.reason, calendars.tasks()) == (Status.SKIPPED, Reason.TASK_OPEN, ["calendar_gone"])
    calendars.world.sandbox.clear_faults()
    assert calendars.sync().status == Status.IN_SYNC
    assert (texts(calendars), calendars.tasks()) == ({"neu"}, [])


# Lists


def test_a_sync_token_that_expires_between_two_pages_loses_nothing(calendars: Calendars) -> None:
    numbers = [calendars.appointment(soon(3 + day), text=f"T{day}") for day in range(8)]
    calendars.sync()
    calendars.world.sandbox.settings(google_page_limit=2)
    for text, row in calendars.events().items():
        if text in ("T0", "T1"):
            calendars.google.remove_event(calendars.calendar, row["id"])
        else:
            calendars.google.update_event(calendars.calendar, row["id"], {"summary": f"{text} dort"})
    body = '{"error": {"code": 410, "errors": [{"reason": "fullSyncRequired"}]}}'
    calendars.world.sandbox.add_fault("status", status=410, body=body, system="google", path="pageToken", after=1)
    _die_before_the_first_write(calendars)
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {f"T{day} dort" for day in range(2, 8)}
    assert set(calendars.appointments()) == set(numbers[2:])


def _die_before_the_first_write(calendars: Calendars) -> None:
    calendars.world.sandbox.add_fault("status", status=500, system="advoware", method="DELETE", times=5)
    calendars.world.sandbox.add_fault("status", status=500, system="advoware", method="PUT", times=5)
    run_once(calendars)


def test_an_appointment_list_that_comes_empty_makes_and_deletes_nothing(calendars: Calendars) -> None:
    for day in range(30):
        calendars.appointment(soon(3 + day), text=f"T{day}")
    calendars.sync()
    event = calendars.events()["T1"]["id"]
    calendars.google.update_event(calendars.calendar, event, {"summary": "T1 dort"})
    calendars.world.sandbox.add_fault("status", status=200, body="[]", system="advoware", path="kuerzel=")
    run_once(calendars)
    assert len(calendars.appointments()) == len(calendars.ids()) == 30
    assert calendars.tasks() == ["mass_deletion"]
    assert calendars.sync().status == Status.IN_SYNC
    assert texts(calendars) == {"T1 dort", "T0", *(f"T{day}" for day in range(2, 30))}
    assert calendars.tasks() == []


def test_many_appointments_that_are_given_to_somebody_else_leave_the_calendar(calendars: Calendars) -> None:
    numbers = [calendars.appointment(soon(3 + day), text=f"T{day}") for day in range(30)]
    calendars.sync()
    for number in numbers:
        calendars.advoware.update_appointment(number, {"sb": "XY"})
    record = calendars.sync()
    assert calendars.tasks() == ["mass_deletion"]
    tasks.close_task(Task.objects.get(), None, "ja")
    retry.retry(Record.objects.filter(pk=record.pk))
    calendars.world.drive()
    assert calendars.ids() == set()
    assert len(calendars.world.sandbox.state("advoware")["appointments"]) == 30


def test_moved_to_a_whole_day_and_back(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    (event,) = calendars.ids()
    day = soon(6)
    calendars.google.move_event(
        calendars.calendar, event, {"date": f"{day:%Y-%m-%d}"}, {"date": f"{day + timedelta(days=2):%Y-%m-%d}"}
    )
    calendars.sync()
    row = calendars.appointments()[number]
    assert (row["abwesenheit"], row["datum"][:10], row["datumBis"][:10]) == (
        1,
        f"{day:%Y-%m-%d}",
        f"{day + timedelta(days=1):%Y-%m-%d}",
    )
    back = google_times(soon(7))
    calendars.google.move_event(calendars.calendar, event, back["start"], back["end"])
    calendars.sync()
    assert calendars.appointments()[number]["abwesenheit"] == 0


def told(status: int, reason: str) -> str:
    return json.dumps({"error": {"code": status, "errors": [{"reason": reason}], "message": ""}})


@pytest.mark.parametrize(
    ("system", "method", "path", "status", "body"),
    [
        ("advoware", "PUT", "Termine", 404, ""),
        ("google", "PATCH", "/events/", 404, told(404, "notFound")),
        ("google", "PATCH", "/events/", 412, told(412, "conditionNotMet")),
        ("google", "POST", "/events", 404, told(404, "notFound")),
    ],
)
def test_what_says_again_and_again_that_somebody_was_faster_stops_no_other(
    calendars: Calendars, system: str, method: str, path: str, status: int, body: str
) -> None:
    """The whole calendar was looked at every two seconds for that, for ever."""
    number = calendars.appointment(text="Termin")
    if method != "POST":
        calendars.sync()
    kind = {"Content-Type": "application/json"}
    calendars.world.sandbox.add_fault(
        "status", system=f"{system}*", method=method, path=path, status=status, times=None, body=body, headers=kind
    )
    if system == "advoware":
        calendars.google.update_event(calendars.calendar, calendars.link(number).event_id, {"summary": "Anders"})
    else:
        calendars.advoware.update_appointment(number, {"text": "Anders"})
    assert calendars.sync().status == Status.IN_SYNC
    link = calendars.link(number)
    assert (link.state, link.reason) == (LinkState.FAILED, Reason.OUTDATED)
    calendars.world.sandbox.clear_faults()
    calendars.sync()
    assert (texts(calendars), calendars.link(number).state) == ({"Anders"}, LinkState.AGREED)
