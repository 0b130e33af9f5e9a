"""What the caller gets: Advoware's answer in the form that was promised, while it arrives.

JSON is wrapped without being read: `{"result": ` before it and `}` behind it. What is short is awaited whole, so that
an answer that breaks off becomes a 502; a long one that breaks off ends the connection, without the closing brace.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterable, Iterator
from email.message import Message
from typing import Protocol

from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from syncapp.clients.errors import ClientError
from syncapp.models import ProxyRefusal
from syncapp.proxy.audit import Entry
from syncapp.proxy.refusals import Refused, meaning

AHEAD = 256 * 1024  # bytes that are awaited before the first one is passed on
DETAILS = 256 * 1024  # bytes of Advoware's error; the real ones have some hundred
BLANK = b" \t\r\n"
UTF8_MARK = codecs.BOM_UTF8
OPENING, CLOSING, NOTHING = b'{"result": ', b"}", b'{"result": null}'
JSON = "application/json"
_JSON = re.compile(r"(application|text)/([a-z0-9.-]+\+)?json")
_MEDIA = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}(; ?charset=[a-z0-9_-]{1,40})?")
_UNSAFE = re.compile(r"[^\w.,()\[\] -]")
# Nothing that comes from there may act as a page of the hub, should somebody open it in a browser.
LOCKED = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}


class Upstream(Protocol):
    """An answer of Advoware whose body is still to be read (`clients.advoware.Relayed`)."""

    @property
    def status(self) -> int: ...
    @property
    def content_type(self) -> str: ...
    @property
    def content_disposition(self) -> str: ...
    @property
    def content_length(self) -> int | None: ...
    def chunks(self) -> Iterator[bytes]: ...
    def close(self) -> None: ...


class Passing:
    """The rest of an answer, on its way. Its end, of whichever kind, is in the log and frees the connection."""

    def __init__(self, upstream: Upstream, ahead: Iterable[bytes], rest: Iterator[bytes], entry: Entry) -> None:
        self._upstream, self._entry = upstream, entry
        self._parts = self._all(ahead, rest)
        self._size = 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        try:
            part = next(self._parts)
        except StopIteration:
            self._end(None)
            raise
        except ClientError as exc:
            self._end(meaning(exc))
            raise  # the server closes the connection, so that nobody takes the part for the whole
        self._size += len(part)
        return part

    def close(self) -> None:
        """The web server calls this at the end, also when the caller hung up."""
        self._end(ProxyRefusal.HUNG_UP)

    def _end(self, why: ProxyRefusal | None) -> None:
        self._upstream.close()
        self._entry.end(200, self._size, why)

    @staticmethod
    def _all(ahead: Iterable[bytes], rest: Iterator[bytes]) -> Iterator[bytes]:
        yield from ahead
        yield from rest


def passed_on(upstream: Upstream, entry: Entry) -> HttpResponseBase:
    """Closes `upstream` at its end. Raises `Refused` when no answer can be made of it."""
    try:
        answer = _answer(upstream, entry)
    except ClientError as exc:
        upstream.close()
        raise Refused(meaning(exc)) from None
    except BaseException:
        upstream.close()
        raise
    for name, value in LOCKED.items():
        answer.headers[name] = value
    return answer


def _answer(upstream: Upstream, entry: Entry) -> HttpResponseBase:
    if upstream.status >= 400:
        return _their_error(upstream, entry)
    if not 200 <= upstream.status < 300:
        raise Refused(ProxyRefusal.UNEXPECTED)
    kind = _media(upstream.content_type)
    is_json = bool(_JSON.fullmatch(kind.partition(";")[0]))
    chunks = upstream.chunks()
    if is_json:
        chunks = _in_utf8(chunks, kind)
    ahead, whole = _read_ahead(chunks)
    if whole and not b"".join(ahead).strip(BLANK):
        return _short(upstream, entry, NOTHING, JSON)
    if is_json:
        ahead, kind, length = [OPENING, *ahead], JSON, None
        chunks = _closed(chunks)
        if whole:
            ahead.append(CLOSING)
    else:
        length = upstream.content_length
    answer: HttpResponseBase
    if whole:
        answer = _short(upstream, entry, b"".join(ahead), kind)
    else:
        answer = StreamingHttpResponse(Passing(upstream, ahead, chunks, entry), content_type=kind)
        if length is not None:
            answer.headers["Content-Length"] = str(length)
    if not is_json:
        answer.headers["Content-Disposition"] = _disposition(upstream.content_disposition)
    return answer


def _short(upstream: Upstream, entry: Entry, body: bytes, kind: str) -> HttpResponse:
    upstream.close()
    entry.end(200, len(body))
    return HttpResponse(body, content_type=kind)


def _their_error(upstream: Upstream, entry: Entry) -> HttpResponse:
    """Their status and text. A body that breaks off does not matter: the status says enough."""
    body = b""
    try:
        for chunk in upstream.chunks():
            body += chunk
            if len(body) >= DETAILS:
                break
    except ClientError:
        pass
    upstream.close()
    text = body[:DETAILS].decode(_charset(_media(upstream.content_type)), "replace").strip("\ufeff \t\r\n")
    details: object = text
    if _JSON.fullmatch(_media(upstream.content_type).partition(";")[0]):
        try:
            details = json.loads(text)
        except (ValueError, RecursionError):
            details = text
    answer = JsonResponse(
        {"error": f"Advoware answered with status {upstream.status}", "details": details}, status=upstream.status
    )
    entry.end(upstream.status, len(answer.content))
    return answer


def _read_ahead(chunks: Iterator[bytes]) -> tuple[list[bytes], bool]:
    """The beginning, and whether that was all."""
    ahead, size = [], 0
    for chunk in chunks:
        ahead.append(chunk)
        size += len(chunk)
        if size >= AHEAD:
            return ahead, False
    return ahead, True


def _closed(chunks: Iterator[bytes]) -> Iterator[bytes]:
    yield from chunks
    yield CLOSING


def _in_utf8(chunks: Iterator[bytes], kind: str) -> Iterator[bytes]:
    """JSON in UTF-8 and without the mark that may stand before it: inside of other JSON it would be a fault."""
    charset = _charset(kind)
    begun = False
    decoder = None if charset == "utf-8" else codecs.getincrementaldecoder(charset)("replace")
    held = b""
    for chunk in chunks:
        part = held + (decoder.decode(chunk).encode() if decoder else chunk)
        if not begun and len(part) < len(UTF8_MARK):
            held = part
            continue
        if part:
            yield part if begun else part.removeprefix(UTF8_MARK)
            begun, held = True, b""
    if held:
        yield held


def _media(given: str) -> str:
    """Type and charset, if they look like it; anything else is bytes."""
    kind = given.strip().lower()
    if not _MEDIA.fullmatch(kind):
        kind = kind.partition(";")[0].strip()
    return kind if _MEDIA.fullmatch(kind) else "application/octet-stream"


def _charset(kind: str) -> str:
    try:
        return codecs.lookup(kind.partition("charset=")[2] or "utf-8").name
    except LookupError:
        return "utf-8"


def _disposition(given: str) -> str:
    """Always a download. Their file name, without anything that could mean a path or end the header."""
    message = Message()
    message["Content-Disposition"] = re.sub(r"[\r\n]", "", given)
    name = _UNSAFE.sub("_", message.get_filename("") or "").strip(" .")[:150]
    return content_disposition_header(True, name) or "attachment"
