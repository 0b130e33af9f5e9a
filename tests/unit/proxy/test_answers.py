"""Answers that the sandbox does not give: other charsets, empty bodies, JSON that is long or breaks off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from django.http import StreamingHttpResponse

from syncapp.clients.errors import AnswerLost
from syncapp.models import ProxyRefusal
from syncapp.proxy.answers import DETAILS, disposition, passed_on
from syncapp.proxy.audit import Entry
from syncapp.proxy.passing import AHEAD
from syncapp.proxy.refusals import Refused

JSON = "application/json; charset=utf-8"


@dataclass
class Answered:
    blocks: list[bytes]
    content_type: str = JSON
    status: int = 200
    content_disposition: str = ""
    content_length: int | None = None
    retry_after: str = ""
    breaks: bool = False
    closed: bool = False

    def chunks(self) -> Iterator[bytes]:
        yield from self.blocks
        if self.breaks:
            raise AnswerLost("advoware", "cut")

    def close(self) -> None:
        self.closed = True


@dataclass
class Log:
    ends: list[tuple[int, int, str]] = field(default_factory=list)

    def end(self, status: int, size: int = 0, refusal: str | None = None) -> None:
        self.ends.append((status, size, refusal or ""))


def passed(answered: Answered) -> tuple[Any, Log]:
    log = Log()
    return passed_on(answered, cast(Entry, log)), log


@pytest.mark.parametrize(
    ("blocks", "kind", "result"),
    [
        ([], JSON, None),
        ([b" ", b"\r\n"], JSON, None),
        ([b"\xef\xbb\xbf"], JSON, None),
        ([], "text/html", None),
        ([b"\xef", b"\xbb\xbf[1]"], JSON, [1]),
        ([b"1"], JSON, 1),
        ([b"null"], JSON, None),
        (['{"ort":"Köln"}'.encode("latin-1")], "application/json; charset=iso-8859-1", {"ort": "Köln"}),
        (['["Köln"]'.encode("utf-16")], "text/json;charset=utf-16", ["Köln"]),
        (['"K\xf6ln"'.encode()], 'Application/JSON; charset="UTF-8"', "Köln"),
        ([b"{}"], "application/problem+json", {}),
        ([b"[1]"], "application/json; charset=nonsense", [1]),
    ],
)
def test_json(blocks: list[bytes], kind: str, result: object) -> None:
    answered = Answered(blocks, kind, status=201)
    answer, log = passed(answered)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert json.loads(answer.content) == {"result": result}
    assert log.ends == [(200, len(answer.content), "")]
    assert answered.closed


@pytest.mark.parametrize(
    "blocks", [[b"<html>Wartung</html>"], [b'{"a": 1'], [b"[1]x"], [b"[" * 100_000], [b"<" + b"x" * AHEAD, b"x"]]
)
def test_what_calls_itself_json_and_is_none_is_a_broken_answer(blocks: list[bytes]) -> None:
    answered = Answered(blocks)
    with pytest.raises(Refused) as refused:
        passed(answered)
    assert refused.value.why == ProxyRefusal.UNEXPECTED
    assert answered.closed


@pytest.mark.parametrize(
    ("given", "passed_as"),
    [("120", "120"), ("Sat, 28 Nov 2026 15:00:00 GMT", "Sat, 28 Nov 2026 15:00:00 GMT"), ("", None), ("a\r\nb", None)],
)
def test_how_long_to_wait_is_passed_on(given: str, passed_as: str | None) -> None:
    answer, _ = passed(Answered([b"{}"], status=429, retry_after=given))
    assert (answer.status_code, answer.headers.get("Retry-After")) == (429, passed_as)


def test_long_json_is_wrapped_while_it_arrives() -> None:
    rows = json.dumps(["Straße"] * 100_000, ensure_ascii=False).encode()
    answered = Answered([rows[i : i + 65_537] for i in range(0, len(rows), 65_537)])
    answer, log = passed(answered)
    assert isinstance(answer, StreamingHttpResponse)
    assert not answered.closed
    assert json.loads(answer.getvalue()) == {"result": ["Straße"] * 100_000}
    assert log.ends == [(200, len(rows) + len('{"result": }'), "")]
    assert answered.closed


def test_long_json_that_breaks_off_has_no_closing_brace() -> None:
    answered = Answered([b"[" + b"1," * AHEAD], breaks=True)
    answer, log = passed(answered)
    got: list[bytes] = []
    with pytest.raises(AnswerLost):
        got.extend(answer.streaming_content)
    assert b"".join(got).startswith(b'{"result": [1,')
    assert not b"".join(got).endswith(b"}")
    assert [refusal for _status, _size, refusal in log.ends] == ["answer_lost"]
    assert answered.closed


def test_a_short_answer_that_breaks_off_is_refused() -> None:
    answered = Answered([b"[1,"], breaks=True)
    with pytest.raises(Refused) as refused:
        passed(answered)
    assert refused.value.status == 502
    assert answered.closed


@pytest.mark.parametrize("kind", ["", "nonsense", "text/html\r\nX: y", "a/b; c=d; e=f"])
def test_types_that_are_none(kind: str) -> None:
    answer, _log = passed(Answered([b"<script>"], kind))
    assert answer.headers["Content-Type"] in ("application/octet-stream", "a/b")
    assert answer.headers["Content-Disposition"] == "attachment"


@pytest.mark.parametrize(
    ("given", "made"),
    [
        ("", "attachment"),
        ("inline", "attachment"),
        ('inline; filename="Klage.pdf"', 'attachment; filename="Klage.pdf"'),
        ("attachment; filename*=UTF-8''K%C3%BCndigung.pdf", "attachment; filename*=utf-8''K%C3%BCndigung.pdf"),
        ('attachment; filename="../../etc/passwd"', 'attachment; filename="_.._etc_passwd"'),
        ('attachment; filename="a\r\nX-Evil: 1"', 'attachment; filename="aX-Evil_ 1"'),
        ('attachment; filename="a\\"; x=\\"b"', 'attachment; filename="a__ x__b"'),
    ],
)
def test_names_of_files(given: str, made: str) -> None:
    assert disposition(given) == made


@pytest.mark.parametrize(
    ("blocks", "kind", "details"),
    [
        ([b'{"Message": "x"}'], JSON, {"Message": "x"}),
        ([b"{broken"], JSON, "{broken"),
        ([], JSON, ""),
        ([b"Gr\xf6\xdfe"], "text/plain; charset=iso-8859-1", "Größe"),
        ([b"x" * DETAILS, b"y"], "text/plain", "x" * DETAILS),
    ],
)
def test_their_errors(blocks: list[bytes], kind: str, details: object) -> None:
    answered = Answered(blocks, kind, status=418)
    answer, log = passed(answered)
    assert answer.status_code == 418
    assert json.loads(answer.content) == {"error": "Advoware answered with status 418", "details": details}
    assert log.ends == [(418, len(answer.content), "")]
    assert answered.closed


def test_an_error_that_breaks_off_is_still_that_error() -> None:
    assert passed(Answered([b"half"], "text/plain", status=500, breaks=True))[0].status_code == 500
