"""What happens on a real connection: cuts, silence, redirects, forks, and how much memory a large file takes."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import socket
import ssl
import tempfile
import threading
import tracemalloc

import pytest
import responses

from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    Rejected,
    TooLarge,
    Unauthorized,
    UnexpectedAnswer,
    Unreachable,
)
from syncapp.clients.espocrm import EspoClient, EspoConfig
from syncapp.clients.http.answers import JSON_LIMIT
from syncapp.clients.xai import XaiClient, XaiConfig
from tests.unit.clients.conftest import ONCE
from tests.unit.clients.wire import Wire, answer

LARGE = 24 * 1024 * 1024
SMALL_MEMORY = 3 * 1024 * 1024


def crm(url: str, timeout: float = 5.0) -> EspoClient:
    return EspoClient(EspoConfig(url, "the-key", timeout=timeout, retry=ONCE))


def failure(url: str, timeout: float = 5.0) -> ClientError:
    with pytest.raises(ClientError) as caught:
        crm(url, timeout).get("Account", "1")
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None  # the original's text names the query
    return caught.value


def test_a_refused_connection_was_surely_not_executed() -> None:
    error = failure("http://127.0.0.1:1")
    assert (type(error), error.code, error.status) == (Unreachable, "refused", None)


def test_an_unknown_name_was_surely_not_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: object, **__: object) -> None:
        raise socket.gaierror(socket.EAI_NONAME, "unknown")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failure("http://nowhere.example.test")
    assert (type(error), error.code) == (Unreachable, "name_resolution")


def test_a_connect_timeout_was_surely_not_executed(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*_: object, **__: object) -> None:
        raise TimeoutError

    monkeypatch.setattr("urllib3.util.connection.create_connection", slow)
    error = failure("http://127.0.0.1:1")
    assert (type(error), error.code) == (Unreachable, "connect_timeout")


def test_whatever_breaks_the_handshake_was_surely_not_executed(wire: Wire) -> None:
    wire.cut_at_once = True
    error = failure(wire.url.replace("http:", "https:"))
    assert (type(error), error.code) == (Unreachable, "tls")


def test_an_untrusted_certificate_was_surely_not_executed(monkeypatch: pytest.MonkeyPatch, wire: Wire) -> None:
    def untrusted(*_: object, **__: object) -> None:
        raise ssl.SSLCertVerificationError("self-signed")

    monkeypatch.setattr(ssl.SSLContext, "wrap_socket", untrusted)
    error = failure(wire.url.replace("http:", "https:"))
    assert (type(error), error.code) == (Unreachable, "tls")


@pytest.mark.parametrize(
    "said",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"not http at all\r\n\r\n",
        b"HTTP/1.1 404 Not Found\r\nDate: today\r\n",
        answer(b"cut", "404 Not Found", length=500),
        answer(b'{"id":', length=500),
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"id"',
    ],
)
def test_an_answer_that_breaks_off_is_lost(wire: Wire, said: bytes) -> None:
    wire.script, wire.cut_after = [said], True
    assert type(failure(wire.url)) is AnswerLost


def test_a_refusal_that_breaks_off_is_still_a_refusal(wire: Wire) -> None:
    wire.script, wire.cut_after = [answer(b"cut", "413 Content Too Large", length=500)], True
    assert type(failure(wire.url)) is TooLarge


def test_silence_is_a_lost_answer(wire: Wire) -> None:
    wire.script = [None]
    error = failure(wire.url, timeout=0.1)
    assert (type(error), error.code) == (AnswerLost, "read_timeout")


def test_silence_in_the_middle_of_a_body_is_a_lost_answer(wire: Wire) -> None:
    wire.script = [answer(b'{"id":', length=500), None]
    assert type(failure(wire.url, timeout=0.1)) is AnswerLost


def test_a_redirect_is_not_followed_so_the_key_stays_here(wire: Wire) -> None:
    with Wire() as elsewhere:
        wire.script = [answer(b"", "302 Found", f"Location: {elsewhere.url}/api/v1/Account/1")]
        error = failure(wire.url)
        assert (type(error), error.status) == (UnexpectedAnswer, 302)
        assert elsewhere.requests == []


def test_cookies_are_not_kept(wire: Wire) -> None:
    wire.script = [answer(b'{"id": "1"}', "200 OK", "Set-Cookie: auth=1; Path=/")]
    for _ in range(2):
        crm(wire.url).get("Account", "1")
    assert b"cookie" not in wire.requests[1].lower()


def test_proxies_of_the_environment_are_not_used(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    wire.script = [answer(b'{"id": "1"}')]
    assert crm(wire.url).get("Account", "1") == {"id": "1"}


def test_connections_are_kept_over_clients_and_refusals(wire: Wire) -> None:
    wire.script = [answer(b'{"id": "1"}'), answer(b"wrong", "401 Unauthorized"), answer(b'{"id": "1"}')]
    crm(wire.url).get("Account", "1")
    with pytest.raises(Unauthorized):
        crm(wire.url).get("Account", "1")
    crm(wire.url).get("Account", "1")
    assert (len(wire.requests), wire.connections) == (3, 1)


def test_threads_do_not_share_a_connection_at_the_same_time(wire: Wire) -> None:
    wire.script = [answer(b'{"id": "1"}')]
    results: list[object] = []

    def work() -> None:
        results.extend(crm(wire.url).get("Account", "1") for _ in range(20))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert results == [{"id": "1"}] * 80


def test_a_forked_child_opens_its_own_connection(wire: Wire) -> None:
    wire.script = [answer(b'{"id": "1"}')]
    crm(wire.url).get("Account", "1")
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if crm(wire.url).get("Account", "1") == {"id": "1"} else 1)
        finally:
            os._exit(2)
    assert os.waitpid(child, 0)[1] == 0
    crm(wire.url).get("Account", "1")
    assert (len(wire.requests), wire.connections) == (3, 2)


def test_compressed_answers_are_read(wire: Wire) -> None:
    wire.script = [answer(gzip.compress(b'{"id": "1"}'), "200 OK", "Content-Encoding: gzip")]
    assert crm(wire.url).get("Account", "1") == {"id": "1"}


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (answer(b"<html>"), "not_json"),
        (answer(b""), "not_json"),
        (answer(b"\xff\xfe\xff"), "not_json"),
        (answer(b"[" * 200_000), "not_json"),
        (answer(b"[]"), "not_an_object.object"),
        (answer(b"raw", "200 OK", "Content-Encoding: gzip"), "encoding"),
        (answer(gzip.compress(b" " * (JSON_LIMIT + 1)), "200 OK", "Content-Encoding: gzip"), "too_long"),
    ],
)
def test_an_unreadable_answer_says_so_and_quotes_nothing(wire: Wire, said: bytes, code: str) -> None:
    wire.script = [said]
    error = failure(wire.url)
    assert (type(error), error.code) == (UnexpectedAnswer, code)


def test_an_address_that_is_none_is_rejected() -> None:
    assert type(failure("http://exa mple:port")) in (Rejected, Unreachable)


def test_a_missing_ca_file_is_no_answer(wire: Wire, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", "/nowhere/ca.pem")
    client = EspoClient(EspoConfig(wire.url.replace("http:", "https:"), "k", retry=ONCE))
    with pytest.raises(Unreachable) as caught:
        client.ping()
    assert caught.value.code == "ca_bundle"


def test_a_large_download_is_hashed_without_being_held_in_memory(wire: Wire) -> None:
    content = bytes(LARGE)
    wire.script = [answer(content)]
    md5, sha256 = hashlib.md5(content).hexdigest(), hashlib.sha256(content).hexdigest()
    with tempfile.TemporaryFile() as into:
        tracemalloc.start()
        done = crm(wire.url).download("att1", into, LARGE)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert (done.size, done.md5, done.sha256) == (LARGE, md5, sha256)
        assert into.tell() == LARGE
    assert peak < SMALL_MEMORY


def test_a_large_upload_is_not_held_in_memory(wire: Wire) -> None:
    wire.script = [answer(b'{"id": "file_1"}')]
    xai = XaiClient(XaiConfig(wire.url, wire.url, "a", "m"))
    with tempfile.TemporaryFile() as stream:
        stream.truncate(LARGE)
        tracemalloc.start()
        xai.upload(stream, LARGE, "a.pdf", "application/pdf")
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert LARGE < wire.bodies[0] < LARGE + 1000
    assert peak < SMALL_MEMORY


def test_an_upload_that_is_refused_before_its_end_is_still_understood(wire: Wire) -> None:
    wire.script = [answer(b"", "413 Content Too Large")]
    with pytest.raises(TooLarge):
        XaiClient(XaiConfig(wire.url, wire.url)).upload(io.BytesIO(b"12345"), 5, "a.txt")


def test_a_file_that_shrinks_while_it_is_sent_is_a_lost_answer(wire: Wire) -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            return b""

    with pytest.raises(AnswerLost):
        XaiClient(XaiConfig(wire.url, wire.url)).upload(Shrinking(b"12345"), 5, "a.txt")


def test_a_download_that_breaks_off_starts_anew(wire: Wire) -> None:
    wire.script, wire.cut_after = [answer(b"half", length=8), answer(b"complete")], True
    into = io.BytesIO()
    into.write(b"before:")
    done = EspoClient(EspoConfig(wire.url, "k"), sleep=lambda _: None).download("att1", into, 100)
    assert (into.getvalue(), done.size) == (b"before:complete", 8)


@pytest.mark.parametrize(
    "said",
    [answer(b"123456"), b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\n123456\r\n0\r\n\r\n"],
)
def test_a_download_over_the_limit_stops(wire: Wire, said: bytes) -> None:
    wire.script = [said]
    into = io.BytesIO()
    with pytest.raises(TooLarge) as caught:
        crm(wire.url).download("att1", into, 5)
    assert caught.value.status is None
    assert into.getvalue() == b""


def test_the_test_server_is_not_needed_for_the_rest(web: responses.RequestsMock) -> None:
    """The clients go through the adapter of requests, where ``responses`` can catch them."""
    web.get("https://crm.example.test/api/v1/Account/1", json={"id": "1"})
    assert crm("https://crm.example.test/api/v1/").get("Account", "1") == {"id": "1"}
