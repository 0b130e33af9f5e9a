"""`manage.py calendar`: what it finds in the sandbox's two systems, and what it takes away there."""

from __future__ import annotations

import re
from functools import partial
from typing import Any

import pytest

from syncapp.engine.outside import outages
from syncapp.engine.recovery import guards
from syncapp.engine.runs import claims, switches
from syncapp.flows.calendar.audit import Extra
from syncapp.flows.calendar.flow import CALENDAR_SYNC
from syncapp.flows.calendar.tidying import Remover
from syncapp.management.calendar_employees import number_of
from syncapp.models import CalendarEmployee, CalendarLink, JournalEntry, Record, StaffAction, Status, Urgency
from tests.calendars import Calendars
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(run: Any) -> Any:
    """Runs an action of this command."""
    return partial(run, "calendar")


@pytest.fixture
def calendars(world: World) -> Calendars:
    made = Calendars.ready(world)
    made.sync()
    return made


def twice(calendars: Calendars) -> str:
    """The same event again, with the mark of the appointment; its id."""
    (event,) = calendars.google.events(calendars.calendar)
    again = ("summary", "location", "description", "start", "end", "extendedProperties")
    body = {name: event[name] for name in again if name in event}
    return str(calendars.google.create_event(calendars.calendar, body)["id"])


# verify


def test_verify_says_that_all_is_well(calendars: Calendars, run: Any) -> None:
    calendars.appointment()
    calendars.sync()
    code, said = run("verify")
    assert code == 0
    assert re.search(r"SB +1 +0", said)
    assert "0 differences in 1 calendar." in said


def test_verify_tells_by_decision_what_a_run_would_do_and_changes_nothing(calendars: Calendars, run: Any) -> None:
    gone, edited = calendars.appointment(text="Geheimes"), calendars.appointment()
    calendars.sync()
    calendars.advoware.remove_appointment(gone)
    calendars.advoware.update_appointment(edited, {"text": "Sehr geheim"})
    calendars.event(summary="Neu und geheim", recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    before, rows = calendars.world.mark(), list(CalendarLink.objects.order_by("pk").values())
    code, said = run("verify", "sb")
    assert code == 1
    assert re.search(rf"SB +delete in Google +1 +{gone}", said)
    assert re.search(rf"SB +change in Google +1 +{edited}", said)
    assert "a person must change it" in said
    assert "3 differences in 1 calendar." in said
    assert "eheim" not in said
    assert calendars.world.writes(before) == []
    assert list(CalendarLink.objects.order_by("pk").values()) == rows


def test_verify_sees_what_google_has_told_nobody(calendars: Calendars, run: Any) -> None:
    number = calendars.appointment()
    calendars.sync()
    link = calendars.link(number)
    calendars.google.remove_event(calendars.calendar, link.event_id)
    token = CalendarEmployee.objects.get().sync_token
    calendars.google.events(calendars.calendar)
    code, said = run("verify")
    assert code == 1
    assert re.search(rf"delete in Advoware +1 +{number}", said)
    assert CalendarEmployee.objects.get().sync_token == token


def test_verify_goes_on_after_a_calendar_that_can_not_be_asked(calendars: Calendars, run: Any) -> None:
    with configured(ADVOWARE_PASSWORD="wrong"):
        code, said = run("verify")
    assert code == 4
    assert "wrong" not in said
    assert run("verify", "XX")[0] == 2


def test_a_calendar_that_is_gone_is_said(calendars: Calendars, run: Any) -> None:
    calendars.google.remove_calendar(calendars.calendar)
    code, said = run("verify")
    assert code == 1
    assert "gone in Google" in said


# show


def test_show_prints_both_sides_and_the_decision(calendars: Calendars, run: Any) -> None:
    number = calendars.appointment(text="Wendland ./. Oster", ort="Saal 3")
    calendars.sync()
    link = calendars.link(number)
    calendars.google.update_event(calendars.calendar, link.event_id, {"location": "Saal 4"})
    before = calendars.world.mark()
    for what in (str(number), link.event_id):
        code, said = run("show", what)
        assert code == 0
        assert re.search(r"place +Saal 3 +Saal 3 +Saal 3 +Saal 4", said)
        assert "change in Advoware" in said
    assert calendars.world.writes(before) == []


def test_show_finds_what_the_hub_does_not_know_yet(calendars: Calendars, run: Any) -> None:
    number, event = calendars.appointment(text="Neu hier"), calendars.event(summary="Neu dort")
    code, said = run("show", str(number))
    assert (code, "Neu hier" in said, "insert into Google" in said) == (0, True, True)
    code, said = run("show", event)
    assert (code, "Neu dort" in said, "create in Advoware" in said) == (0, True, True)
    assert CalendarLink.objects.count() == 0
    for what in ("999999", "nothing"):
        code, said = run("show", what)
        assert (code, "Neither" in said) == (1, True)


def test_show_of_an_empty_variable_shows_nobodys_appointments(calendars: Calendars, run: Any) -> None:
    """What is not in Google yet has no event: all of these were meant by no id at all."""
    calendars.appointment(text="Geheim")
    calendars.sync()
    CalendarLink.objects.update(event_id="")
    for what in ("", "  "):
        code, said = run("show", what)
        assert (code, "Geheim" in said) == (2, False)


@pytest.mark.parametrize(("what", "number"), [("7", 7), ("-7", -7), ("--7", None), ("-", None), ("7" * 30, None)])
def test_a_number_of_advoware_is_one(what: str, number: int | None) -> None:
    assert number_of(what) == number


# duplicates


def test_events_that_are_there_twice_are_taken_away(calendars: Calendars, run: Any) -> None:
    number = calendars.appointment(text="Güteverhandlung")
    calendars.sync()
    kept, extra = calendars.link(number).event_id, twice(calendars)
    before = calendars.world.mark()
    for options in ([], ["--remove", "--dry-run"]):
        code, said = run("duplicates", *options)
        assert code == 1
        assert re.search(rf"SB +{extra} +- +bears the mark of the same appointment +{kept} +removable", said)
    assert calendars.world.writes(before) == []
    code, said = run("duplicates", "--remove", "--yes")
    assert (code, "1 of 1 taken away" in said) == (0, True)
    assert calendars.ids() == {kept}
    entry = JournalEntry.objects.latest("pk")
    assert (entry.action, entry.target_id, entry.state) == ("delete_event", extra, "done")
    assert (StaffAction.objects.latest("pk").action, StaffAction.objects.latest("pk").count) == ("remove_event", 1)
    calendars.world.drive()
    assert set(calendars.appointments()) == {number}
    assert run("duplicates")[0] == 0


def test_what_an_appointment_hangs_on_is_for_a_person(calendars: Calendars, run: Any) -> None:
    for _ in range(2):
        calendars.appointment(text="Zweimal in Advoware")
    calendars.sync()
    code, said = run("duplicates", "--remove", "--yes")
    assert (code, len(calendars.ids())) == (1, 2)
    assert "for a person" in said
    assert "Zweimal" not in said


def test_what_somebody_changed_meanwhile_stays(calendars: Calendars, run: Any, monkeypatch: Any) -> None:
    calendars.appointment()
    calendars.sync()
    extra = twice(calendars)

    def change(_words: str) -> str:
        calendars.google.update_event(calendars.calendar, extra, {"summary": "doch wichtig"})
        return "yes"

    monkeypatch.setattr("builtins.input", change)
    code, said = run("duplicates", "--remove")
    assert (code, "somebody has changed it" in said) == (1, True)
    assert extra in calendars.ids()


@pytest.mark.parametrize("answer", ["no", None])
def test_nothing_is_taken_away_without_a_yes(calendars: Calendars, run: Any, monkeypatch: Any, answer: Any) -> None:
    calendars.appointment()
    calendars.sync()
    twice(calendars)

    def say(_words: str) -> str:
        if answer is None:
            raise EOFError
        return str(answer)

    monkeypatch.setattr("builtins.input", say)
    assert run("duplicates", "--remove")[0] == 1
    assert len(calendars.ids()) == 2


def test_a_run_is_never_disturbed(calendars: Calendars, run: Any) -> None:
    calendars.appointment()
    calendars.sync()
    twice(calendars)
    running = claims.borrow(calendars.record().pk)
    assert running is not None
    code, said = run("duplicates", "--remove", "--yes")
    assert (code, "a run is busy" in said, len(calendars.ids())) == (1, True, 2)
    assert guards.release(running.record.lock_key, str(running.token))
    with configured(OBSERVE_ONLY=True):
        assert run("duplicates", "--remove", "--yes")[0] == 1
    assert run("duplicates", "--dry-run")[0] == 2


def test_nothing_is_taken_away_while_the_step_or_google_is_held_back(calendars: Calendars, run: Any) -> None:
    calendars.appointment()
    calendars.sync()
    twice(calendars)
    for hold in (switches.set_observing, switches.set_paused):
        hold(CALENDAR_SYNC, True)
        assert run("duplicates", "--remove", "--yes")[0] == 1
        hold(CALENDAR_SYNC, False)
    outages.set_paused("google", True)
    assert run("duplicates", "--remove", "--yes")[0] == 1
    assert len(calendars.ids()) == 2
    outages.set_paused("google", False)
    assert run("duplicates", "--remove", "--yes")[0] == 0
    assert len(calendars.ids()) == 1


# orphans


def test_a_calendar_that_is_taken_from_the_command_is_left_at_once(
    calendars: Calendars, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = [calendars.appointment(), calendars.appointment()]
    calendars.sync()
    CalendarLink.objects.all().delete()
    for number in numbers:
        calendars.advoware.remove_appointment(number)
    remove = Remover.remove

    def then_lose_it(self: Remover, extra: Extra) -> bool:
        done = remove(self, extra)
        (held,) = guards.held()[0]
        assert guards.release(held.key, held.token)
        return done

    monkeypatch.setattr(Remover, "remove", then_lose_it)
    code, said = run("orphans", "--remove", "--yes")
    assert (code, "stopped" in said, "1 of 2 taken away" in said) == (1, True, True)
    assert len(calendars.ids()) == 1
    calendars.world.drive()
    assert calendars.record().status == Status.IN_SYNC


def test_events_without_an_appointment_are_taken_away(calendars: Calendars, run: Any) -> None:
    number, stays = calendars.appointment(), calendars.appointment(text="Bleibt")
    calendars.sync()
    orphan = calendars.link(number).event_id
    # The hub's memory of it is lost, and its appointment is deleted: nobody knows any more what a person wanted.
    calendars.link(number).delete()
    CalendarEmployee.objects.update(sync_token="")
    calendars.advoware.remove_appointment(number)
    calendars.event(summary="von Hand")
    code, said = run("orphans")
    assert code == 1
    assert re.search(rf"SB +{orphan} +{number} +its appointment is not in Advoware", said)
    assert "1 finding" in said
    code, said = run("orphans", "--remove", "--yes")
    assert (code, orphan in calendars.ids(), len(calendars.ids())) == (0, False, 2)
    assert stays in calendars.appointments()


def test_links_that_neither_side_has_are_taken_away(calendars: Calendars, run: Any) -> None:
    number = calendars.appointment()
    calendars.sync()
    calendars.google.remove_event(calendars.calendar, calendars.link(number).event_id)
    calendars.advoware.remove_appointment(number)
    code, said = run("orphans")
    assert (code, "gone on both sides" in said, CalendarLink.objects.count()) == (1, True, 1)
    assert run("orphans", "--remove", "--yes")[0] == 0
    assert CalendarLink.objects.count() == 0


# resync


def test_resync_leaves_requests(calendars: Calendars, run: Any) -> None:
    number = calendars.appointment()
    calendars.sync()
    for what in ("SB", "sb", str(number), "ALL"):
        Record.objects.update(status=Status.IN_SYNC, due_at=None, urgency=Urgency.SCAN)
        code, said = run("resync", what, "--dry-run")
        assert (code, "SB" in said, calendars.record().status) == (0, True, Status.IN_SYNC)
        assert run("resync", what)[0] == 0
        assert (calendars.record().status, calendars.record().urgency) == (Status.WAITING, Urgency.STAFF)
        calendars.world.drive()
    assert run("resync", "999999")[0] == run("resync", "XX")[0] == 2
    assert StaffAction.objects.latest("pk").action == "sync_calendar"


def test_a_full_resync_has_everything_told_anew(calendars: Calendars, run: Any) -> None:
    calendars.appointment()
    calendars.sync()
    run("resync", "SB", "--full")
    assert CalendarEmployee.objects.get().sync_token == ""
    before = calendars.world.mark()
    calendars.world.drive()
    assert calendars.world.writes(before) == []
    assert CalendarEmployee.objects.get().sync_token != ""
    CalendarEmployee.objects.update(enabled=False)
    assert "switched off" in run("resync", "SB")[1]


def test_without_google_it_says_so(world: World, run: Any) -> None:
    with configured(GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON=""):
        assert run("verify")[0] == 4
