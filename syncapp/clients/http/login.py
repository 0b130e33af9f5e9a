"""Systems that are asked with a token, which a login brings and all workers share."""

from __future__ import annotations

import time
from abc import abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar, Protocol, TypeVar

from syncapp.clients.errors import AnswerLost, ClientError, NotEnabled, ServerTrouble, Unauthorized, Unreachable
from syncapp.clients.http.base import Config, OutsideClient
from syncapp.clients.http.observe import Observer
from syncapp.kit.clocks import lasts

T = TypeVar("T")

SHORTEST = timedelta(minutes=1)  # a token that ends before it begins: the clocks disagree, a 401 will tell
LONGEST = timedelta(days=1)  # no token is used for longer, whatever a system grants
FIRST_PAUSE = timedelta(minutes=1)
PAUSE_FACTOR = 4
LONGEST_PAUSE = timedelta(hours=1)  # five tries with a wrong password take an hour and a half


@dataclass(frozen=True, slots=True)
class Token:
    """``expires_at`` (aware, UTC): until then it is used, which is a little less than its lifetime."""

    value: str = field(repr=False)
    expires_at: datetime

    @classmethod
    def lasting(cls, value: str, lifetime: timedelta, margin: timedelta) -> Token:
        """``margin``: how long before its end it is used no more, because calls take their time."""
        kept = max(lifetime - margin, lifetime / 2) if lifetime > timedelta() else SHORTEST
        return cls(value, datetime.now(UTC) + min(kept, LONGEST))

    @property
    def usable(self) -> bool:
        return lasts(self.expires_at, datetime.now(UTC), LONGEST)


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
        return lasts(self.until, datetime.now(UTC), LONGEST_PAUSE)


class TokenStore(Protocol):
    """Belongs to one login (the ``identity`` of its configuration)."""

    def get(self) -> Token | None: ...

    def put(self, token: Token) -> None:
        """Also forgets a refusal."""

    def drop(self, token: Token) -> None:
        """Forgets the token, but no newer one."""

    def refusal(self) -> RefusedLogin | None: ...

    def refuse(self, refusal: RefusedLogin) -> None: ...

    def kept(self, what: str) -> Mapping[str, Any] | None:
        """What else is known of this login by all workers; facts as JSON knows them."""

    def keep(self, what: str, facts: Mapping[str, Any], until: datetime) -> None: ...

    def unkeep(self, what: str) -> None: ...

    def waiting(self) -> AbstractContextManager[None]:
        """One may log in at a time; the others wait, and then look again before they do."""


class LoggedInClient(OutsideClient[Config]):
    trouble: ClassVar[tuple[type[ClientError], ...]] = (AnswerLost, ServerTrouble)  # of a login, which is no refusal

    def __init__(
        self,
        config: Config,
        tokens: TokenStore,
        observer: Observer | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(config, observer, sleep=sleep)
        self._tokens = tokens

    @abstractmethod
    def log_in(self) -> Token:
        """One login, in the system's own way."""

    def logged_in(self, ask: Callable[[Token], T]) -> T:
        """Asks with the token; when it is refused, with the one that others have, and at last with a new one."""
        refused: set[str] = set()
        while True:
            token, is_new = self._token()
            try:
                return ask(token)
            except NotEnabled:
                raise
            except Unauthorized:
                self._tokens.drop(token)
                if is_new or token.value in refused:  # a store that forgets nothing would give it again and again
                    raise
                refused.add(token.value)

    def before_the_call(self, log_in: Callable[[], T]) -> T:
        """A login that went wrong leaves no doubt about the call that needed it: that was not executed."""
        try:
            return log_in()
        except self.trouble as error:
            code = f"login.{error.code or type(error).__name__}"
            raise Unreachable(self.system, code, error.status, error.request_id, error.retry_after) from None

    def _token(self) -> tuple[Token, bool]:
        """And whether it was made for this call."""
        token = self._tokens.get()
        if token is not None:
            return token, False
        with self._tokens.waiting():
            token = self._tokens.get()
            if token is not None:
                return token, False
            token = self.before_the_call(self.log_in)
            self._tokens.put(token)
            return token, True
