"""First contact with calendars that others have filled: nothing is doubled or guessed, a person is asked once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from syncapp.engine.queue import retry
from syncapp.engine.recovery.sweep import sweep
from syncapp.flows.calendar import questions
from syncapp.flows.calendar.fields import BERLIN
from syncapp.models import CalendarLink, CalendarQuestion, LinkState, Reason, Record, Status, Task, TaskState
from syncapp.people import tasks
from tests.calendars import Calendars, google_times, soon
from tests.integration.flows.test_agreement import dying

pytestmark = pytest.mark.django_db
ASKED = ["appointments_alike"]


def texts(calendars: Calendars) -> list[str]:
    return sorted(row["text"] for row in calendars.appointments().values())


def summaries(calendars: Calendars) -> list[str]:
    return sorted(row.get("summary", "") for row in calendars.google.events(calendars.calendar))


def answered(number: int, choice: str = "") -> bool:
    """As a person does who has just looked."""
    row = CalendarQuestion.objects.get(number=number)
    shown = questions.shown([row], BERLIN)[0]
    return questions.answer(row, choice, shown.seen(choice), None)


def again(calendars: Calendars) -> Record:
    record = calendars.record()
    retry.retry(Record.objects.filter(pk=record.pk))
    calendars.world.drive()
    record.refresh_from_db()
    return record


def whole_day() -> dict[str, Any]:
    return {"start": {"date": f"{soon():%Y-%m-%d}"}, "end": {"date": f"{soon() + timedelta(days=1):%Y-%m-%d}"}}


NEARLY: dict[str, Callable[[], dict[str, Any]]] = {
    "moved by an hour": lambda: google_times(soon(clock="11:00")),
    "moved by weeks": lambda: google_times(soon(25, "09:00")),
    "another text": lambda: {"summary": "Gütetermin Arbeitsgericht", **google_times(soon())},
    "all day": whole_day,
    "a series": lambda: {**google_times(soon(clock="11:00")), "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"]},
}


@pytest.mark.parametrize("change", NEARLY.values(), ids=NEARLY)
def test_what_nearly_matches_waits_for_a_person(calendars: Calendars, change: Callable[[], dict[str, Any]]) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.google.create_event(calendars.calendar, {"summary": "Güteverhandlung", **change()})["id"]
    calendars.appointment(soon(9), text="Nur hier")
    before = calendars.world.mark()
    record = calendars.sync()
    assert (record.status, record.reason, calendars.tasks()) == (Status.SKIPPED, Reason.TASK_OPEN, ASKED)
    assert "Nur hier" in summaries(calendars)
    assert texts(calendars) == ["Güteverhandlung", "Nur hier"]
    assert len(calendars.ids()) == 2
    row = CalendarQuestion.objects.get()
    assert (row.number, row.candidates, row.decided_at) == (number, [event], None)
    link = CalendarLink.objects.get(event_id=event)
    assert (link.number, link.state, link.detail) == (None, LinkState.BY_HAND, "which")
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []
    assert CalendarQuestion.objects.get().pk == row.pk


def test_what_belongs_together_is_brought_together_and_never_asked_again(calendars: Calendars) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung", colorId="7", description="mitbringen")
    calendars.sync()
    assert answered(number, event)
    assert again(calendars).status == Status.IN_SYNC
    assert (calendars.link(number).event_id, calendars.link(number).state) == (event, LinkState.AGREED)
    shown = calendars.google.event(calendars.calendar, event)
    assert (shown["start"]["dateTime"][:10], shown["colorId"]) == (f"{soon():%Y-%m-%d}", "7")
    assert (len(calendars.appointments()), len(calendars.ids())) == (1, 1)
    assert not questions.waiting().exists()
    assert not Task.objects.filter(kind="appointments_alike", state=TaskState.OPEN).exists()
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []


def test_what_is_none_of_them_is_created_on_both_sides(calendars: Calendars) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    assert answered(number)
    assert again(calendars).status == Status.IN_SYNC
    assert texts(calendars) == summaries(calendars) == ["Güteverhandlung"] * 2
    calendars.sync()
    assert not CalendarQuestion.objects.exists()  # nothing hangs on the answer any more
    assert calendars.link(number).event_id != event
    assert not questions.waiting().exists()


def test_several_that_could_be_it_are_asked_one_by_one(calendars: Calendars) -> None:
    numbers = [calendars.appointment(text="Besprechung", ort=place) for place in ("Saal 1", "Saal 2")]
    events = [calendars.event(soon(), summary="Besprechung", location=f"Zimmer {n}") for n in range(3)]
    calendars.sync()
    assert [sorted(row.candidates) for row in CalendarQuestion.objects.all()] == [sorted(events)] * 2
    assert answered(numbers[0], events[2])
    again(calendars)
    assert calendars.link(numbers[0]).event_id == events[2]
    assert sorted(questions.waiting().get().candidates) == sorted(events[:2])
    assert answered(numbers[1])
    again(calendars)
    # The other two say the same as the event of the first: there twice, or appointments of their own.
    for row in questions.waiting():
        assert (row.number, row.event_id in events[:2]) == (numbers[0], True)
        assert questions.answer(row, "", questions.shown([row], BERLIN)[0].seen(), None)
    again(calendars)
    assert (len(calendars.appointments()), len(calendars.ids())) == (4, 4)


def test_two_people_never_give_one_event_to_two_appointments(calendars: Calendars) -> None:
    one, other = (calendars.appointment(text="Besprechung", ort=place) for place in ("Saal 1", "Saal 2"))
    event = calendars.event(soon(4), summary="Besprechung")
    calendars.sync()
    row, rival = CalendarQuestion.objects.get(number=one), CalendarQuestion.objects.get(number=one)
    seen = questions.shown([row], BERLIN)[0].seen(event)
    assert questions.answer(row, event, seen, None)
    assert not questions.answer(rival, "", seen, None)
    assert not answered(other, event)
    again(calendars)
    assert calendars.link(one).event_id == event
    assert calendars.link(other).event_id not in ("", event)
    assert (len(calendars.appointments()), len(calendars.ids())) == (2, 2)


@pytest.mark.parametrize("side", ["google", "advoware"])
@pytest.mark.parametrize("same", [True, False])
def test_what_was_changed_after_the_answer_is_asked_anew(calendars: Calendars, side: str, same: bool) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    assert answered(number, event if same else "")
    if side == "google":
        calendars.google.update_event(calendars.calendar, event, {"location": "Saal 9"})
    else:
        calendars.advoware.update_appointment(number, {"notiz": "geändert"})
    before = calendars.world.mark()
    record = again(calendars)
    assert (record.reason, calendars.world.writes(before)) == (Reason.TASK_OPEN, [])
    row = CalendarQuestion.objects.get()
    assert (row.anew, row.decided_at, row.candidates) == (True, None, [event])
    assert answered(number, event)
    again(calendars)
    assert (calendars.link(number).event_id, len(calendars.ids())) == (event, 1)


def test_what_vanished_after_the_answer_is_said_and_not_created_without_a_word(calendars: Calendars) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    assert answered(number, event)
    calendars.google.remove_event(calendars.calendar, event)
    for _ in range(2):
        again(calendars)
        row = CalendarQuestion.objects.get()
        assert (row.anew, row.decided_at, row.candidates, calendars.ids()) == (True, None, [], set())
    assert answered(number)
    assert again(calendars).status == Status.IN_SYNC
    assert (len(calendars.ids()), questions.waiting().count()) == (1, 0)


def test_a_candidate_that_is_gone_before_anybody_answered_leaves_nothing_to_ask(calendars: Calendars) -> None:
    calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    calendars.google.remove_event(calendars.calendar, event)
    assert calendars.sync().status == Status.IN_SYNC
    assert (len(calendars.ids()), CalendarQuestion.objects.count(), calendars.tasks()) == (1, 0, [])


@pytest.mark.parametrize("side", ["google", "advoware"])
def test_what_was_asked_and_edited_into_something_else_since_still_waits(calendars: Calendars, side: str) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    if side == "google":
        changed = {"summary": "Gütetermin", **google_times(soon(8, "15:00"))}
        calendars.google.update_event(calendars.calendar, event, changed)
    else:
        day = f"{soon(8):%Y-%m-%d}T00:00:00"
        calendars.advoware.update_appointment(number, {"text": "Gütetermin", "datum": day, "datumBis": day})
    before = calendars.world.mark()
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert (CalendarQuestion.objects.get().candidates, calendars.world.writes(before)) == ([event], [])
    assert answered(number)
    assert again(calendars).status == Status.IN_SYNC
    assert sorted(set(texts(calendars))) == ["Gütetermin", "Güteverhandlung"]


@pytest.mark.parametrize("decided", [True, False])
@pytest.mark.parametrize("count", [2, 30])
def test_a_list_of_advoware_that_comes_empty_creates_nothing_that_is_asked(
    calendars: Calendars, decided: bool, count: int
) -> None:
    numbers = [calendars.appointment(soon(3 + n), text=f"Termin {n}") for n in range(count)]
    events = [calendars.event(soon(3 + n, "11:00"), summary=f"Termin {n}") for n in range(count)]
    calendars.sync()
    rows = set(CalendarQuestion.objects.values_list("pk", flat=True))
    if decided:
        for number, event in zip(numbers, events, strict=True):
            assert answered(number, event)
    calendars.world.sandbox.add_fault("status", status=200, body="[]", system="advoware", path="kuerzel=", times=1)
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []
    assert set(CalendarQuestion.objects.values_list("pk", flat=True)) == rows
    again(calendars)
    assert len(calendars.appointments()) == len(calendars.ids()) == count
    assert (calendars.record().status == Status.IN_SYNC) is decided


def test_an_appointment_that_is_gone_in_advoware_leaves_its_event_to_be_created(calendars: Calendars) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    calendars.advoware.remove_appointment(number)
    assert calendars.sync().status == Status.IN_SYNC
    assert (len(calendars.appointments()), CalendarQuestion.objects.count()) == (1, 0)


@pytest.mark.parametrize("calls", range(8))
@pytest.mark.parametrize("same", [True, False])
def test_a_decision_survives_a_crash_anywhere(calendars: Calendars, calls: int, same: bool) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    assert answered(number, event if same else "")
    with dying(calls, answered=True):
        again(calendars)
    Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
    sweep()
    assert again(calendars).status == Status.IN_SYNC
    count = 1 if same else 2
    assert (len(calendars.appointments()), len(calendars.ids())) == (count, count)
    assert (calendars.link(number).event_id == event) is same
    assert not questions.waiting().exists()


def test_closing_the_task_by_hand_creates_nothing(calendars: Calendars) -> None:
    calendars.appointment(text="Güteverhandlung")
    calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    tasks.close_task(Task.objects.get(), None, "gesehen")
    record = again(calendars)
    assert (record.status, record.reason, len(calendars.ids())) == (Status.SKIPPED, Reason.TASK_OPEN, 1)
    assert CalendarQuestion.objects.count() == 1


# Marks of an earlier hub


def marked(number: int, **more: str) -> dict[str, Any]:
    return {"private": {"advowareFrNr": str(number), "source": "advoware", **more}}


def test_marks_of_an_earlier_hub_pair_what_was_edited_since(calendars: Calendars) -> None:
    moved, renamed = calendars.appointment(text="Verhandlung"), calendars.appointment(soon(5), text="Umbenannt")
    events = {
        moved: calendars.event(soon(4), summary="Verhandlung", extendedProperties=marked(moved)),
        renamed: calendars.event(soon(5), summary="Vorher", extendedProperties=marked(renamed)),
    }
    assert calendars.sync().status == Status.IN_SYNC
    assert {number: calendars.link(number).event_id for number in events} == events
    assert texts(calendars) == summaries(calendars) == ["Umbenannt", "Verhandlung"]


def test_a_mark_against_what_the_event_says_is_for_a_person(calendars: Calendars) -> None:
    one, other = calendars.appointment(text="Verhandlung"), calendars.appointment(soon(5), text="Notar")
    event = calendars.event(soon(), summary="Verhandlung", extendedProperties=marked(other))
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert set(CalendarQuestion.objects.values_list("number", flat=True)) == {one, other}
    assert (calendars.ids(), len(calendars.appointments())) == ({event}, 2)


@pytest.mark.parametrize(
    "properties",
    [
        {"private": {"frNr": "{}"}},
        {"shared": {"advowareFrNr": "{}"}},
        {"private": {"advowareFrNr": "{}", "kuerzel": "ZZ"}},
    ],
)
def test_an_unknown_mark_is_no_proof(calendars: Calendars, properties: dict[str, dict[str, str]]) -> None:
    number = calendars.appointment(text="Verhandlung")
    filled = {scope: {key: value.format(number) for key, value in kept.items()} for scope, kept in properties.items()}
    calendars.event(soon(4), summary="Verhandlung", extendedProperties=filled)
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert CalendarQuestion.objects.get().number == number


def ours(number: int) -> dict[str, Any]:
    return {"private": {"advowareFrNr": str(number), "source": "bitbylaw", "kuerzel": "SB", "written": "x"}}


def test_marks_of_another_database_of_the_hub_with_numbers_of_its_own_overwrite_nothing(calendars: Calendars) -> None:
    """Advoware's numbers are others now: what each event says is right, what its mark says is wrong."""
    numbers = [calendars.appointment(soon(3 + n), text=f"Termin {n}") for n in range(3)]
    events = [
        calendars.event(soon(3 + n), summary=f"Termin {n}", extendedProperties=ours(numbers[(n + 1) % 3]))
        for n in range(3)
    ]
    before = calendars.world.mark()
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert [write for write in calendars.world.writes(before) if "events" in str(write)] == []
    assert CalendarQuestion.objects.count() == 3
    for number, event in zip(numbers, events, strict=True):
        assert answered(number, event)
    assert again(calendars).status == Status.IN_SYNC
    assert [calendars.link(number).event_id for number in numbers] == events
    assert summaries(calendars) == texts(calendars) == ["Termin 0", "Termin 1", "Termin 2"]


def test_our_own_marks_pair_what_was_edited_while_the_database_was_lost(calendars: Calendars) -> None:
    number = calendars.appointment(text="Verhandlung")
    event = calendars.event(soon(4), summary="Verhandlung", extendedProperties=ours(number))
    assert calendars.sync().status == Status.IN_SYNC
    assert (calendars.link(number).event_id, len(calendars.ids())) == (event, 1)


def test_a_new_calendar_that_was_filled_from_an_export_is_not_doubled(calendars: Calendars) -> None:
    """An export knows no marks."""
    numbers = [calendars.appointment(soon(3 + n), text=f"Termin {n}") for n in range(3)]
    calendars.sync()
    owner = calendars.google.calendar(calendars.calendar)["dataOwner"]
    calendars.google.remove_calendar(calendars.calendar)
    calendars.sync()
    calendars.google.create_calendar("AW-SB", owner=owner)
    events = [calendars.event(soon(3 + n), summary=f"Termin {n}") for n in range(2)]
    events.append(calendars.event(soon(6), summary="Termin 2"))
    tasks.close_task(Task.objects.get(kind="calendar_gone"), None, "ja")
    assert again(calendars).reason == Reason.TASK_OPEN
    assert [calendars.link(number).event_id for number in numbers[:2]] == events[:2]
    assert calendars.ids() == set(events)
    assert answered(numbers[2], events[2])
    assert again(calendars).status == Status.IN_SYNC
    assert [calendars.link(number).event_id for number in numbers] == events
    assert CalendarLink.objects.count() == 3


# Google was doubled before


@pytest.mark.parametrize("with_mark", [True, False])
def test_an_event_that_is_there_twice_is_not_created_in_advoware(calendars: Calendars, with_mark: bool) -> None:
    numbers = [calendars.appointment(soon(3 + n), text=f"Termin {n}") for n in range(7)]
    for n, number in enumerate(numbers):
        for _ in range(2):
            mark = {"extendedProperties": marked(number)} if with_mark else {}
            calendars.event(soon(3 + n), summary=f"Termin {n}", **mark)
    record = calendars.sync()
    assert (record.reason, calendars.tasks()) == (Reason.TASK_OPEN, ASKED)
    assert (len(calendars.appointments()), len(calendars.ids())) == (7, 14)
    row = CalendarQuestion.objects.order_by("number")[0]
    assert (row.number, row.candidates) == (numbers[0], [])
    shown = questions.shown([row], BERLIN)[0]
    assert questions.answer(row, "", shown.seen(""), None)
    again(calendars)
    assert len(calendars.appointments()) == 8
    assert questions.waiting().count() == 6


def test_hundreds_that_nearly_match(calendars: Calendars) -> None:
    for n in range(150):
        calendars.appointment(soon(3 + n), text=f"Termin {n}")
        calendars.event(soon(3 + n, "11:00"), summary=f"Termin {n}")
    assert calendars.sync().reason == Reason.TASK_OPEN
    assert CalendarQuestion.objects.count() == 150
    for row, shown in zip(rows := list(CalendarQuestion.objects.all()), questions.shown(rows, BERLIN), strict=True):
        (event,) = row.candidates
        assert questions.answer(row, event, shown.seen(event), None)
    assert again(calendars).status == Status.IN_SYNC
    assert (len(calendars.appointments()), len(calendars.ids())) == (150, 150)
