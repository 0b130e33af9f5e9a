"""Many writes in one request: what each was answered, and what is left open."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from email.parser import BytesParser
from typing import Any

import pytest
import requests
import responses

from syncapp.clients.errors import (
    AnswerLost,
    Duplicate,
    Forbidden,
    NotFound,
    Outdated,
    RateLimited,
    Rejected,
    ServerTrouble,
    UnexpectedAnswer,
    Unreachable,
)
from syncapp.clients.google import BATCH_LIMIT, EventWrite, GoogleEvent, Kind
from tests.unit.clients.conftest import ClaimLost, Watcher
from tests.unit.clients.google_api import BATCH, CALENDAR, PRIVATE, TOKEN_URL, new_client, refusal

Part = tuple[int, str, dict[str, str], bytes]  # number, request line, headers, body
Answered = tuple[int, Any]


def write(kind: Kind, event_id: str, **others: Any) -> EventWrite:
    return EventWrite(kind, CALENDAR, event_id, **others)


def parts_of(request: Any) -> list[Part]:
    head = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n"
    found = []
    for part in BytesParser().parsebytes(head + request.body).get_payload():
        raw = part.get_payload(decode=True)  # type: ignore[union-attr]
        line, _, rest = raw.partition(b"\r\n")  # type: ignore[union-attr]
        head_lines, _, body = rest.partition(b"\r\n\r\n")
        headers = dict(one.split(": ", 1) for one in head_lines.decode().split("\r\n") if one)
        found.append((part["Content-ID"], line.decode(), headers, body.removesuffix(b"\r\n")))  # type: ignore[index]
    return found  # type: ignore[return-value]


def server(*rounds: Callable[[Part], Answered | None]) -> Callable[[Any], tuple[int, dict[str, str], bytes]]:
    """Answers each part by the function of this round; in reversed order, as Google may."""
    left = list(rounds)

    def answer(request: Any) -> tuple[int, dict[str, str], bytes]:
        say = left.pop(0) if len(left) > 1 else left[0]
        lines = []
        for part in reversed(parts_of(request)):
            said = say(part)
            if said is None:
                continue
            status, body = said
            content = body if isinstance(body, bytes) else json.dumps(body).encode()
            name = str(part[0]).strip("<>")
            lines += [
                b"--batch_x",
                b"Content-Type: application/http",
                f"Content-ID: <response-{name}>".encode(),
                b"",
                f"HTTP/1.1 {status} Some words".encode(),
                b"Content-Type: application/json; charset=UTF-8",
                b"Retry-After: 3",
                b"",
                content,
            ]
        return 200, {"Content-Type": "multipart/mixed; boundary=batch_x"}, b"\r\n".join([*lines, b"--batch_x--", b""])

    return answer


def echo(part: Part) -> Answered:
    found = re.search(r"/events/(\w+)", part[1])
    if part[1].startswith("DELETE"):
        return 204, b""
    return 200, {"id": found[1] if found else json.loads(part[3])["id"], "summary": "Ü\r\n\r\n--batch_x"}


def test_each_part_carries_its_own_condition(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.add_callback("POST", BATCH, server(echo))
    results = new_client(watcher, []).batch(
        [
            write(Kind.INSERT, "aaaaa", body={"summary": "Ü"}),
            write(Kind.UPDATE, "bbbbb", body={"summary": "b"}, etag='"1"'),
            write(Kind.PATCH, "ccccc", body={"summary": "c"}, etag='"2"'),
            write(Kind.DELETE, "ddddd", etag='"3"'),
        ]
    )
    assert [result.id if isinstance(result, GoogleEvent) else result for result in results] == [
        "aaaaa",
        "bbbbb",
        "ccccc",
        None,
    ]
    request = web.calls[0].request
    parts = parts_of(request)
    assert [part[1].split(" ")[0] for part in parts] == ["POST", "PUT", "PATCH", "DELETE"]
    assert all("sendUpdates=none" in part[1] and part[1].endswith(" HTTP/1.1") for part in parts)
    assert [part[2].get("If-Match") for part in parts] == [None, '"1"', '"2"', '"3"']
    assert json.loads(parts[0][3]) == {"summary": "Ü", "id": "aaaaa"}
    assert not any("authorization" in {name.lower() for name in part[2]} for part in parts)
    assert request.headers["Authorization"] == "Bearer token-0"
    assert watcher.claims == 1
    (call,) = watcher.calls
    assert (call.path, call.method, call.write) == ("batch(4)", "POST", True)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((412, refusal(412, "conditionNotMet")), Outdated),
        ((410, refusal(410, "deleted")), NotFound),
        ((404, b"<html>"), UnexpectedAnswer),
        ((409, refusal(409, "duplicate")), Duplicate),
        ((403, refusal(403, "forbidden")), Forbidden),
        ((500, refusal(500, "backendError")), ServerTrouble),
        ((200, b"no json"), UnexpectedAnswer),
        ((200, {"summary": PRIVATE}), UnexpectedAnswer),
        (None, AnswerLost),
    ],
)
def test_one_part_that_fails_is_alone(
    web: responses.RequestsMock, watcher: Watcher, answer: Answered | None, kind: type[Exception]
) -> None:
    web.add_callback("POST", BATCH, server(lambda part: answer if "bbbbb" in part[1] else echo(part)))
    writes = [write(Kind.UPDATE, name * 5) for name in "abc"]
    first, second, third = new_client(watcher, []).batch(writes)
    assert isinstance(first, GoogleEvent)
    assert type(second) is kind
    assert "Muster" not in str(second)
    assert isinstance(third, GoogleEvent)
    assert len(web.calls) == 1


def test_parts_that_were_put_off_are_sent_again(web: responses.RequestsMock, watcher: Watcher) -> None:
    late = (403, refusal(403, "userRateLimitExceeded"))
    web.add_callback("POST", BATCH, server(lambda part: late if "bbbbb" in part[1] else echo(part), echo))
    pauses: list[float] = []
    writes = [write(Kind.UPDATE, name * 5) for name in "abc"]
    results = new_client(watcher, pauses).batch(writes)
    assert [result.id for result in results if isinstance(result, GoogleEvent)] == ["aaaaa", "bbbbb", "ccccc"]
    assert [call.path for call in watcher.calls] == ["batch(3)", "batch(1)"]
    assert watcher.claims == 2
    assert len(pauses) == 1
    assert pauses[0] >= 3


def test_parts_that_are_put_off_for_ever_are_told(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.add_callback("POST", BATCH, server(lambda part: (429, refusal(429, "rateLimitExceeded"))))
    pauses: list[float] = []
    (result,) = new_client(watcher, pauses).batch([write(Kind.DELETE, "aaaaa")])
    assert isinstance(result, RateLimited)
    assert result.retry_after == 3
    assert sum(pauses) <= 20


@pytest.mark.parametrize(
    ("failure", "kind", "calls"),
    [
        (requests.exceptions.ConnectionError("cut"), AnswerLost, 1),
        (requests.exceptions.ReadTimeout("slow"), AnswerLost, 1),
        (requests.exceptions.ConnectTimeout("away"), Unreachable, 5),
    ],
)
def test_a_request_that_fails_whole(
    web: responses.RequestsMock, watcher: Watcher, failure: Exception, kind: type[Exception], calls: int
) -> None:
    web.post(BATCH, body=failure)
    results = new_client(watcher, []).batch([write(Kind.DELETE, name * 5) for name in "ab"])
    assert [type(result) for result in results] == [kind, kind]
    assert len(watcher.calls) == calls


@pytest.mark.parametrize("body", [b"", b"no parts", b"--batch_x\r\n\r\nno answer\r\n--batch_x--\r\n"])
def test_an_answer_that_can_not_be_read_leaves_all_open(
    web: responses.RequestsMock, watcher: Watcher, body: bytes
) -> None:
    web.post(BATCH, body=body, content_type="multipart/mixed; boundary=batch_x")
    results = new_client(watcher, []).batch([write(Kind.DELETE, name * 5) for name in "ab"])
    assert [type(result) for result in results] == [AnswerLost, AnswerLost]


def test_parts_refused_for_an_old_token_are_sent_with_a_new_one(web: responses.RequestsMock, watcher: Watcher) -> None:
    web.post(TOKEN_URL, json={"access_token": "token-1", "expires_in": 3600})
    web.add_callback("POST", BATCH, server(lambda part: (401, refusal(401, "authError")), echo))
    (result,) = new_client(watcher, []).batch([write(Kind.UPDATE, "aaaaa")])
    assert isinstance(result, GoogleEvent)
    assert web.calls[-1].request.headers["Authorization"] == "Bearer token-1"


def test_nothing_is_sent_for_nothing(watcher: Watcher) -> None:
    client = new_client(watcher, [])
    assert client.batch([]) == []
    (result,) = client.batch([write(Kind.UPDATE, "")])
    assert isinstance(result, Rejected)
    with pytest.raises(ValueError):
        client.batch([write(Kind.DELETE, "aaaaa")] * (BATCH_LIMIT + 1))
    assert watcher.calls == []


def test_a_lost_claim_stops_the_batch(watcher: Watcher) -> None:
    watcher.lost_at = 1
    with pytest.raises(ClaimLost):
        new_client(watcher, []).batch([write(Kind.DELETE, "aaaaa")])


def test_each_part_counts_for_the_limit(web: responses.RequestsMock, watcher: Watcher) -> None:
    taken: list[int] = []

    class Counted:
        def take(self, user: str, calls: int = 1) -> float:
            taken.append(calls)
            return 0.0

    web.add_callback("POST", BATCH, server(echo))
    new_client(watcher, [], quota=Counted()).batch([write(Kind.DELETE, name * 5) for name in "abc"])
    assert taken == [3]
