"""Advoware's API without any entity: addresses, one shared login, calls that survive an expired token."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple, TypeVar
from urllib.parse import quote

from syncapp.clients.advoware import login
from syncapp.clients.advoware.addresses import AddressBook, Addresses
from syncapp.clients.advoware.config import SYSTEM, AdvowareConfig
from syncapp.clients.advoware.keys import Keys
from syncapp.clients.advoware.refusals import refusal_of_advoware, refusal_of_gateway
from syncapp.clients.advoware.types import AdvowareObject
from syncapp.clients.errors import (
    ClientError,
    EntityTypeUnknown,
    NotEnabled,
    NotFound,
    ServerTrouble,
    Unauthorized,
    UnexpectedAnswer,
    Unreachable,
)
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.http.calls import USER_AGENT, Call, Query
from syncapp.clients.http.login import LoggedInClient, RefusedLogin, Token
from syncapp.clients.http.parse import the_rows

T = TypeVar("T")
Malformed = Callable[[object], None]
Read = TypeVar("Read", bound=AdvowareObject)

TOKEN, LOOK_UP = "Token", "Url"  # as the trace shows them


class Place(NamedTuple):
    """Where something is, below ``/api/v1/``; ``shown``: the path for the trace, where it is another."""

    path: str
    query: Query = ()
    shown: str = ""


class AdvowareRest(LoggedInClient[AdvowareConfig]):
    system = SYSTEM

    @property
    def _book(self) -> AddressBook:
        return AddressBook(self._config.identity, self._tokens)

    def refused(self, refusal: Refusal) -> ClientError:
        known = refusal_of_gateway if refusal.path in (TOKEN, LOOK_UP) else refusal_of_advoware
        return known(refusal)

    def request(
        self, method: str, place: Place, read: Callable[[Answer], T], *, body: object = None, repeatable: bool = True
    ) -> T:
        """One call below ``/api/v1/``, repeated by rule."""
        data = json.dumps(body).encode() if body is not None else None
        return self.logged_in(
            lambda token: self.perform(self.call(method, place, token, data, repeatable=repeatable), read)
        )

    def created(self, path: str, body: Mapping[str, object]) -> Keys:
        """What Advoware tells of the new object. After ``AnswerLost`` look for it before creating it again."""
        answer = self.request("POST", Place(path), Answer.json_if_any, body=dict(body), repeatable=False)
        return Keys(SYSTEM, answer if isinstance(answer, Mapping) else {})

    def listed(self, kind: type[Read], place: Place, malformed: Malformed | None = None) -> tuple[Read, ...]:
        """``malformed`` takes the rows that can't be read, where their absence is no proof of anything; without it one
        such row is an ``UnexpectedAnswer``, and so is a list that holds nothing else."""
        rows = self.request("GET", place, Answer.json)
        if malformed is None or not isinstance(rows, list):
            return tuple(kind.from_api(row, self._config.clock) for row in the_rows(SYSTEM, rows, kind.__name__))
        read = tuple(self._readable(kind, rows, malformed))
        if rows and not read:
            raise UnexpectedAnswer(SYSTEM, f"nothing_readable.{kind.__name__}")
        return read

    def one_or_listed(self, kind: type[Read], place: Place) -> tuple[Read, ...]:
        """Of a question about one: nobody knows whether it is answered by itself or in a list (observed)."""
        found = self.request("GET", place, Answer.json)
        rows = [found] if isinstance(found, Mapping) else found
        return tuple(kind.from_api(row, self._config.clock) for row in the_rows(SYSTEM, rows, kind.__name__))

    def _readable(self, kind: type[Read], rows: Iterable[object], malformed: Malformed) -> Iterator[Read]:
        for row in rows:
            try:
                yield kind.from_api(row, self._config.clock)
            except UnexpectedAnswer:
                malformed(row)

    def logged_in(self, ask: Callable[[Token], T]) -> T:
        try:
            return super().logged_in(ask)
        except (Unreachable, NotFound, EntityTypeUnknown):  # not executed
            if not self._moved():
                raise
            return super().logged_in(ask)
        except (ServerTrouble, UnexpectedAnswer):
            self._book.forget()
            raise

    def _moved(self) -> bool:
        """Whether the firm's server has another address by now; what stands at the old one says nothing then."""
        before = self._book.forget()
        try:
            return before is not None and self._addresses() != before
        except ClientError:
            return False

    def call(
        self,
        method: str,
        place: Place,
        token: Token,
        data: bytes | None = None,
        kind: str = "",
        repeatable: bool = True,
    ) -> Call:
        """``kind``: the type of the body, where it is not JSON."""
        headers = {"Authorization": f"Bearer {token.value}"}
        if kind and data is not None:
            headers["Content-Type"] = kind
        url = f"{self._addresses().api}/{quote(place.path)}"
        shown = place.shown or place.path
        return Call.of(method, url, shown, headers, query=place.query, body=data, repeatable=repeatable)

    def log_in(self) -> Token:
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
            return self.perform(call, login.read_token)
        except Unauthorized as error:
            self._tokens.refuse(RefusedLogin.after(last, error.code, not isinstance(error, NotEnabled)))
            raise

    def _addresses(self) -> Addresses:
        config = self._config
        if config.api_url and config.gateway_url:
            return Addresses.of(config.api_url, config.gateway_url)
        known = self._book.get()
        if known is None:
            call = Call.of("GET", config.lookup_url, LOOK_UP, {}, query=[("Kanzlei", config.kanzlei)])
            known = Addresses.found(config, self.before_the_call(lambda: self.perform(call, Answer.json)))
            self._book.put(known)
        return known
