"""Whoever sends, reads or answers slowly holds nobody else up: a real web server, real sockets."""

from __future__ import annotations

import contextlib
import itertools
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from bitbylaw.web.arriving import PATIENCE
from bitbylaw.web.worker import STAY_AWAY
from tests import engines
from tests.e2e.doors import GIVE_UP, WEBHOOK, Answer, Door, answer_on, get, silent_system, web_server
from tests.installation import Installation, until

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(engines.chosen().name != "sqlite", reason="the web server is the same on every engine"),
]
AT_ONCE = 1.0  # seconds; without slow peers it is some milliseconds
MANY = 50
LARGEST_FILE = "/static/drf_spectacular_sidecar/swagger-ui-dist/swagger-ui-bundle.js"
POST = b"POST /vmh/webhook/document/update HTTP/1.1\r\nHost: 127.0.0.1\r\n"


@pytest.fixture
def door(hub: Installation) -> Iterator[Door]:
    with web_server(hub) as made:
        yield made


def everybody_is_served(door: Door) -> None:
    for found, status in ((door.webhook(), 200), (door.get("/health/live"), 200), (door.get("/"), 302)):
        assert found.status == status
        assert found.seconds < AT_ONCE


@contextlib.contextmanager
def strangers(door: Door, many: int = MANY) -> Iterator[list[socket.socket]]:
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(door.connect()) for _ in range(many)]


def ended(sock: socket.socket, seconds: float) -> float:
    """After how long the server ended the connection."""
    began = time.monotonic()
    sock.settimeout(seconds)
    with contextlib.suppress(ConnectionResetError):
        while sock.recv(65536):
            pass
    return time.monotonic() - began


BEGINNINGS = {
    "nothing at all": b"",
    "half a request line": b"POST /vmh/web",
    "half a head": POST + b"X-Long: a",
    "half a body": POST + b"Content-Length: 100\r\n\r\n[",
    "a promise": POST + b"Content-Length: 100\r\nExpect: 100-continue\r\n\r\n",
    "a page's form": b"POST /admin/login/ HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n1",
    "a call's body": b"POST /advoware/proxy HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n1",
}


def test_who_sends_slowly_holds_nobody_up_and_is_cut(door: Door) -> None:
    with strangers(door) as held:
        kinds = list(zip(held, itertools.cycle(BEGINNINGS.items()), strict=False))
        over, began = threading.Event(), time.monotonic()

        def trickle() -> None:
            for sock, (_, beginning) in kinds:
                sock.sendall(beginning)
            while not over.wait(1.0):
                for sock, (_, beginning) in kinds:
                    with contextlib.suppress(OSError):
                        sock.sendall(b"a" if beginning else b"")

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            for _ in range(5):
                everybody_is_served(door)
                time.sleep(1)
            for sock, (kind, _) in kinds:
                ended(sock, 2 * PATIENCE)
                assert time.monotonic() - began < PATIENCE + 5, f"{kind}, however many bytes still come"
        finally:
            over.set()
            thread.join()


def test_who_reads_slowly_holds_nobody_up_and_is_cut(hub: Installation) -> None:
    asked = 10  # more than the sockets hold
    big = get(LARGEST_FILE).replace(b"close", b"keep-alive")
    with web_server(hub, DJANGO_DEBUG="1") as door, strangers(door) as held:
        for sock in held:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            sock.sendall(big * asked)
        time.sleep(1)
        for _ in range(5):
            assert door.webhook().seconds < AT_ONCE
            assert door.get("/health/live").seconds < AT_ONCE
        assert door.connections() >= MANY
        until(lambda: not door.connections(), PATIENCE + 10, lambda: f"{door.connections()} connections are held")


def test_who_does_not_hang_up_holds_nobody_up(door: Door) -> None:
    """gunicorn's own worker lingers two seconds for each of them, and does nothing else meanwhile."""
    with strangers(door, 20) as held:
        for sock in held:
            sock.sendall(get("/health/live"))
        time.sleep(0.2)
        everybody_is_served(door)


def test_who_shall_stay_away_is_told_so_later_and_holds_nobody_up(hub: Installation) -> None:
    """So a flood of wrong signatures comes as fast as its connections allow, not as fast as we can say no."""
    wrong = WEBHOOK.replace(b"Signature: ", b"X-Forwarded-For: 203.0.113.9\r\nSignature: x")
    with web_server(hub, DJANGO_TRUST_PROXY="1") as door:
        while door.ask(wrong).status == 401:
            pass
        with strangers(door, 40) as held:
            began = time.monotonic()
            for sock in held:
                sock.sendall(wrong)
            everybody_is_served(door)
            told = [answer_on(sock, began) for sock in held]
            everybody_is_served(door)
        with door.connect() as gone:
            gone.sendall(wrong)
        until(lambda: not door.connections(), GIVE_UP, lambda: f"{door.connections()} connections are held")
    assert {each.status for each in told} == {429}
    assert min(each.seconds for each in told) >= STAY_AWAY


def test_a_body_is_not_waited_for_that_nobody_would_read(door: Door) -> None:
    for head, status in ((b"Content-Length: 9999999999\r\n\r\n", 413), (b"Transfer-Encoding: chunked\r\n\r\n", 411)):
        answer = door.ask(POST + head + b"5\r\nhello")
        assert answer.status == status
        assert answer.seconds < AT_ONCE


def test_several_requests_in_one_packet_and_one_in_many(door: Door) -> None:
    live = get("/health/live").replace(b"close", b"keep-alive")
    with door.connect() as sock:
        sock.sendall(live + live)
        seen = b""
        while seen.count(b'"status":"alive"') < 2:
            seen += sock.recv(4096)
        for byte in live:
            sock.sendall(bytes([byte]))
        assert b"alive" in answer_on(sock, time.monotonic()).body


@pytest.fixture
def behind_silence(hub: Installation) -> Iterator[tuple[Door, list[str]]]:
    with silent_system() as port:
        url = f"http://127.0.0.1:{port}"
        settings = {
            "ADVOWARE_API_KEY": "app", "ADVOWARE_API_SECRET": "c2VjcmV0", "ADVOWARE_KANZLEI": "firm",
            "ADVOWARE_DATABASE": "db", "ADVOWARE_USER": "AB", "ADVOWARE_PASSWORD": "secret",
            "ADVOWARE_API_BASE_URL": url, "ADVOWARE_SECURITY_GATEWAY_URL": url,
        }  # fmt: skip
        made = "from syncapp.models import ProxyKey; print([ProxyKey.issue(n)[1] for n in 'ab'])"
        keys = hub.manage("shell", "-v", "0", "-c", made).stdout.split("'")[1::2]
        with web_server(hub, **settings) as door:
            yield door, keys


def test_calls_to_a_silent_advoware_hold_nobody_up(behind_silence: tuple[Door, list[str]]) -> None:
    door, (one, other) = behind_silence
    answers: list[Answer] = []

    def call(key: str) -> None:
        with contextlib.suppress(OSError):  # the test is over before Advoware's time is
            answers.append(door.get("/advoware/proxy?endpoint=advonet/Termine", X_Api_Key=key))

    threads = [
        threading.Thread(target=call, args=(key,), daemon=True) for key in [one] * 20 + [other] * 4 + [one, other]
    ]
    for thread in threads:
        thread.start()
    # Four of each key are under way; whoever is too much knows it at once.
    until(lambda: len(answers) >= len(threads) - 8, 5, lambda: f"{len(answers)} answers")
    everybody_is_served(door)
    assert {answer.status for answer in answers} == {503}
    assert all("Retry-After: 5" in answer.head for answer in answers)
    assert max(answer.seconds for answer in answers) < 5
    refused = door.hub.sql("SELECT count(*) FROM syncapp_proxycall WHERE refusal = 'busy'")
    assert refused == [(len(threads) - 8,)]


def test_nobody_says_in_a_header_below_which_address_the_hub_is(door: Door) -> None:
    """Caddy passes such headers on, and gunicorn believes whoever connects from this machine."""
    asked = b"GET /x/health/live HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nSCRIPT_NAME: /x\r\n\r\n"
    with door.connect() as sock:
        sock.sendall(asked)
        assert b"alive" not in answer_on(sock, time.monotonic()).body
