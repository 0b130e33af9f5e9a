import pytest

from tests.sandbox.google_calls import DAY, at
from tests.sandbox.test_google_events import reason


@pytest.fixture
def listed(events):
    def listed(**query):
        return events("GET", "", params=query).json()

    return listed


def names(answer):
    return [row.get("summary", row["id"]) for row in answer["items"]]


def test_changes_come_by_a_token(events, listed, client, calendar):
    for key in ("av001", "av002", "av003"):
        events("POST", "", json={"id": key, "summary": key} | DAY)
    token = listed()["nextSyncToken"]
    assert listed(syncToken=token)["items"] == []
    events("DELETE", "av001")
    events("PATCH", "av003", json={"summary": "neu"})
    events("POST", "", json={"id": "av004"} | DAY)
    answer = listed(syncToken=token)
    assert names(answer) == ["av001", "neu", "av004"]
    assert answer["items"][0] == {"id": "av001", "status": "cancelled"}
    assert listed(syncToken=answer["nextSyncToken"])["items"] == []
    client.settings(google_cancelled_stubs="whole")
    assert listed(syncToken=token)["items"][0]["summary"] == "av001"
    assert names(listed()) == ["av002", "neu", "av004"]
    assert len(listed(showDeleted="true")["items"]) == 4


def test_a_token_ends_and_says_so(events, listed, client):
    token = listed()["nextSyncToken"]
    client.google.expire_sync_tokens()
    assert reason(events("GET", "", params={"syncToken": token})) == (410, "fullSyncRequired")
    fresh = listed()["nextSyncToken"]
    assert listed(syncToken=fresh)["items"] == []
    for wrong in ("x", fresh[:-8], "e30"):
        assert reason(events("GET", "", params={"syncToken": wrong})) == (400, "invalid")
    assert reason(events("GET", "", params={"syncToken": fresh, "singleEvents": "true"})) == (400, "invalid")


@pytest.mark.parametrize(
    "query",
    [
        {"timeMin": "2026-01-01T00:00:00Z"},
        {"timeMax": "2026-01-01T00:00:00Z"},
        {"q": "a"},
        {"orderBy": "updated"},
        {"updatedMin": "2026-01-01T00:00:00Z"},
        {"iCalUID": "a"},
        {"privateExtendedProperty": "a=b"},
        {"sharedExtendedProperty": "a=b"},
        {"showDeleted": "false"},
    ],
)
def test_some_parameters_do_not_go_with_a_token(events, listed, query):
    token = listed()["nextSyncToken"]
    assert reason(events("GET", "", params={"syncToken": token} | query)) == (400, "badRequest")


def test_a_token_comes_on_the_last_page_and_stands_for_the_moment_of_the_first(events, listed, client, calendar):
    client.google.create_events(calendar, [{"summary": str(number)} | DAY for number in range(4)])
    first = listed(maxResults=3)
    assert (names(first), "nextSyncToken" in first) == (["0", "1", "2"], False)
    client.google.create_event(calendar, {"summary": "dazwischen"} | DAY)
    last = listed(maxResults=3, pageToken=first["nextPageToken"])
    assert (names(last), "nextPageToken" in last) == (["3"], False)
    assert names(listed(syncToken=last["nextSyncToken"])) == ["dazwischen"]
    assert reason(events("GET", "", params={"pageToken": "x"})) == (400, "invalid")
    assert reason(events("GET", "", params={"maxResults": "0"})) == (400, "invalid")


def test_pages_of_changes(listed, client, calendar):
    token = listed()["nextSyncToken"]
    client.google.create_events(calendar, [{"summary": str(number)} | DAY for number in range(3)])
    first = listed(syncToken=token, maxResults=2)
    last = listed(syncToken=token, maxResults=2, pageToken=first["nextPageToken"])
    assert names(first) + names(last) == ["0", "1", "2"]
    assert listed(syncToken=last["nextSyncToken"])["items"] == []


def test_a_window_counts_ends_and_starts(events, listed, client, calendar):
    client.google.create_events(
        calendar,
        [
            {"summary": "früh"} | at(7, 9),
            {"summary": "mitte"} | at(8, 12),
            {"summary": "spät"} | at(11, 13),
            {"summary": "Tag"} | DAY,
        ],
    )
    window = {"timeMin": "2026-09-01T09:00:00+02:00", "timeMax": "2026-09-01T11:00:00+02:00"}
    assert names(listed(**window)) == ["mitte", "Tag"]
    assert "nextSyncToken" in listed(**window)
    assert names(listed(timeMin="2026-09-01T22:00:00Z")) == []
    assert names(listed(timeMin="2026-09-01T21:59:59Z")) == ["Tag"]
    assert reason(events("GET", "", params={"timeMin": "2026-09-01T09:00:00"})) == (400, "badRequest")
    swapped = {"timeMin": window["timeMax"], "timeMax": window["timeMin"]}
    assert reason(events("GET", "", params=swapped)) == (400, "timeRangeEmpty")


def test_what_leaves_the_window_is_in_the_changes(listed, client, calendar):
    made = client.google.create_event(calendar, {"summary": "Termin"} | DAY)
    token = listed(timeMin="2026-08-01T00:00:00Z", timeMax="2026-10-01T00:00:00Z")["nextSyncToken"]
    client.google.move_event(calendar, made["id"], {"date": "2031-01-01"}, {"date": "2031-01-02"})
    assert [row["start"] for row in listed(syncToken=token)["items"]] == [{"date": "2031-01-01"}]


def test_changes_of_single_events(listed, client, calendar):
    series = {"id": "av5002", "recurrence": ["RRULE:FREQ=DAILY;COUNT=3"]} | DAY
    client.google.create_event(calendar, series)
    token = listed(singleEvents="true")["nextSyncToken"]
    client.google.remove_event(calendar, "av5002_20260902")
    changed = listed(singleEvents="true", syncToken=token)
    assert [(row["id"], row["status"]) for row in changed["items"]] == [("av5002_20260902", "cancelled")]
    client.google.update_event(calendar, "av5002", {"summary": "Neu"})
    again = listed(singleEvents="true", syncToken=changed["nextSyncToken"])["items"]
    assert [row["id"] for row in again] == ["av5002_20260901", "av5002_20260902", "av5002_20260903"]


def test_events_are_found_by_mark_word_and_uid(events, listed):
    for number in (1, 2):
        marks = {"advowareFrNr": str(number), "source": "hub"}
        body = {"id": f"av00{number}", "summary": f"Termin {number}", "description": "Möller ./. Lund"}
        events("POST", "", json=body | DAY | {"extendedProperties": {"private": marks, "shared": {"s": "1"}}})
    assert names(listed(privateExtendedProperty="advowareFrNr=2")) == ["Termin 2"]
    assert names(listed(privateExtendedProperty=["advowareFrNr=2", "source=hub"])) == ["Termin 2"]
    assert names(listed(privateExtendedProperty="advowareFrNr=3")) == []
    assert len(listed(sharedExtendedProperty="s=1")["items"]) == 2
    assert "nextSyncToken" not in listed(privateExtendedProperty="source=hub")
    assert reason(events("GET", "", params={"privateExtendedProperty": "source"})) == (400, "invalid")
    assert names(listed(q="möller 1")) == ["Termin 1"]
    assert names(listed(iCalUID="av002@google.com")) == ["Termin 2"]
    assert len(listed(eventTypes="default")["items"]) == 2


def test_order_and_time_of_change(events, listed, client, calendar):
    early = client.google.create_event(calendar, {"summary": "b"} | at(10, 11))
    client.google.create_event(calendar, {"summary": "a"} | at(9, 10))
    client.google.update_event(calendar, early["id"], {"colorId": "3"})
    assert names(listed(orderBy="updated")) == ["a", "b"]
    assert names(listed(orderBy="startTime", singleEvents="true")) == ["a", "b"]
    assert reason(events("GET", "", params={"orderBy": "startTime"})) == (400, "badRequest")
    since = client.google.event(calendar, early["id"])["updated"]
    assert names(listed(updatedMin="2020-01-01T00:00:00Z")) == ["b", "a"]
    client.google.remove_event(calendar, early["id"])
    assert [row["status"] for row in listed(updatedMin=since)["items"]][:1] == ["cancelled"]


def test_a_part_of_an_answer_can_be_asked_for(events, listed, client, calendar):
    client.google.create_event(calendar, {"id": "av001", "summary": "a"} | at(9, 10))
    answer = listed(fields="items(id,start/timeZone),timeZone")
    assert answer == {"items": [{"id": "av001", "start": {"timeZone": "Europe/Berlin"}}], "timeZone": "Europe/Berlin"}
    assert listed(fields="items/id") == {"items": [{"id": "av001"}]}
    for wrong in ("items(", "items(id", "a,,b", "a;b", ")"):
        assert reason(events("GET", "", params={"fields": wrong})) == (400, "invalid")
