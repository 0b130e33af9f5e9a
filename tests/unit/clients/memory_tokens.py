"""Where one test keeps its token."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from syncapp.clients.http.login import RefusedLogin, Token


class MemoryTokens:
    """For one process."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._refusal: RefusedLogin | None = None
        self._kept: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def get(self) -> Token | None:
        token = self._token
        return token if token is not None and token.usable else None

    def put(self, token: Token) -> None:
        self._token, self._refusal = token, None

    def drop(self, token: Token) -> None:
        if self._token == token:
            self._token = None

    def refusal(self) -> RefusedLogin | None:
        return self._refusal

    def refuse(self, refusal: RefusedLogin) -> None:
        self._refusal = refusal

    def kept(self, what: str) -> Mapping[str, Any] | None:
        return self._kept.get(what)

    def keep(self, what: str, facts: Mapping[str, Any], until: datetime) -> None:
        self._kept[what] = facts

    def unkeep(self, what: str) -> None:
        self._kept.pop(what, None)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with self._lock:
            yield
