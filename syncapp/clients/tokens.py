"""The token that a login brought, and where it is kept."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """``expires_at`` (aware, UTC): until then it is used, which is a little less than its lifetime."""

    value: str = field(repr=False)
    expires_at: datetime

    @property
    def usable(self) -> bool:
        return datetime.now(UTC) < self.expires_at


class TokenStore(Protocol):
    """Belongs to one login."""

    def get(self) -> Token | None: ...

    def put(self, token: Token) -> None: ...

    def drop(self, token: Token) -> None:
        """Forgets the token, but no newer one."""

    def waiting(self) -> AbstractContextManager[None]:
        """One may log in at a time; the others wait, and then look again before they do."""


class MemoryTokens:
    """For one process."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._lock = threading.Lock()

    def get(self) -> Token | None:
        token = self._token
        return token if token is not None and token.usable else None

    def put(self, token: Token) -> None:
        self._token = token

    def drop(self, token: Token) -> None:
        if self._token == token:
            self._token = None

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with self._lock:
            yield
