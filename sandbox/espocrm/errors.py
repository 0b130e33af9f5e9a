"""EspoCRM's way of saying no: a status, mostly without a body, and the reason in a header."""

from __future__ import annotations

import json
from typing import Any

from sandbox.answers import Answer


def php_json(data: Any) -> bytes:
    r"""JSON as PHP writes it: no blanks, `\/` for a slash, `\uXXXX` for everything that is not ASCII."""
    return json.dumps(data, separators=(",", ":")).replace("/", "\\/").encode()


def espo_answer(data: Any, status: int = 200) -> Answer:
    return Answer(status, php_json(data))


class EspoError(Exception):
    """`reason` None: the answer comes before EspoCRM's own code and lacks the header; it is empty where nothing is
    said (both seen at 9.2.7)."""

    def __init__(self, status: int, reason: str | None = "", body: Any = None) -> None:
        super().__init__(f"{status} {reason}")
        self.status = status
        self.reason = reason
        self.body = body

    def answer(self) -> Answer:
        body = b"" if self.body is None else php_json(self.body)
        if self.reason is None:
            return Answer(self.status, body, "text/html; charset=UTF-8")
        return Answer(self.status, body, headers={"X-Status-Reason": self.reason})


def invalid(entity_type: str, field: str, kind: str) -> EspoError:
    return EspoError(400, f"Field validation failure; entityType: {entity_type}, field: {field}, type: {kind}.")


def no_record(entity_type: str, record_id: str) -> EspoError:
    return EspoError(404, f"Record {record_id} of {entity_type} does not exist.")


def no_entity(entity_type: str) -> EspoError:
    return EspoError(404, f"Entity type '{entity_type}' does not exist.")
