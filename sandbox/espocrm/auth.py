"""Who is calling: API key or HMAC, and the lock for the whole address after too many wrong ones."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, replace

from werkzeug.wrappers import Request

from sandbox.espocrm.config import API_KEY, OTHER_API_KEY, SECRET_KEY, EspoSettings
from sandbox.espocrm.errors import EspoError
from sandbox.espocrm.records import Actor

ALLOWED_FAILURES = 10  # the eleventh within the window locks the address


@dataclass(frozen=True)
class ApiUser:
    actor: Actor
    api_key: str
    secret_key: str


API_USERS = (
    ApiUser(Actor("65a000000000000a1", "BitByLaw Hub", is_api=True), API_KEY, SECRET_KEY),
    ApiUser(Actor("65a000000000000a2", "Anderes Programm", is_api=True), OTHER_API_KEY, "sandbox-other-secret"),
)
HUMAN = Actor("65a000000000000b1", "Frauke Petersen")


class Guard:
    def __init__(self, settings: EspoSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.failures: dict[str, deque[float]] = defaultdict(deque)
        self.made: list[ApiUser] = []  # by an administrator
        self.denied: Callable[[str], frozenset[str]] = lambda _user: frozenset()  # to those, by their roles

    def reset(self) -> None:
        with self.lock:
            self.failures.clear()
            self.made.clear()

    def identify(self, request: Request, path: str) -> Actor:
        """The API user; EspoError 401, or an empty 403 while the caller's address is locked."""
        address = request.remote_addr or ""
        if self.failures:
            self._refuse_locked(address)
        key = request.environ.get("HTTP_X_API_KEY")
        if key:
            for user in API_USERS:
                if key == user.api_key:
                    return user.actor
            for user in self.made:
                if key == user.api_key:
                    return replace(user.actor, denied=self.denied(user.actor.id))
        elif token := request.environ.get("HTTP_X_HMAC_AUTHORIZATION"):
            for user in API_USERS:
                if hmac.compare_digest(_decoded(token), _expected(user, request.method, path)):
                    return user.actor
        else:
            raise EspoError(401)
        with self.lock:
            self.failures[address].append(time.monotonic())
        raise EspoError(401)

    def _refuse_locked(self, address: str) -> None:
        begin = time.monotonic() - self.settings.lockout_seconds
        with self.lock:
            recent = self.failures[address]
            while recent and recent[0] < begin:
                recent.popleft()
            if len(recent) > ALLOWED_FAILURES:
                raise EspoError(403, None)


def _expected(user: ApiUser, method: str, path: str) -> bytes:
    signature = hmac.new(user.secret_key.encode(), f"{method} /{path}".encode(), hashlib.sha256).hexdigest()
    return f"{user.api_key}:{signature}".encode()


def _decoded(token: str) -> bytes:
    try:
        return base64.b64decode(token, validate=True)
    except binascii.Error:
        return b""
