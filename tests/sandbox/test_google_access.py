"""Tokens, calendars, sharing, quotas."""

import base64
import json
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from google.auth import crypt, jwt

from sandbox.google.errors import REASONS
from tests.sandbox.google_calls import BERLIN, DAY, SCOPE
from tests.sandbox.test_google_events import reason

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@pytest.fixture
def oauth(sb, api):
    """Asks for a token with changed claims."""
    account = sb.google_service_account
    endpoint = api(account["token_uri"])

    def oauth(signer=None, grant=GRANT, **changes):
        now = int(time.time())
        claims = {"iss": account["client_email"], "scope": SCOPE, "aud": account["token_uri"]}
        claims = claims | {"iat": now, "exp": now + 3600} | changes
        claims = {name: value for name, value in claims.items() if value is not None}
        signer = signer or crypt.RSASigner.from_service_account_info(account)
        form = {"grant_type": grant, "assertion": jwt.encode(signer, claims).decode()}
        return endpoint("POST", "", data=form)

    return oauth


@pytest.fixture
def root(sb, api, oauth):
    """The whole API with a token."""
    return api(sb.google_root_url + "calendar/v3", Authorization=f"Bearer {oauth().json()['access_token']}")


def test_a_token_against_a_signed_claim(oauth, root):
    answer = oauth().json()
    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3599)
    assert root("GET", "users/me/calendarList").status_code == 200


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"iss": "somebody@else.example"}, "invalid_grant"),
        ({"aud": "https://example.com/token"}, "invalid_grant"),
        ({"exp": 0}, "invalid_grant"),
        ({"exp": None}, "invalid_grant"),
        ({"iat": int(time.time()) + 4000, "exp": int(time.time()) + 5000}, "invalid_grant"),
        ({"exp": int(time.time()) + 90_000}, "invalid_grant"),
        ({"scope": ""}, "invalid_scope"),
        ({"scope": "calendar"}, "invalid_scope"),
        ({"grant": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_claim_that_is_not_right_is_refused(oauth, client, changes, error):
    answer = oauth(**changes)
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert client.state("google")["refused_logins"] == 1


def test_only_the_key_of_the_account_signs(sb, api, oauth):
    stranger = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    answer = oauth(signer=crypt.RSASigner(stranger))
    assert answer.json() == {"error": "invalid_grant", "error_description": "Invalid JWT Signature."}
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none"}).encode()).decode()
    endpoint = api(sb.google_service_account["token_uri"])
    for assertion in ("x", "a.b.c", f"{none}.{none}."):
        answer = endpoint("POST", "", data={"grant_type": GRANT, "assertion": assertion})
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert endpoint("GET", "").status_code == 404


def test_a_token_ends(oauth, sb, api, client):
    client.settings(google_token_seconds=0.0)
    token = oauth().json()["access_token"]
    late = api(sb.google_root_url + "calendar/v3", Authorization=f"Bearer {token}")
    assert reason(late("GET", "users/me/calendarList")) == (401, "authError")
    nobody = api(sb.google_root_url + "calendar/v3")
    assert reason(nobody("GET", "users/me/calendarList")) == (401, "authError")


def test_calendars_are_made_changed_and_deleted(root):
    made = root("POST", "calendars", json={"summary": "AW-AP"}).json()
    here = f"calendars/{made['id']}"
    assert made["timeZone"] == "UTC"
    assert root("PATCH", here, json={"timeZone": BERLIN}).json()["summary"] == "AW-AP"
    assert root("PUT", here, json={"summary": "AW-MS"}).json()["timeZone"] == BERLIN
    tag = made["etag"]
    assert reason(root("PATCH", here, json={"summary": "x"}, headers={"If-Match": tag})) == (412, "conditionNotMet")
    assert reason(root("POST", "calendars", json={"description": "ohne Namen"})) == (400, "required")
    assert reason(root("POST", "calendars", json={"summary": "a", "timeZone": "Berlin"})) == (400, "invalid")
    assert root("DELETE", here).status_code == 204
    assert reason(root("GET", here)) == (404, "notFound")
    assert reason(root("DELETE", "calendars/primary")) == (403, "cannotDeletePrimaryCalendar")


def test_the_list_of_calendars_has_pages_and_changes(root, client):
    keys = [root("POST", "calendars", json={"summary": f"AW-{number}"}).json()["id"] for number in range(3)]
    first = root("GET", "users/me/calendarList", params={"maxResults": "2"}).json()
    token = first["nextPageToken"]
    last = root("GET", "users/me/calendarList", params={"maxResults": "2", "pageToken": token}).json()
    assert [row["summary"] for row in first["items"] + last["items"]][1:] == ["AW-0", "AW-1", "AW-2"]
    root("DELETE", f"calendars/{keys[0]}")
    root("DELETE", f"users/me/calendarList/{keys[1]}")
    changes = root("GET", "users/me/calendarList", params={"syncToken": last["nextSyncToken"]}).json()["items"]
    assert [(row["id"], row["deleted"]) for row in changes] == [(keys[0], True), (keys[1], True)]
    assert len(root("GET", "users/me/calendarList").json()["items"]) == 2
    assert root("POST", "users/me/calendarList", json={"id": keys[1], "colorId": "3"}).json()["colorId"] == "3"
    assert root("PATCH", f"users/me/calendarList/{keys[1]}", json={"hidden": True}).json()["hidden"] is True
    assert len(root("GET", "users/me/calendarList").json()["items"]) == 2
    assert len(root("GET", "users/me/calendarList", params={"showHidden": "true"}).json()["items"]) == 3
    assert root("GET", f"users/me/calendarList/{keys[2]}").json()["accessRole"] == "owner"
    strangers = client.google.create_calendar("Fremd", owner="x@kanzlei.example")["id"]
    assert reason(root("POST", "users/me/calendarList", json={"id": strangers})) == (404, "notFound")
    assert reason(root("POST", "users/me/calendarList", json={})) == (400, "required")


def test_a_calendar_is_shared(root, client, services, calendar):
    rule = {"role": "reader", "scope": {"type": "user", "value": "ap@kanzlei.example"}}
    here = f"calendars/{calendar}/acl"
    assert (
        root("POST", here, json=rule, params={"sendNotifications": "false"}).json()["id"] == "user:ap@kanzlei.example"
    )
    reader = services(subject="ap@kanzlei.example")
    assert reader.events().list(calendarId=calendar).execute()["accessRole"] == "reader"
    refused = root("PATCH", f"{here}/user:nobody@x.example", json={"role": "writer"})
    assert reason(refused) == (404, "notFound")
    root("PATCH", f"{here}/user:ap@kanzlei.example", json={"role": "writer"})
    assert reader.events().insert(calendarId=calendar, body=DAY).execute()["creator"]["email"] == "ap@kanzlei.example"
    listed = root("GET", here).json()
    assert [row["role"] for row in listed["items"]] == ["owner", "writer"]
    assert root("DELETE", f"{here}/user:ap@kanzlei.example").status_code == 204
    assert reason(root("DELETE", f"{here}/user:ap@kanzlei.example")) == (404, "notFound")
    changes = root("GET", here, params={"syncToken": listed["nextSyncToken"]}).json()["items"]
    assert [row["role"] for row in changes] == ["none"]
    owner = root("GET", here).json()["items"][0]["id"]
    assert reason(root("DELETE", f"{here}/{owner}")) == (403, "cannotRemoveLastCalendarOwnerFromAcl")
    mails = client.state("google")["mails"]
    assert [(row["to"], row["sent"]) for row in mails] == [("ap@kanzlei.example", False), ("ap@kanzlei.example", True)]


@pytest.mark.parametrize(
    "rule",
    [
        {"scope": {"type": "user", "value": "a@b.example"}},
        {"role": "boss", "scope": {"type": "user", "value": "a@b.example"}},
        {"role": "reader"},
        {"role": "reader", "scope": {"type": "user"}},
        {"role": "reader", "scope": {"type": "user", "value": "AP"}},
        {"role": "reader", "scope": {"type": "default", "value": "x"}},
    ],
)
def test_what_is_no_rule_is_refused(root, calendar, rule):
    assert root("POST", f"calendars/{calendar}/acl", json=rule).status_code == 400


def test_a_reader_writes_nothing(root, calendar, services, api, sb, oauth):
    rule = {"role": "reader", "scope": {"type": "user", "value": "ap@kanzlei.example"}}
    root("POST", f"calendars/{calendar}/acl", json=rule)
    token = oauth(sub="ap@kanzlei.example").json()["access_token"]
    reader = api(sb.google_root_url + "calendar/v3", Authorization=f"Bearer {token}")
    assert reason(reader("POST", f"calendars/{calendar}/events", json=DAY)) == (403, "requiredAccessLevel")
    assert reason(reader("DELETE", f"calendars/{calendar}")) == (403, "requiredAccessLevel")
    assert reason(reader("GET", f"calendars/{calendar}/acl")) == (403, "requiredAccessLevel")


def test_a_quota_of_a_user_and_of_the_project(root, client, services):
    client.google.set_quota(user=2)
    assert root("GET", "users/me/calendarList").status_code == 200
    assert root("GET", "users/me/calendarList").status_code == 200
    assert reason(root("GET", "users/me/calendarList")) == (403, "userRateLimitExceeded")
    other = {"quotaUser": "somebody"}
    assert root("GET", "users/me/calendarList", params=other).status_code == 200
    client.google.set_quota(project=1, status=429)
    assert reason(root("GET", "users/me/calendarList", params=other)) == (429, "rateLimitExceeded")
    client.google.set_quota(project=1, reason="quotaExceeded")
    assert reason(root("GET", "users/me/calendarList")) == (403, "quotaExceeded")
    client.google.set_quota()
    assert root("GET", "users/me/calendarList").status_code == 200
    assert client.state("google")["refused_calls"] == 3


@pytest.mark.parametrize("word", REASONS)
def test_every_refusal_can_be_had(root, client, word):
    client.google.refuse_next(word)
    assert reason(root("GET", "users/me/calendarList")) == (REASONS[word][0], word)
    assert root("GET", "users/me/calendarList").status_code == 200


def test_what_is_not_there_is_not_found(root, calendar):
    for method, path in (("GET", "colors"), ("POST", "users/me/calendarList/x/y"), ("DELETE", "channels/stop")):
        assert reason(root(method, path)) == (404, "notFound")
    assert reason(root("PUT", f"calendars/{calendar}/events")) == (404, "notFound")
