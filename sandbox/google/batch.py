"""The batch endpoint: several calls as the parts of one, each with an answer of its own.

https://developers.google.com/workspace/calendar/api/guides/batch
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from email import policy
from email.message import Message
from email.parser import BytesParser
from http import HTTPStatus

from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.calls import CallLog
from sandbox.faults import FaultBoard
from sandbox.google.config import API, SERVICE, GoogleSettings
from sandbox.google.errors import GoogleError

Ask = Callable[[Request, str], Answer]
PLACE = f"{API}{SERVICE}/"
IN_BATCH = "google-in-batch"  # the parts of a batch, in faults (those with a status) and in the call log


class Batches:
    """Every part counts like a call of its own."""

    def __init__(self, settings: GoogleSettings, faults: FaultBoard, calls: CallLog, ask: Ask) -> None:
        self.settings, self.faults, self.calls, self.ask = settings, faults, calls, ask

    def answer(self, request: Request, path: str) -> Answer:
        try:
            return _answer(request, self.settings.batch_limit, self.part)
        except GoogleError as refusal:
            return refusal.answer()

    def part(self, request: Request) -> Answer:
        target = request.environ["REQUEST_URI"]
        line = self.calls.begin(IN_BATCH, request.method, target, len(request.get_data()))
        fault = self.faults.take(IN_BATCH, request.method, target)
        if fault and fault.kind == "status":
            line.fault = fault.kind
            answer = fault.answer()
        elif request.path.startswith(PLACE):
            answer = self.ask(request, request.path.removeprefix(PLACE))
        else:
            answer = GoogleError("notFound").answer()
        self.calls.end(line, answer.status, len(answer.body))
        return answer


def _answer(request: Request, limit: int, ask: Callable[[Request], Answer]) -> Answer:
    """GoogleError 400 for what is no batch, or has too many parts."""
    if request.method != "POST" or request.mimetype != "multipart/mixed":
        raise GoogleError("badRequest", "A batch is a POST of multipart/mixed.")
    raw = b"Content-Type: " + request.headers["Content-Type"].encode() + b"\r\n\r\n" + request.get_data()
    message = BytesParser(policy=policy.HTTP).parsebytes(raw)
    parts = message.get_payload() if message.is_multipart() else []
    if not parts or not isinstance(parts, list):
        raise GoogleError("badRequest", "The batch has no parts.")
    if len(parts) > limit:
        raise GoogleError("badRequest", f"The batch has more than {limit} calls.")
    boundary = f"batch_{secrets.token_urlsafe(16)}"
    pieces = []
    for part in parts:
        assert isinstance(part, Message)
        answered = ask(_inner(request, part))
        pieces.append(f"--{boundary}\r\n{_head(part)}".encode() + _written(answered))
    body = b"".join(pieces) + f"--{boundary}--\r\n".encode()
    return Answer(200, body, f"multipart/mixed; boundary={boundary}")


def _inner(outer: Request, part: Message) -> Request:
    """The call in a part; what it does not say about who calls, the batch says."""
    payload = part.get_payload(decode=True)
    if part.get_content_type() != "application/http" or not isinstance(payload, bytes):
        raise GoogleError("badRequest", "A part of the batch is no application/http.")
    head, _, body = payload.replace(b"\r\n", b"\n").partition(b"\n\n")
    line, *rest = head.decode().split("\n")
    words = line.split()
    if len(words) < 2:
        raise GoogleError("badRequest", "A part of the batch has no request line.")
    headers = dict(text.split(": ", 1) for text in rest if ": " in text)
    known = {name.lower() for name in headers}
    if "authorization" not in known and "Authorization" in outer.headers:
        headers["Authorization"] = outer.headers["Authorization"]
    dropped = ("host", "content-length", "accept-encoding")
    headers = {name: value for name, value in headers.items() if name.lower() not in dropped}
    path, _, query = words[1].partition("?")
    builder = EnvironBuilder(
        path=path,
        query_string=query,
        method=words[0],
        headers=list(headers.items()),
        data=body,
        base_url=f"http://{outer.host}",
    )
    environ = builder.get_environ()
    environ["REQUEST_URI"] = words[1]
    return Request(environ)


def _head(part: Message) -> str:
    key = str(part.get("Content-ID", ""))
    lines = ["Content-Type: application/http"]
    if key:
        lines.append(f"Content-ID: <response-{key.strip('<>')}>")
    return "\r\n".join(lines) + "\r\n\r\n"


def _written(answered: Answer) -> bytes:
    lines = [f"HTTP/1.1 {answered.status} {HTTPStatus(answered.status).phrase}"]
    if answered.body:
        lines.append(f"Content-Type: {answered.content_type}")
    lines.append(f"Content-Length: {len(answered.body)}")
    lines += [f"{name}: {value}" for name, value in answered.headers.items()]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + answered.body + b"\r\n"
