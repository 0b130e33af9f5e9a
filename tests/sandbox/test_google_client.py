"""Through Google's own client library: what it sends and reads is what the sandbox takes and answers."""

import pytest
from google.auth.exceptions import RefreshError
from googleapiclient.errors import HttpError

from tests.sandbox.google_calls import BERLIN, DAY, SCOPE, at


def test_a_calendar_with_an_event_comes_and_goes(google, client):
    made = google.calendars().insert(body={"summary": "AW-AP", "timeZone": BERLIN}).execute()
    here = {"calendarId": made["id"]}
    listed = google.calendarList().list().execute()["items"]
    assert [row["summary"] for row in listed if not row.get("primary")] == ["AW-AP"]
    rule = {"role": "writer", "scope": {"type": "user", "value": "ap@kanzlei.example"}}
    assert google.acl().insert(**here, body=rule, sendNotifications=False).execute()["id"] == "user:ap@kanzlei.example"
    event = google.events().insert(**here, body={"id": "av5001", "summary": "Termin"} | at(9, 11)).execute()
    assert event["start"] == {"dateTime": "2026-09-01T09:00:00+02:00", "timeZone": BERLIN}
    assert google.events().get(**here, eventId="av5001").execute() == event
    google.events().delete(**here, eventId="av5001", sendUpdates="none").execute()
    assert google.events().get(**here, eventId="av5001").execute()["status"] == "cancelled"
    google.calendars().delete(**here).execute()
    assert [row["summary"] for row in client.state("google")["calendars"]] == [made["dataOwner"]]


def test_every_part_of_a_batch_has_its_own_answer(google, calendar, client):
    got = {}
    batch = google.new_batch_http_request(callback=lambda key, answer, error: got.update({key: (answer, error)}))
    batch.add(google.events().insert(calendarId=calendar, body={"id": "av001"} | DAY), request_id="made")
    batch.add(google.events().get(calendarId=calendar, eventId="nothing"), request_id="missing")
    batch.add(google.events().delete(calendarId=calendar, eventId="av001"), request_id="gone")
    client.add_fault("status", system="google-in-batch", path="/events/nothing", status=503)
    batch.execute()
    assert got["made"][0]["id"] == "av001"
    assert got["missing"][1].resp.status == 503
    assert got["gone"] == ("", None)
    assert [row["status"] for row in client.calls("google-in-batch")] == [200, 503, 204]
    assert len(client.calls("google-batch")) == 1


def test_a_batch_has_a_limit(google, calendar, client):
    client.settings(google_batch_limit=2)
    batch = google.new_batch_http_request()
    for _ in range(3):
        batch.add(google.events().list(calendarId=calendar))
    with pytest.raises(HttpError, match="more than 2"):
        batch.execute()


def test_an_expired_token_is_renewed_by_the_library(google, calendar, client):
    assert client.google.expire_tokens() == 1
    assert google.events().list(calendarId=calendar).execute()["items"] == []
    assert client.state("google")["logins"] == 2


def test_the_account_acts_for_somebody_else(services, client):
    other = services(subject="ap@kanzlei.example")
    (row,) = other.calendarList().list().execute()["items"]
    assert (row["id"], row["primary"]) == ("ap@kanzlei.example", True)
    client.settings(google_delegation=False)
    with pytest.raises(RefreshError, match="unauthorized_client"):
        services(subject="ms@kanzlei.example").calendarList().list().execute()


def test_a_scope_that_is_too_small_is_not_enough(services, calendar):
    reader = services(scopes=[SCOPE + ".readonly"])
    assert reader.events().list(calendarId=calendar).execute()["items"] == []
    with pytest.raises(HttpError) as refusal:
        reader.events().insert(calendarId=calendar, body=DAY).execute()
    assert (refusal.value.resp.status, refusal.value.error_details[0]["reason"]) == (403, "insufficientPermissions")


def test_pages_follow_each_other(google, calendar, client):
    client.google.create_events(calendar, [{"summary": str(number)} | DAY for number in range(7)])
    client.settings(google_page_limit=3)
    request, found = google.events().list(calendarId=calendar, maxResults=5), []
    while request is not None:
        answer = request.execute()
        found.append([row["summary"] for row in answer["items"]])
        assert ("nextSyncToken" in answer) == (len(found) == 3)
        request = google.events().list_next(request, answer)
    assert found == [["0", "1", "2"], ["3", "4", "5"], ["6"]]


def test_credentials_that_are_no_longer_known_are_refused(services, client):
    client.settings(google_account_enabled=False)
    with pytest.raises(RefreshError, match="invalid_grant"):
        services().calendarList().list().execute()
