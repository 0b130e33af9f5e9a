"""The token of a login, and where workers share it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Token:
    """``expires_at`` (aware, UTC): until then it is used, which is a little less than its lifetime."""

    value: str = field(repr=False)
    expires_at: datetime

    @property
    def usable(self) -> bool:
        return datetime.now(UTC) < self.expires_at


FIRST_PAUSE = timedelta(minutes=1)
PAUSE_FACTOR = 4
LONGEST_PAUSE = timedelta(hours=1)  # five tries with a wrong password take an hour and a half


@dataclass(frozen=True, slots=True)
class RefusedLogin:
    """A login that was refused and won't be tried before ``until``: wrong passwords in a row lock an account."""

    code: str
    enabled: bool  # False: it is not the password, the login was never enabled
    times: int
    until: datetime

    @classmethod
    def after(cls, last: RefusedLogin | None, code: str, enabled: bool) -> RefusedLogin:
        """Only a wrong password makes the pauses longer."""
        times = (last.times if last is not None and enabled and last.enabled else 0) + 1
        pause = min(FIRST_PAUSE * PAUSE_FACTOR ** min(times - 1, 5), LONGEST_PAUSE)
        return cls(code, enabled, times, datetime.now(UTC) + pause)

    @property
    def pauses(self) -> bool:
        return datetime.now(UTC) < self.until


class TokenStore(Protocol):
    """Belongs to one login (``AdvowareConfig.identity``)."""

    def get(self) -> Token | None: ...

    def put(self, token: Token) -> None:
        """Also forgets a refusal."""

    def drop(self, token: Token) -> None:
        """Forgets the token, but no newer one."""

    def refusal(self) -> RefusedLogin | None: ...

    def refuse(self, refusal: RefusedLogin) -> None: ...

    def waiting(self) -> AbstractContextManager[None]:
        """One may log in at a time; the others wait, and then look again before they do."""


class MemoryTokens:
    """For one process."""

    def __init__(self) -> None:
        self._token: Token | None = None
        self._refusal: RefusedLogin | None = None
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

    @contextmanager
    def waiting(self) -> Iterator[None]:
        with self._lock:
            yield
