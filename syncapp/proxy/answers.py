"""What the caller gets: Advoware's answer in the form that was promised.

What is short is awaited whole, so that an answer that breaks off becomes a 502. A long one that breaks off ends the
connection, without the closing brace.
"""

from __future__ import annotations

import codecs
import json
import re
from email.message import Message
from itertools import chain

from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse
from django.utils.http import content_disposition_header

from syncapp.clients.advoware.relay import Relayed
from syncapp.clients.errors import ClientError
from syncapp.models import ProxyRefusal
from syncapp.proxy.audit import Entry
from syncapp.proxy.passing import Passing, in_utf8, read_ahead, wrapped
from syncapp.proxy.refusals import Refused, meaning

JSON = "application/json"
BYTES = "application/octet-stream"
NAME_LENGTH = 150  # characters
_JSON = re.compile(r"(application|text)/([a-z0-9.-]+\+)?json")
_MEDIA = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,100}(; ?charset=[a-z0-9_-]{1,40})?")
_BEGINS_JSON = re.compile(rb'\s*[{\["0-9tfn-]')
_RETRY_AFTER = re.compile(r"[\w,: -]{1,40}", re.ASCII)  # seconds, or a date of HTTP
_UNSAFE = re.compile(r"[^\w.,()\[\] -]")
DETAILS = 256 * 1024  # bytes of Advoware's error; the real ones have some hundred
NOTHING = b'{"result": null}'
# Nothing that comes from there may act as a page of the hub, should somebody open it in a browser.
LOCKED = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}


def passed_on(upstream: Relayed, entry: Entry) -> HttpResponseBase:
    """Closes `upstream` at its end. Raises `Refused` when no answer can be made of it."""
    try:
        answer = _their_error(upstream, entry) if upstream.status >= 400 else _result(upstream, entry)
    except ClientError as exc:
        upstream.close()
        raise Refused(meaning(exc)) from None
    except BaseException:
        upstream.close()
        raise
    for name, value in LOCKED.items():
        answer.headers[name] = value
    return answer


def _result(upstream: Relayed, entry: Entry) -> HttpResponseBase:
    if not 200 <= upstream.status < 300:
        raise Refused(ProxyRefusal.UNEXPECTED)  # a redirect, which is never followed
    kind = media(upstream.content_type)
    is_json = is_json_type(kind)
    chunks = in_utf8(upstream.chunks(), charset(kind)) if is_json else upstream.chunks()
    ahead, whole = read_ahead(chunks)
    if whole and not b"".join(ahead).strip():
        return _short(upstream, entry, NOTHING, JSON)
    if is_json and not _may_be_json(b"".join(ahead), whole=whole):
        raise Refused(ProxyRefusal.UNEXPECTED)
    parts = wrapped(ahead, chunks) if is_json else chain(ahead, chunks)
    answer: HttpResponseBase
    if whole:
        answer = _short(upstream, entry, b"".join(parts), JSON if is_json else kind)
    else:
        passing = Passing(upstream, parts, entry)
        answer = StreamingHttpResponse(passing, content_type=JSON if is_json else kind)
    if not is_json:
        answer.headers["Content-Disposition"] = disposition(upstream.content_disposition)
        if not whole and upstream.content_length is not None:
            answer.headers["Content-Length"] = str(upstream.content_length)
    return answer


def _may_be_json(beginning: bytes, *, whole: bool) -> bool:
    """What is long is judged by how it begins: a page that calls itself JSON begins otherwise."""
    if not whole:
        return bool(_BEGINS_JSON.match(beginning))
    try:
        json.loads(beginning)
    except (ValueError, RecursionError):
        return False
    return True


def _short(upstream: Relayed, entry: Entry, body: bytes, kind: str) -> HttpResponse:
    upstream.close()
    entry.end(200, len(body))
    return HttpResponse(body, content_type=kind)


def _their_error(upstream: Relayed, entry: Entry) -> HttpResponse:
    """Their status and text. That the text breaks off does not matter: the status says enough."""
    body = b""
    try:
        for chunk in upstream.chunks():
            body += chunk
            if len(body) >= DETAILS:
                break
    except ClientError:
        pass
    upstream.close()
    kind = media(upstream.content_type)
    text = body[:DETAILS].decode(charset(kind), "replace").strip("\ufeff \t\r\n")
    details: object = text
    if is_json_type(kind):
        try:
            details = json.loads(text)
        except (ValueError, RecursionError):
            details = text
    said = {"error": f"Advoware answered with status {upstream.status}", "details": details}
    answer = JsonResponse(said, status=upstream.status)
    if _RETRY_AFTER.fullmatch(upstream.retry_after):
        answer.headers["Retry-After"] = upstream.retry_after
    entry.end(upstream.status, len(answer.content))
    return answer


def media(given: str) -> str:
    """Type and charset in small letters, if they look like it; anything else is bytes."""
    kind = given.strip().lower().replace('"', "")
    if not _MEDIA.fullmatch(kind):
        kind = kind.partition(";")[0].strip()
    return kind if _MEDIA.fullmatch(kind) else BYTES


def is_json_type(kind: str) -> bool:
    return bool(_JSON.fullmatch(kind.partition(";")[0]))


def charset(kind: str) -> str:
    """As Python names it; UTF-8 when none is said, or one that nobody knows or that is no text."""
    try:
        found = codecs.lookup(kind.partition("charset=")[2] or "utf-8")
        b"".decode(found.name)
    except LookupError:
        return "utf-8"
    return found.name


def disposition(given: str) -> str:
    """Always a download. Their file name, without anything that could mean a path or end the header."""
    message = Message()
    message["Content-Disposition"] = re.sub(r"[\r\n]", "", given)
    name = _UNSAFE.sub("_", message.get_filename("") or "").strip(" .")[:NAME_LENGTH]
    return content_disposition_header(True, name) or "attachment"
