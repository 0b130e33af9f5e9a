"""Google's API without any entity: one shared login, the limit of requests, and what a lost answer leaves open."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from syncapp.clients.errors import AnswerLost, ClientError, NotEnabled, NotFound, Unauthorized
from syncapp.clients.google.building import Api, Built, api
from syncapp.clients.google.config import SYSTEM, GoogleConfig
from syncapp.clients.google.login import TOKEN, log_in
from syncapp.clients.google.quota import Quota, Unlimited
from syncapp.clients.google.refusals import refusal_of_google, refusal_of_login
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.base import PERHAPS_EXECUTED, USER_AGENT, Call, OutsideClient
from syncapp.clients.http.observe import Observer
from syncapp.clients.tokens import MemoryTokens, Token, TokenStore

T = TypeVar("T")

GONE = "gone"  # after a lost answer: what was to be written is not there any more
ZIPPED = f"{USER_AGENT} (gzip)"  # Google compresses for those who say it here too


class GoogleRest(OutsideClient):
    system = SYSTEM

    def __init__(
        self,
        config: GoogleConfig,
        tokens: TokenStore | None = None,
        observer: Observer | None = None,
        quota: Quota | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(config.timeout, config.retry, observer, sleep=sleep)
        self._config = config
        self._tokens: TokenStore = tokens if tokens is not None else MemoryTokens()
        self._quota: Quota = quota if quota is not None else Unlimited()

    @property
    def api(self) -> Api:
        return api(self._config.api_root)

    def refused(self, refusal: Refusal) -> ClientError:
        return refusal_of_login(refusal) if refusal.path == TOKEN else refusal_of_google(refusal)

    def read(self, built: Built) -> object:
        """The JSON that a reading call answers."""
        return self.logged_in(lambda token: self.repeated(lambda: self.paced(built, token, Answer.json)))

    def write(self, built: Built, read: Callable[[Answer], T], *, repeatable: bool = True) -> T:
        """A writing call. When an answer was lost, and the repeat finds that somebody was there before, it may have
        been we: that is ``AnswerLost``, never "not written"."""
        doubt = False

        def attempt(token: Token) -> T:
            nonlocal doubt
            try:
                return self.paced(built, token, read, write=True)
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

    def paced(self, built: Built, token: Token, read: Callable[[Answer], T], *, write: bool = False) -> T:
        """One attempt, as soon as the limit of requests allows it."""
        self.wait_for_quota(built.user, 1)
        headers = {**built.headers, "user-agent": ZIPPED, "authorization": f"Bearer {token.value}"}
        if built.body is not None:
            headers["content-length"] = str(len(built.body))
        elif write:
            headers["content-length"] = "0"
        return self.once(Call(built.method, built.url, built.path, headers, built.body, write=write), read)

    def wait_for_quota(self, user: str, calls: int) -> None:
        pause = self._quota.take(user, calls)
        if pause > 0:
            self._sleep(pause)

    def logged_in(self, ask: Callable[[Token], T]) -> T:
        """Asks with the token; when it is refused, with a new one, once."""
        token = self._token()
        try:
            return ask(token)
        except NotEnabled:
            raise
        except Unauthorized:
            self._tokens.drop(token)
        return ask(self._token())

    def _token(self) -> Token:
        token = self._tokens.get()
        if token is not None:
            return token
        with self._tokens.waiting():
            token = self._tokens.get()
            if token is None:
                token = log_in(self._config, self.perform)
                self._tokens.put(token)
        return token
