"""xAI's errors come in four shapes; a client must read all of them, so the sandbox takes turns."""

from __future__ import annotations

import itertools
import json
from typing import Any

from sandbox.answers import Answer

ERROR_SHAPES = ("texts", "nested", "grpc", "plain")
GRPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 409: 6, 413: 8, 415: 3, 422: 3, 429: 8}


class XaiError(Exception):
    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message
        self.headers = headers or {}


class ErrorShapes:
    def __init__(self) -> None:
        self.turn = itertools.cycle(ERROR_SHAPES)

    def answer(self, wrong: XaiError, shape: str) -> Answer:
        shape = shape if shape in ERROR_SHAPES else next(self.turn)
        status, message = wrong.status, wrong.message
        if shape == "plain":
            return Answer(status, message.encode(), "text/plain; charset=utf-8", dict(wrong.headers))
        bodies: dict[str, Any] = {
            "texts": {"code": f"Client specified an invalid argument ({status})", "error": message},
            "nested": {"error": {"message": message, "type": "invalid_request_error", "code": str(status)}},
            "grpc": {"code": GRPC_CODES.get(status, 2), "message": message, "details": []},
        }
        return Answer(status, json.dumps(bodies[shape]).encode(), headers=dict(wrong.headers))
