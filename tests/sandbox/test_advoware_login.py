import re
from datetime import UTC, datetime, timedelta

import pytest

from sandbox.advoware.gateway import signature
from tests.sandbox.advoware_calls import FIELDS, login_body, signed


def test_the_look_up_names_the_addresses_of_a_known_kanzlei(sb, api, client):
    look_up = api(sb.advoware_lookup_url.rpartition("/")[0])
    found = look_up("GET", "Url", params={"Kanzlei": sb.advoware_kanzlei}).json()
    assert found == {
        "relayUrl": sb.advoware_url,
        "connectorUrl": None,
        "securityGateway": sb.advoware_gateway_url,
    }
    unknown = look_up("GET", "Url", params={"Kanzlei": "andere"})
    assert unknown.status_code == 404
    assert "ist nicht registriert" in unknown.text
    connector = sb.url + "/advoware-connector/"
    client.settings(advoware_connector_url=connector)
    assert look_up("GET", "Url", params={"Kanzlei": sb.advoware_kanzlei}).json()["connectorUrl"] == connector


def test_the_connector_answers_as_the_relay_does(sb, advoware, api):
    connector = api(sb.url + "/advoware-connector/api/v1", Authorization=advoware.session.headers["Authorization"])
    assert connector("GET", "advonet/Beteiligte").json() == []


def test_the_signature_is_the_one_of_the_vendors_example():
    vector = ("dGVzdC1zZWNyZXQta2V5", "64", "app-123", "nonce-abc", "2026-08-30T00:00:00.000Z")
    expected = "o7rz9KmoXZs550HfzO6ffiG17XwiPmlBHlksUYKZ3jcfolELow51Fw5KlrQqCK5y41aIValDjrh1iQ2GZ2WtqQ=="
    assert signature(*vector) == signed(*vector) == expected


def test_a_token_opens_the_api_until_it_ends(sb, gateway, advoware, api, client):
    assert advoware("GET", "advonet/Beteiligte").status_code == 200
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic x"}):
        assert api(sb.advoware_url + "api/v1", **headers)("GET", "advonet/Beteiligte").status_code == 401
    assert client.advoware.expire_tokens() == 1
    assert advoware("GET", "advonet/Beteiligte").status_code == 401
    client.settings(advoware_token_seconds=0.0)
    token = gateway("POST", "Token", json=login_body(sb)).json()["access_token"]
    late = api(sb.advoware_url + "api/v1", Authorization=f"Bearer {token}")
    assert late("GET", "advonet/Beteiligte").status_code == 401
    assert client.state("advoware")["logins"] == 2


@pytest.mark.parametrize(
    ("form", "keys"),
    [
        ("both", {"expires_in", "expiration_utc"}),
        ("expires_in", {"expires_in"}),
        ("expiration_utc", {"expiration_utc"}),
        ("none", set()),
    ],
)
def test_how_a_token_says_when_it_ends_can_be_set(sb, gateway, client, form, keys):
    client.settings(advoware_token_expiry=form, advoware_token_seconds=600.0)
    answer = gateway("POST", "Token", json=login_body(sb)).json()
    assert answer.keys() - {"access_token", "token_type"} == keys
    assert answer.get("expires_in", 600) == 600
    if "expiration_utc" in keys:
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", answer["expiration_utc"])
        ends = datetime.fromisoformat(answer["expiration_utc"])
        assert timedelta(seconds=590) < ends - datetime.now(UTC) < timedelta(seconds=610)


@pytest.mark.parametrize("name", FIELDS)
def test_every_field_is_required(sb, gateway, client, name):
    answer = gateway("POST", "Token", json=login_body(sb, **{name: None}))
    assert answer.status_code == 400
    assert name in answer.text
    assert client.state("advoware")["refused_logins"] == 1


def ago(**delta):
    return (datetime.now(UTC) - timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


@pytest.mark.parametrize(
    ("changes", "status", "words"),
    [
        ({"AppID": "andere"}, 401, "ist nicht registriert"),
        ({"Kanzlei": "andere"}, 400, "ist nicht registriert"),
        ({"Database": "andere"}, 400, "ist nicht registriert"),
        ({"product": 63}, 400, "nicht freigeschaltet"),
        ({"Password": "falsch"}, 401, "Falscher Name oder falsches Kennwort"),
        ({"User": "XX"}, 401, "Falscher Name oder falsches Kennwort"),
        ({"HMAC512Signature": "bm8="}, 401, "Signatur"),
        ({"Nonce": "another than was signed"}, 401, "Signatur"),
        ({"RequestTimeStamp": ago(seconds=1)}, 401, "Signatur"),
        ({"stamp": ago(minutes=6)}, 401, "abgelaufen"),
        ({"stamp": ago(minutes=-60)}, 401, "abgelaufen"),
        ({"stamp": "2026-08-30T00:00:00+00:00"}, 400, "RequestTimeStamp"),
        ({"stamp": "gesternZ"}, 400, "RequestTimeStamp"),
    ],
)
def test_what_is_not_right_is_refused_in_the_vendors_words(sb, gateway, client, changes, status, words):
    answer = gateway("POST", "Token", json=login_body(sb, **changes))
    assert answer.status_code == status
    assert words in answer.text
    assert client.state("advoware")["logins"] == 0


def test_a_stamp_of_any_precision_is_good_as_long_as_it_is_the_one_that_was_signed(sb, gateway):
    for stamp in (ago(minutes=4), ago(minutes=-4), datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")):
        assert gateway("POST", "Token", json=login_body(sb, stamp=stamp)).status_code == 200


def test_a_nonce_is_good_for_one_login(sb, gateway):
    body = login_body(sb)
    assert [gateway("POST", "Token", json=body).status_code for _ in range(2)] == [200, 401]


def test_settings_make_each_refusal_happen(sb, gateway, client):
    def refusal() -> str:
        answer = gateway("POST", "Token", json=login_body(sb))
        assert answer.status_code in (400, 401)
        return answer.text

    client.settings(advoware_product_enabled=False)
    assert "nicht freigeschaltet" in refusal()
    client.settings(advoware_product_enabled=True, advoware_user_logged_in=False)
    assert "ist nicht angemeldet" in refusal()
    client.settings(advoware_user_logged_in=True)
    client.advoware.set_password("neu")
    assert "Falscher Name oder falsches Kennwort" in refusal()
    body = login_body(sb, Password="neu")
    assert gateway("POST", "Token", json=body).status_code == 200
    client.settings(advoware_kanzlei="andere")
    assert "ist nicht registriert" in refusal()


def test_errors_are_json_or_text(sb, gateway, client):
    client.settings(advoware_error_shape="json")
    answer = gateway("POST", "Token", json=login_body(sb, User="XX"))
    assert answer.json() == {"Message": "Falscher Name oder falsches Kennwort."}
    client.settings(advoware_error_shape="text")
    answer = gateway("POST", "Token", json=login_body(sb, User="XX"))
    assert (answer.text, answer.headers["Content-Type"]) == (
        "Falscher Name oder falsches Kennwort.",
        "text/plain; charset=utf-8",
    )
    assert gateway("POST", "Token", data="x").status_code == 415
    assert gateway("GET", "Token").status_code == 404


def test_each_host_has_a_name_of_its_own_for_faults(sb, gateway, advoware, api, client):
    client.add_fault("status", system="advoware-security", times=None, status=503)
    assert gateway("POST", "Token", json=login_body(sb)).status_code == 503
    assert advoware("GET", "advonet/Mitarbeiter").status_code == 200
    client.add_fault("status", system="advoware-lookup", status=502)
    assert api(sb.advoware_lookup_url)("GET", "").status_code == 502
    client.add_fault("status", system="advoware*", status=500)
    assert advoware("GET", "advonet/Mitarbeiter").status_code == 500
