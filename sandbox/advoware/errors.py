"""Advoware's errors: sometimes JSON, sometimes a plain text. The texts of the login are the vendor's own."""

from __future__ import annotations

import itertools
import json

from sandbox.answers import Answer

ERROR_SHAPES = ("json", "text")


class AdvowareError(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(f"{status} {message}")
        self.status = status
        self.message = message


class ErrorShapes:
    def __init__(self) -> None:
        self.turn = itertools.cycle(ERROR_SHAPES)

    def answer(self, wrong: AdvowareError, shape: str) -> Answer:
        shape = shape if shape in ERROR_SHAPES else next(self.turn)
        if shape == "text":
            return Answer(wrong.status, wrong.message.encode(), "text/plain; charset=utf-8")
        body = json.dumps({"Message": wrong.message}, ensure_ascii=False).encode()
        return Answer(wrong.status, body, "application/json; charset=utf-8")
