"""An attachment's bytes, streamed into a file while they are counted and hashed."""

from __future__ import annotations

import hashlib
from typing import BinaryIO

from syncapp.clients.errors import AnswerLost, TooLarge
from syncapp.clients.espocrm.types import SYSTEM, Downloaded
from syncapp.clients.http.answers import Answer


def stream_into(answer: Answer, into: BinaryIO, start: int, max_bytes: int) -> Downloaded:
    """Writes from ``start`` on, dropping what an earlier attempt left. Raises ``TooLarge`` without reading on, and
    ``AnswerLost`` when fewer bytes came than announced."""
    into.seek(start)
    into.truncate(start)
    announced = answer.announced_size
    if announced is not None and announced > max_bytes:
        raise TooLarge(SYSTEM, "over_limit", request_id=answer.request_id)
    md5, sha256 = hashlib.md5(usedforsecurity=False), hashlib.sha256()
    size = 0
    for chunk in answer.chunks():
        size += len(chunk)
        if size > max_bytes:
            raise TooLarge(SYSTEM, "over_limit", request_id=answer.request_id)
        md5.update(chunk)
        sha256.update(chunk)
        into.write(chunk)
    if announced is not None and size != announced:
        raise AnswerLost(SYSTEM, "cut", answer.status, answer.request_id)
    return Downloaded(size, md5.hexdigest(), sha256.hexdigest())
