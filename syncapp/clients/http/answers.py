"""An answer whose body is read in bounded steps, and the table from HTTP status to error."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from syncapp.clients import errors
from syncapp.clients.errors import AnswerLost, ClientError, UnexpectedAnswer
from syncapp.clients.http.deadlines import TOO_SLOW, Deadline
from syncapp.clients.http.named import named_attribute
from syncapp.clients.http.parse import json_of

if TYPE_CHECKING:
    from requests.models import Response

CHUNK = 64 * 1024  # bytes
FILE_SECONDS, LIST_SECONDS = 600.0, 3 * 3600.0  # a file, and a list whose rows are worked on while it is read
JSON_LIMIT = 20 * 1024 * 1024  # bytes; two hundred full records of EspoCRM are about 1 MB
REFUSAL_LIMIT = 64 * 1024  # bytes of an error's body; only read to classify
_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")

_BY_STATUS: Mapping[int, type[ClientError]] = {
    400: errors.Rejected,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    408: errors.ServerTrouble,
    409: errors.Duplicate,
    410: errors.NotFound,
    412: errors.Outdated,
    413: errors.TooLarge,
    415: errors.Rejected,
    422: errors.Rejected,
    429: errors.RateLimited,
    503: errors.Maintenance,
}


class Answer:
    """Headers are there, the body is not: ``json`` and ``chunks`` read it, ``close`` leaves the rest unread."""

    __slots__ = ("_deadline", "_raw", "headers", "request_id", "status", "system")

    def __init__(self, system: str, response: Response, deadline: Deadline) -> None:
        self.system = system
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        given = response.headers.get("x-request-id") or ""
        self.request_id = given if _REQUEST_ID.fullmatch(given) else ""  # foreign text, and this ends in logs
        self._raw = response.raw
        self._deadline = deadline

    @property
    def announced_size(self) -> int | None:
        """``Content-Length`` where it counts the bytes themselves and not a compressed form of them."""
        length = self.headers.get("Content-Length", "")
        if self.headers.get("Content-Encoding", "identity") != "identity":
            return None
        return int(length) if length.isascii() and length.isdigit() else None

    def chunks(self, longest: float = 0.0) -> Iterator[bytes]:
        """The body, decoded. Raises ``AnswerLost`` when it ends before its ``Content-Length``, and at the call's
        deadline. ``longest``: seconds from its beginning, where it is a file or a list that is worked on meanwhile."""
        from urllib3.exceptions import DecodeError, HTTPError

        if longest:
            self._deadline.extend(longest)
        while True:
            failure: ClientError
            try:
                chunk = self._raw.read(CHUNK, decode_content=True)
            except DecodeError:
                failure = UnexpectedAnswer(self.system, "encoding", self.status, self.request_id)
            except (HTTPError, OSError):
                code = TOO_SLOW if self._deadline.passed else "cut"
                failure = AnswerLost(self.system, code, self.status, self.request_id)
            else:
                if chunk:
                    yield chunk
                    continue
                if not self._deadline.passed:
                    return
                failure = AnswerLost(self.system, TOO_SLOW, self.status, self.request_id)
            raise failure

    def body(self, limit: int) -> bytes:
        """At most ``limit`` bytes; more is ``UnexpectedAnswer``."""
        parts, size = [], 0
        for chunk in self.chunks():
            size += len(chunk)
            if size > limit:
                raise UnexpectedAnswer(self.system, "too_long", self.status, self.request_id)
            parts.append(chunk)
        return b"".join(parts)

    def beginning(self, size: int) -> bytes:
        """About the first ``size`` bytes; the rest stays unread."""
        start = b""
        for chunk in self.chunks():
            start += chunk
            if len(start) >= size:
                break
        return start

    def json(self) -> object:
        """Any JSON value; ``UnexpectedAnswer`` when it is none."""
        return self._decoded(self.body(JSON_LIMIT))

    def json_if_any(self) -> object:
        """As ``json``, and {} for an empty body."""
        body = self.body(JSON_LIMIT)
        return self._decoded(body) if body.strip() else {}

    def _decoded(self, body: bytes) -> object:
        try:
            return json_of(body)
        except (ValueError, RecursionError):
            pass
        raise UnexpectedAnswer(self.system, "not_json", self.status, self.request_id)

    def close(self) -> None:
        """A body that was read whole has given its connection back already; otherwise the connection ends here."""
        self._raw.close()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that is not 2xx, with the start of its body. The body is for classifying only."""

    system: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    path: str
    request_id: str
    retry_after: float | None
    sent: frozenset[str] = frozenset()  # the attributes that the call named

    @property
    def named(self) -> str | None:
        """The attribute of ours that the answer is about. Whatever else it says may be a client's and stays unread."""
        return named_attribute(self.body, self.sent)

    def error(self, kind: type[ClientError], code: str = "", field: str | None = None) -> ClientError:
        return kind(self.system, code, self.status, self.request_id, self.retry_after, field)

    def by_status(self, code: str = "", field: str | None = None) -> ClientError:
        """What the status alone says. Statuses nobody documents, redirects among them, are ``UnexpectedAnswer``."""
        kind = _BY_STATUS.get(self.status)
        if kind is None:
            kind = errors.ServerTrouble if self.status >= 500 else UnexpectedAnswer
        return self.error(kind, code, field)
