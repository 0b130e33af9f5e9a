"""What a system answers: a small value the server can write out without further thought."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote

Cut = Literal["", "whole", "half"]


@dataclass(slots=True)
class Answer:
    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    chunk: int = 0  # bytes in a chunk; 0: in one piece, with Content-Length
    cut: Cut = ""  # "whole": close the connection with no answer; "half": announce all, send half, close


def json_answer(data: Any, status: int = 200) -> Answer:
    return Answer(status, json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode(errors="surrogatepass"))


def redirect(location: str) -> Answer:
    """303, so that the browser asks with GET after a form was sent."""
    return Answer(303, b"", "text/plain", {"Location": quote(location, safe="/?=@")})
