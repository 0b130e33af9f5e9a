import pytest

from tests.sandbox.google_calls import BERLIN, DAY, at

COURT = {"id": "av5001", "summary": "Verhandlung", "location": "Saal 3"} | at(9, 11)


def reason(answer):
    """Status and reason of a refusal, in the one shape that Google's have."""
    error = answer.json()["error"]
    assert error["code"] == answer.status_code
    assert error["message"] == error["errors"][0]["message"]
    return answer.status_code, error["errors"][0]["reason"]


def test_an_event_is_made_read_changed_and_deleted(events):
    made = events("POST", "", json=COURT)
    assert made.headers["ETag"] == made.json()["etag"]
    assert events("GET", "av5001").json() == made.json()
    patched = events("PATCH", "av5001", json={"summary": "Termin", "location": None}).json()
    assert (patched["summary"], "location" in patched) == ("Termin", False)
    assert patched["etag"] != made.json()["etag"]
    assert patched["updated"] > made.json()["updated"]
    assert patched["created"] == made.json()["created"]
    put = events("PUT", "av5001", json={"description": "Neu"} | at(10, 12)).json()
    assert ("summary" in put, put["description"], put["sequence"]) == (False, "Neu", 1)
    assert events("DELETE", "av5001").status_code == 204
    assert events("GET", "av5001").json()["status"] == "cancelled"
    assert reason(events("DELETE", "av5001")) == (410, "deleted")
    assert reason(events("GET", "nothing")) == (404, "notFound")


def test_an_id_is_used_once_even_when_its_event_is_deleted(events):
    events("POST", "", json=COURT)
    assert reason(events("POST", "", json=COURT)) == (409, "duplicate")
    events("DELETE", "av5001")
    assert reason(events("POST", "", json=COURT)) == (409, "duplicate")
    back = events("PUT", "av5001", json=COURT).json()
    assert (back["status"], back["summary"]) == ("confirmed", "Verhandlung")


@pytest.mark.parametrize("key", ["abcd", "aw5001", "AV5001", "a-b-c", "v" * 1025])
def test_an_id_has_letters_of_base32hex(events, key):
    assert reason(events("POST", "", json=COURT | {"id": key})) == (400, "invalid")


def test_a_chosen_id_may_be_long_and_none_is_chosen_by_google(events):
    assert events("POST", "", json=COURT | {"id": "v" * 1024}).status_code == 200
    assert len(events("POST", "", json=DAY).json()["id"]) >= 5


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_if_match_holds_against_somebody_who_was_faster(events, client, calendar, method):
    tag = events("POST", "", json=COURT).headers["ETag"]
    client.google.update_event(calendar, "av5001", {"summary": "Schneller"})
    body = None if method == "DELETE" else COURT
    refused = events(method, "av5001", json=body, headers={"If-Match": tag})
    assert reason(refused) == (412, "conditionNotMet")
    now = events("GET", "av5001")
    assert now.json()["summary"] == "Schneller"
    assert events(method, "av5001", json=body, headers={"If-Match": now.headers["ETag"]}).status_code in (200, 204)


def test_nothing_new_is_no_body(events):
    tag = events("POST", "", json=COURT).headers["ETag"]
    assert events("GET", "av5001", headers={"If-None-Match": tag}).status_code == 304


def test_an_all_day_event_ends_on_the_day_after(events):
    made = events("POST", "", json=DAY).json()
    assert (made["start"], made["end"]) == ({"date": "2026-09-01"}, {"date": "2026-09-02"})
    same_day = DAY | {"end": {"date": "2026-09-01"}}
    assert reason(events("POST", "", json=same_day)) == (400, "timeRangeEmpty")


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ({"dateTime": "2026-09-01T09:00:00", "timeZone": BERLIN}, "2026-09-01T09:00:00+02:00"),
        ({"dateTime": "2026-09-01T07:00:00Z"}, "2026-09-01T09:00:00+02:00"),
        ({"dateTime": "2026-09-01T03:00:00.5-04:00"}, "2026-09-01T09:00:00+02:00"),
        ({"dateTime": "2026-09-01T16:00:00", "timeZone": "Asia/Tokyo"}, "2026-09-01T09:00:00+02:00"),
        ({"dateTime": "2026-03-29T02:30:00", "timeZone": BERLIN}, "2026-03-29T03:30:00+02:00"),
        ({"dateTime": "2026-10-25T02:30:00", "timeZone": BERLIN}, "2026-10-25T02:30:00+02:00"),
        ({"dateTime": "2026-10-25T01:30:00Z"}, "2026-10-25T02:30:00+01:00"),
    ],
)
def test_times_come_back_in_the_zone_of_the_calendar(events, start, shown):
    made = events("POST", "", json={"start": start, "end": {"dateTime": "2026-12-31T23:00:00Z"}}).json()
    assert made["start"]["dateTime"] == shown
    utc = events("GET", made["id"], params={"timeZone": "UTC"}).json()
    assert utc["start"]["dateTime"].endswith("Z")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"end": None}, "required"),
        ({"start": {"dateTime": "2026-09-01T09:00:00"}}, "required"),
        ({"start": {"dateTime": "morgen", "timeZone": BERLIN}}, "invalid"),
        ({"start": {"date": "2026-09-01"}}, "invalid"),
        ({"start": {"date": "2026-09-01", "dateTime": "2026-09-01T09:00:00Z"}}, "invalid"),
        ({"start": {"dateTime": "2026-09-01T09:00:00", "timeZone": "Berlin"}}, "invalid"),
        ({"start": {"dateTime": "2026-09-01T12:00:00Z"}}, "timeRangeEmpty"),
        ({"summary": 7}, "invalid"),
        ({"status": "maybe"}, "invalid"),
        ({"titel": "Termin"}, "badRequest"),
        ({"extendedProperties": {"private": {"a": "x" * 1025}}}, "invalid"),
        ({"extendedProperties": {"private": {"a" * 45: "x"}}}, "invalid"),
        ({"extendedProperties": {"private": {"frNr": 5001}}}, "invalid"),
        ({"extendedProperties": {"secret": {}}}, "invalid"),
        ({"eventType": "focusTime"}, "eventTypeRestriction"),
    ],
)
def test_what_cannot_be_an_event_is_refused(events, client, calendar, changes, why):
    assert reason(events("POST", "", json=COURT | changes)) == (400, why)
    assert client.google.events(calendar) == []


def test_a_body_that_is_no_json_is_refused(events):
    assert reason(events("POST", "", data="{")) == (400, "parseError")
    assert reason(events("POST", "", data="[]")) == (400, "parseError")


def test_unknown_fields_can_drop_out_as_they_do_at_google(events, client):
    client.settings(google_refuse_unknown_fields=False)
    assert "titel" not in events("POST", "", json=COURT | {"titel": "Termin"}).json()


def test_a_patch_merges_objects_and_replaces_lists(events):
    guests = [{"email": "a@kanzlei.example"}, {"email": "b@kanzlei.example"}]
    marks = {"private": {"a": "1", "b": "2"}}
    events("POST", "", json=COURT | {"attendees": guests, "extendedProperties": marks})
    changes = {"attendees": guests[:1], "extendedProperties": {"private": {"b": None, "c": "3"}}}
    now = events("PATCH", "av5001", json=changes).json()
    assert now["attendees"] == guests[:1]
    assert now["extendedProperties"] == {"private": {"a": "1", "c": "3"}}


def test_a_patch_to_a_whole_day_takes_the_time_away(events):
    events("POST", "", json=COURT)
    assert reason(events("PATCH", "av5001", json=DAY)) == (400, "invalid")
    empty = {"dateTime": None, "timeZone": None}
    now = events("PATCH", "av5001", json={name: value | empty for name, value in DAY.items()}).json()
    assert now["start"] == {"date": "2026-09-01"}


def test_what_says_nothing_is_left_out(events):
    said = {"summary": "", "description": "", "transparency": "opaque", "visibility": "default", "attendees": []}
    made = events("POST", "", json=COURT | said).json()
    assert not said.keys() & made.keys()


def test_copies_that_belong_to_others_are_read_only(events, client, calendar):
    def made(**changes):
        return client.google.create_event(calendar, changes | at(9, 11))["id"]

    def refusal(key, **body):
        return reason(events("PATCH", key, json=body or {"summary": "Neu"}))

    invited = made(organizer={"email": "gericht@justiz.example"})
    assert refusal(invited) == (403, "forbiddenForNonOrganizer")
    assert events("PATCH", invited, json={"extendedProperties": {"private": {"a": "1"}}}).status_code == 200
    assert events("DELETE", invited).status_code == 204
    locked = made(locked=True)
    assert refusal(locked) == (403, "forbidden")
    assert events("PATCH", locked, json={"colorId": "3"}).status_code == 200
    holiday = made(eventType="outOfOffice")
    assert refusal(holiday) == refusal(holiday, colorId="3") == (403, "forbidden")
    assert reason(events("DELETE", holiday)) == (403, "forbidden")
    plain = made()
    assert reason(events("PATCH", plain, json={"eventType": "focusTime"})) == (400, "invalid")


def test_guests_are_told_only_when_that_is_asked_for(events, client):
    guest = {"attendees": [{"email": "a@kanzlei.example"}]}
    events("POST", "", json=COURT | guest, params={"sendUpdates": "none"})
    events("PATCH", "av5001", json={"summary": "Neu"}, params={"sendUpdates": "all"})
    assert reason(events("DELETE", "av5001", params={"sendUpdates": "some"})) == (400, "invalid")
    events("DELETE", "av5001")
    mails = client.state("google")["mails"]
    assert [(row["about"], row["sent"]) for row in mails] == [("insert", False), ("patch", True), ("delete", False)]


def test_a_sequence_never_goes_back(events):
    events("POST", "", json=COURT)
    moved = events("PUT", "av5001", json=COURT | at(14, 15)).json()
    assert moved["sequence"] == 1
    assert reason(events("PUT", "av5001", json=COURT | {"sequence": 0})) == (400, "invalid")
    assert events("PUT", "av5001", json=COURT | {"sequence": 4}).json()["sequence"] == 4


def test_people_do_what_they_do(client, calendar, events):
    made = client.google.create_event("AW-AP", {"summary": "Essen"} | at(12, 13))
    assert client.google.move_event("AW-AP", made["id"], {"date": "2026-09-03"}, {"date": "2026-09-04"})["start"] == {
        "date": "2026-09-03"
    }
    client.google.update_calendar(calendar, {"description": "Termine"})
    assert client.google.calendar("AW-AP")["description"] == "Termine"
    assert [row["summary"] for row in events("GET", "").json()["items"]] == ["Essen"]
    assert client.google.clear_calendar("AW-AP") == 1
    assert client.google.events("AW-AP") == []
    assert client.google.event("AW-AP", made["id"])["status"] == "cancelled"
    client.google.create_calendar("Privat", owner="ap@kanzlei.example")
    client.google.remove_calendar("AW-AP")
    assert reason(events("GET", "")) == (404, "notFound")
