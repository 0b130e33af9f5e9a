"""The endless list and the answers that are passed on, over a real wire."""

from __future__ import annotations

import gzip
import json
import tracemalloc
from collections.abc import Callable
from contextlib import closing
from itertools import islice

import pytest

from syncapp.clients.advoware import AdvowareClient
from syncapp.clients.advoware.relay import TIMEOUT
from syncapp.clients.errors import AnswerLost, Rejected, Unauthorized, UnexpectedAnswer, Unreachable
from syncapp.clients.http.login import Token
from tests.unit.clients.conftest import FAR_FUTURE, Watcher
from tests.unit.clients.memory_tokens import MemoryTokens
from tests.unit.clients.wire import Wire, answer

Wired = Callable[[], AdvowareClient]


@pytest.fixture
def wired(wire: Wire, new_advoware: Callable[..., AdvowareClient]) -> Wired:
    tokens = MemoryTokens()
    tokens.put(Token("t", FAR_FUTURE))
    return lambda: new_advoware(tokens, api_url=wire.url, gateway_url=wire.url)


def rows(count: int) -> bytes:
    entries = [{"id": n, "rowId": f"k{n}", "kommKz": 1, "tlf": str(n)} for n in range(3)]
    row = {"rowId": "r", "name": "Müller", "wert": 1.5, "kommunikation": entries}
    return json.dumps([{"betNr": n, **row} for n in range(count)]).encode()


@pytest.mark.parametrize("before", [b"", b" \r\n", b"\xef\xbb\xbf"])
def test_the_list_of_parties(wire: Wire, wired: Wired, watcher: Watcher, before: bytes) -> None:
    wire.script = [answer(before + rows(2000))]
    parties = list(wired().parties())
    assert [party.number for party in parties] == list(range(2000))
    assert parties[0].raw["wert"] == 1.5
    assert (watcher.calls[0].path, watcher.calls[0].error) == ("advonet/Beteiligte", "")


def test_an_empty_list(wire: Wire, wired: Wired) -> None:
    wire.script = [answer(b"[]")]
    assert list(wired().parties()) == []


def test_whoever_has_seen_enough_may_go(wire: Wire, wired: Wired, watcher: Watcher) -> None:
    wire.script = [answer(rows(5000))]
    parties = wired().parties()
    assert len(list(islice(parties, 3))) == 3
    parties.close()
    assert (watcher.calls[0].status, watcher.calls[0].error) == (200, "")


def test_memory_stays_flat(wire: Wire, wired: Wired) -> None:
    wire.script = [answer(gzip.compress(rows(20_000)), "200 OK", "Content-Encoding: gzip")]
    client = wired()
    tracemalloc.start()
    try:
        assert sum(1 for _ in client.parties()) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 8 * 1024 * 1024
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "body",
    [b"{}", b"", b'"x"', b"<html>", b'[{"betNr": 1', b"[1]", b'[{"betNr": 1}] <html>', b"[{]", b'[{"betNr": "\xff"}]'],
)
def test_what_is_no_list_of_parties(wire: Wire, wired: Wired, body: bytes) -> None:
    wire.script = [answer(body)]
    with pytest.raises(UnexpectedAnswer):
        list(wired().parties())


def test_a_list_that_is_cut(wire: Wire, wired: Wired) -> None:
    wire.script, wire.cut_after = [answer(rows(10), length=10**6)], True
    with pytest.raises(AnswerLost):
        list(wired().parties())


def test_a_list_is_asked_for_again_before_it_begins(wire: Wire, wired: Wired) -> None:
    wire.script = [answer(b"", "503 Busy"), answer(rows(1))]
    assert len(list(wired().parties())) == 1


def test_an_answer_passes_as_it_is(wire: Wire, wired: Wired) -> None:
    pdf = b"%PDF-1.7\x00\xff"
    wire.script = [answer(pdf, "200 OK", "Content-Type: application/pdf")]
    with closing(wired().relay("GET", "api/v1/advonet/Dokumente/7", [("a", "1"), ("a", "ä&b")], b"", "")) as relayed:
        assert (relayed.status, relayed.content_type, relayed.content_length) == (200, "application/pdf", len(pdf))
        assert b"".join(relayed.chunks()) == pdf
    head = wire.requests[0]
    assert head.startswith(b"GET /api/v1/advonet/Dokumente/7?a=1&a=%C3%A4%26b HTTP/1.1\r\n")
    assert b"Bearer t" in head


def test_a_compressed_answer_is_unpacked(wire: Wire, wired: Wired) -> None:
    wire.script = [answer(gzip.compress(b"text"), "200 OK", "Content-Encoding: gzip")]
    with closing(wired().relay("GET", "Akten", (), b"", "")) as relayed:
        assert (relayed.content_length, b"".join(relayed.chunks())) == (None, b"text")


@pytest.mark.parametrize("status", ["302 Found", "400 Bad", "404 No", "500 Oops", "503 Busy"])
def test_a_refusal_passes_as_it_is_and_is_not_repeated(wire: Wire, wired: Wired, status: str) -> None:
    wire.script = [answer(b"nein", status)]
    with closing(wired().relay("PUT", "advonet/Beteiligte/7", (), b"{}", "application/json")) as relayed:
        assert (relayed.status, b"".join(relayed.chunks())) == (int(status[:3]), b"nein")
    assert len(wire.requests) == 1
    assert b"Content-Type: application/json" in wire.requests[0]


def test_a_body_of_nothing_has_its_length(wire: Wire, wired: Wired) -> None:
    with closing(wired().relay("POST", "advonet/Beteiligte", (), b"", "")) as relayed:
        assert relayed.status == 200
    assert b"Content-Length: 0" in wire.requests[0]


def test_two_refused_logins_are_told(wire: Wire, wired: Wired) -> None:
    wire.script = [answer(b"", "401 No"), answer(b'{"access_token": "new"}'), answer(b"", "401 No")]
    with pytest.raises(Unauthorized):
        wired().relay("GET", "Akten", (), b"", "")
    assert [b"Bearer new" in head for head in wire.requests] == [False, False, True]


def test_who_is_slow_differs_from_who_is_away(wire: Wire, new_advoware: Callable[..., AdvowareClient]) -> None:
    wire.script = [None]
    tokens = MemoryTokens()
    tokens.put(Token("t", FAR_FUTURE))
    impatient = new_advoware(tokens, api_url=wire.url, gateway_url=wire.url, timeout=0.5)
    with pytest.raises(AnswerLost) as slow:
        impatient.relay("GET", "Akten", (), b"", "")
    assert slow.value.code == TIMEOUT
    with pytest.raises(Unreachable):
        new_advoware(tokens, api_url="http://127.0.0.1:1", gateway_url=wire.url).relay("GET", "Akten", (), b"", "")


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "//host/x",
        "https://host/x",
        "a/../b",
        "..",
        "a//b",
        "a\\b",
        "a?b",
        "a#b",
        "a%2e",
        "u@host",
        "a\nb",
        "a/./b",
    ],
)
def test_no_path_leads_elsewhere(wire: Wire, wired: Wired, path: str) -> None:
    with pytest.raises(Rejected):
        wired().relay("GET", path, (), b"", "")
    assert wire.requests == []


def test_names_with_umlauts_and_blanks_are_encoded(wire: Wire, wired: Wired) -> None:
    wired().relay("GET", "advonet/Büro 1", (), b"", "").close()
    assert wire.requests[0].startswith(b"GET /api/v1/advonet/B%C3%BCro%201 ")
