"""From the service account's key to a token: google-auth signs and understands, our own transport carries."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol, TypeVar

from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from syncapp.clients.errors import (
    AnswerLost,
    NotEnabled,
    RateLimited,
    ServerTrouble,
    UnexpectedAnswer,
    Unreachable,
)
from syncapp.clients.google.config import SCOPES, SYSTEM, GoogleConfig
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.base import USER_AGENT, Call
from syncapp.clients.tokens import Token

T = TypeVar("T")

TOKEN = "token"  # noqa: S105  # as the trace shows the call
MARGIN = timedelta(minutes=5)  # before its end a token is used no more: a batch and its repeats take their time
SHORTEST = timedelta(minutes=1)  # a token that ends before it begins: the clocks disagree, a 401 will tell


class Perform(Protocol):
    def __call__(self, call: Call, read: Callable[[Answer], bytes], /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class _Response:
    """What google-auth reads of an answer. Others than success never get here."""

    data: bytes = field(repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Transport:
    """What google-auth calls to send a request."""

    perform: Perform

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,  # noqa: ARG002  # the client has its own
        **_: Any,
    ) -> _Response:
        sent = {**(headers or {}), "User-Agent": USER_AGENT, "Content-Length": str(len(body or b""))}
        return _Response(self.perform(Call(method, url, TOKEN, sent, body), lambda answer: answer.body(1024 * 1024)))


def credentials(config: GoogleConfig) -> service_account.Credentials:
    """``NotEnabled`` when the key can't be used."""
    with _understood("service_account_unusable"):
        info = json.loads(config.account)
        if not isinstance(info, dict) or not info.get("client_email"):
            raise ValueError
        made: service_account.Credentials = service_account.Credentials.from_service_account_info(
            info, scopes=list(SCOPES), subject=config.subject or None
        )
        return made


def log_in(config: GoogleConfig, perform: Perform) -> Token:
    """One token. Trouble on the way to it leaves no doubt about the call that needed it: that was not executed."""
    account = credentials(config)
    try:
        account.refresh(_Transport(perform))
    except (AnswerLost, ServerTrouble, RateLimited) as error:
        code = f"login.{error.code or type(error).__name__}"
        raise Unreachable(SYSTEM, code, error.status, error.request_id, error.retry_after) from None
    except (GoogleAuthError, ValueError, TypeError, KeyError):
        account.token = None
    if not isinstance(account.token, str) or not account.token:
        raise UnexpectedAnswer(SYSTEM, "no_token")
    now = datetime.now(UTC)
    lifetime = account.expiry.replace(tzinfo=UTC) - now if account.expiry else MARGIN * 2
    kept = max(lifetime - MARGIN, lifetime / 2) if lifetime > timedelta() else SHORTEST
    return Token(account.token, now + kept)


@contextmanager
def _understood(code: str) -> Iterator[None]:
    try:
        yield
        return
    except (GoogleAuthError, ValueError, TypeError, KeyError):
        pass
    raise NotEnabled(SYSTEM, code)  # outside of the handler: the texts of the original may quote the key
