"""What Google refuses of an event: whose it is, of which kind, how long, of which form."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.google_calls import BERLIN, DAY, at
from tests.sandbox.test_google_events import COURT, reason

GUESTS = [{"email": "ap@kanzlei.example", "self": True, "responseStatus": "needsAction"}, {"email": "b@x.example"}]
INVITED = {"organizer": {"email": "gericht@justiz.example"}, "attendees": GUESTS, **at(9, 11)}
KINDS = ("birthday", "outOfOffice", "workingLocation", "focusTime", "fromGmail")


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "Neu"}, {"description": "Neu"}, {"location": "Neu"}, {"visibility": "private"}, at(10, 12),
        {"recurrence": ["RRULE:FREQ=DAILY"]}, {"status": "cancelled"}, {"guestsCanModify": True},
        {"attendees": GUESTS[:1]}, {"attendees": [GUESTS[0], GUESTS[1] | {"responseStatus": "accepted"}]},
        {"extendedProperties": {"shared": {"a": "1"}}},
    ],
)  # fmt: skip
def test_what_is_shared_only_the_organizer_changes(events, client, calendar, changes):
    key = client.google.create_event(calendar, INVITED)["id"]
    before = events("GET", key).json()
    assert reason(events("PATCH", key, json=changes)) == (403, "forbiddenForNonOrganizer")
    assert events("GET", key).json() == before
    client.google.update_event(calendar, key, {"guestsCanModify": True})
    assert events("PATCH", key, json=changes).status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"colorId": "3"}, {"transparency": "transparent"}, {"extendedProperties": {"private": {"a": "1"}}},
        {"reminders": {"useDefault": False, "overrides": [{"method": "popup", "minutes": 10}]}},
        {"attendees": [GUESTS[0] | {"responseStatus": "declined", "comment": "Urlaub"}, GUESTS[1]]},
    ],
)  # fmt: skip
def test_a_guest_changes_what_is_its_own(events, client, calendar, changes):
    key = client.google.create_event(calendar, INVITED)["id"]
    now = events("PATCH", key, json=changes)
    assert now.status_code == 200
    assert {name: now.json()[name] for name in changes} == changes


def test_an_event_that_is_handed_over_is_its_new_organizers(events, client, calendar):
    events("POST", "", json=COURT)
    assert events("GET", "av5001").json()["organizer"]["self"] is True
    client.google.update_event(calendar, "av5001", {"organizer": {"email": "gericht@justiz.example"}})
    assert events("GET", "av5001").json()["organizer"] == {"email": "gericht@justiz.example"}
    assert reason(events("PATCH", "av5001", json={"summary": "Neu"})) == (403, "forbiddenForNonOrganizer")


@pytest.mark.parametrize("kind", KINDS)
def test_special_kinds_are_made_changed_and_deleted_by_people_only(events, client, calendar, kind):
    assert reason(events("POST", "", json=COURT | {"eventType": kind})) == (400, "eventTypeRestriction")
    key = client.google.create_event(calendar, COURT | {"eventType": kind})["id"]
    assert events("GET", key).json()["eventType"] == kind
    for changes in ({"summary": "Neu"}, {"colorId": "3"}, {"extendedProperties": {"private": {"a": "1"}}}):
        assert reason(events("PATCH", key, json=changes)) == (403, "forbidden")
    assert reason(events("DELETE", key)) == (403, "forbidden")
    assert client.google.update_event(calendar, key, {"summary": "Neu"})["summary"] == "Neu"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"summary": "x" * 1025}, "invalid"),
        ({"location": "x" * 1025}, "invalid"),
        ({"description": "x" * 8193}, "invalid"),
        ({"colorId": "12"}, "invalid"),
        ({"attendees": [{"displayName": "Zeuge"}]}, "required"),
        ({"attendees": [{"email": "Zeuge"}]}, "invalid"),
        ({"attendees": [{"email": "z@x.example", "responseStatus": "ja"}]}, "invalid"),
        ({"attachments": [{"fileUrl": "https://x.example"}] * 26}, "invalid"),
        ({"reminders": {"useDefault": True, "overrides": [{"method": "popup", "minutes": 5}]}},
         "cannotUseDefaultRemindersAndSpecifyOverride"),
        ({"reminders": {"overrides": [{"method": "popup", "minutes": 40_321}]}}, "invalid"),
        ({"reminders": {"overrides": [{"method": "sms", "minutes": 5}]}}, "invalid"),
        ({"reminders": {"overrides": [{"method": "popup", "minutes": 5}] * 6}}, "invalid"),
        ({"start": {"date": "2026-09-01"}, "end": at(9, 10)["end"]}, "invalid"),
        (at(11, 9), "timeRangeEmpty"),
        ({"start": {"date": "2026-09-02"}, "end": {"date": "2026-09-01"}}, "timeRangeEmpty"),
        ({"recurrence": ["RRULE:FREQ=DAILY"], "start": {"dateTime": "2026-09-01T09:00:00+02:00"}}, "required"),
        ({"recurrence": ["RRULE:FREQ=DAILY"], "end": {"dateTime": "2026-09-01T12:00:00+02:00"}}, "required"),
        ({"recurrence": ["RRULE:FREQ=DAILY;UNTIL=20260930"]}, "invalid"),
    ],
)  # fmt: skip
def test_what_goes_over_a_limit_is_refused_whoever_sends_it(events, client, calendar, changes: dict[str, Any], why):
    assert reason(events("POST", "", json=COURT | changes)) == (400, why)
    events("POST", "", json=COURT)
    before = events("GET", "av5001").json()
    if why != "required" or "recurrence" not in changes:  # a patch leaves the zone that is there
        empty = {"date": None, "dateTime": None} if "date" in str(changes.get("start")) else {}
        patch = {name: empty | value if name in ("start", "end") else value for name, value in changes.items()}
        assert reason(events("PATCH", "av5001", json=patch)) == (400, why)
    assert events("GET", "av5001").json() == before


@pytest.mark.parametrize(
    "changes",
    [
        {"summary": "x" * 1024, "location": "x" * 1024, "description": "x" * 8192},
        {"colorId": "11", "attendees": [{"email": "z@x.example", "responseStatus": "tentative"}]},
        {"reminders": {"useDefault": False, "overrides": [{"method": "email", "minutes": 40_320}] * 5}},
        {"recurrence": ["RRULE:FREQ=DAILY;UNTIL=20260930T220000Z"]},
        DAY,
        {"start": {"dateTime": "2026-09-01T09:00:00", "timeZone": BERLIN}},
    ],
)
def test_what_stays_within_them_is_taken(events, changes: dict[str, Any]):
    assert events("POST", "", json=COURT | changes).status_code == 200


def test_what_people_have_made_longer_may_stay(events, client, calendar):
    key = client.google.create_event(calendar, COURT | {"summary": "x" * 2000})["id"]
    assert events("PATCH", key, json={"location": "Saal 9"}).json()["summary"] == "x" * 2000
