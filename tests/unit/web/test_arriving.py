"""Where a request ends, however its bytes come, and how long it is waited for."""

from __future__ import annotations

from threading import Event, Semaphore

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bitbylaw.web.arriving import LONGEST_HEAD, PATIENCE, SLOWEST, Arriving, Whole
from bitbylaw.web.lanes import LIVE, PAGES, PROXY, READY, WEBHOOKS, Lanes, lane_of

GET = b"GET /health/live?a=b HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST /vmh/webhook/x HTTP/1.1\r\ncontent-LENGTH:  5 \r\nHost: a\r\n\r\nhello"


def fed(*pieces: bytes, largest: int = 100) -> list[Whole]:
    arriving, found = Arriving(largest, 0.0), []
    for piece in pieces:
        arriving.add(piece, 0.0)
        while (whole := arriving.whole()) is not None:
            found.append(whole)
            arriving.next(0.0)
    return found


@given(st.lists(st.integers(1, 30), max_size=40))
def test_cut_anywhere_it_is_the_same(sizes: list[int]) -> None:
    stream, pieces = GET + POST + POST + GET, []
    for size in sizes:
        pieces.append(stream[:size])
        stream = stream[size:]
    assert [each.data for each in fed(*pieces, stream)] == [GET, POST, POST, GET]


def test_the_path_is_that_of_the_request_line() -> None:
    assert [each.path for each in fed(GET + POST)] == ["/health/live", "/vmh/webhook/x"]
    assert fed(b"nonsense\r\n\r\n")[0].path == ""


@pytest.mark.parametrize(
    "head",
    [
        b"Content-Length: 101",
        b"Content-Length: 99999999999999999999",
        b"Content-Length: 5\r\nContent-Length: 6",
        b"Content-Length: -1",
        b"Content-Length: 0x5",
        "Content-Length: ٥".encode(),  # a digit of another script
        b"Transfer-Encoding: chunked",
        b"Content-Length: 5\r\nTransfer-Encoding: chunked",
        b"transfer-encoding : gzip",
    ],
)
def test_whose_end_is_not_known_is_the_last_and_has_no_body(head: bytes) -> None:
    request = b"POST / HTTP/1.1\r\n" + head + b"\r\n\r\n"
    (found,) = fed(request + b"hello")[:1]
    assert (found.data, found.last) == (request, True)


def test_a_head_without_end_ends() -> None:
    (found,) = fed(b"GET / HTTP/1.1\r\nA: " + b"a" * LONGEST_HEAD)
    assert found.last


def test_who_asks_may_go_on_is_known_before_the_body_is_here() -> None:
    arriving = Arriving(100, 0.0)
    arriving.add(POST.replace(b"Host: a", b"Expect: 100-Continue")[:-5], 0.0)
    assert arriving.whole() is None
    assert arriving.asks_to_continue


def test_a_byte_a_second_wins_no_time_and_a_large_body_does() -> None:
    arriving = Arriving(10**9, 0.0)
    head = b"POST / HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n"
    arriving.add(head, 10.0)
    for second in range(10):
        arriving.add(b"a", 10.0 + second)
    assert arriving.deadline() == pytest.approx(10 + PATIENCE, abs=0.1)
    arriving.add(b"a" * 100 * SLOWEST, 20.0)
    assert arriving.deadline() == pytest.approx(10 + PATIENCE + 100, abs=0.1)


def test_what_waited_while_another_was_served_is_not_late() -> None:
    arriving = Arriving(100, 0.0)
    arriving.add(GET + GET[:9], 0.0)
    assert arriving.whole()
    arriving.next(1000.0)
    assert arriving.deadline() == pytest.approx(1000 + PATIENCE, abs=0.1)


@pytest.mark.parametrize(
    ("path", "lane"),
    [
        ("/health/live", LIVE),
        ("/health/ready", READY),
        ("/vmh/webhook/document/update", WEBHOOKS),
        ("/google/calendar/push", WEBHOOKS),
        ("/advoware/proxy", PROXY),
        ("/advoware/calendar/sync", PROXY),
        ("/admin/", PAGES),
        ("/metrics", PAGES),
        ("//vmh/webhook/", PAGES),
        ("", PAGES),
    ],
)
def test_lanes(path: str, lane: str) -> None:
    assert lane_of(path) == lane


@pytest.mark.parametrize(
    ("path", "at_once"), [("/vmh/webhook/document/update", 1), ("/admin/", 3), ("/health/live", 1)]
)
def test_so_many_of_a_lane_are_at_work(path: str, at_once: int) -> None:
    lanes, ended, begun = Lanes(3, 1, lambda: 8), Event(), Semaphore(0)

    def work() -> None:
        begun.release()
        ended.wait()

    for _ in range(5):
        lanes.submit(path, work)
    for _ in range(at_once):
        assert begun.acquire(timeout=60)
    assert not begun.acquire(timeout=0.05)
    ended.set()
    lanes.shutdown()
