"""Pages for people."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer


class Pages:
    def __init__(self, *parts: Any) -> None: ...
    def answer(self, request: Request) -> Answer:
        return Answer(404, b"nothing here", "text/plain")
