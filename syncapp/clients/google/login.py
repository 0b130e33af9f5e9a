"""From the service account's key to a token: google-auth signs and understands, our own transport carries."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from google.auth.exceptions import GoogleAuthError
from google.oauth2 import service_account

from syncapp.clients.errors import NotEnabled, UnexpectedAnswer
from syncapp.clients.google.config import TOKEN, GoogleConfig
from syncapp.clients.google.types import SYSTEM
from syncapp.clients.http.calls import USER_AGENT, Call
from syncapp.clients.http.login import Token

SCOPES = ("https://www.googleapis.com/auth/calendar",)  # events, calendars and who may see them
MARGIN = timedelta(minutes=5)  # before its end a token is used no more: a batch and its repeats take their time
TROUBLE = (GoogleAuthError, ValueError, TypeError, KeyError)  # by which google-auth says that something is not usable

Carry = Callable[[Call], bytes]  # sends a call, and answers with the body of a success


def credentials(config: GoogleConfig) -> service_account.Credentials:
    """``NotEnabled`` when the key can't be used."""
    try:
        info = json.loads(config.account)
        if isinstance(info, dict) and info.get("client_email"):
            subject = config.subject or None
            made: service_account.Credentials = service_account.Credentials.from_service_account_info(
                info, scopes=list(SCOPES), subject=subject
            )
            return made
    except TROUBLE:
        pass
    raise NotEnabled(SYSTEM, "service_account_unusable")  # outside of the handler: the original may quote the key


def log_in(config: GoogleConfig, carry: Carry) -> Token:
    account = credentials(config)

    def transport(url: str, method: str, body: bytes, headers: Mapping[str, str], **_: Any) -> SimpleNamespace:
        sent = {**headers, "User-Agent": USER_AGENT, "Content-Length": str(len(body))}
        return SimpleNamespace(status=200, headers={}, data=carry(Call(method, url, TOKEN, sent, body)))

    try:
        account.refresh(transport)
    except TROUBLE:
        account.token = None
    if not isinstance(account.token, str) or not account.token:
        raise UnexpectedAnswer(SYSTEM, "no_token")
    lifetime = account.expiry.replace(tzinfo=UTC) - datetime.now(UTC) if account.expiry else MARGIN * 2
    return Token.lasting(account.token, lifetime, MARGIN)
