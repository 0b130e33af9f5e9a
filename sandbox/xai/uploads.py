"""An uploaded file out of a multipart body, read piece by piece, never more of it than is allowed."""

from __future__ import annotations

import re
import time

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Epilogue, Field, MultipartDecoder, NeedData
from werkzeug.sansio.multipart import File as FilePart
from werkzeug.wrappers import Request

from sandbox.xai.errors import XaiError
from sandbox.xai.store import File

CHUNK = 1 << 16
FORBIDDEN = re.compile(r'[\x00-\x1f\x7f";\\]')
MAX_NAME = 255
ROOM_FOR_HEADERS = 1 << 16


def read_upload(request: Request, max_bytes: int) -> File:
    """The uploaded file; XaiError 400 without one, 413 above the limit, 415 when the body is no multipart form."""
    boundary = request.mimetype_params.get("boundary", "")
    if request.mimetype != "multipart/form-data" or not boundary:
        raise XaiError(415, "Content-Type must be multipart/form-data")
    if (request.content_length or 0) > max_bytes + ROOM_FOR_HEADERS:
        raise XaiError(413, "file too large")
    decoder = MultipartDecoder(boundary.encode())
    name, content, field, text, expires_at = None, bytearray(), "", b"", None
    while True:
        event = decoder.next_event()
        if isinstance(event, NeedData):
            chunk = request.stream.read(CHUNK)
            try:
                decoder.receive_data(chunk or None)
            except (RequestEntityTooLarge, ValueError) as wrong:
                raise XaiError(400, "malformed multipart body") from wrong
        elif isinstance(event, FilePart):
            field, name = "file" if event.name == "file" else "", event.filename if event.name == "file" else name
        elif isinstance(event, Field):
            field, text = event.name, b""
            if field == "expires_after" and name is not None:
                raise XaiError(400, "expires_after must come before file")
        elif isinstance(event, Data) and field == "file":
            content += event.data
            if len(content) > max_bytes:
                raise XaiError(413, "file too large")
        elif isinstance(event, Data):
            text += event.data
            if field == "expires_after" and not event.more_data:
                expires_at = _expiry(text)
        elif isinstance(event, Epilogue):
            break
    if name is None:
        raise XaiError(400, "file is required")
    if not name or len(name) > MAX_NAME or FORBIDDEN.search(name):
        raise XaiError(400, "invalid file name")
    return File(name, bytes(content), expires_at)


def _expiry(text: bytes) -> int:
    if not text.isdigit():
        raise XaiError(400, "expires_after must be a number of seconds")
    return int(time.time()) + int(text)
