"""Google tells the hub of changes through channels: opened, renewed, stopped, and believed only with their token."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date

from syncapp.events import dispatch, running
from syncapp.flows.calendar import push
from syncapp.flows.calendar.flow import CALENDAR_PUSH, CALENDAR_SYNC
from syncapp.models import CalendarEmployee, JournalEntry, PushChannel, Reason, Record, Status, Urgency
from tests.calendars import SB, Calendars
from tests.world import World, configured

pytestmark = pytest.mark.django_db
DOOR = "/google/calendar/push"
HUB = "https://hub.example.org"
TOKEN = "a-token-of-the-hub"
KEY = "hub-" + "0" * 32


@pytest.fixture
def calendars(world: World) -> Iterator[Calendars]:
    """An employee whose calendar is made; the hub has a public address, at which nobody listens."""
    made = Calendars.ready(world)
    world.sandbox.settings(google_push_seconds=600)
    with configured(CALENDAR_PUSH_URL=HUB):
        yield made


@pytest.fixture
def channel(calendars: Calendars) -> PushChannel:
    """One that a test can speak through."""
    now = timezone.now()
    Record.objects.filter(step=CALENDAR_SYNC).update(changed_at=now - timedelta(minutes=1))
    return PushChannel.objects.create(
        id=KEY,
        employee_id=SB,
        calendar_id=CalendarEmployee.objects.get(pk=SB).calendar_id,
        address=f"{HUB}{DOOR}",
        resource_id="res-1",
        token_digest=PushChannel.digest_of(TOKEN),
        created_at=now,
        expires_at=now + timedelta(days=7),
    )


def tell(**changes: str | None) -> Any:
    given: dict[str, str | None] = {
        "Channel-ID": KEY,
        "Channel-Token": TOKEN,
        "Resource-ID": "res-1",
        "Resource-State": "exists",
        "Message-Number": "7",
    }
    given |= {name.replace("_", "-"): value for name, value in changes.items()}
    headers = {f"X-Goog-{name}": value for name, value in given.items() if value is not None}
    return Client(enforce_csrf_checks=True).post(DOOR, b"", "application/octet-stream", headers=headers)


def requested() -> int:
    return Record.objects.filter(step=CALENDAR_SYNC, status=Status.WAITING).count()


def open_at_google(calendars: Calendars) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in calendars.world.sandbox.state("google")["channels"]}


def tend(calendars: Calendars) -> None:
    """What the schedule does, and the workers after it."""
    push.ask_where_needed()
    calendars.world.drive()


# The channels


def test_the_calendar_that_is_made_gets_a_channel(world: World) -> None:
    world.sandbox.settings(google_push_seconds=600)
    with configured(CALENDAR_PUSH_URL=HUB):
        calendars = Calendars.ready(world)
    row = PushChannel.objects.get()
    (there,) = open_at_google(calendars).values()
    assert (there["id"], there["resourceId"], there["address"]) == (row.pk, row.resource_id, f"{HUB}{DOOR}")
    assert there["calendar"] == CalendarEmployee.objects.get().calendar_id
    assert timedelta(days=6.9) < row.expires_at - timezone.now() <= timedelta(days=7)
    assert there["token"] not in str(PushChannel.objects.values().get())
    assert PushChannel.digest_of(there["token"]) == row.token_digest
    entry = JournalEntry.objects.get(action="open_channel")
    assert there["token"] not in str(JournalEntry.objects.values().get(pk=entry.pk))


def test_the_schedule_opens_one_and_then_nothing_more(calendars: Calendars) -> None:
    assert open_at_google(calendars) == {}
    tend(calendars)
    first = open_at_google(calendars)
    assert len(first) == 1
    before = calendars.world.mark()
    tend(calendars)
    assert open_at_google(calendars) == first
    assert calendars.world.sandbox.calls(since=before) == []


def test_without_a_public_address_there_is_none(calendars: Calendars) -> None:
    with configured(CALENDAR_PUSH_URL=""):
        tend(calendars)
    assert (open_at_google(calendars), Record.objects.filter(step=CALENDAR_PUSH).count()) == ({}, 0)


@pytest.mark.parametrize("change", [{"enabled": False}, {"calendar_id": ""}])
def test_who_has_no_calendar_in_sync_gets_none(change: dict[str, Any], calendars: Calendars) -> None:
    CalendarEmployee.objects.update(**change)
    tend(calendars)
    assert open_at_google(calendars) == {}


def test_the_next_one_is_opened_before_the_old_one_ends(calendars: Calendars) -> None:
    tend(calendars)
    (old,) = open_at_google(calendars)
    PushChannel.objects.update(
        created_at=timezone.now() - timedelta(days=6.5), expires_at=timezone.now() + timedelta(hours=12)
    )
    before = calendars.world.mark()
    tend(calendars)
    (new,) = open_at_google(calendars)
    assert new != old
    assert list(PushChannel.objects.values_list("pk", flat=True)) == [new]
    writes = [call["route"].rpartition("/")[2] for call in calendars.world.writes(since=before)]
    assert writes == ["watch", "stop"]


def test_google_may_give_less_time(calendars: Calendars) -> None:
    calendars.world.sandbox.settings(google_channel_seconds=7200)
    tend(calendars)
    assert PushChannel.objects.get().expires_at - timezone.now() <= timedelta(hours=2)
    push.ask_where_needed()
    assert not Record.objects.filter(step=CALENDAR_PUSH, status=Status.WAITING).exists()


def test_one_that_has_ended_is_forgotten_and_replaced(calendars: Calendars) -> None:
    tend(calendars)
    calendars.google.expire_channels()
    PushChannel.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    tend(calendars)
    assert set(open_at_google(calendars)) == set(PushChannel.objects.values_list("pk", flat=True))
    assert PushChannel.objects.count() == 1


@pytest.mark.parametrize("url", ["", "https://new.example.org"])
def test_another_address_or_none(url: str, calendars: Calendars) -> None:
    tend(calendars)
    with configured(CALENDAR_PUSH_URL=url):
        tend(calendars)
        tend(calendars)
    addresses = [row["address"] for row in open_at_google(calendars).values()]
    assert addresses == ([f"{url}{DOOR}"] if url else [])
    assert PushChannel.objects.count() == len(addresses)


def test_a_calendar_that_is_switched_off_is_not_told_of(calendars: Calendars) -> None:
    tend(calendars)
    CalendarEmployee.objects.update(enabled=False)
    tend(calendars)
    assert (open_at_google(calendars), PushChannel.objects.count()) == ({}, 0)


def test_an_employee_who_is_not_among_those_that_are_synced(calendars: Calendars) -> None:
    tend(calendars)
    with configured(CALENDAR_SYNC_DEBUG_KUERZEL=("AP",)):
        tend(calendars)
    assert open_at_google(calendars) == {}


def test_what_is_stopped_already_is_stopped(calendars: Calendars) -> None:
    tend(calendars)
    calendars.google.expire_channels()
    with configured(CALENDAR_PUSH_URL=""):
        tend(calendars)
    assert PushChannel.objects.count() == 0
    assert Record.objects.get(step=CALENDAR_PUSH).status == Status.IN_SYNC


# What goes wrong


def fault(calendars: Calendars, kind: str, operation: str, **more: Any) -> None:
    calendars.world.sandbox.add_fault(kind, system="google", path=operation, times=1, **more)


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_a_lost_answer_leaves_one_channel(kind: str, calendars: Calendars) -> None:
    fault(calendars, kind, "watch")
    tend(calendars)
    tend(calendars)
    assert Record.objects.get(step=CALENDAR_PUSH).status == Status.IN_SYNC
    assert len(open_at_google(calendars)) == 1
    assert set(open_at_google(calendars)) == set(PushChannel.objects.values_list("pk", flat=True))


def test_a_first_message_tells_what_the_lost_answer_would_have(calendars: Calendars) -> None:
    fault(calendars, "cut_after", "watch")
    push.ask_where_needed()
    record = Record.objects.get(step=CALENDAR_PUSH)
    running.run_now(record.pk, record.step, even_early=True)
    row, (there,) = PushChannel.objects.get(), open_at_google(calendars).values()
    assert row.resource_id == ""
    ends = timezone.now() + timedelta(days=3)
    answer = tell(
        Channel_ID=row.pk,
        Channel_Token=there["token"],
        Resource_ID=there["resourceId"],
        Resource_State="sync",
        Channel_Expiration=http_date(ends.timestamp()),
    )
    row.refresh_from_db()
    assert (answer.status_code, row.resource_id) == (204, there["resourceId"])
    assert abs(row.expires_at - ends) < timedelta(seconds=2)
    calendars.world.drive()
    assert list(open_at_google(calendars)) == [row.pk]


def test_a_refusal_is_seen_once_and_leaves_no_row(calendars: Calendars) -> None:
    with configured(CALENDAR_PUSH_URL="http://hub.example.org"):
        tend(calendars)
        record = Record.objects.get(step=CALENDAR_PUSH)
        assert (record.status, record.reason, PushChannel.objects.count()) == (Status.FAILED, Reason.REJECTED, 0)
        before = calendars.world.mark()
        tend(calendars)
        assert calendars.world.sandbox.calls(since=before) == []


def test_observing_opens_nothing(calendars: Calendars) -> None:
    with configured(OBSERVE_ONLY=True):
        push.ask_where_needed()
        record = Record.objects.get(step=CALENDAR_PUSH)
        running.run_now(record.pk, record.step, even_early=True)
        record.refresh_from_db()
        assert record.reason == Reason.OBSERVED
    assert (open_at_google(calendars), PushChannel.objects.count()) == ({}, 0)


# The door


@pytest.mark.parametrize("state", ["sync", "exists", "not_exists"])
def test_a_message_leaves_a_request(state: str, channel: PushChannel) -> None:
    answer = tell(Resource_State=state)
    assert (answer.status_code, answer.content) == (204, b"")
    record = Record.objects.get(step=CALENDAR_SYNC)
    assert (record.status, record.urgency, record.entity_id) == (Status.WAITING, Urgency.EVENT, SB)
    assert record.trace_id == answer.headers["X-Request-ID"]


@pytest.mark.parametrize(
    "change",
    [
        {"Channel_ID": "hub-" + "1" * 32},
        {"Channel_ID": "somebody"},
        {"Channel_ID": "hub-" + "0" * 500},
        {"Channel_ID": None},
        {"Channel_Token": "another"},
        {"Channel_Token": ""},
        {"Channel_Token": TOKEN + "x"},
        {"Channel_Token": "x" * 5000},
        {"Channel_Token": None},
        {"Channel_Token": "ä" * 20},
        {"Resource_ID": "res-2"},
        {"Resource_ID": None},
        {"Resource_State": "anything"},
        {"Resource_State": None},
    ],
)
def test_strangers_learn_nothing_and_leave_nothing(change: dict[str, str | None], channel: PushChannel) -> None:
    before = Record.objects.values_list("requested", flat=True).get(step=CALENDAR_SYNC)
    answer = tell(**change)
    assert (answer.status_code, answer.content) == (404, b"")
    assert Record.objects.values_list("requested", flat=True).get(step=CALENDAR_SYNC) == before
    assert set(answer.headers) == set(tell(Channel_ID="somebody").headers)


def test_a_channel_that_has_ended_is_a_stranger(channel: PushChannel) -> None:
    PushChannel.objects.update(expires_at=timezone.now())
    assert (tell().status_code, requested()) == (404, 0)


def test_no_session_no_cookie_and_only_post(channel: PushChannel) -> None:
    assert tell().cookies == {}
    assert Client().get(DOOR).status_code == 405


def test_a_calendar_that_is_switched_off_gets_no_request(channel: PushChannel) -> None:
    CalendarEmployee.objects.update(enabled=False)
    assert (tell().status_code, requested()) == (204, 0)


def test_google_comes_again_when_nothing_could_be_stored(channel: PushChannel) -> None:
    with mock.patch.object(dispatch, "emit", side_effect=DatabaseError):
        answer = tell()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


def test_a_storm_costs_one_run(channel: PushChannel, calendars: Calendars) -> None:
    calendars.event(summary="Ortstermin")
    for number in range(50):
        assert tell(Message_Number=str(number)).status_code == 204
    assert calendars.world.drive() == 1
    assert [row["text"] for row in calendars.appointments().values()] == ["Ortstermin"]


# Both together


def until(reached: Callable[[], object]) -> None:
    end = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < end
        time.sleep(0.02)


def heard(calendars: Calendars, state: str) -> bool:
    return any(row["state"] == state and row["status"] == 204 for row in calendars.google.pushes())


@pytest.mark.django_db(transaction=True)
def test_a_change_in_google_arrives_without_the_schedule(live_server: Any, world: World) -> None:
    world.sandbox.settings(google_push_http=True)
    with configured(CALENDAR_PUSH_URL=live_server.url):
        calendars = Calendars.ready(world)
        until(lambda: heard(calendars, "sync"))
        world.drive()
        calendars.event(summary="Mittagessen")
        until(lambda: heard(calendars, "exists"))
        assert requested() == 1
        world.drive()
        assert [row["text"] for row in calendars.appointments().values()] == ["Mittagessen"]


@pytest.mark.django_db(transaction=True)
def test_channels_of_a_lost_database_bother_nobody(live_server: Any, world: World) -> None:
    world.sandbox.settings(google_push_http=True)
    with configured(CALENDAR_PUSH_URL=live_server.url):
        calendars = Calendars.ready(world)
        until(lambda: heard(calendars, "sync"))
        PushChannel.objects.all().delete()
        tend(calendars)
        until(lambda: len([row for row in calendars.google.pushes() if row["state"] == "sync"]) == 2)
        world.drive()
        calendars.event(summary="Mittagessen")
        until(lambda: {row["status"] for row in calendars.google.pushes() if row["state"] == "exists"} == {204, 404})
        world.drive()
        assert [row["text"] for row in calendars.appointments().values()] == ["Mittagessen"]


def test_who_guesses_is_braked_and_google_never(channel: PushChannel) -> None:
    wrong = [tell(Channel_Token="guessed").status_code for _ in range(40)]
    assert wrong == [404] * 30 + [429] * 10
    assert (tell().status_code, requested()) == (204, 1), "what is right comes in from the braked address too"
    assert {tell(Channel_ID=f"hub-{'1' * 32}").status_code for _ in range(40)} == {404}, "of a database that was lost"
