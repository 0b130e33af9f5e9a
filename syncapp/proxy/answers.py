"""What the caller gets: Advoware's answer in the form that was promised.

What is short is awaited whole, so that an answer that breaks off becomes a 502. A long one that breaks off ends the
connection, without the closing brace.
"""

from __future__ import annotations

import json
from itertools import chain

from django.http import HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse

from syncapp.clients.errors import ClientError
from syncapp.models import ProxyRefusal
from syncapp.proxy import headers
from syncapp.proxy.audit import Entry
from syncapp.proxy.passing import Passing, Upstream, in_utf8, read_ahead, wrapped
from syncapp.proxy.refusals import Refused, meaning

DETAILS = 256 * 1024  # bytes of Advoware's error; the real ones have some hundred
NOTHING = b'{"result": null}'
# Nothing that comes from there may act as a page of the hub, should somebody open it in a browser.
LOCKED = {"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "no-store"}


def passed_on(upstream: Upstream, entry: Entry) -> HttpResponseBase:
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


def _result(upstream: Upstream, entry: Entry) -> HttpResponseBase:
    if not 200 <= upstream.status < 300:
        raise Refused(ProxyRefusal.UNEXPECTED)  # a redirect, which is never followed
    kind = headers.media(upstream.content_type)
    is_json = headers.is_json(kind)
    chunks = in_utf8(upstream.chunks(), headers.charset(kind)) if is_json else upstream.chunks()
    ahead, whole = read_ahead(chunks)
    if whole and not b"".join(ahead).strip():
        return _short(upstream, entry, NOTHING, headers.JSON)
    parts = wrapped(ahead, chunks) if is_json else chain(ahead, chunks)
    answer: HttpResponseBase
    if whole:
        answer = _short(upstream, entry, b"".join(parts), headers.JSON if is_json else kind)
    else:
        passing = Passing(upstream, parts, entry)
        answer = StreamingHttpResponse(passing, content_type=headers.JSON if is_json else kind)
    if not is_json:
        answer.headers["Content-Disposition"] = headers.disposition(upstream.content_disposition)
        if not whole and upstream.content_length is not None:
            answer.headers["Content-Length"] = str(upstream.content_length)
    return answer


def _short(upstream: Upstream, entry: Entry, body: bytes, kind: str) -> HttpResponse:
    upstream.close()
    entry.end(200, len(body))
    return HttpResponse(body, content_type=kind)


def _their_error(upstream: Upstream, entry: Entry) -> HttpResponse:
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
    kind = headers.media(upstream.content_type)
    text = body[:DETAILS].decode(headers.charset(kind), "replace").strip("\ufeff \t\r\n")
    details: object = text
    if headers.is_json(kind):
        try:
            details = json.loads(text)
        except (ValueError, RecursionError):
            details = text
    said = {"error": f"Advoware answered with status {upstream.status}", "details": details}
    answer = JsonResponse(said, status=upstream.status)
    entry.end(upstream.status, len(answer.content))
    return answer
