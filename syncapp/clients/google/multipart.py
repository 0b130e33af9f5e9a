"""Many requests in one, as MIME parts, and their answers. Pure.

Source: developers.google.com/calendar/api/guides/batch. Answers come in any order; ``Content-ID`` tells whose one is.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from typing import cast
from urllib.parse import urlsplit

from syncapp.clients.google.building import Built

PARTS_HEADERS = ("content-type", "if-match")  # all others are said once, outside
_ID = re.compile(r"\+([0-9]{1,4})>?\s*$")
_STATUS = re.compile(rb"HTTP/[0-9.]+ ([0-9]{3})")


@dataclass(frozen=True, slots=True)
class PartAnswer:
    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


def packed(parts: Sequence[Built]) -> tuple[str, bytes]:
    """The content type and the body of the request that holds them all."""
    boundary, base = f"batch_{uuid.uuid4().hex}", uuid.uuid4().hex
    lines: list[bytes] = []
    for number, part in enumerate(parts):
        address = urlsplit(part.url)
        lines += [
            f"--{boundary}".encode(),
            b"Content-Type: application/http",
            f"Content-ID: <{base}+{number}>".encode(),
            b"",
            f"{part.method} {address.path}?{address.query} HTTP/1.1".encode(),
            *(f"{name}: {value}".encode() for name, value in part.headers.items() if name.lower() in PARTS_HEADERS),
        ]
        if part.body is not None:
            lines += [f"content-length: {len(part.body)}".encode(), b"", part.body]
        else:
            lines += [b"", b""]
    return f"multipart/mixed; boundary={boundary}", b"\r\n".join([*lines, f"--{boundary}--".encode(), b""])


def unpacked(content_type: str, body: bytes) -> dict[int, PartAnswer]:
    """Answers by the number of their request; what can't be read is left out."""
    whole = BytesParser().parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    found: dict[int, PartAnswer] = {}
    for part in cast("list[Message]", whole.get_payload() if whole.is_multipart() else []):
        number = _ID.search(part.get("Content-ID", ""))
        answer = _answer(part)
        if number is not None and answer is not None:
            found[int(number[1])] = answer
    return found


def _answer(part: Message) -> PartAnswer | None:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return None
    first, _, rest = content.lstrip().partition(b"\n")
    status = _STATUS.match(first)
    if status is None:
        return None
    head, _, body = rest.replace(b"\r\n\r\n", b"\n\n", 1).partition(b"\n\n")
    headers = BytesParser().parsebytes(head + b"\n\n", headersonly=True)
    return PartAnswer(int(status[1]), {name: str(value) for name, value in headers.items()}, body)
