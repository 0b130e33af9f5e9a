"""Where the token of a login is kept, and that it was refused."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from syncapp.clients import tokens
from syncapp.clients.tokens import Token

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


class TokenStore(tokens.TokenStore, Protocol):
    """Belongs to one login (``AdvowareConfig.identity``). ``put`` also forgets a refusal."""

    def refusal(self) -> RefusedLogin | None: ...

    def refuse(self, refusal: RefusedLogin) -> None: ...


class MemoryTokens(tokens.MemoryTokens):
    """For one process."""

    def __init__(self) -> None:
        super().__init__()
        self._refusal: RefusedLogin | None = None

    def put(self, token: Token) -> None:
        super().put(token)
        self._refusal = None

    def refusal(self) -> RefusedLogin | None:
        return self._refusal

    def refuse(self, refusal: RefusedLogin) -> None:
        self._refusal = refusal
