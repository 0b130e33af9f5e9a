from datetime import date, timedelta

import pytest

from tests.sandbox.google_calls import BERLIN, DAY, at
from tests.sandbox.test_google_events import reason

WEEKLY = {"id": "av5002", "summary": "Besprechung", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=5"]} | at(
    9, 10, "2026-10-12"
)


@pytest.fixture
def days(events):
    """The starts of all occurrences, as a list of single events has them."""

    def days(**query):
        answer = events("GET", "", params={"singleEvents": "true", "orderBy": "startTime"} | query).json()
        return [row["start"].get("dateTime") or row["start"]["date"] for row in answer["items"]]

    return days


def series(events, rule, start=None, **changes):
    body = (start or DAY) | {"recurrence": [rule] if isinstance(rule, str) else rule} | changes
    return events("POST", "", json=body)


def test_a_series_keeps_its_time_on_the_wall_over_the_end_of_summer_time(events, days):
    made = events("POST", "", json=WEEKLY).json()
    assert made["recurrence"] == ["RRULE:FREQ=WEEKLY;COUNT=5"]
    assert days() == [
        "2026-10-12T09:00:00+02:00",
        "2026-10-19T09:00:00+02:00",
        "2026-10-26T09:00:00+01:00",
        "2026-11-02T09:00:00+01:00",
        "2026-11-09T09:00:00+01:00",
    ]
    assert [row["id"] for row in events("GET", "").json()["items"]] == ["av5002"]
    occurrences = events("GET", "av5002/instances").json()["items"]
    assert [row["id"] for row in occurrences][2] == "av5002_20261026T080000Z"
    assert occurrences[2]["recurringEventId"] == "av5002"
    assert occurrences[2]["originalStartTime"]["dateTime"] == "2026-10-26T09:00:00+01:00"
    assert "recurrence" not in occurrences[2]
    assert events("GET", "av5002_20261026T080000Z").json() == occurrences[2]
    assert reason(events("GET", "av5002_20261027T080000Z")) == (404, "notFound")


@pytest.mark.parametrize(
    ("rule", "start", "expected"),
    [
        ("RRULE:FREQ=MONTHLY;COUNT=3", "2026-01-31", ["2026-01-31", "2026-03-31", "2026-05-31"]),
        ("RRULE:FREQ=YEARLY;COUNT=2", "2024-02-29", ["2024-02-29", "2028-02-29"]),
        ("RRULE:FREQ=DAILY;INTERVAL=2;UNTIL=20260905", "2026-09-01", ["2026-09-01", "2026-09-03", "2026-09-05"]),
        (["RRULE:FREQ=DAILY;COUNT=3", "EXDATE;VALUE=DATE:20260902"], "2026-09-01", ["2026-09-01", "2026-09-03"]),
        (["RDATE;VALUE=DATE:20260910"], "2026-09-01", ["2026-09-01", "2026-09-10"]),
    ],
)
def test_days_of_a_series(events, days, rule, start, expected):
    end = date.fromisoformat(start) + timedelta(days=1)
    day = {"start": {"date": start}, "end": {"date": end.isoformat()}}
    assert series(events, rule, day).status_code == 200
    assert days() == expected


def test_until_is_an_instant_for_times_and_a_day_for_days(events, days, client):
    timed = at(23, 23, "2026-09-01")
    assert series(events, "RRULE:FREQ=DAILY;UNTIL=20260902T210000Z", timed).status_code == 200
    assert days() == ["2026-09-01T23:00:00+02:00", "2026-09-02T23:00:00+02:00"]
    assert reason(series(events, "RRULE:FREQ=DAILY;UNTIL=20260902", timed)) == (400, "invalid")
    assert reason(series(events, "RRULE:FREQ=DAILY;UNTIL=20260902T210000", timed)) == (400, "invalid")
    assert reason(series(events, "RRULE:FREQ=DAILY;UNTIL=20260902T210000Z")) == (400, "invalid")
    client.settings(google_strict_until=False)
    assert series(events, "RRULE:FREQ=DAILY;UNTIL=20260902", timed).status_code == 200


def test_exdate_in_every_notation_takes_the_same_occurrence(events, days):
    for line in ("EXDATE;TZID=Europe/Berlin:20260902T090000", "EXDATE:20260902T070000Z"):
        made = series(events, ["RRULE:FREQ=DAILY;COUNT=3", line], at(9, 10)).json()
        assert [day[:10] for day in days()] == ["2026-09-01", "2026-09-03"]
        events("DELETE", made["id"])


@pytest.mark.parametrize(
    "lines",
    [
        ["RRULE:INTERVAL=2"],
        ["RRULE:FREQ=SOMETIMES"],
        ["FREQ=DAILY"],
        ["DTSTART:20260901", "RRULE:FREQ=DAILY"],
        ["EXDATE;VALUE=DATE:20260901"],
        ["RRULE:FREQ=DAILY;COUNT=2;UNTIL=20261231"],
        ["RRULE:FREQ=DAILY;UNTIL=2026-12-31"],
        [7],
    ],
)
def test_what_is_no_rule_is_refused(events, lines):
    assert reason(series(events, lines)) == (400, "invalid")


def test_a_series_needs_a_zone(events):
    times = {"start": {"dateTime": "2026-09-01T09:00:00+02:00"}, "end": {"dateTime": "2026-09-01T10:00:00+02:00"}}
    assert events("POST", "", json=times).status_code == 200
    assert reason(series(events, "RRULE:FREQ=DAILY", times)) == (400, "required")
    half = {"start": times["start"] | {"timeZone": BERLIN}, "end": times["end"]}
    assert reason(series(events, "RRULE:FREQ=DAILY", half)) == (400, "required")


def test_rules_come_back_in_googles_own_order(events, client):
    asked = "RRULE:INTERVAL=1;BYDAY=TU;UNTIL=20261231;FREQ=WEEKLY"
    assert series(events, asked).json()["recurrence"] == ["RRULE:FREQ=WEEKLY;UNTIL=20261231;BYDAY=TU"]
    client.settings(google_rewrite_rules=False)
    assert series(events, asked).json()["recurrence"] == [asked]


def test_one_occurrence_is_changed_and_another_cancelled(events, days):
    events("POST", "", json=WEEKLY)
    token = events("GET", "").json()["nextSyncToken"]
    second, third = "av5002_20261019T070000Z", "av5002_20261026T080000Z"
    moved = events("PATCH", second, json=at(15, 16, "2026-10-20")).json()
    assert (moved["id"], moved["originalStartTime"]["dateTime"]) == (second, "2026-10-19T09:00:00+02:00")
    assert events("DELETE", third).status_code == 204
    assert reason(events("DELETE", third)) == (410, "deleted")
    assert [day[:13] for day in days()] == ["2026-10-12T09", "2026-10-20T15", "2026-11-02T09", "2026-11-09T09"]
    items = events("GET", "").json()["items"]
    assert [(row["id"], row["status"]) for row in items] == [
        ("av5002", "confirmed"),
        (second, "confirmed"),
        (third, "cancelled"),
    ]
    assert items[2].keys() == {"id", "status", "recurringEventId", "originalStartTime"}  # here too no more is promised
    changes = events("GET", "", params={"syncToken": token}).json()["items"]
    assert [row["id"] for row in changes] == [second, third]
    assert changes[1].keys() == {"id", "status", "recurringEventId", "originalStartTime"}
    cancelled = events("GET", third).json()
    assert (cancelled["status"], cancelled["recurringEventId"]) == ("cancelled", "av5002")
    found = events("GET", "av5002/instances", params={"originalStart": "2026-10-19T09:00:00+02:00"}).json()["items"]
    assert [row["id"] for row in found] == [second]
    assert len(events("GET", "av5002/instances", params={"showDeleted": "true"}).json()["items"]) == 5
    events("PATCH", third, json={"status": "confirmed"})
    assert len(days()) == 5


def test_an_occurrence_has_no_rules_of_its_own(events):
    events("POST", "", json=WEEKLY)
    answer = events("PATCH", "av5002_20261019T070000Z", json={"recurrence": ["RRULE:FREQ=DAILY"]})
    assert reason(answer) == (400, "invalid")
    assert reason(events("GET", "av5002_20261019T070000Z/instances")) == (400, "badRequest")


def test_a_moved_series_loses_the_changes_of_occurrences_it_no_longer_has(events, days):
    events("POST", "", json=WEEKLY)
    events("PATCH", "av5002_20261019T070000Z", json={"summary": "Anders"})
    events("DELETE", "av5002_20261026T080000Z")
    token = events("GET", "").json()["nextSyncToken"]
    events("PUT", "av5002", json=WEEKLY | at(14, 15, "2026-10-12"))
    assert [day[:13] for day in days()][1:3] == ["2026-10-19T14", "2026-10-26T14"]
    changes = events("GET", "", params={"syncToken": token}).json()["items"]
    assert {row["id"]: row["status"] for row in changes} == {
        "av5002": "confirmed",
        "av5002_20261019T070000Z": "cancelled",
        "av5002_20261026T080000Z": "cancelled",
    }


def test_a_deleted_series_takes_its_occurrences_along(events, days):
    events("POST", "", json=WEEKLY)
    events("PATCH", "av5002_20261019T070000Z", json={"summary": "Anders"})
    token = events("GET", "").json()["nextSyncToken"]
    events("DELETE", "av5002")
    assert days() == []
    assert events("GET", "").json()["items"] == []
    changes = events("GET", "", params={"syncToken": token}).json()["items"]
    assert {row["id"]: row["status"] for row in changes} == {
        "av5002": "cancelled",
        "av5002_20261019T070000Z": "cancelled",
    }
    assert reason(events("GET", "av5002/instances")) == (404, "notFound")
    events("PUT", "av5002", json=WEEKLY)
    assert len(days()) == 5
    assert events("GET", "av5002_20261019T070000Z").json()["summary"] == "Besprechung"


def test_an_endless_series_is_worked_out_in_a_window(events, days):
    series(events, "RRULE:FREQ=DAILY", at(9, 10))
    window = {"timeMin": "2030-01-01T00:00:00Z", "timeMax": "2030-01-03T00:00:00Z"}
    assert days(**window) == ["2030-01-01T09:00:00+01:00", "2030-01-02T09:00:00+01:00"]
    assert len(events("GET", "", params=window).json()["items"]) == 1
    before = {"timeMax": "2026-09-01T07:00:00Z"}
    assert events("GET", "", params=before).json()["items"] == []


def test_an_hour_that_spring_leaves_out_moves_on(events, days):
    times = {
        name: {"dateTime": f"2026-03-28T{clock}:00", "timeZone": BERLIN}
        for name, clock in (("start", "02:30"), ("end", "03:00"))
    }
    made = series(events, "RRULE:FREQ=DAILY;COUNT=3", times).json()
    assert days()[1:] == ["2026-03-29T03:30:00+02:00", "2026-03-30T02:30:00+02:00"]
    assert events("GET", f"{made['id']}_20260329T013000Z").status_code == 200


def test_people_see_and_change_occurrences(client, calendar):
    client.google.create_event(calendar, WEEKLY)
    rows = client.google.occurrences(calendar, "av5002")
    assert len(rows) == 5
    client.google.remove_event(calendar, rows[0]["id"])
    client.google.update_event(calendar, rows[1]["id"], {"summary": "Anders"})
    assert [(row["status"], row["summary"]) for row in client.google.occurrences(calendar, "av5002")][:3] == [
        ("cancelled", "Besprechung"),
        ("confirmed", "Anders"),
        ("confirmed", "Besprechung"),
    ]
