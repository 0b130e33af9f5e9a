"""An answer of Advoware that is passed on as it is, while it arrives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack

from syncapp.clients.advoware.config import SYSTEM
from syncapp.clients.errors import AnswerLost, Rejected
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.deadlines import TOO_SLOW

TIMEOUT = "timeout"  # the code by which a host that is slow differs from one that is away

DOTS = {"", ".", ".."}
FORBIDDEN = "\\?#%@:"  # what could begin a query, another host, a user name or a second decoding


class Relayed:
    """To be closed. ``content_length`` is None where the answer does not say it."""

    def __init__(self, opened: AbstractContextManager[Answer]) -> None:
        self._stack = ExitStack()
        try:
            self._answer = self._stack.enter_context(opened)
        except AnswerLost as error:
            slow = error.code == TOO_SLOW or error.code.endswith("read_timeout")
            raise (AnswerLost(SYSTEM, TIMEOUT) if slow else error) from None

    @property
    def status(self) -> int:
        return self._answer.status

    @property
    def content_type(self) -> str:
        return self._answer.headers.get("Content-Type", "")

    @property
    def content_disposition(self) -> str:
        return self._answer.headers.get("Content-Disposition", "")

    @property
    def retry_after(self) -> str:
        return self._answer.headers.get("Retry-After", "")

    @property
    def content_length(self) -> int | None:
        return self._answer.announced_size

    def chunks(self) -> Iterator[bytes]:
        """The body, decoded. Raises ``AnswerLost`` when it ends too early."""
        return self._answer.chunks()

    def close(self) -> None:
        self._stack.close()


def checked_path(path: str) -> str:
    """A relative path below the API's address, with or without ``api/v1/``. The last guard, not the only one."""
    path = path.removeprefix("/").removeprefix("api/v1/")
    parts = path.removesuffix("/").split("/")
    if DOTS & set(parts) or any(not sign.isprintable() or sign in FORBIDDEN for sign in path):
        raise Rejected(SYSTEM, "unusable_path")
    return path
