"""The Advoware proxy against the sandbox: what comes through, who gets in, what is on record."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone
from redis.exceptions import RedisError

from sandbox.advoware.oddities import PDF, TEXT
from sandbox.running import SandboxThread
from syncapp.engine.outside import outages
from syncapp.kit import brakes
from syncapp.models import ProxyCall, ProxyKey
from syncapp.proxy import paths, quota
from tests.world import configured

pytestmark = pytest.mark.django_db
PROXY = "/advoware/proxy"
MEGABYTE = 1024 * 1024


@pytest.fixture(scope="module")
def running() -> Iterator[SandboxThread]:
    with SandboxThread() as made:
        yield made


@pytest.fixture
def advoware(running: SandboxThread) -> Iterator[SandboxThread]:
    running.client.reset()
    with configured(**settings_of(running)):
        yield running


def settings_of(running: SandboxThread) -> dict[str, Any]:
    return {
        "ADVOWARE_API_KEY": running.advoware_app_id,
        "ADVOWARE_API_SECRET": running.advoware_api_secret,
        "ADVOWARE_KANZLEI": running.advoware_kanzlei,
        "ADVOWARE_DATABASE": running.advoware_database,
        "ADVOWARE_USER": running.advoware_user,
        "ADVOWARE_PASSWORD": running.advoware_password,
        "ADVOWARE_LOOKUP_URL": running.advoware_lookup_url,
        "ADVOWARE_WRITE_ENABLED": True,
        "ADVOWARE_TIMEOUT_SECONDS": 1.0,
        "HTTP_RETRY_FIRST_SECONDS": 0.001,
        "HTTP_RETRY_BUDGET_SECONDS": 0.5,
    }


Call = Callable[..., Any]


@pytest.fixture
def call(advoware: SandboxThread) -> Call:
    return caller(ProxyKey.issue("A program", may_write=True)[1])


def caller(secret: str | None) -> Call:
    def ask(endpoint: str | None, method: str = "GET", query: str = "", **more: Any) -> Any:
        headers = ({"X-Api-Key": secret} if secret else {}) | more.pop("headers", {})
        address = PROXY + (f"?endpoint={endpoint}{query}" if endpoint is not None else f"?{query}")
        data, kind = more.pop("data", b""), more.pop("content_type", "application/json")
        return Client().generic(method, address, data, kind, headers=headers, **more)

    return ask


def last() -> ProxyCall:
    found = ProxyCall.objects.order_by("-pk").first()
    assert found is not None
    return found


def body(answer: Any) -> bytes:
    return bytes(answer.getvalue())


def hang_up(answer: Any) -> None:
    """As the web server ends a request, but the test's connection to the database stays."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


# What comes through


def test_json_stands_in_result(call: Call) -> None:
    answer = call("advonet/Echo", query="&a=M%C3%BCller&b=&a=%C3%9F+x&format=xml&c")
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "application/json"
    echo = answer.json()["result"]
    assert echo["query"] == [["a", "Müller"], ["b", ""], ["a", "ß x"], ["format", "xml"], ["c", ""]]
    row = last()
    assert (row.method, row.path, row.status, row.refusal) == ("GET", "api/v1/advonet/Echo", 200, "")
    assert row.size == len(answer.content)
    assert row.trace_id == answer.headers["X-Request-ID"]
    assert row.address == "127.0.0.1"
    assert row.key is not None
    assert row.key.last_used_at is not None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_a_body_passes_as_bytes_with_its_type(method: str, call: Call) -> None:
    sent = "Größe: 87 m²".encode()
    echo = call("advonet/Echo", method, data=sent, content_type="text/plain; charset=utf-8").json()["result"]
    assert (echo["method"], echo["text"], echo["bytes"]) == (method, sent.decode(), len(sent))
    assert echo["contentType"] == "text/plain; charset=utf-8"


def test_a_body_without_any_bytes(call: Call) -> None:
    assert call("advonet/Echo", "POST").json()["result"]["bytes"] == 0


def test_pascal_case_comes_as_it_is(call: Call, advoware: SandboxThread) -> None:
    advoware.client.settings(advoware_pascal_case=True)
    assert call("advonet/Echo").json()["result"]["Method"] == "GET"


@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_an_empty_answer_is_null(method: str, call: Call) -> None:
    answer = call("advonet/Leer", method)
    assert (answer.status_code, answer.json()) == (200, {"result": None})


def test_a_pdf_is_a_download_and_byte_for_byte(call: Call) -> None:
    answer = call("advonet/Dokumente/7/Inhalt", headers={"Accept": "application/pdf"})
    assert body(answer).startswith(PDF)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="Dokument-7.pdf"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "Set-Cookie" not in answer.headers


def test_text_comes_as_it_is(call: Call) -> None:
    answer = call("advonet/Dokumente/7/Text")
    assert body(answer).decode() == TEXT
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize("chunk", [0, 65536])
def test_much_is_streamed(chunk: int, call: Call, advoware: SandboxThread) -> None:
    advoware.client.settings(advoware_large_body_mb=4, advoware_large_body_chunk=chunk)
    answer = call("advonet/Gross")
    assert answer.streaming
    assert last().status == 0  # it is on its way
    assert answer.headers.get("Content-Length") == (None if chunk else str(4 * MEGABYTE))
    assert len(body(answer)) == 4 * MEGABYTE
    row = last()
    assert (row.status, row.size, row.refusal) == (200, 4 * MEGABYTE, "")


def test_a_caller_who_hangs_up_is_on_record(call: Call) -> None:
    answer = call("advonet/Gross")
    parts = answer._iterator
    first = next(parts)
    parts.close()
    assert (last().status, last().refusal) == (200, "hung_up")
    assert 0 < last().size <= len(first)


def test_a_caller_who_hangs_up_before_the_first_byte_is_on_record(call: Call) -> None:
    hang_up(call("advonet/Gross"))
    assert (last().status, last().refusal, last().size) == (200, "hung_up", 0)


def test_their_error_keeps_its_status_and_text(call: Call) -> None:
    answer = call("advonet/Fehler", "POST")
    assert answer.status_code == 422
    assert answer.json() == {
        "error": "Advoware answered with status 422",
        "details": {"Message": "Die Akte ist gesperrt.", "Code": 4711, "Feld": "az"},
    }
    assert (last().status, last().refusal) == (422, "")


def test_their_error_may_be_a_text(call: Call, advoware: SandboxThread) -> None:
    advoware.client.add_fault("status", system="advoware", status=500, body="Laufzeitfehler in Größe")
    answer = call("advonet/Echo")
    assert (answer.status_code, answer.json()["details"]) == (500, "Laufzeitfehler in Größe")


def test_an_expired_token_is_not_the_callers_trouble(call: Call, advoware: SandboxThread) -> None:
    assert call("advonet/Echo").status_code == 200
    advoware.client.advoware.expire_tokens()
    assert call("advonet/Echo").status_code == 200


# When there is no answer


@pytest.mark.parametrize("kind", ["cut_before", "cut_after", "truncated"])
def test_a_cut_connection_is_502(kind: str, call: Call, advoware: SandboxThread) -> None:
    assert call("advonet/Leer").status_code == 200
    advoware.client.add_fault(kind, system="advoware")
    answer = call("advonet/Echo", "POST", data=b"x")
    assert answer.status_code == 502
    assert "may have been executed" in answer.json()["error"]
    assert (last().status, last().refusal) == (502, "answer_lost")
    assert len([c for c in advoware.client.calls("advoware") if "Echo" in c["path"]]) == 1


def test_a_long_answer_that_breaks_off_is_not_taken_for_whole(call: Call, advoware: SandboxThread) -> None:
    advoware.client.add_fault("truncated", system="advoware")
    answer = call("advonet/Gross")
    with pytest.raises(Exception, match="AnswerLost"):
        answer.getvalue()
    hang_up(answer)
    assert (last().status, last().refusal) == (200, "answer_lost")


def test_too_slow_is_504(call: Call, advoware: SandboxThread) -> None:
    advoware.client.add_fault("delay", system="advoware", delay=3.0)
    with configured(ADVOWARE_TIMEOUT_SECONDS=0.2):
        answer = call("advonet/Echo")
    assert (answer.status_code, last().refusal) == (504, "timed_out")


def test_unreachable_is_502(call: Call) -> None:
    away = {"ADVOWARE_API_BASE_URL": "http://127.0.0.1:9", "ADVOWARE_SECURITY_GATEWAY_URL": "http://127.0.0.1:9"}
    with configured(**away):
        answer = call("advonet/Echo")
    assert (answer.status_code, last().refusal) == (502, "unreachable")


def test_a_refused_login_is_502_and_no_word_of_it(call: Call, advoware: SandboxThread) -> None:
    with configured(ADVOWARE_PASSWORD="wrong-password", ADVOWARE_USER="XX"):
        answer = call("advonet/Echo")
    assert (answer.status_code, last().refusal) == (502, "login_refused")
    assert "wrong-password" not in answer.content.decode()


def test_a_redirect_is_not_followed(call: Call, advoware: SandboxThread) -> None:
    advoware.client.add_fault("status", system="advoware", status=302, headers={"Location": "http://127.0.0.1:9/"})
    assert (call("advonet/Echo").status_code, last().refusal) == (502, "unexpected")


# Who gets in


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        ({}, "no_key"),
        ({"X-Api-Key": "bbl_" + "x" * 43}, "unknown_key"),
        ({"X-Api-Key": "nonsense"}, "unknown_key"),
        ({"Authorization": "Basic eDp5"}, "no_key"),
        ({"Authorization": "Bearer bbl_x"}, "unknown_key"),
    ],
)
def test_strangers(given: dict[str, str], refusal: str, advoware: SandboxThread) -> None:
    answer = caller(None)("advonet/Echo", headers=given)
    assert (answer.status_code, set(answer.json())) == (401, {"error"})
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (last().refusal, last().key, last().path) == (refusal, None, "")
    assert advoware.client.calls("advoware") == []


def test_a_key_in_the_address_is_none(advoware: SandboxThread) -> None:
    secret = ProxyKey.issue("A program")[1]
    assert caller(None)("advonet/Echo", query=f"&X-Api-Key={secret}&api_key={secret}").status_code == 401


def test_callers_of_the_earlier_proxy_keep_header_and_key(advoware: SandboxThread) -> None:
    """Kong has a key sent as `apikey`, and passes it on; the firm's programs are not changed when the hub is."""
    old = "4Zr8wq2Lk0Yb7Xc5Vn3Mp1Tj"
    assert caller(None)("advonet/Echo", headers={"apikey": old}).status_code == 401
    with mock.patch("sys.stdin", io.StringIO(old + "\n")):
        call_command("bring_proxy_key", "Old program", stdout=io.StringIO())
    answer = caller(None)("advonet/Echo", headers={"apikey": old})
    assert (answer.status_code, set(answer.json())) == (200, {"result"})
    assert (last().key, last().refusal) == (ProxyKey.objects.get(name="Old program"), "")
    assert old not in json.dumps(list(ProxyKey.objects.values()), default=str)
    assert caller(None)("advonet/Echo", "POST", headers={"apikey": old}).status_code == 403


@pytest.mark.parametrize("weak", ["", "short", "with a blank in it, however long", "x" * 201])
def test_a_key_that_is_none_is_not_brought(weak: str) -> None:
    with mock.patch("sys.stdin", io.StringIO(weak + "\n")), pytest.raises(CommandError):
        call_command("bring_proxy_key", "Old program")
    assert not ProxyKey.objects.exists()


@pytest.mark.parametrize("name", ["", "  ", "x" * 101])
def test_a_key_needs_a_name_that_can_be_kept(name: str) -> None:
    """PostgreSQL refused a longer one; SQLite kept it, and then nothing could be moved to PostgreSQL."""
    with mock.patch("sys.stdin", io.StringIO("x" * 30)), pytest.raises(CommandError, match="needs a name") as refused:
        call_command("bring_proxy_key", name)
    assert refused.value.returncode == 2
    assert not ProxyKey.objects.exists()


def test_what_is_no_text_and_nobody_to_ask_are_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", mock.Mock(side_effect=EOFError))
    garbled = io.TextIOWrapper(io.BytesIO(b"\xff" * 30), "utf-8")
    for stdin in (garbled, mock.Mock(isatty=lambda: True)):
        with mock.patch("sys.stdin", stdin), pytest.raises(CommandError, match="That is no key"):
            call_command("bring_proxy_key", "Old program")


def test_a_bearer_does_as_well_and_goes_no_further(advoware: SandboxThread) -> None:
    secret = ProxyKey.issue("A program")[1]
    assert caller(None)("advonet/Echo", headers={"Authorization": f"Bearer {secret}"}).status_code == 200


def test_a_revoked_key(advoware: SandboxThread) -> None:
    row, secret = ProxyKey.issue("A program", revoked_at=timezone.now())
    assert caller(secret)("advonet/Echo").status_code == 401
    assert (last().refusal, last().key) == ("revoked_key", row)


def test_only_the_hash_of_a_key_is_kept() -> None:
    row, secret = ProxyKey.issue("A program")
    assert secret.startswith("bbl_")
    assert secret not in str(ProxyKey.objects.values().get(pk=row.pk))
    assert ProxyKey.of(secret) == row
    assert ProxyKey.of(secret[:-1]) is None


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_writing_needs_the_right_and_the_switch(method: str, advoware: SandboxThread) -> None:
    reader, writer = ProxyKey.issue("Reader")[1], ProxyKey.issue("Writer", may_write=True)[1]
    assert (caller(reader)("advonet/Echo", method).status_code, last().refusal) == (403, "may_not_write")
    for off in ({"ADVOWARE_WRITE_ENABLED": False}, {"OBSERVE_ONLY": True}):
        with configured(**off):
            answer = caller(writer)("advonet/Echo", method)
            assert (answer.status_code, last().refusal) == (403, "writing_off")
            assert "switched off" in answer.json()["error"]
            assert caller(writer)("advonet/Echo").status_code == 200
    assert caller(reader)("advonet/Echo").status_code == 200


def test_a_key_for_some_paths(advoware: SandboxThread) -> None:
    ask = caller(ProxyKey.issue("A program", prefixes=["advonet/Echo"])[1])
    assert ask("/api/v1/advonet/Echo").status_code == 200
    assert (ask("advonet/EchoX").status_code, last().refusal) == (403, "other_path")
    assert last().path == "api/v1/advonet/EchoX"


def test_no_endpoint(call: Call) -> None:
    for answer in (call(None), call("")):
        assert (answer.status_code, answer.json()) == (400, {"error": "Endpoint required as query param"})


@pytest.mark.parametrize("endpoint", ["//elsewhere.example", "%2e%2e/x", "%252e%252e/x", "a%0d%0ab", "http://x/"])
def test_never_another_host(endpoint: str, call: Call, advoware: SandboxThread) -> None:
    answer = call(endpoint)
    assert (answer.status_code, last().refusal, last().path) == (400, "bad_path", "")
    assert "elsewhere" not in answer.content.decode()
    assert advoware.client.calls("advoware") == []


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PATCH", "TRACE"])
def test_other_methods(method: str, call: Call) -> None:
    answer = call("advonet/Echo", method, headers={"X-HTTP-Method-Override": "GET"})
    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, POST, PUT, DELETE")
    assert last().refusal == "method"


def test_not_configured() -> None:
    answer = caller(ProxyKey.issue("A program")[1])("advonet/Echo")
    assert (answer.status_code, last().refusal) == (503, "not_configured")


def test_paused_by_staff(call: Call) -> None:
    outages.set_paused("advoware", True)
    assert (call("advonet/Echo").status_code, last().refusal) == (503, "paused")


def test_the_callers_own_headers_stay_here(call: Call, advoware: SandboxThread) -> None:
    seen: list[dict[str, str]] = []
    gateway = advoware.sandbox.advoware.gateway
    admit = gateway.admit

    def look(request: Any) -> None:
        seen.append(dict(request.headers))
        admit(request)

    gateway.admit = look  # type: ignore[method-assign]
    try:
        call(
            "advonet/Echo",
            headers={"Cookie": "a=b", "X-HTTP-Method-Override": "DELETE", "X-Forwarded-Host": "x", "Referer": "y"},
        )
    finally:
        gateway.admit = admit  # type: ignore[method-assign]
    names = {name.lower() for name in seen[-1]}
    assert names <= {"host", "authorization", "user-agent", "accept-encoding", "connection", "content-length"}
    assert "bbl_" not in seen[-1]["Authorization"]


# How much


def test_a_body_too_large(call: Call) -> None:
    with configured(ADVOWARE_PROXY_MAX_MB=1):
        assert call("advonet/Echo", "POST", data=b"x" * MEGABYTE).status_code == 200
        assert call("advonet/Echo", "POST", data=b"x" * (MEGABYTE + 1)).status_code == 413
    assert last().refusal == "too_large"


def test_a_body_larger_than_webhooks_may_be(call: Call) -> None:
    size = 12 * MEGABYTE
    assert call("advonet/Echo", "POST", data=b"x" * size).json()["result"]["bytes"] == size


def test_a_body_without_its_length(call: Call) -> None:
    answer = call("advonet/Echo", "POST", CONTENT_LENGTH="", headers={"Transfer-Encoding": "chunked"})
    assert (answer.status_code, last().refusal) == (411, "no_length")


def test_calls_a_minute_are_counted_for_each_key(advoware: SandboxThread, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quota.time, "time", lambda: 6_000_000.0 + 45)
    first, second = caller(ProxyKey.issue("One", per_minute=2)[1]), caller(ProxyKey.issue("Two", per_minute=2)[1])
    assert [first("advonet/Echo").status_code for _ in range(3)] == [200, 200, 429]
    answer = first("advonet/Echo")
    assert (answer.status_code, answer.headers["Retry-After"], last().refusal) == (429, "15", "too_many")
    assert second("advonet/Echo").status_code == 200
    monkeypatch.setattr(quota.time, "time", lambda: 6_000_000.0 + 60)
    assert first("advonet/Echo").status_code == 200


def test_a_redis_that_is_away_opens_no_door(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> int:
        raise RedisError

    monkeypatch.setattr(quota, "_counted_in_redis", away)
    monkeypatch.setattr(quota.time, "time", lambda: 6_000_000.0)
    row = ProxyKey.issue("One", per_minute=1)[0]
    with configured(REDIS_URL="redis://127.0.0.1:1/0", redis_url="redis://127.0.0.1:1/0"):
        assert quota.of_key(row) is None
        assert quota.of_key(row) is not None


def test_who_guesses_keys_is_slowed_down_and_fills_no_table(
    advoware: SandboxThread, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(brakes.time, "time", lambda: 6_000_000.0)
    monkeypatch.setattr(quota, "strangers", brakes.Brake("proxy", 3))
    stranger = caller("bbl_" + "x" * 43)
    answers = [stranger("advonet/Echo") for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401, 401, 401, 429, 429, 429]
    assert answers[-1].headers["Retry-After"] == "60"
    assert ProxyCall.objects.count() == 4
    assert caller(None)("advonet/Echo", REMOTE_ADDR="192.0.2.1").status_code == 401
    good = caller(ProxyKey.issue("From the same address")[1])
    assert good("advonet/Echo").status_code == 200


def test_the_address_behind_our_reverse_proxy(call: Call) -> None:
    forwarded = {"X-Forwarded-For": "203.0.113.9, 198.51.100.7"}
    call("advonet/Echo", headers=forwarded)
    assert last().address == "127.0.0.1"
    with configured(DJANGO_TRUST_PROXY=True):
        call("advonet/Echo", headers=forwarded)
        assert last().address == "198.51.100.7"


def test_paths_are_recorded_without_their_query(call: Call) -> None:
    call("advonet/Echo", query="&name=Mustermann")
    call("advonet/Echo%3Fname=Mustermann")
    assert not any("Mustermann" in json.dumps(row, default=str) for row in ProxyCall.objects.values())
    call("advonet/" + "A" * (paths.LONGEST - 10))
    assert len(last().path) == 300
