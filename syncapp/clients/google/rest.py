"""Google's API without any entity: one shared login, the limit of requests, and what a lost answer leaves open."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from syncapp.clients.errors import AnswerLost, ClientError, NotFound, RateLimited, ServerTrouble
from syncapp.clients.google.building import Api, Built, api
from syncapp.clients.google.config import TOKEN, GoogleConfig
from syncapp.clients.google.refusals import refusal_of_google, refusal_of_login
from syncapp.clients.google.types import SYSTEM
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.base import PERHAPS_EXECUTED
from syncapp.clients.http.calls import USER_AGENT, Call
from syncapp.clients.http.login import LoggedInClient, Token, TokenStore
from syncapp.clients.http.observe import Observer

T = TypeVar("T")

GONE = "gone"  # after a lost answer: what was to be written is not there any more
ZIPPED = f"{USER_AGENT} (gzip)"  # Google compresses for those who say it here too


class Quota(Protocol):
    """Google's limit of requests a minute, which all workers share: who counts is handed in by the engine."""

    def take(self, user: str, calls: int = 1) -> float:
        """Seconds to wait before so many calls may be sent. ``RateLimited`` when that is longer than is sensible."""


class GoogleRest(LoggedInClient[GoogleConfig]):
    system = SYSTEM
    trouble = (AnswerLost, ServerTrouble, RateLimited)

    def __init__(
        self,
        config: GoogleConfig,
        tokens: TokenStore,
        observer: Observer | None = None,
        quota: Quota | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Without a quota Google itself refuses what is too much."""
        super().__init__(config, tokens, observer, sleep=sleep)
        self._quota = quota

    @property
    def api(self) -> Api:
        return api(self._config.api_root)

    def refused(self, refusal: Refusal) -> ClientError:
        return refusal_of_login(refusal) if refusal.path == TOKEN else refusal_of_google(refusal)

    def log_in(self) -> Token:
        from syncapp.clients.google.login import log_in  # with Google's library, when a token is needed

        return log_in(self._config, lambda call: self.perform(call, lambda answer: answer.body(1024 * 1024)))

    def read(self, built: Built) -> object:
        """The JSON that a reading call answers."""
        return self.logged_in(lambda token: self.repeated(lambda: self._paced(built, token, Answer.json)))

    def write(self, built: Built, read: Callable[[Answer], T], *, repeatable: bool = True) -> T:
        """A writing call. When an answer was lost, and the repeat finds that somebody was there before, it may have
        been we: that is ``AnswerLost``, never "not written"."""
        doubt = False

        def attempt(token: Token) -> T:
            nonlocal doubt
            try:
                return self._paced(built, token, read)
            except PERHAPS_EXECUTED:
                doubt = True
                raise

        try:
            return self.logged_in(lambda token: self.repeated(lambda: attempt(token), repeatable=repeatable))
        except ClientError as error:
            if not doubt or isinstance(error, PERHAPS_EXECUTED):
                raise
            code = GONE if isinstance(error, NotFound) else "changed_meanwhile"
            lost = AnswerLost(SYSTEM, code, error.status, error.request_id)
        raise lost

    def wait_for_quota(self, user: str, calls: int) -> None:
        pause = self._quota.take(user, calls) if self._quota is not None else 0
        if pause > 0:
            self._sleep(pause)

    def _paced(self, built: Built, token: Token, read: Callable[[Answer], T]) -> T:
        """One attempt, as soon as the limit of requests allows it."""
        self.wait_for_quota(built.user, 1)
        headers = {**built.headers, "User-Agent": ZIPPED, "Authorization": f"Bearer {token.value}"}
        if built.body is None and built.method != "GET":
            headers["Content-Length"] = "0"
        return self.once(Call.of(built.method, built.url, built.path, headers, body=built.body), read)
