"""The client of Google Calendar against the sandbox: real HTTP, versions, tokens, batches, limits and faults."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches
from django.core.management import call_command

from sandbox.running import Running, SandboxThread
from syncapp.clients.advoware import Appointment
from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    Duplicate,
    NotEnabled,
    NotFound,
    Outdated,
    RateLimited,
    Unauthorized,
)
from syncapp.clients.google import BATCH_LIMIT, EventWrite, GoogleClient, GoogleEvent, Kind, SyncTokenExpired
from syncapp.engine.outside import connections, outages, tokens
from syncapp.models import System, SystemState
from tests.installation import ROOT, Installation
from tests.world import configured, sandbox_settings

pytestmark = pytest.mark.django_db

PING = "import django; django.setup()\nfrom syncapp.engine.outside import connections\nconnections.ping('google')"
BERLIN = "Europe/Berlin"


def rows(google: GoogleClient, resource: str, method: str, **asked: Any) -> list[dict[str, Any]]:
    """What the hub itself has no need to read."""
    answer: Any = google.read(google.api.build(resource, method, **asked))
    return answer["items"]


@pytest.fixture(scope="module")
def running() -> Iterator[Running]:
    with SandboxThread() as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running: Running) -> Iterator[Running]:
    running.client.reset()
    with configured(**sandbox_settings(running) | login(running)):
        yield running
    caches[tokens.CACHE].clear()


@pytest.fixture
def google(sandbox: Running) -> GoogleClient:
    return connections.google()


@pytest.fixture
def calendar(google: GoogleClient) -> str:
    return google.create_calendar("AW-AP", BERLIN).id


def login(sandbox: Running) -> dict[str, Any]:
    return {
        "GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": json.dumps(sandbox.google_service_account),
        "GOOGLE_API_ROOT": sandbox.google_root_url.rstrip("/"),
    }


def body(event_id: str = "aaaaa", day: int = 2, **others: Any) -> dict[str, Any]:
    return {
        "id": event_id,
        "summary": "Besprechung: Ü–ß € 🙂",
        "start": {"dateTime": f"2026-03-{day:02}T09:00:00", "timeZone": BERLIN},
        "end": {"dateTime": f"2026-03-{day:02}T10:00:00", "timeZone": BERLIN},
        "extendedProperties": {"private": {"advowareFrNr": event_id}},
    } | others


def logins(sandbox: Running) -> tuple[int, int]:
    snapshot = sandbox.client.state("google")
    return snapshot["logins"], snapshot["refused_logins"]


def test_a_token_is_found_by_other_processes(sandbox: Running) -> None:
    for _ in range(3):
        connections.ping("google")
        tokens.forget()  # what this process knows by heart is what another one doesn't
    assert logins(sandbox) == (1, 0)
    sandbox.client.google.expire_tokens()
    connections.ping("google")
    assert logins(sandbox) == (2, 0)


def test_many_workers_log_in_once(running: Running, tmp_path: Path) -> None:
    running.client.reset()
    with Installation.fresh(tmp_path, **login(running)) as hub:
        workers = [subprocess.Popen([sys.executable, "-c", PING], cwd=ROOT, env=hub.env) for _ in range(4)]
        assert [worker.wait(120) for worker in workers] == [0, 0, 0, 0]
    assert logins(running) == (1, 0)


def test_an_account_that_google_does_not_know_is_a_wrong_setting(sandbox: Running) -> None:
    sandbox.client.settings(google_account_enabled=False)
    with pytest.raises(Unauthorized):
        connections.ping("google")
    assert not outages.try_now("google")
    assert System.objects.get(name="google").state == SystemState.REFUSED


def test_acting_for_somebody_needs_the_domains_leave(sandbox: Running) -> None:
    sandbox.client.settings(google_delegation=False)
    with (
        configured(**login(sandbox) | {"GOOGLE_CALENDAR_SUBJECT": "office@kanzlei.example"}),
        pytest.raises(NotEnabled),
    ):
        connections.ping("google")


def test_calendars_are_made_found_and_shared(google: GoogleClient, sandbox: Running) -> None:
    before = google.calendars()  # the account's own
    made = google.create_calendar("AW-AP", BERLIN)
    (found,) = set(google.calendars()) - set(before)
    assert (found.id, found.summary, found.time_zone, found.role) == (made.id, "AW-AP", BERLIN, "owner")
    assert google.calendar(made.id).summary == "AW-AP"
    for role in ("reader", "writer"):
        google.share(made.id, "ap@kanzlei.example", role)
    rules = rows(google, "acl", "list", calendarId=made.id)
    assert {"type": "user", "value": "ap@kanzlei.example"} in [
        rule["scope"] for rule in rules if rule["role"] == "writer"
    ]
    assert not any(mail["sent"] for mail in sandbox.client.state("google")["mails"])
    with pytest.raises(NotFound):
        google.calendar("nobody@group.calendar.google.com")


def test_an_event_there_and_back(google: GoogleClient, calendar: str) -> None:
    made = google.insert(calendar, body())
    seen = google.event(calendar, "aaaaa")
    assert seen == made
    assert seen.raw["summary"] == "Besprechung: Ü–ß € 🙂"
    assert seen.private == {"advowareFrNr": "aaaaa"}
    assert not seen.fixed
    changed = google.update(calendar, "aaaaa", {**seen.raw, "summary": "Anders"}, seen.etag)
    assert changed.raw["summary"] == "Anders"
    assert changed.etag != seen.etag
    with pytest.raises(Outdated):
        google.update(calendar, "aaaaa", dict(seen.raw), seen.etag)
    with pytest.raises(Outdated):
        google.delete(calendar, "aaaaa", seen.etag)
    patched = google.patch(calendar, "aaaaa", {"location": "Saal 3"}, changed.etag)
    assert (patched.raw["location"], patched.raw["summary"]) == ("Saal 3", "Anders")
    google.delete(calendar, "aaaaa", patched.etag)
    with pytest.raises(NotFound):
        google.delete(calendar, "aaaaa")
    assert google.event(calendar, "aaaaa").deleted
    with pytest.raises(Duplicate):
        google.insert(calendar, body())


def test_changes_follow_their_token(google: GoogleClient, calendar: str, sandbox: Running) -> None:
    sandbox.client.settings(google_page_limit=2)
    for name in "abcde":
        google.insert(calendar, body(name * 5))
    first = google.changes(calendar)
    assert {event.id for event in first.events} == {name * 5 for name in "abcde"}
    nothing = google.changes(calendar, first.next_token)
    assert list(nothing.events) == []
    google.delete(calendar, "bbbbb")
    google.patch(calendar, "ccccc", {"summary": "Anders"})
    changes = google.changes(calendar, nothing.next_token)
    assert {event.id: event.deleted for event in changes.events} == {"bbbbb": True, "ccccc": False}
    sandbox.client.google.expire_sync_tokens()
    with pytest.raises(SyncTokenExpired):
        list(google.changes(calendar, changes.next_token).events)
    again = google.changes(calendar)
    assert {event.id for event in again.events} == {"aaaaa", "ccccc", "ddddd", "eeeee"}


def test_a_window_holds_for_what_follows(google: GoogleClient, calendar: str) -> None:
    google.insert(calendar, body("aaaaa", 2))
    google.insert(calendar, body("bbbbb", 20))
    window = google.changes(calendar, time_min=datetime(2026, 3, 10, tzinfo=UTC))
    assert [event.id for event in window.events] == ["bbbbb"]
    assert list(google.changes(calendar, window.next_token).events) == []


def test_a_token_that_is_none_is_like_one_that_ended(google: GoogleClient, calendar: str) -> None:
    with pytest.raises(SyncTokenExpired):
        list(google.changes(calendar, "nonsense").events)


def test_a_series_and_its_occurrences(google: GoogleClient, calendar: str) -> None:
    series = google.insert(calendar, body(recurrence=["RRULE:FREQ=DAILY;COUNT=3"]))
    assert series.recurrence == ("RRULE:FREQ=DAILY;COUNT=3",)
    occurrences = {"calendarId": calendar, "eventId": "aaaaa"}
    first, second, third = map(GoogleEvent.from_api, rows(google, "events", "instances", **occurrences))
    assert first.recurring_event_id == "aaaaa"
    google.delete(calendar, second.id)
    google.patch(calendar, third.id, {"summary": "Anders"})
    left = rows(google, "events", "instances", **occurrences)
    assert [event["summary"] == "Anders" for event in left] == [False, True]
    all_three = rows(google, "events", "instances", **occurrences, showDeleted=True)
    assert sorted(event["status"] for event in all_three) == ["cancelled", "confirmed", "confirmed"]


def test_a_batch(google: GoogleClient, calendar: str, sandbox: Running) -> None:
    names = [f"part{number:03}" for number in range(BATCH_LIMIT)]
    made = google.batch([EventWrite(Kind.INSERT, calendar, name, body(name)) for name in names])
    assert [event.id for event in made if isinstance(event, GoogleEvent)] == names
    etags = {event.id: event.etag for event in made if isinstance(event, GoogleEvent)}
    google.patch(calendar, names[1], {"summary": "fremd"})
    since = len(sandbox.client.calls())
    results = google.batch(
        [
            EventWrite(Kind.DELETE, calendar, names[0], etag=etags[names[0]]),
            EventWrite(Kind.DELETE, calendar, names[1], etag=etags[names[1]]),
            EventWrite(Kind.PATCH, calendar, names[2], {"summary": "Ü"}, etags[names[2]]),
            EventWrite(Kind.UPDATE, calendar, names[3], body(names[3], 9), etags[names[3]]),
            EventWrite(Kind.INSERT, calendar, names[4], body(names[4])),
            EventWrite(Kind.DELETE, calendar, "never"),
        ]
    )
    kinds = [type(result) for result in results]
    assert kinds == [type(None), Outdated, GoogleEvent, GoogleEvent, Duplicate, NotFound]
    assert len(sandbox.client.calls()) > since
    assert google.event(calendar, names[2]).raw["summary"] == "Ü"


def test_parts_that_were_put_off_come_through(google: GoogleClient, calendar: str, sandbox: Running) -> None:
    sandbox.client.google.refuse_next("userRateLimitExceeded", 2)
    writes = [EventWrite(Kind.INSERT, calendar, name * 5, body(name * 5)) for name in "abc"]
    assert all(isinstance(result, GoogleEvent) for result in google.batch(writes))
    assert sandbox.client.state("google")["refused_calls"] == 2


@pytest.mark.parametrize("status", [403, 429])
def test_a_quota_that_is_used_up_is_waited_for(
    google: GoogleClient, calendar: str, sandbox: Running, status: int
) -> None:
    sandbox.client.google.refuse_next("rateLimitExceeded", 2, status=status)
    assert google.insert(calendar, body()).id == "aaaaa"
    sandbox.client.google.refuse_next("rateLimitExceeded", 99, status=status)
    with pytest.raises(RateLimited):
        google.event(calendar, "aaaaa")


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "truncated"])
def test_a_lost_answer_makes_no_second_event(google: GoogleClient, calendar: str, sandbox: Running, kind: str) -> None:
    sandbox.client.add_fault(kind, system="google", method="POST", times=1)
    try:
        google.insert(calendar, body())
    except AnswerLost:
        assert kind != "cut_before"
    assert [event["id"] for event in sandbox.client.google.events("AW-AP")] == ["aaaaa"]


def test_an_update_whose_answer_was_lost_is_not_called_outdated(
    google: GoogleClient, calendar: str, sandbox: Running
) -> None:
    seen = google.insert(calendar, body())
    sandbox.client.add_fault("cut_after", system="google", method="PATCH", times=1)
    with pytest.raises(AnswerLost):
        google.patch(calendar, "aaaaa", {"summary": "Anders"}, seen.etag)
    assert google.event(calendar, "aaaaa").raw["summary"] == "Anders"


def test_a_deletion_whose_answer_was_lost_is_done(google: GoogleClient, calendar: str, sandbox: Running) -> None:
    google.insert(calendar, body())
    sandbox.client.add_fault("cut_after", system="google", method="DELETE", times=1)
    google.delete(calendar, "aaaaa")
    assert google.event(calendar, "aaaaa").deleted


def test_a_batch_whose_answer_was_lost_leaves_all_open(google: GoogleClient, calendar: str, sandbox: Running) -> None:
    sandbox.client.add_fault("cut_after", system="google-batch", times=1)
    writes = [EventWrite(Kind.INSERT, calendar, name * 5, body(name * 5)) for name in "ab"]
    assert [type(result) for result in google.batch(writes)] == [AnswerLost, AnswerLost]
    assert [type(result) for result in google.batch(writes)] == [Duplicate, Duplicate]


def test_a_channel_is_opened_and_ended(google: GoogleClient, calendar: str, sandbox: Running) -> None:
    ends = datetime.now(UTC) + timedelta(hours=1)
    channel = google.watch(calendar, "channel-1", "https://hub.example/push", "secret", 3600)
    assert channel.expires_at is not None
    assert abs(channel.expires_at - ends) < timedelta(minutes=1)
    with pytest.raises(ClientError):
        google.watch(calendar, "channel-1", "https://hub.example/push", "secret", 3600)
    for _ in range(2):
        google.stop(channel.id, channel.resource_id)
    assert sandbox.client.state("google")["channels"] == []


def test_appointments_of_advoware_there_and_back(sandbox: Running) -> None:
    advoware = connections.advoware()
    values = {"text": "Gütetermin", "datum": "2026-03-29T00:00:00", "uhrzeitVon": "09:30:00", "sb": "AP"}
    number = advoware.create_appointment(values)
    (listed,) = advoware.appointments("AP", date(2026, 3, 1), date(2026, 4, 1))
    assert (listed.number, listed.text("text"), listed.text("uhrzeitVon")) == (number, "Gütetermin", "09:30:00")
    saved = advoware.save_appointment(listed, {"ort": "Saal 3"})
    assert (saved.text("ort"), saved.text("text")) == ("Saal 3", "Gütetermin")
    assert saved.version != listed.version
    with pytest.raises(Outdated):
        advoware.delete_appointment(listed)
    advoware.delete_appointment(saved)
    advoware.delete_appointment(saved)
    with pytest.raises(NotFound):
        advoware.appointment(number)
    assert advoware.appointments("AP", date(2026, 3, 1), date(2026, 4, 1)) == ()


@pytest.mark.parametrize("kind", ["cut_before", "cut_after"])
def test_an_appointment_is_written_once_whatever_was_lost(sandbox: Running, kind: str) -> None:
    advoware = connections.advoware()
    number = advoware.create_appointment({"text": "Vorher", "datum": "2026-03-29T00:00:00", "sb": "AP"})
    seen = advoware.appointment(number)
    sandbox.client.add_fault(kind, system="advoware", method="PUT", times=1)
    saved: Appointment = advoware.save_appointment(seen, {"text": "Nachher"})
    assert saved.text("text") == "Nachher"
    sandbox.client.add_fault(kind, system="advoware", method="DELETE", times=1)
    advoware.delete_appointment(saved)
    assert advoware.appointments("AP", date(2026, 3, 1), date(2026, 4, 1)) == ()


def test_check_connections_names_no_values(
    sandbox: Running, google: GoogleClient, calendar: str, capsys: pytest.CaptureFixture[str]
) -> None:
    connections.advoware().create_appointment(
        {"text": "Geheimnis", "datum": f"{date.today()}T00:00:00", "sb": sandbox.advoware_user}
    )
    google.create_calendar("AW-Geheim", BERLIN)
    call_command("check_connections")
    said = capsys.readouterr().out
    for words in ("appointments (Termine)", "ok, 1 found", "one appointment by its number", "3, of which 3 may be"):
        assert words in said
    assert "keys of an appointment" in said
    assert "Geheim" not in said
