"""What Google refuses with, and what it means: by status and by reason."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import parse_qs

import pytest
import responses

from syncapp.clients.errors import (
    ClientError,
    Duplicate,
    Forbidden,
    NotEnabled,
    NotFound,
    Outdated,
    RateLimited,
    Rejected,
    ServerTrouble,
    Unauthorized,
    UnexpectedAnswer,
    Unreachable,
)
from syncapp.clients.google import SyncTokenExpired
from tests.unit.clients.conftest import Watcher
from tests.unit.clients.google_api import CALENDAR, EVENT, EVENTS, PRIVATE, TOKEN_URL, account, new_client, refusal

HTML = {"body": f"<html>{PRIVATE}</html>", "content_type": "text/html"}
NEWER = {
    "error": {
        "code": 403,
        "message": PRIVATE,
        "status": "PERMISSION_DENIED",
        "details": [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SERVICE_DISABLED"}],
    }
}


@pytest.mark.parametrize(
    ("status", "answer", "kind", "code"),
    [
        (400, {"json": refusal(400, "invalid", "timeMin")}, Rejected, "invalid"),
        (400, {"json": refusal(400, "invalid", "syncToken")}, SyncTokenExpired, "invalid"),
        (403, {"json": refusal(403, "rateLimitExceeded")}, RateLimited, "rateLimitExceeded"),
        (403, {"json": refusal(403, "userRateLimitExceeded")}, RateLimited, "userRateLimitExceeded"),
        (403, {"json": refusal(403, "quotaExceeded")}, RateLimited, "quotaExceeded"),
        (403, {"json": refusal(403, "forbiddenForNonOrganizer")}, Forbidden, "forbiddenForNonOrganizer"),
        (403, {"json": refusal(403, "requiredAccessLevel")}, Forbidden, "requiredAccessLevel"),
        (403, {"json": refusal(403, "accessNotConfigured")}, NotEnabled, "accessNotConfigured"),
        (403, {"json": NEWER}, NotEnabled, "SERVICE_DISABLED"),
        (403, HTML, UnexpectedAnswer, "not_google"),
        (404, {"json": refusal(404, "notFound")}, NotFound, "notFound"),
        (404, HTML, UnexpectedAnswer, "not_google"),
        (404, {"body": b""}, UnexpectedAnswer, "not_google"),
        (404, {"json": {"error": "not found"}}, UnexpectedAnswer, "not_google"),
        (409, {"json": refusal(409, "duplicate")}, Duplicate, "duplicate"),
        (409, {"json": refusal(409, "conflict")}, Outdated, "conflict"),
        (410, {"json": refusal(410, "deleted")}, NotFound, "deleted"),
        (410, {"json": refusal(410, "fullSyncRequired")}, SyncTokenExpired, "fullSyncRequired"),
        (410, {"json": refusal(410, "updatedMinTooLongAgo")}, SyncTokenExpired, "updatedMinTooLongAgo"),
        (410, HTML, UnexpectedAnswer, "not_google"),
        (412, {"json": refusal(412, "conditionNotMet")}, Outdated, "conditionNotMet"),
        (429, {"json": refusal(429, "rateLimitExceeded")}, RateLimited, "rateLimitExceeded"),
        (429, HTML, RateLimited, ""),
        (500, {"json": refusal(500, "backendError")}, ServerTrouble, "backendError"),
        (503, {"json": refusal(503, "backendError")}, ServerTrouble, "backendError"),
        (302, HTML, UnexpectedAnswer, ""),
        (404, {"json": {"error": {"code": 404, "errors": [{"reason": f"{PRIVATE}!"}]}}}, NotFound, ""),
        (403, {"json": {"error": {"code": 403, "errors": "none", "status": 7}}}, Forbidden, ""),
    ],
)
def test_what_a_refusal_is(
    web: responses.RequestsMock,
    watcher: Watcher,
    status: int,
    answer: dict[str, Any],
    kind: type[ClientError],
    code: str,
) -> None:
    web.get(EVENT, status=status, **answer)
    with pytest.raises(ClientError) as caught:
        new_client(watcher, []).event(CALENDAR, "ev1ab")
    assert (type(caught.value), caught.value.code, caught.value.status) == (kind, code, status)
    assert "Muster" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_refused_value_names_its_place(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.put(EVENT, status=400, json=refusal(400, "invalid", "start.dateTime"))
    with pytest.raises(Rejected) as caught:
        new_client(watcher, []).update(CALENDAR, "ev1ab", {})
    assert caught.value.field == "start.dateTime"


def test_too_much_is_repeated_with_growing_pauses(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.get(EVENTS, status=403, json=refusal(403, "userRateLimitExceeded"))
    web.get(EVENTS, status=429, json=refusal(429), headers={"Retry-After": "7"})
    web.get(EVENTS, json={"nextSyncToken": "next"})
    pauses: list[float] = []
    changes = new_client(watcher, pauses).changes(CALENDAR)
    assert list(changes.events) == []
    assert 0.75 <= pauses[0] <= 1
    assert 7 <= pauses[1] <= 7.7


def test_one_refused_token_costs_one_login(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.get(EVENT, status=401, json=refusal(401, "authError"))
    login = web.post(TOKEN_URL, json={"access_token": "token-1", "expires_in": 3600})
    web.get(EVENT, json={"id": "ev1ab"})
    client = new_client(watcher, [])
    assert client.event(CALENDAR, "ev1ab").id == "ev1ab"
    assert client.event(CALENDAR, "ev1ab").id == "ev1ab"
    assert login.call_count == 1
    sent = [call.request.headers.get("Authorization") for call in web.calls if "google" in str(call.request.url)]
    assert sent == ["Bearer token-0", "Bearer token-1", "Bearer token-1"]
    assert [call.path for call in watcher.calls][:2] == [f"calendars/{CALENDAR}/events/ev1ab", "token"]


def test_a_key_that_is_refused_again_is_refused(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.get(EVENT, status=401, json=refusal(401, "authError"))
    web.post(TOKEN_URL, json={"access_token": "token-1", "expires_in": 3600})
    with pytest.raises(Unauthorized):
        new_client(watcher, []).event(CALENDAR, "ev1ab")
    assert [call.status for call in watcher.calls] == [401, 200, 401]


@pytest.mark.parametrize(
    ("status", "answer", "kind", "code"),
    [
        (400, {"json": {"error": "invalid_grant", "error_description": PRIVATE}}, Unauthorized, "invalid_grant"),
        (401, {"json": {"error": "unauthorized_client"}}, NotEnabled, "unauthorized_client"),
        (403, {"json": {"error": "access_denied"}}, NotEnabled, "access_denied"),
        (400, {"json": {"error": PRIVATE}}, Unauthorized, "login_refused"),
        (404, HTML, UnexpectedAnswer, "not_the_token_server"),
        (200, {"json": {"error": PRIVATE}}, UnexpectedAnswer, "no_token"),
        (200, HTML, UnexpectedAnswer, "no_token"),
        (500, HTML, Unreachable, "login.login"),
        (429, HTML, Unreachable, "login.login"),
    ],
)
def test_what_a_refused_login_is(
    web: responses.RequestsMock,
    watcher: Watcher,
    status: int,
    answer: dict[str, Any],
    kind: type[ClientError],
    code: str,
) -> None:
    web.post(TOKEN_URL, status=status, **answer)
    with pytest.raises(ClientError) as caught:
        new_client(watcher, [], logged_in=False).insert(CALENDAR, {"id": "ev1ab"})
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert "Muster" not in str(caught.value)
    assert watcher.claims == 0  # nothing was written, and nothing passes for a write


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", account(private_key="no key"), account(client_email=None)])
def test_a_key_that_is_none_is_a_wrong_setting(watcher: Watcher, text: str) -> None:
    with pytest.raises(NotEnabled) as caught:
        new_client(watcher, [], logged_in=False, account=text).ping()
    assert caught.value.code == "service_account_unusable"
    assert watcher.calls == []


def test_the_login_names_the_person_it_acts_for(web: responses.RequestsMock, watcher: Watcher) -> None:
    login = web.post(TOKEN_URL, json={"access_token": "token-1", "expires_in": 3600})
    web.get("https://google.example.test/calendar/v3/users/me/calendarList", json={"items": []})
    new_client(watcher, [], logged_in=False, subject="office@kanzlei.example").ping()
    body: Any = login.calls[0].request.body
    assertion = parse_qs(body.decode())["assertion"][0]
    claims = json.loads(base64.urlsafe_b64decode(assertion.split(".")[1] + "=="))
    assert claims["sub"] == "office@kanzlei.example"
    assert claims["scope"] == "https://www.googleapis.com/auth/calendar"
    assert claims["iss"] == "hub@firm.iam.gserviceaccount.com"
