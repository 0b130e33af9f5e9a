"""Peers that always say a little more: each call ends at its deadline. Real sockets; they give up long after it."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterable, Iterator
from itertools import chain, repeat
from typing import Self

import pytest

from syncapp.clients.errors import AnswerLost, ClientError, Unreachable
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.rest import EspoConfig
from syncapp.clients.http import base
from syncapp.clients.http.deadlines import Deadline
from syncapp.clients.http.retry import RetryPolicy

ONCE = RetryPolicy(attempts=1, first=0.0, cap=0.0, budget=0.0)
TIMEOUT = 4.0  # seconds without a byte, which no peer takes here, however busy the machine is
LONGEST = 0.6  # seconds of a whole call
PAUSE = 0.05
GIVES_UP_AFTER = 60  # pieces, three seconds; before any other limit ends it (a hundred headers, a record of TLS)


@pytest.fixture(autouse=True)
def _deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(base, "PATIENCE", LONGEST / TIMEOUT)


class Trickle:
    """Says the pieces, one every little while, whatever is asked. `heard_out`: nobody hung up on it."""

    def __init__(self, pieces: Iterable[bytes], *, listens: bool = True) -> None:
        self.heard_out = threading.Event()
        self._pieces, self._listens = pieces, listens
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._socket.close()
        self._thread.join(30)

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            connection, _ = self._socket.accept()
            with connection:
                if self._listens:
                    connection.recv(65536)
                for number, piece in enumerate(self._pieces):
                    if self._stop.wait(PAUSE) or number > GIVES_UP_AFTER:
                        break
                    connection.sendall(piece)
                else:
                    return
                if not self._stop.is_set():
                    self.heard_out.set()


def letters(text: bytes) -> Iterator[bytes]:
    return (text[at : at + 1] for at in range(len(text)))


HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS: dict[str, Iterable[bytes]] = {
    "headers": chain(letters(HEAD), repeat(b"X-More: and more\r\n")),
    "one header": chain([HEAD + b"X-Long: "], repeat(b"a")),
    "the first line": chain([b"HTTP/1.1 200 "], repeat(b"O")),
    "100 Continue": repeat(b"HTTP/1.1 100 Continue\r\n\r\n"),
    "a body with its length": chain([HEAD + b"Content-Length: 100000\r\n\r\n"], repeat(b" ")),
    "a body in chunks": chain([HEAD + b"Transfer-Encoding: chunked\r\n\r\n"], repeat(b"1\r\n \r\n")),
    "a body until it hangs up": chain([HEAD + b"Connection: close\r\n\r\n"], repeat(b" ")),
    "a refusal": chain([b"HTTP/1.1 400 Bad Request\r\nContent-Length: 90000\r\n\r\n"], repeat(b" ")),
    "a body that is whole JSON already": chain([HEAD + b"Connection: close\r\n\r\n{}"], repeat(b"\n")),
}


def failure(url: str) -> ClientError:
    with pytest.raises(ClientError) as caught:
        EspoClient(EspoConfig(url, "the-key", timeout=TIMEOUT, retry=ONCE)).get("Account", "1")
    return caught.value


@pytest.mark.parametrize("what", ENDLESS)
def test_who_never_comes_to_an_end_is_cut_off(what: str) -> None:
    with Trickle(ENDLESS[what]) as peer:
        error = failure(f"http://{peer.host}")
        assert not peer.heard_out.is_set()
    if what == "a refusal":  # the status has said enough
        assert (type(error).__name__, error.status) == ("Rejected", 400)
    else:
        assert (type(error), error.code) == (AnswerLost, "too_slow")


def test_tls_that_is_never_set_up_was_surely_not_executed() -> None:
    # The beginning of a handshake record of the greatest length, and never the rest.
    with Trickle(chain([b"\x16\x03\x03\x3f\xff"], repeat(b"\x02")), listens=False) as peer:
        assert type(failure(f"https://{peer.host}")) is Unreachable
        assert not peer.heard_out.is_set()


def test_a_connection_that_was_kept_is_watched_too() -> None:
    whole = HEAD + b"Content-Length: 11\r\n\r\n" + b'{"id": "1"}'
    client_of = lambda host: EspoClient(EspoConfig(f"http://{host}", "k", timeout=TIMEOUT, retry=ONCE))  # noqa: E731
    with Trickle(chain([whole], [b""], repeat(b"HTTP/1.1 100 Continue\r\n\r\n"))) as peer:
        client = client_of(peer.host)
        assert client.get("Account", "1") == {"id": "1"}
        with pytest.raises(AnswerLost):
            client.get("Account", "1")
        assert not peer.heard_out.is_set()


def test_a_deadline_that_is_extended_counts_from_the_beginning() -> None:
    one, other = socket.socketpair()
    with one, other:
        deadline = Deadline(3600)
        deadline.watch(one)
        deadline.extend(0)
        assert other.recv(1) == b""  # shut down, though nobody closed it
        assert deadline.passed
        deadline.end()


def test_a_connection_that_comes_too_late_is_cut_at_once() -> None:
    one, other = socket.socketpair()
    with one, other:
        deadline = Deadline(0)
        while not deadline.passed:
            pass
        deadline.watch(one)
        assert other.recv(1) == b""
        deadline.end()


def test_what_has_ended_is_left_alone() -> None:
    one, other = socket.socketpair()
    with one, other:
        deadline = Deadline(3600)
        deadline.watch(one)
        deadline.end()
        deadline._pass()
        one.sendall(b"x")
        assert other.recv(1) == b"x"
