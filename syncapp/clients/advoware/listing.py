"""A JSON list that is read while it arrives: Advoware has no pages, and 50,000 parties are too much for the memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import ijson
from ijson.common import JSONError
from ijson.utils import sendable_list

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.errors import UnexpectedAnswer
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.parse import the_object

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def objects(answer: Answer, what: str) -> Iterator[Mapping[str, object]]:
    """The objects of the list. ``UnexpectedAnswer`` when it is none, or ends too early; what came before was given."""
    rows = sendable_list()
    reader = ijson.items_coro(rows, "item", use_float=True)
    begun = False
    for chunk in answer.chunks():
        if not begun:
            chunk = chunk.removeprefix(BYTE_ORDER_MARK).lstrip()
            if not chunk:
                continue
            if not chunk.startswith(b"["):
                raise UnexpectedAnswer(SYSTEM, f"not_a_list.{what}", answer.status, answer.request_id)
            begun = True
        _told(answer, partial(reader.send, chunk))
        for row in rows:
            yield the_object(SYSTEM, row, what)
        rows.clear()
    _told(answer, reader.close)


def _told(answer: Answer, step: Callable[[], object]) -> None:
    try:
        step()
        return
    except (JSONError, ValueError, RecursionError):
        pass
    raise UnexpectedAnswer(SYSTEM, "not_json", answer.status, answer.request_id)
