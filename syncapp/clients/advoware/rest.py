"""Advoware's API without any entity: addresses, one shared login, calls that survive an expired token."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Callable, Sequence
from typing import ClassVar, TypeVar
from urllib.parse import quote, urlencode

from syncapp.clients.advoware import login
from syncapp.clients.advoware.config import SYSTEM, AdvowareConfig
from syncapp.clients.advoware.discovery import AddressBook, Addresses
from syncapp.clients.advoware.refusals import refusal_of_advoware
from syncapp.clients.advoware.tokens import MemoryTokens, RefusedLogin, TokenStore
from syncapp.clients.errors import ClientError, NotEnabled, Unauthorized, Unreachable
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.base import USER_AGENT, Call, OutsideClient
from syncapp.clients.http.observe import Observer
from syncapp.clients.tokens import Token

T = TypeVar("T")
Query = Sequence[tuple[str, str]]

TOKEN, LOOK_UP = "Token", "Url"  # as the trace shows them
PAUSED = "login_paused"


class AdvowareRest(OutsideClient):
    system = SYSTEM
    address_book: ClassVar[AddressBook] = AddressBook()

    def __init__(
        self,
        config: AdvowareConfig,
        tokens: TokenStore | None = None,
        observer: Observer | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        super().__init__(config.timeout, config.retry, observer, sleep=sleep)
        self._config = config
        self._tokens = tokens if tokens is not None else MemoryTokens()

    def refused(self, refusal: Refusal) -> ClientError:
        if refusal.path in (TOKEN, LOOK_UP):
            return login.refusal_of_gateway(refusal)
        return refusal_of_advoware(refusal)

    def request(
        self,
        method: str,
        path: str,
        read: Callable[[Answer], T],
        *,
        query: Query = (),
        body: object = None,
        repeatable: bool = True,
        shown: str = "",
    ) -> T:
        """One call below ``/api/v1/``, repeated by rule. ``shown``: the path for the trace where it is another."""
        data = json.dumps(body).encode() if body is not None else None

        def ask(token: Token) -> T:
            return self.perform(self.call(method, path, token, query, data, repeatable=repeatable, shown=shown), read)

        return self.logged_in(ask)

    def logged_in(self, ask: Callable[[Token], T]) -> T:
        """Asks with the token; when it is refused, with a new one, once."""
        token = self._token()
        try:
            return ask(token)
        except Unauthorized:
            self._tokens.drop(token)
        except Unreachable:
            self.address_book.forget(self._config.identity)  # the firm's server may have moved
            raise
        return ask(self._token())

    def call(
        self,
        method: str,
        path: str,
        token: Token,
        query: Query = (),
        data: bytes | None = None,
        content_type: str = "application/json",
        *,
        repeatable: bool = True,
        shown: str = "",
    ) -> Call:
        headers = {"Accept-Encoding": "gzip", "User-Agent": USER_AGENT, "Authorization": f"Bearer {token.value}"}
        if data is not None:
            headers |= {"Content-Type": content_type, "Content-Length": str(len(data))}
        url = f"{self._addresses().api}/{quote(path)}"
        if query:
            url += "?" + urlencode(query)
        write = method not in ("GET", "HEAD")
        return Call(method, url, shown or path, headers, data, write=write, repeatable=repeatable)

    def _token(self) -> Token:
        token = self._tokens.get()
        if token is not None:
            return token
        with self._tokens.waiting():
            return self._tokens.get() or login.before_the_call(self._log_in)

    def _log_in(self) -> Token:
        """``Unauthorized`` without asking while an earlier refusal pauses logins."""
        last = self._tokens.refusal()
        if last is not None and last.pauses:
            raise (Unauthorized if last.enabled else NotEnabled)(SYSTEM, last.code)
        addresses = self._addresses()
        length = str(len(login.credentials(self._config)))
        headers = {"Content-Type": "application/json", "Content-Length": length, "User-Agent": USER_AGENT}
        url = f"{addresses.gateway}/Token"
        call = Call("POST", url, TOKEN, headers, lambda: io.BytesIO(login.credentials(self._config)))
        try:
            token = self.perform(call, login.read_token)
        except Unauthorized as error:
            self._tokens.refuse(RefusedLogin.after(last, error.code, not isinstance(error, NotEnabled)))
            raise
        self._tokens.put(token)
        return token

    def _addresses(self) -> Addresses:
        config = self._config
        if config.api_url and config.gateway_url:
            return Addresses.of(config.api_url, config.gateway_url)
        known = self.address_book.get(config.identity)
        if known is None:
            url = f"{config.lookup_url}?{urlencode([('Kanzlei', config.kanzlei)])}"
            answer = login.before_the_call(
                lambda: self.perform(Call("GET", url, LOOK_UP, {"User-Agent": USER_AGENT}), Answer.json)
            )
            known = Addresses.found(config, answer)
            self.address_book.put(config.identity, known)
        return known
