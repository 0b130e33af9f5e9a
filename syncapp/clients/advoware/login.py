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
from datetime import UTC, datetime, timedelta

from syncapp.clients.advoware.config import SYSTEM, AdvowareConfig
from syncapp.clients.advoware.keys import Keys
from syncapp.clients.advoware.refusals import refusal_by_text
from syncapp.clients.errors import NotEnabled, UnexpectedAnswer
from syncapp.clients.http.answers import Answer
from syncapp.clients.http.login import Token
from syncapp.clients.http.parse import json_of, the_object

USUAL_LIFETIME = timedelta(minutes=55)  # when the answer names none
MARGIN = timedelta(minutes=2)  # before its end a token is used no more: calls take their time


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
        keys = Keys(SYSTEM, the_object(SYSTEM, json_of(body), "token"), UTC)
        value = keys.text("access_token")
        seconds, end = keys.number("expires_in"), keys.moment("expiration_utc")
    except (ValueError, RecursionError):
        value, seconds, end = "", None, None
    if not value:
        raise refusal_by_text(body, answer.status) or UnexpectedAnswer(SYSTEM, "no_token", answer.status)
    lifetimes = [timedelta(seconds=seconds)] if seconds else []
    lifetimes += [end - datetime.now(UTC)] if end else []
    return Token.lasting(value, min(lifetimes, default=USUAL_LIFETIME), MARGIN)
