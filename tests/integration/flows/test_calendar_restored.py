"""What was deleted on one side, carried over, and restored by somebody: it comes back on both sides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone

from syncapp.engine.recovery.sweep import sweep
from syncapp.flows.calendar import writing_google
from syncapp.models import CalendarEmployee, CalendarLink, CalendarTombstone, JournalEntry, LinkState, Record, Status
from syncapp.upkeep.pruning import prune
from tests.calendars import Calendars, google_times, run_once, soon
from tests.integration.flows.test_agreement import dying
from tests.world import configured

pytestmark = pytest.mark.django_db
WEEKLY = {"dauertermin": 1, "turnus": 2, "turnusArt": 2, "datumBis": "2037-12-31"}
DAYS = {"abwesenheit": 1, "uhrzeitVon": None, "uhrzeitBis": None}
KINDS: dict[str, dict[str, Any]] = {
    "timed": {"ort": "Saal 3", "notiz": "x" * 300, "privat": 1},
    "series": WEEKLY,
    "whole days": DAYS,
}


def deleted(calendars: Calendars, side: str, number: int) -> str:
    """On one side, and carried over; the event's id."""
    event = calendars.link(number).event_id
    if side == "google":
        calendars.google.remove_event(calendars.calendar, event)
    else:
        calendars.advoware.remove_appointment(number)
    assert calendars.sync().status == Status.IN_SYNC
    assert (calendars.appointments(), calendars.ids()) == ({}, set())
    assert not CalendarLink.objects.exists()
    return event


def restored(calendars: Calendars, event: str) -> None:
    """Out of Google's bin."""
    calendars.google.update_event(calendars.calendar, event, {"status": "confirmed"})


def both(calendars: Calendars) -> dict[str, Any]:
    """The one appointment, which both sides have and agree on, and nothing is left to do."""
    assert calendars.sync().status == Status.IN_SYNC
    before = calendars.world.mark()
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.world.writes(before) == []
    ((number, row),) = calendars.appointments().items()
    (event,) = calendars.google.events(calendars.calendar)
    link = calendars.link(number)
    assert (link.state, link.event_id) == (LinkState.AGREED, event["id"])
    assert event["extendedProperties"]["private"]["advowareFrNr"] == str(number)
    return row


@pytest.mark.parametrize("side", ["google", "advoware"])
@pytest.mark.parametrize("kind", KINDS)
def test_restored_in_google(calendars: Calendars, kind: str, side: str) -> None:
    number = calendars.appointment(text="Verhandlung", **KINDS[kind])
    calendars.sync()
    before = calendars.appointments()[number]
    event = deleted(calendars, side, number)
    restored(calendars, event)
    row = both(calendars)
    assert row["anwalt"] == "SB"  # what is made in an employee's calendar is nobody else's
    changing = ("frNr", "geaendertAm", "anwalt")
    assert {n: v for n, v in row.items() if n not in changing} == {n: v for n, v in before.items() if n not in changing}


@pytest.mark.parametrize("side", ["google", "advoware"])
@pytest.mark.parametrize("entered", ["google", "advoware"])
def test_restored_in_advoware(calendars: Calendars, entered: str, side: str) -> None:
    """With what Google alone holds."""
    if entered == "google":
        calendars.event(colorId="7", attendees=[{"email": "zeuge@x.example"}], description="<b>Frist</b>")
    else:
        calendars.appointment()
    calendars.sync()
    (number,) = calendars.appointments()
    (before,) = calendars.google.events(calendars.calendar)
    deleted(calendars, side, number)
    calendars.advoware.restore_appointment(number)
    both(calendars)
    (after,) = calendars.google.events(calendars.calendar)
    names = ("id", "summary", "start", "end", "colorId", "attendees", "description")
    assert {name: after.get(name) for name in names} == {name: before.get(name) for name in names}


@pytest.mark.parametrize("side", ["google", "advoware"])
@pytest.mark.parametrize(
    "limits", [{"longest_text": 255}, {"latin1_only": True}, {"longest_text": 255, "latin1_only": True}]
)
def test_what_advoware_keeps_less_of_when_it_is_made_anew_stays_whole_in_google(
    calendars: Calendars, limits: dict[str, Any], side: str
) -> None:
    """People can enter more there than the API takes."""
    note = "Zeuge – 300 € " + "x" * 300
    number = calendars.appointment(text="Verhandlung – 3", notiz=note)
    calendars.sync()
    event = deleted(calendars, side, number)
    calendars.world.sandbox.settings(**{f"advoware_{name}": value for name, value in limits.items()})
    restored(calendars, event)
    row = both(calendars)
    assert row["notiz"] != note
    (shown,) = calendars.google.events(calendars.calendar)
    assert (shown["summary"], shown["description"]) == ("Verhandlung – 3", note)


def test_an_edit_that_beats_a_deletion_costs_nothing_that_advoware_keeps_less_of(calendars: Calendars) -> None:
    note = "Zeuge – 300 € " + "x" * 300
    number = calendars.appointment(text="Verhandlung", notiz=note)
    calendars.sync()
    calendars.world.sandbox.settings(advoware_longest_text=255, advoware_latin1_only=True)
    calendars.advoware.remove_appointment(number)
    calendars.google.update_event(calendars.calendar, calendars.link(number).event_id, {"location": "Saal 3"})
    assert both(calendars)["ort"] == "Saal 3"
    (shown,) = calendars.google.events(calendars.calendar)
    assert (shown["location"], shown["description"]) == ("Saal 3", note)


@pytest.mark.parametrize("side", ["google", "advoware"])
@pytest.mark.parametrize("named", [{"anwalt": "XY"}, {"sb": "XY", "anwalt": "SB"}])
def test_it_is_again_of_everybody_it_was_of(calendars: Calendars, side: str, named: dict[str, Any]) -> None:
    number = calendars.appointment(**named)
    calendars.sync()
    before = calendars.world.sandbox.state("advoware")["appointments"]
    restored(calendars, deleted(calendars, side, number))
    assert calendars.sync().status == Status.IN_SYNC
    after = calendars.world.sandbox.state("advoware")["appointments"]
    assert [(row["sb"], row["anwalt"]) for row in after] == [(row["sb"], row["anwalt"]) for row in before]


def test_what_an_edit_brings_back_is_again_of_everybody_it_was_of(calendars: Calendars) -> None:
    number = calendars.appointment(anwalt="XY")
    calendars.sync()
    calendars.advoware.remove_appointment(number)
    calendars.google.update_event(calendars.calendar, calendars.link(number).event_id, {"summary": "bleibt"})
    assert both(calendars)["anwalt"] == "XY"


@pytest.mark.parametrize("days", [-40, -400])
@pytest.mark.parametrize("lost", ["", "cut_after", "garbage"])
def test_what_is_over_comes_back_too(calendars: Calendars, days: int, lost: str) -> None:
    """Though no list of the window shows it; a creation that was not answered is found, and not made again."""
    with configured(CALENDAR_DAYS_BACK=500):
        number = calendars.appointment(soon(days), anwalt="XY")
        calendars.sync()
        event = deleted(calendars, "google", number)
    restored(calendars, event)
    if lost:
        rule = {"system": "advoware", "path": "Termine"}
        calendars.world.sandbox.add_fault(lost, **rule, method="POST")
        calendars.world.sandbox.add_fault("status", **rule, method="GET", status=500, after=1, times=6)
        calendars.sync()
        calendars.world.sandbox.clear_faults()
    row = both(calendars)
    assert (row["datum"][:10], row["sb"], row["anwalt"]) == (f"{soon(days):%Y-%m-%d}", "SB", "XY")


def test_what_is_over_and_was_edited_comes_back_too(calendars: Calendars) -> None:
    with configured(CALENDAR_DAYS_BACK=500):
        number = calendars.appointment(soon(-400))
        calendars.sync()
    calendars.advoware.remove_appointment(number)
    calendars.google.update_event(calendars.calendar, calendars.link(number).event_id, {"summary": "bleibt"})
    assert both(calendars)["text"] == "bleibt"


def test_restored_on_both_sides(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    event = deleted(calendars, "google", number)
    restored(calendars, event)
    calendars.advoware.restore_appointment(number)
    calendars.advoware.update_appointment(number, {"ort": "Saal 9"})
    assert both(calendars)["ort"] == "Saal 9"


def test_restored_and_moved_at_once(calendars: Calendars) -> None:
    number = calendars.appointment(notiz="Vollmacht")
    calendars.sync()
    event = deleted(calendars, "google", number)
    restored(calendars, event)
    calendars.google.update_event(calendars.calendar, event, google_times(soon(5, "19:00")))
    row = both(calendars)
    assert (row["uhrzeitVon"], row["notiz"]) == ("19:00:00", "Vollmacht")


def test_deleted_again_and_restored_again(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    for side in ("google", "advoware", "google"):
        event = deleted(calendars, side, number)
        restored(calendars, event)
        both(calendars)
        (number,) = calendars.appointments()


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "garbage"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_lost_answer_while_it_comes_back_makes_nothing_twice(calendars: Calendars, kind: str, method: str) -> None:
    number = calendars.appointment()
    calendars.sync()
    event = deleted(calendars, "google", number)
    restored(calendars, event)
    path = "Termine" if method == "POST" else "/events"
    calendars.world.sandbox.add_fault(kind, method=method, path=path, times=6)
    calendars.sync()
    calendars.world.sandbox.clear_faults()
    both(calendars)


def test_what_belongs_to_somebody_else_now_does_not_come_back(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    event = calendars.link(number).event_id
    calendars.advoware.update_appointment(number, {"sb": "XY"})
    calendars.sync()
    restored(calendars, event)
    assert calendars.sync().status == Status.IN_SYNC
    assert calendars.ids() == set()
    assert len(calendars.world.sandbox.state("advoware")["appointments"]) == 1


def test_a_calendar_without_contents_gives_back_what_it_never_showed(calendars: Calendars) -> None:
    number = calendars.appointment(text="Wendland ./. Oster", notiz="geheim")
    calendars.sync()
    CalendarEmployee.objects.update(full_content=False)
    calendars.sync()
    event = deleted(calendars, "google", number)
    restored(calendars, event)
    row = both(calendars)
    assert (row["text"], row["notiz"]) == ("Wendland ./. Oster", "geheim")
    assert set(calendars.events()) == {"blocked"}


def test_it_is_no_orphan_before_it_is_back(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    event = deleted(calendars, "google", number)
    restored(calendars, event)
    call_command("calendar", "orphans", "--remove", "--yes")
    assert calendars.ids() == {event}
    both(calendars)


def test_what_was_deleted_is_forgotten_after_a_while(calendars: Calendars) -> None:
    number = calendars.appointment()
    calendars.sync()
    deleted(calendars, "google", number)
    prune()
    assert CalendarTombstone.objects.count() == 1
    CalendarTombstone.objects.update(deleted_at=timezone.now() - timedelta(days=181))
    prune()
    assert not CalendarTombstone.objects.exists()


# Half-way


def killed(calendars: Calendars, calls: int, *, answered: bool) -> None:
    """The run dies at its n-th outside call, and is found dead."""
    with dying(calls, answered):
        run_once(calendars)
    Record.objects.filter(status=Status.RUNNING).update(leased_until=timezone.now() - timedelta(minutes=1))
    sweep()


@pytest.mark.parametrize("expired", [False, True])
@pytest.mark.parametrize("stubs", ["id", "whole"])
def test_deleted_in_google_before_the_hub_saw_that_it_had_made_it(
    calendars: Calendars, stubs: str, expired: bool
) -> None:
    calendars.world.sandbox.settings(google_cancelled_stubs=stubs)
    calendars.sync()
    calendars.appointment(text="Verhandlung")
    killed(calendars, 2, answered=True)
    (event,) = calendars.ids()
    calendars.google.remove_event(calendars.calendar, event)
    if expired:
        calendars.google.expire_sync_tokens()
    assert calendars.sync().status == Status.IN_SYNC
    assert (calendars.appointments(), calendars.ids()) == ({}, set())


@pytest.mark.parametrize("expired", [False, True])
@pytest.mark.parametrize("remembered", [True, False])
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("calls", [2, 3, 4])
def test_restored_in_advoware_it_is_not_deleted_by_a_run_that_dies(
    calendars: Calendars,
    calls: int,
    answered: bool,
    remembered: bool,
    expired: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What lies in Google's bin was put there long before, by whomever."""
    monkeypatch.setattr(writing_google, "CLOCKS_DIFFER", timedelta(0))  # long before: milliseconds
    number = calendars.appointment(text="Verhandlung")
    calendars.sync()
    deleted(calendars, "google", number)
    if not remembered:
        CalendarTombstone.objects.all().delete()
        JournalEntry.objects.all().delete()
    calendars.advoware.restore_appointment(number)
    killed(calendars, calls, answered=answered)
    if expired:
        calendars.google.expire_sync_tokens()
    assert both(calendars)["text"] == "Verhandlung"


@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("calls", [1, 2, 3, 4])
def test_a_run_that_dies_costs_nothing_that_advoware_keeps_less_of(
    calendars: Calendars, calls: int, answered: bool
) -> None:
    note = "Zeuge – 300 € " + "x" * 300
    number = calendars.appointment(text="Verhandlung", notiz=note)
    calendars.sync()
    event = deleted(calendars, "google", number)
    calendars.world.sandbox.settings(advoware_longest_text=255, advoware_latin1_only=True)
    restored(calendars, event)
    killed(calendars, calls, answered=answered)
    both(calendars)
    (shown,) = calendars.google.events(calendars.calendar)
    assert shown["description"] == note
