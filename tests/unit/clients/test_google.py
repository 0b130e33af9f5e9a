"""What is asked of Google Calendar, and what comes out of the client."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    Duplicate,
    NotFound,
    Outdated,
    RateLimited,
    Rejected,
    UnexpectedAnswer,
)
from syncapp.clients.google import GoogleEvent, SyncTokenExpired
from tests.unit.clients.conftest import ClaimLost, Watcher
from tests.unit.clients.google_api import API, CALENDAR, EVENT, EVENTS, new_client, refusal, says

ROW = {
    "kind": "calendar#event",
    "id": "ev1ab",
    "etag": '"7"',
    "status": "confirmed",
    "updated": "2026-03-01T10:00:00.123Z",
    "summary": "Termin",
    "start": {"dateTime": "2026-03-02T09:00:00+01:00", "timeZone": "Europe/Berlin"},
    "end": {"dateTime": "2026-03-02T10:00:00+01:00", "timeZone": "Europe/Berlin"},
    "recurrence": ["RRULE:FREQ=DAILY", "EXDATE:20260303T080000Z"],
    "extendedProperties": {"private": {"advowareFrNr": "7", "source": "hub"}, "shared": {"x": "y"}},
}
TOO_OLD = {"status": 410, "json": refusal(410, "fullSyncRequired")}
CUT = requests.exceptions.ConnectionError("cut")


def sent(web: responses.RequestsMock, place: int = -1) -> tuple[str, dict[str, str], Any]:
    request = web.calls[place].request
    query = dict(parse_qsl(urlsplit(str(request.url)).query))
    query.pop("alt", None), query.pop("quotaUser", None)
    return str(request.method), query, json.loads(request.body) if request.body else None


def test_an_event() -> None:
    event = GoogleEvent.from_api(ROW)
    assert (event.id, event.etag, event.status, event.deleted) == ("ev1ab", '"7"', "confirmed", False)
    assert event.updated == datetime(2026, 3, 1, 10, 0, 0, 123000, tzinfo=UTC)
    assert event.start["timeZone"] == "Europe/Berlin"
    assert event.recurrence == ("RRULE:FREQ=DAILY", "EXDATE:20260303T080000Z")
    assert event.private == {"advowareFrNr": "7", "source": "hub"}
    assert (event.event_type, event.locked, event.fixed) == ("default", False, "")
    assert event.raw == ROW
    assert "Termin" not in repr(event)


@pytest.mark.parametrize("said", ["0000-12-31T00:00:00.000Z", "0000-12-29T00:00:00Z", ""])
def test_an_event_of_which_google_does_not_know_when_it_was_made(said: str) -> None:
    """Google says the year 0 then (webhookdb/webhookdb#622): such an event must not stop a whole calendar."""
    event = GoogleEvent.from_api(ROW | {"created": said, "updated": said})
    assert (event.id, event.created, event.updated) == ("ev1ab", None, None)


def test_of_a_deleted_one_only_the_id_is_sure() -> None:
    event = GoogleEvent.from_api({"id": "ev1ab", "status": "cancelled"})
    assert event.deleted
    assert (event.etag, event.updated, event.start, event.private) == ("", None, {}, {})


@pytest.mark.parametrize(
    ("others", "fixed"),
    [
        ({"eventType": "birthday"}, "birthday"),
        ({"eventType": "fromGmail", "organizer": {"email": "x@y.example"}}, "fromGmail"),
        ({"locked": True}, "locked"),
        ({"organizer": {"email": "gericht@justiz.example"}}, "organizer"),
        ({"organizer": {"email": "gericht@justiz.example"}, "guestsCanModify": True}, "organizer"),
        ({"organizer": {"email": "gericht@justiz.example", "self": False}}, "organizer"),
        ({"organizer": {"email": "c@group.calendar.google.com", "self": True}}, ""),
        ({"organizer": {}}, ""),
        ({"eventType": "", "organizer": None}, ""),
    ],
)
def test_what_is_not_for_us_to_write(others: dict[str, Any], fixed: str) -> None:
    assert GoogleEvent.from_api(ROW | others).fixed == fixed


def test_a_changed_occurrence() -> None:
    was = {"dateTime": "2026-03-02T09:00:00+01:00"}
    event = GoogleEvent.from_api(ROW | {"recurringEventId": "abcde", "originalStartTime": was})
    assert (event.recurring_event_id, event.original_start) == ("abcde", was)


@pytest.mark.parametrize(
    "others",
    [{"id": ""}, {"id": 7}, {"start": "today"}, {"recurrence": "daily"}, {"extendedProperties": {"private": []}}],
)
def test_an_event_that_is_none(others: dict[str, Any]) -> None:
    with pytest.raises(UnexpectedAnswer):
        GoogleEvent.from_api(ROW | others)


def test_changes_come_page_by_page_and_their_token_at_the_end(web: responses.RequestsMock, watcher: Watcher) -> None:
    says(
        web,
        "GET",
        EVENTS,
        {"json": {"items": [{"id": "aaaaa"}], "nextPageToken": "p2"}},
        {"json": {"items": [{"id": "bbbbb", "status": "cancelled"}], "nextSyncToken": "s2"}},
    )
    changes = new_client(watcher, []).changes(CALENDAR, "s1")
    events = changes.events
    assert next(events).id == "aaaaa"
    assert len(web.calls) == 1
    assert changes.next_token is None
    assert [event.deleted for event in events] == [True]
    assert changes.next_token == "s2"
    assert sent(web, 0) == ("GET", {"syncToken": "s1", "maxResults": "2500"}, None)
    assert sent(web, 1) == ("GET", {"syncToken": "s1", "maxResults": "2500", "pageToken": "p2"}, None)
    assert watcher.claims == 0
    assert {call.path for call in watcher.calls} == {f"calendars/{CALENDAR}/events"}


def test_all_events_from_a_moment_on(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.get(EVENTS, json={"nextSyncToken": "s1"})
    changes = new_client(watcher, []).changes(CALENDAR, time_min=datetime(2026, 1, 1, tzinfo=UTC))
    assert list(changes.events) == []
    assert sent(web)[1] == {"timeMin": "2026-01-01T00:00:00+00:00", "maxResults": "2500"}


def test_a_token_goes_with_no_time(watcher: Watcher) -> None:
    with pytest.raises(ValueError):
        new_client(watcher, []).changes(CALENDAR, "s1", datetime(2026, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("pages", "kind"),
    [
        ([{"json": {"items": []}}], UnexpectedAnswer),
        ([{"json": {"items": [{}]}}], UnexpectedAnswer),
        ([{"json": {"items": {}}}], UnexpectedAnswer),
        ([{"json": []}], UnexpectedAnswer),
        ([{"body": "no json"}], UnexpectedAnswer),
        ([{"json": {"nextPageToken": "p"}}, {"json": {"nextPageToken": "p"}}], UnexpectedAnswer),
        (
            [{"json": {"nextPageToken": "p"}}, {"status": 410, "json": refusal(410, "fullSyncRequired")}],
            SyncTokenExpired,
        ),
    ],
)
def test_a_listing_that_breaks_off_gives_no_token(
    web: responses.RequestsMock, watcher: Watcher, pages: list[Any], kind: type[ClientError]
) -> None:
    says(web, "GET", EVENTS, *pages)
    changes = new_client(watcher, []).changes(CALENDAR, "s1")
    with pytest.raises(kind):
        list(changes.events)
    assert changes.next_token is None


def test_what_is_written_notifies_nobody(web: responses.RequestsMock, watcher: Watcher) -> None:
    client = new_client(watcher, [])
    web.post(EVENTS, json=ROW)
    web.put(EVENT, json=ROW)
    web.patch(EVENT, json=ROW)
    web.delete(EVENT, status=204)
    assert client.insert(CALENDAR, {"id": "ev1ab", "summary": "Ü"}).etag == '"7"'
    assert client.update(CALENDAR, "ev1ab", {"summary": "Ü"}, '"6"').etag == '"7"'
    assert client.patch(CALENDAR, "ev1ab", {"summary": "Ü"}, '"6"').etag == '"7"'
    client.delete(CALENDAR, "ev1ab", '"6"')
    quiet = {"sendUpdates": "none"}
    assert [sent(web, place) for place in range(4)] == [
        ("POST", quiet, {"id": "ev1ab", "summary": "Ü"}),
        ("PUT", quiet, {"summary": "Ü"}),
        ("PATCH", quiet, {"summary": "Ü"}),
        ("DELETE", quiet, None),
    ]
    assert [call.request.headers.get("If-Match") for call in web.calls] == [None, '"6"', '"6"', '"6"']
    assert watcher.claims == 4
    assert all(call.write for call in watcher.calls)


@pytest.mark.parametrize("body", [{}, {"id": ""}])
def test_an_insert_without_an_id_is_not_sent(watcher: Watcher, body: dict[str, str]) -> None:
    with pytest.raises(Rejected):
        new_client(watcher, []).insert(CALENDAR, body)
    assert watcher.calls == []


@pytest.mark.parametrize(("calendar", "event"), [("", "ev1ab"), (CALENDAR, "")])
def test_an_empty_id_names_no_list(watcher: Watcher, calendar: str, event: str) -> None:
    client = new_client(watcher, [])
    for ask in (client.event, client.delete):
        with pytest.raises(Rejected):
            ask(calendar, event)
    assert watcher.calls == []


def test_an_insert_may_be_repeated(web: responses.RequestsMock, watcher: Watcher) -> None:
    says(web, "POST", EVENTS, CUT, {"json": ROW})
    assert new_client(watcher, []).insert(CALENDAR, {"id": "ev1ab"}).id == "ev1ab"
    assert watcher.claims == 2


@pytest.mark.parametrize(
    ("status", "reason", "plain"), [(409, "duplicate", Duplicate), (412, "conditionNotMet", Outdated)]
)
def test_whom_a_repeat_meets_may_be_ourselves(
    web: responses.RequestsMock, watcher: Watcher, status: int, reason: str, plain: type[ClientError]
) -> None:
    refused = {"status": status, "json": refusal(status, reason)}
    says(web, "POST", EVENTS, refused)
    with pytest.raises(plain):
        new_client(watcher, []).insert(CALENDAR, {"id": "ev1ab"})
    web.reset()
    says(web, "POST", EVENTS, CUT, refused)
    with pytest.raises(AnswerLost) as caught:
        new_client(watcher, []).insert(CALENDAR, {"id": "ev1ab"})
    assert caught.value.code == "changed_meanwhile"


def test_what_is_gone_after_a_lost_answer_was_deleted(web: responses.RequestsMock, watcher: Watcher) -> None:
    gone = {"status": 410, "json": refusal(410, "deleted")}
    says(web, "DELETE", EVENT, gone)
    with pytest.raises(NotFound):
        new_client(watcher, []).delete(CALENDAR, "ev1ab")
    web.reset()
    says(web, "DELETE", EVENT, CUT, gone)
    new_client(watcher, []).delete(CALENDAR, "ev1ab")


def test_a_lost_answer_is_told_when_no_repeat_got_through(web: responses.RequestsMock, watcher: Watcher) -> None:
    says(web, "PUT", EVENT, CUT, requests.exceptions.ConnectTimeout("away"))
    with pytest.raises(AnswerLost):
        new_client(watcher, []).update(CALENDAR, "ev1ab", {}, '"6"')


def test_a_lost_claim_stops_the_repeat(web: responses.RequestsMock, watcher: Watcher) -> None:
    says(web, "PUT", EVENT, CUT, {"json": ROW})
    watcher.lost_at = 2
    with pytest.raises(ClaimLost):
        new_client(watcher, []).update(CALENDAR, "ev1ab", {})
    assert len(web.calls) == 1


def test_calendars_of_all_pages(web: responses.RequestsMock, watcher: Watcher) -> None:
    url = f"{API}/users/me/calendarList"
    row = {"id": CALENDAR, "summary": "AW-AP", "timeZone": "Europe/Berlin", "accessRole": "owner"}
    says(web, "GET", url, {"json": {"items": [row], "nextPageToken": "p2"}}, {"json": {"items": [row | {"id": "b"}]}})
    found = new_client(watcher, []).calendars()
    assert [(calendar.id, calendar.summary, calendar.role) for calendar in found] == [
        (CALENDAR, "AW-AP", "owner"),
        ("b", "AW-AP", "owner"),
    ]
    assert sent(web, 0)[1] == {"showHidden": "true", "maxResults": "250"}


def test_a_calendar_is_not_created_twice(web: responses.RequestsMock, watcher: Watcher) -> None:
    url = f"{API}/calendars"
    web.post(url, json={"id": CALENDAR, "summary": "AW-AP", "timeZone": "Europe/Berlin"})
    assert new_client(watcher, []).create_calendar("AW-AP", "Europe/Berlin").id == CALENDAR
    assert sent(web) == ("POST", {}, {"summary": "AW-AP", "timeZone": "Europe/Berlin"})
    web.reset()
    says(web, "POST", url, CUT)
    with pytest.raises(AnswerLost):
        new_client(watcher, []).create_calendar("AW-AP", "Europe/Berlin")
    assert len(web.calls) == 1


def test_sharing_sends_no_mail(web: responses.RequestsMock, watcher: Watcher) -> None:
    url = f"{API}/calendars/abc%40group.calendar.google.com/acl"
    scope = {"type": "user", "value": "ap@kanzlei.example"}
    rule = {"id": "user:ap@kanzlei.example", "role": "writer", "scope": scope}
    web.post(url, json=rule)
    new_client(watcher, []).share(CALENDAR, "ap@kanzlei.example", "writer")
    assert sent(web) == ("POST", {"sendNotifications": "false"}, {"role": "writer", "scope": scope})
    assert not any("kanzlei" in call.path for call in watcher.calls)


def test_a_channel(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.post(f"{EVENTS}/watch", json={"id": "c1", "resourceId": "r1", "expiration": "1772359200000"})
    channel = new_client(watcher, []).watch(CALENDAR, "c1", "https://hub.example/push", "secret", 3600)
    assert (channel.id, channel.resource_id) == ("c1", "r1")
    assert channel.expires_at == datetime(2026, 3, 1, 10, tzinfo=UTC)
    wanted = {"id": "c1", "type": "web_hook", "address": "https://hub.example/push", "token": "secret"}
    assert sent(web)[2] == wanted | {"params": {"ttl": "3600"}}


@pytest.mark.parametrize("answer", [{"status": 204}, {"status": 404, "json": refusal(404, "notFound")}])
def test_a_channel_that_is_not_there_is_ended(
    web: responses.RequestsMock, watcher: Watcher, answer: dict[str, Any]
) -> None:
    web.post(f"{API}/channels/stop", **answer)
    new_client(watcher, []).stop("c1", "r1")
    assert sent(web)[2] == {"id": "c1", "resourceId": "r1"}


class Counted:
    def __init__(self, *waits: float) -> None:
        self.waits = list(waits)
        self.taken: list[tuple[str, int]] = []

    def take(self, user: str, calls: int = 1) -> float:
        self.taken.append((user, calls))
        return self.waits.pop(0) if self.waits else 0.0


def test_calls_wait_for_their_turn(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.get(EVENT, json=ROW)
    pauses: list[float] = []
    quota = Counted(2.5)
    new_client(watcher, pauses, quota=quota).event(CALENDAR, "ev1ab")
    assert pauses == [2.5]
    ((user, calls),) = quota.taken
    assert calls == 1
    assert dict(parse_qsl(urlsplit(str(web.calls[0].request.url)).query))["quotaUser"] == user
    assert 0 < len(user) <= 40
    assert CALENDAR not in user


def test_a_turn_that_is_too_far_away_sends_nothing(watcher: Watcher) -> None:
    class Full:
        def take(self, user: str, calls: int = 1) -> float:
            raise RateLimited("google", "own_quota", retry_after=30.0)

    with pytest.raises(RateLimited) as caught:
        new_client(watcher, [], quota=Full()).event(CALENDAR, "ev1ab")
    assert caught.value.retry_after == 30.0
    assert watcher.calls == []
