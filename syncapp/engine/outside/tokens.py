"""Tokens of Advoware and Google, shared by all workers: one logs in, the others wait for what it brings; and what else
was found for a login, as the addresses of a firm's Advoware.

In Redis (a database of its own) or in a database table, by Django's cache `advoware`, sealed; in the table too while
Redis is away. A copy stays in the process, so that a call costs no look into the cache; when both are away each process
logs in for itself.
"""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog
from django.core.cache import caches
from django.core.cache.backends.base import BaseCache
from django.db import DatabaseError

from syncapp.clients.http.login import RefusedLogin, Token
from syncapp.engine.outside import locks
from syncapp.kit import sealing
from syncapp.kit.redis_presence import redis_errors

T = TypeVar("T")

CACHE = "advoware"
INSTEAD = "advoware_table"  # while Redis is away
LOGIN_TTL = timedelta(seconds=45)  # of a login that hangs; then the next one may try
LOOK_SECONDS = 0.1
REFUSAL_LIFE = timedelta(days=1)  # so long is remembered how often a password was wrong

log = structlog.get_logger(__name__)

_known: dict[str, Token] = {}


class SharedTokens:
    """The token of one login (the `identity` of its config). Passes on no trouble of the cache."""

    def __init__(self, identity: str, system: str = "advoware") -> None:
        self._identity = identity
        self._system = system

    def get(self) -> Token | None:
        token = _known.get(self._identity)
        if token is None or not token.usable:
            token = self._stored()
            if token is not None:
                _known[self._identity] = token
        return token

    def put(self, token: Token) -> None:
        _known[self._identity] = token
        self.keep("token", {"value": token.value, "expires_at": token.expires_at.isoformat()}, token.expires_at)
        self.unkeep("refusal")

    def drop(self, token: Token) -> None:
        if _known.get(self._identity) == token:
            _known.pop(self._identity, None)
        if self._stored() == token:
            self.unkeep("token")

    def refusal(self) -> RefusedLogin | None:
        return _refusal(self._ask(lambda cache: cache.get(self._key("refusal"))))

    def refuse(self, refusal: RefusedLogin) -> None:
        self._store("refusal", asdict(refusal), refusal.until + REFUSAL_LIFE)

    def kept(self, what: str) -> Mapping[str, Any] | None:
        return sealing.opened(self._ask(lambda cache: cache.get(self._key(what))))

    def keep(self, what: str, facts: Mapping[str, Any], until: datetime) -> None:
        self._store(what, sealing.seal(facts), until)

    def unkeep(self, what: str) -> None:
        self._ask(lambda cache: cache.delete(self._key(what)))

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Returns when it is our turn, or when somebody else's login has ended, whichever way."""
        owner = uuid.uuid4().hex  # not like a claim: the sweep frees locks whose claim has ended
        mine = self._my_turn(owner)
        try:
            yield
        finally:
            if mine:
                self._ask(lambda _: locks.release(self._lock, owner))

    def _my_turn(self, owner: str) -> bool:
        patience = time.monotonic() + LOGIN_TTL.total_seconds() * 2
        while time.monotonic() < patience:
            try:
                locks.acquire(self._lock, owner, f"login {threading.get_ident()}", LOGIN_TTL)
                return True
            except locks.LockBusy:
                time.sleep(LOOK_SECONDS * (0.5 + random.random()))  # noqa: S311  # spreads load, guards nothing
            except (locks.LocksAway, DatabaseError):
                return False
            last = self.refusal()
            if self.get() is not None or (last is not None and last.pauses):
                return False
        return False

    @property
    def _lock(self) -> str:
        return f"{self._system}_login:{self._identity}"

    def _key(self, what: str) -> str:
        return f"{what}:{self._identity}"

    def _stored(self) -> Token | None:
        facts = self.kept("token")
        if facts is None:
            return None
        token = Token(facts["value"], datetime.fromisoformat(facts["expires_at"]))
        return token if token.usable else None

    def _store(self, what: str, value: str | dict[str, Any], until: datetime) -> None:
        seconds = (until - datetime.now(UTC)).total_seconds()
        self._ask(lambda cache: cache.set(self._key(what), value, max(seconds, 1)))

    def _ask(self, question: Callable[[BaseCache], T]) -> T | None:
        try:
            try:
                return question(caches[CACHE])
            except redis_errors():  # who keeps the connections says it
                return question(caches[INSTEAD])
        except (DatabaseError, OSError) as exc:
            log.warning("login.token_cache_away", system=self._system, error=type(exc).__name__)
            return None


def forget() -> None:
    """What this process knows by heart (tests)."""
    _known.clear()


def _refusal(stored: Any) -> RefusedLogin | None:
    return RefusedLogin(**stored) if stored else None
