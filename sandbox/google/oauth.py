"""The token endpoint: an access token against a signed claim (JWT bearer grant of a service account).

https://developers.google.com/identity/protocols/oauth2/service-account (HTTP/REST)
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
import threading
import time
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from werkzeug.wrappers import Request

from sandbox.answers import Answer, json_answer
from sandbox.google.account import private_key
from sandbox.google.config import SERVICE_ACCOUNT, TOKEN, TOKEN_PATH, GoogleSettings
from sandbox.google.errors import GoogleError

GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"
SCOPES = "https://www.googleapis.com/auth/"
REAL_ENDPOINT = "https://oauth2.googleapis.com/token"
CLOCK_TOLERANCE_SECONDS = 300
LONGEST_CLAIM_SECONDS = 3600


class Refused(Exception):
    def __init__(self, error: str, description: str, status: int = 400) -> None:
        super().__init__(f"{error}: {description}")
        self.error, self.description, self.status = error, description, status


@dataclass(frozen=True)
class Login:
    email: str
    scopes: frozenset[str]
    ends: float


class TokenEndpoint:
    def __init__(self, settings: GoogleSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.clear()

    def clear(self) -> None:
        self.tokens: dict[str, Login] = {}
        self.logins = 0
        self.refused = 0

    def answer(self, request: Request, path: str) -> Answer:
        if request.method != "POST" or path != TOKEN_PATH:
            return json_answer({"error": "not_found"}, 404)
        try:
            login = self.checked(request)
        except Refused as refusal:
            self.refused += 1
            body = {"error": refusal.error, "error_description": refusal.description}
            return json_answer(body, refusal.status)
        token = f"ya29.c.{secrets.token_urlsafe(48)}"
        with self.lock:
            self.tokens[token] = login
            self.logins += 1
        return json_answer(
            {"access_token": token, "expires_in": int(self.settings.token_seconds), "token_type": "Bearer"}
        )

    def checked(self, request: Request) -> Login:
        if request.form.get("grant_type") != GRANT:
            raise Refused("unsupported_grant_type", "Invalid grant_type")
        claims = signed_claims(request.form.get("assertion", ""))
        now, issued, expires = time.time(), claims.get("iat"), claims.get("exp")
        if claims.get("iss") != SERVICE_ACCOUNT or not self.settings.account_enabled:
            raise Refused("invalid_grant", "Invalid grant: account not found")
        if claims.get("aud") not in (f"http://{request.host}{TOKEN}{TOKEN_PATH}", REAL_ENDPOINT):
            raise Refused("invalid_grant", "The audience of the claim is not this endpoint.")
        if not isinstance(issued, int | float) or not isinstance(expires, int | float):
            raise Refused("invalid_grant", "Invalid JWT: iat and exp are required.")
        early, late = issued > now + CLOCK_TOLERANCE_SECONDS, expires < now - CLOCK_TOLERANCE_SECONDS
        if early or late or not 0 < expires - issued <= LONGEST_CLAIM_SECONDS:
            raise Refused("invalid_grant", "Invalid JWT: it must be a short-lived token (60 minutes).")
        scopes = frozenset(str(claims.get("scope", "")).split())
        if not scopes or any(not scope.startswith(SCOPES) for scope in scopes):
            raise Refused("invalid_scope", "Invalid OAuth scope or ID token audience provided.")
        subject = claims.get("sub") or SERVICE_ACCOUNT
        if subject != SERVICE_ACCOUNT and not self.settings.delegation:
            message = "Client is unauthorized to retrieve access tokens using this method."
            raise Refused("unauthorized_client", message, 401)
        return Login(subject, scopes, now + self.settings.token_seconds)

    def admit(self, request: Request) -> Login:
        """Who calls. GoogleError 401 unless the call carries a token that is still good."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        login = self.tokens.get(token) if kind == "Bearer" else None
        if login is None or login.ends <= time.time():
            raise GoogleError("authError", header="Authorization")
        return login

    def expire(self) -> int:
        """Every token ends now; how many were still good."""
        with self.lock:
            good = sum(login.ends > time.time() for login in self.tokens.values())
            self.tokens.clear()
        return good


def signed_claims(assertion: str) -> dict[str, Any]:
    """What the JWT says. Refused unless the service account's own key signed it."""
    try:
        head, body, signature = assertion.split(".")
        header, claims = json.loads(_decoded(head)), json.loads(_decoded(body))
        if header["alg"] != "RS256" or not isinstance(claims, dict):
            raise ValueError
        message = f"{head}.{body}".encode()
        private_key().public_key().verify(_decoded(signature), message, PKCS1v15(), SHA256())
    except InvalidSignature:
        raise Refused("invalid_grant", "Invalid JWT Signature.") from None
    except (ValueError, KeyError, TypeError, binascii.Error):
        raise Refused("invalid_grant", "Invalid JWT.") from None
    return claims


def _decoded(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
