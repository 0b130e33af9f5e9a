"""From the settings to a token: the addresses of the firm, the signature, the answer of the gateway.

Source: the vendor's help pages on the connection of other programs. Nothing here tries twice with a login that was
refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from syncapp.clients.advoware.config import SYSTEM, AdvowareConfig
from syncapp.clients.advoware.keys import Keys
from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    NotEnabled,
    ServerTrouble,
    Unauthorized,
    UnexpectedAnswer,
    Unreachable,
)
from syncapp.clients.http.answers import Answer, Refusal
from syncapp.clients.tokens import Token

T = TypeVar("T")

NOT_ENABLED = (b"nicht freigeschaltet", b"ist nicht angemeldet", b"ist nicht registriert")
WRONG_CREDENTIALS = b"falscher name oder falsches kennwort"
CREDENTIALS, NOT_ENABLED_CODE = "credentials", "not_enabled"
USUAL_LIFETIME = timedelta(minutes=55)  # when the answer names none
MARGIN = timedelta(minutes=2)  # before its end a token is used no more: calls take their time
SHORTEST = timedelta(minutes=1)  # a token that ends before it begins: the clocks disagree, a 401 will tell


def signature(product: int, app_id: str, secret: str, nonce: str, timestamp: str) -> str:
    """``NotEnabled`` when the secret is not base64."""
    try:
        key = base64.b64decode(secret, validate=True)
    except (binascii.Error, ValueError):
        raise NotEnabled(SYSTEM, "secret_is_not_base64") from None
    message = f"{product}:{app_id}:{nonce}:{timestamp}"
    return base64.b64encode(hmac.new(key, message.encode(), hashlib.sha512).digest()).decode()


def credentials(config: AdvowareConfig) -> bytes:
    """The body of one login. Every one has its own nonce, and all have the same length."""
    now, nonce = datetime.now(UTC), str(uuid.uuid4())
    timestamp = now.strftime("%Y-%m-%dT%H:%M:%S.") + f"{now.microsecond // 1000:03d}Z"
    body = {
        "AppID": config.app_id,
        "Kanzlei": config.kanzlei,
        "Database": config.database,
        "User": config.user,
        "Role": config.role,
        "Product": config.product,
        "Password": config.password,
        "Nonce": nonce,
        "HMAC512Signature": signature(config.product, config.app_id, config.secret, nonce, timestamp),
        "RequestTimeStamp": timestamp,
    }
    return json.dumps(body).encode()


def read_token(answer: Answer) -> Token:
    """Refusals may come with a status of success: then there is no token in it."""
    body = answer.body(1024 * 1024)
    try:
        keys = Keys.of(json.loads(body), "token")
        value = keys.text("access_token")
        seconds, end = keys.number("expires_in"), keys.moment("expiration_utc", UTC)
    except (ValueError, RecursionError):
        value, seconds, end = "", None, None
    if not value:
        raise refusal_by_text(body, answer.status) or UnexpectedAnswer(SYSTEM, "no_token", answer.status)
    now = datetime.now(UTC)
    lifetimes = [timedelta(seconds=seconds)] if seconds else []
    lifetimes += [end - now] if end else []
    lifetime = min(lifetimes, default=USUAL_LIFETIME)
    kept = max(lifetime - MARGIN, lifetime / 2) if lifetime > timedelta() else SHORTEST
    return Token(value, now + kept)


def refusal_by_text(body: bytes, status: int | None) -> ClientError | None:
    """What the vendor's own words say, or None."""
    text = body.lower()
    if WRONG_CREDENTIALS in text:
        return Unauthorized(SYSTEM, CREDENTIALS, status)
    if any(words in text for words in NOT_ENABLED):
        return NotEnabled(SYSTEM, NOT_ENABLED_CODE, status)
    return None


def refusal_of_gateway(refusal: Refusal) -> ClientError:
    """A missing page is a wrong address here, and must never pass for a party that is gone."""
    if told := refusal_by_text(refusal.body, refusal.status):
        return told
    if refusal.status in (400, 401, 403):
        return refusal.error(Unauthorized, "login_refused")
    if refusal.status < 500 and refusal.status not in (408, 429):
        return refusal.error(UnexpectedAnswer, "not_the_gateway")
    return refusal.by_status("login")


def before_the_call(log_in: Callable[[], T]) -> T:
    """A login that went wrong leaves no doubt about the call that needed it: that was not executed."""
    try:
        return log_in()
    except (AnswerLost, ServerTrouble) as error:
        raise Unreachable(
            SYSTEM, f"login.{error.code or type(error).__name__}", error.status, error.request_id
        ) from None
