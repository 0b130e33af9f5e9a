"""From the settings to a token, and when no login is tried."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests
import responses
import time_machine

from syncapp.clients.advoware import AdvowareClient, AdvowareConfig
from syncapp.clients.advoware.addresses import LIFE, AddressBook, Addresses
from syncapp.clients.advoware.login import signature
from syncapp.clients.errors import ClientError, NotEnabled, NotFound, Unauthorized, UnexpectedAnswer, Unreachable
from syncapp.clients.http.login import RefusedLogin, Token
from tests.unit.clients.conftest import ADVOWARE, FAR_FUTURE, GATEWAY, TOKEN_URL
from tests.unit.clients.memory_tokens import MemoryTokens

EMPLOYEES = f"{ADVOWARE}/api/v1/advonet/Mitarbeiter"
LOOKUP = "https://lookup.example.test/api/Url"
NOW = datetime(2026, 8, 30, 12, tzinfo=UTC)
New = Callable[..., AdvowareClient]


def test_the_vendors_test_vector() -> None:
    found = signature(64, "app-123", "dGVzdC1zZWNyZXQta2V5", "nonce-abc", "2026-08-30T00:00:00.000Z")
    assert found == "o7rz9KmoXZs550HfzO6ffiG17XwiPmlBHlksUYKZ3jcfolELow51Fw5KlrQqCK5y41aIValDjrh1iQ2GZ2WtqQ=="


def test_what_a_login_says(web: responses.RequestsMock, new_advoware: New, gateway: Any) -> None:
    advoware, employees = new_advoware(), web.get(EMPLOYEES, json=[])
    with time_machine.travel(NOW, tick=False):
        advoware.ping()
    body = json.loads(gateway.calls[0].request.body)
    assert body == {
        "AppID": "app-123",
        "Kanzlei": "kanzlei",
        "Database": "db",
        "User": "AP",
        "Role": 2,
        "Product": 64,
        "Password": "geheim",
        "Nonce": body["Nonce"],
        "HMAC512Signature": signature(64, "app-123", "dGVzdC1zZWNyZXQta2V5", body["Nonce"], "2026-08-30T12:00:00.000Z"),
        "RequestTimeStamp": "2026-08-30T12:00:00.000Z",
    }
    assert employees.calls[0].request.headers["Authorization"] == "Bearer token-1"


def test_one_login_serves_many_calls(web: responses.RequestsMock, new_advoware: New, gateway: Any) -> None:
    web.get(EMPLOYEES, json=[])
    advoware = new_advoware()
    for _ in range(3):
        advoware.ping()
    assert gateway.call_count == 1


@pytest.mark.parametrize(
    ("answer", "minutes"),
    [
        ({"expires_in": 3600}, 58),
        ({"expires_in": "3600"}, 58),
        ({"expiration_utc": "2026-08-30T13:00:00.0000000Z"}, 58),
        ({"expiration_utc": "2026-08-30T13:00:00.0000000Z", "expires_in": 600}, 8),
        ({"Expires_In": None}, 53),  # nothing is said: 55 minutes
        ({"expires_in": 120}, 1),  # a short life is used by half
        ({"expiration_utc": "2026-08-30T11:00:00.0000000Z"}, 1),  # the clocks disagree
    ],
)
def test_how_long_a_token_is_used(
    web: responses.RequestsMock, new_advoware: New, answer: dict[str, Any], minutes: int
) -> None:
    web.get(EMPLOYEES, json=[])
    web.post(TOKEN_URL, json={"Access_Token": "t", **answer})
    tokens = MemoryTokens()
    with time_machine.travel(NOW, tick=False):
        new_advoware(tokens).ping()
        token = tokens.get()
    assert token is not None
    assert token.expires_at == NOW + timedelta(minutes=minutes)


REFUSALS: list[tuple[int, str, type[ClientError], str]] = [
    (401, "Falscher Name oder falsches Kennwort.", Unauthorized, "credentials"),
    (200, '{"Message": "Falscher Name oder falsches Kennwort"}', Unauthorized, "credentials"),
    (400, "Das Produkt ist nicht freigeschaltet.", NotEnabled, "not_enabled"),
    (500, "Der Benutzer ist nicht angemeldet.", NotEnabled, "not_enabled"),
    (400, "Die Kanzlei ist nicht registriert.", NotEnabled, "not_enabled"),
    (403, "", Unauthorized, "login_refused"),
    (404, "<html>", UnexpectedAnswer, "not_the_gateway"),  # never NotFound: no party is gone
    (200, "<html>", UnexpectedAnswer, "no_token"),
    (200, "[]", UnexpectedAnswer, "not_an_object.token"),
    (500, "", Unreachable, "login.login"),  # the call itself was surely not executed
]


@pytest.mark.parametrize(("status", "body", "kind", "code"), REFUSALS)
def test_every_refusal_at_the_door(
    web: responses.RequestsMock, new_advoware: New, status: int, body: str, kind: type[ClientError], code: str
) -> None:
    web.post(TOKEN_URL, status=status, body=body)
    with pytest.raises(ClientError) as caught:
        new_advoware().create_party({"name": "x"})
    assert (type(caught.value), caught.value.code) == (kind, code)
    assert "geheim" not in str(caught.value) + repr(caught.value)


def test_a_wrong_password_is_not_tried_by_the_next_ones(web: responses.RequestsMock, new_advoware: New) -> None:
    gateway = web.post(TOKEN_URL, status=401, body="Falscher Name oder falsches Kennwort")
    tokens = MemoryTokens()
    for _ in range(5):
        with pytest.raises(Unauthorized, match="credentials"):
            new_advoware(tokens).ping()
    assert gateway.call_count == 1


def test_the_pauses_grow_only_for_passwords() -> None:
    with time_machine.travel(NOW, tick=False):
        last, minutes = None, []
        for _ in range(6):
            last = RefusedLogin.after(last, "credentials", True)
            minutes.append((last.until - NOW) / timedelta(minutes=1))
        assert minutes == [1, 4, 16, 60, 60, 60]
        assert RefusedLogin.after(last, "not_enabled", False).until == NOW + timedelta(minutes=1)


def test_another_password_is_another_login() -> None:
    one, other = (AdvowareConfig(user="AP", password=word, secret="x") for word in ("a", "b"))
    assert one.identity != other.identity
    assert "'a'" not in repr(one)


def test_a_secret_that_is_not_base64_is_a_wrong_setting(new_advoware: New) -> None:
    with pytest.raises(NotEnabled, match="secret_is_not_base64"):
        new_advoware(secret="kein base64!").ping()


@pytest.mark.parametrize(("connector", "host"), [(None, "relay"), ("https://connector.example.test/", "connector")])
def test_the_addresses_are_looked_up_once(
    web: responses.RequestsMock, new_advoware: New, connector: str | None, host: str
) -> None:
    found = {"relayUrl": "https://relay.example.test:90/", "connectorUrl": connector, "securityGateway": f"{GATEWAY}/"}
    looked = web.get(f"{LOOKUP}?Kanzlei=kanzlei", json=found)
    web.post(TOKEN_URL, json={"access_token": "t"})
    port = ":90" if host == "relay" else ""
    asked = web.get(f"https://{host}.example.test{port}/api/v1/advonet/Mitarbeiter", json=[])
    for _ in range(2):
        new_advoware(api_url="", gateway_url="", lookup_url=LOOKUP).ping()
    assert (looked.call_count, asked.call_count) == (1, 2)


def test_another_process_finds_the_addresses_that_one_has_looked_up(
    web: responses.RequestsMock, new_advoware: New
) -> None:
    shared = MemoryTokens()
    looked = web.get(LOOKUP, json={"relayUrl": "https://relay.example.test/", "securityGateway": f"{GATEWAY}/"})
    web.post(TOKEN_URL, json={"access_token": "t"})
    asked = web.get("https://relay.example.test/api/v1/advonet/Mitarbeiter", json=[])
    for _ in range(2):
        new_advoware(shared, api_url="", gateway_url="", lookup_url=LOOKUP).ping()
        AddressBook.here.clear()
    assert (looked.call_count, asked.call_count) == (1, 2)


def test_what_another_process_has_found_meanwhile_is_not_forgotten_with_the_old_addresses() -> None:
    shared = MemoryTokens()
    here, old, new = (
        AddressBook("me", shared),
        Addresses.of("https://old", "https://g"),
        Addresses.of("https://new", "https://g"),
    )
    here.put(old)
    shared.keep("addresses", {**asdict(new), "until": (datetime.now(UTC) + LIFE).isoformat()}, FAR_FUTURE)
    assert here.forget() == old
    assert here.get() == new
    assert here.forget() == new
    assert here.get() is None


def test_addresses_of_a_clock_that_was_ahead_are_looked_up_again() -> None:
    shared = MemoryTokens()
    late = (datetime.now(UTC) + 2 * LIFE).isoformat()
    shared.keep("addresses", {"api": "a", "gateway": "g", "until": late}, FAR_FUTURE)
    assert AddressBook("me", shared).get() is None


@pytest.mark.parametrize(
    ("status", "answer", "kind"),
    [
        (200, {}, NotEnabled),
        (404, {"Message": "Die Kanzlei ist nicht registriert."}, NotEnabled),
        (404, {}, UnexpectedAnswer),
        (200, {"relayUrl": "http://relay.example.test/", "securityGateway": f"{GATEWAY}/"}, UnexpectedAnswer),
        (500, {}, Unreachable),
    ],
)
def test_a_look_up_that_leads_nowhere(
    web: responses.RequestsMock, new_advoware: New, status: int, answer: Any, kind: type[ClientError]
) -> None:
    web.get(LOOKUP, status=status, json=answer)
    with pytest.raises(kind):
        new_advoware(api_url="", gateway_url="", lookup_url=LOOKUP).ping()


def test_threads_wait_for_one_login(web: responses.RequestsMock, new_advoware: New) -> None:
    web.get(EMPLOYEES, json=[])
    gateway = web.post(TOKEN_URL, json={"access_token": "t"})
    tokens = MemoryTokens()
    threads = [threading.Thread(target=new_advoware(tokens).ping) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert gateway.call_count == 1


class Stubborn(MemoryTokens):
    """Holds several tokens, one behind the other; perhaps for ever."""

    def __init__(self, shared: list[Token], *, forgets: bool = True) -> None:
        super().__init__()
        self.shared, self.forgets = shared, forgets
        self.dropped: list[Token] = []

    def get(self) -> Token | None:
        return self.shared[0] if self.shared else super().get()

    def drop(self, token: Token) -> None:
        self.dropped.append(token)
        if self.forgets and token in self.shared:
            self.shared.remove(token)
        super().drop(token)


@pytest.mark.parametrize("gone", [404, requests.exceptions.ConnectTimeout("away")], ids=["404", "away"])
def test_a_server_that_moved_is_found_at_its_new_address(
    web: responses.RequestsMock, new_advoware: New, gone: Any
) -> None:
    web.post(TOKEN_URL, json={"access_token": "t"})
    first = {"relayUrl": "https://old.example.test/", "securityGateway": f"{GATEWAY}/"}
    web.get(LOOKUP, json=first)
    first_asked = "https://old.example.test/api/v1/advonet/Mitarbeiter"
    web.get(first_asked, json=[])
    new_advoware(api_url="", gateway_url="", lookup_url=LOOKUP).ping()
    web.replace(responses.GET, LOOKUP, json=first | {"relayUrl": "https://new.example.test/"})
    how: dict[str, Any] = {"status": gone} if isinstance(gone, int) else {"body": gone}
    web.replace(responses.GET, first_asked, **how)
    there = web.get("https://new.example.test/api/v1/advonet/Mitarbeiter", json=[])
    new_advoware(api_url="", gateway_url="", lookup_url=LOOKUP).ping()
    assert there.call_count == 1


def test_what_is_gone_at_an_address_that_still_holds_is_gone(web: responses.RequestsMock, new_advoware: New) -> None:
    web.post(TOKEN_URL, json={"access_token": "t"})
    looked = web.get(LOOKUP, json={"relayUrl": "https://old.example.test/", "securityGateway": f"{GATEWAY}/"})
    asked = web.get("https://old.example.test/api/v1/advonet/Beteiligte/7", status=404)
    with pytest.raises(NotFound):
        new_advoware(api_url="", gateway_url="", lookup_url=LOOKUP).party(7)
    assert (asked.call_count, looked.call_count) == (1, 2)


def test_a_token_that_was_revoked_behind_another_revoked_one_costs_one_login(
    web: responses.RequestsMock, new_advoware: New
) -> None:
    """This process knows one, the others share another, and both are void."""
    advoware = new_advoware()
    web.post(TOKEN_URL, json={"access_token": "third"})
    store = Stubborn([Token.lasting(name, timedelta(hours=1), timedelta()) for name in ("first", "second")])
    advoware._tokens = store
    for name in ("first", "second", "third"):
        bears = responses.matchers.header_matcher({"Authorization": f"Bearer {name}"})
        web.get(EMPLOYEES, json=[], status=200 if name == "third" else 401, match=[bears])
    advoware.ping()
    assert [each.value for each in store.dropped] == ["first", "second"]


def test_a_store_that_forgets_nothing_ends_with_the_refusal(web: responses.RequestsMock, new_advoware: New) -> None:
    advoware = new_advoware()
    advoware._tokens = Stubborn([Token.lasting("first", timedelta(hours=1), timedelta())], forgets=False)
    asked = web.get(EMPLOYEES, status=401)
    with pytest.raises(Unauthorized):
        advoware.ping()
    assert asked.call_count == 2
