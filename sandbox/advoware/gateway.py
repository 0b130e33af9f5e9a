"""The way in: where the API is, and a token for it against a signature."""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from werkzeug.wrappers import Request

from sandbox.advoware.config import PRODUCT, AdvowareSettings
from sandbox.advoware.errors import AdvowareError
from sandbox.advoware.wire import json_body
from sandbox.answers import Answer, json_answer

LOOKUP_PREFIX, LOOKUP_PATH = "/advoware-configurator/", "AdvonetConfigurator/api/Url"
LOOKUP = LOOKUP_PREFIX + LOOKUP_PATH
RELAY, CONNECTOR, SECURITY = "/advoware-relay/", "/advoware-connector/", "/advoware-security/"
REQUIRED = (
    "AppID", "Kanzlei", "Database", "User", "Role", "Product", "Password", "Nonce", "HMAC512Signature",
    "RequestTimeStamp",
)  # fmt: skip


def signature(secret: str, product: str, app_id: str, nonce: str, stamp: str) -> str:
    """Base64 of the HMAC over exactly what was sent."""
    message = f"{product}:{app_id}:{nonce}:{stamp}".encode()
    return base64.b64encode(hmac.new(base64.b64decode(secret), message, hashlib.sha512).digest()).decode()


class Gateway:
    def __init__(self, settings: AdvowareSettings) -> None:
        self.settings = settings
        self.lock = threading.Lock()
        self.tokens: dict[str, float] = {}  # token -> when it ends
        self.nonces: set[str] = set()
        self.logins = 0
        self.refused = 0

    def look_up(self, request: Request, path: str) -> Answer:
        """Where the firm's API is; AdvowareError 404 for a Kanzlei that nobody knows."""
        if request.method != "GET" or path != LOOKUP_PATH:
            raise AdvowareError(404, "Es wurde keine HTTP-Ressource gefunden.")
        if request.args.get("Kanzlei") != self.settings.kanzlei:
            raise AdvowareError(404, "Die Kanzlei ist nicht registriert.")
        base = f"http://{request.host}"
        addresses = {
            "relayUrl": base + RELAY,
            "connectorUrl": self.settings.connector_url or None,
            "securityGateway": base + SECURITY,
        }
        return json_answer(addresses)

    def token(self, request: Request, path: str) -> Answer:
        """Log in; AdvowareError 400 or 401 with the vendor's words."""
        if request.method != "POST" or path != "api/v1/Token":
            raise AdvowareError(404, "Es wurde keine HTTP-Ressource gefunden.")
        with self.lock:
            try:
                self._check(json_body(request))
            except AdvowareError:
                self.refused += 1
                raise
            self.logins += 1
            return json_answer(self._new_token())

    def _check(self, body: dict[str, Any]) -> None:
        given = {key.lower(): str(value) for key, value in body.items() if value not in (None, "")}
        if lacking := [name for name in REQUIRED if name.lower() not in given]:
            raise AdvowareError(400, f"Es fehlen Angaben: {', '.join(lacking)}.")
        settings, stamp = self.settings, given["requesttimestamp"]
        if given["appid"] != settings.app_id:
            raise AdvowareError(401, "Die Anwendung ist nicht registriert.")
        try:
            sent_at = datetime.fromisoformat(stamp) if stamp.endswith("Z") else None
        except ValueError:
            sent_at = None
        if sent_at is None:
            raise AdvowareError(400, "RequestTimeStamp ist keine Zeitangabe in UTC.")
        expected = signature(settings.api_secret, given["product"], given["appid"], given["nonce"], stamp)
        if not hmac.compare_digest(expected, given["hmac512signature"]):
            raise AdvowareError(401, "Die Signatur ist ungültig.")
        if abs((datetime.now(UTC) - sent_at).total_seconds()) > settings.clock_tolerance_seconds:
            raise AdvowareError(401, "Die Anfrage ist abgelaufen.")
        if given["nonce"] in self.nonces:
            raise AdvowareError(401, "Die Anfrage wurde bereits verwendet.")
        self.nonces.add(given["nonce"])
        if (given["kanzlei"], given["database"]) != (settings.kanzlei, settings.database):
            raise AdvowareError(400, "Die Kanzlei ist nicht registriert.")
        if given["product"] != PRODUCT or not settings.product_enabled:
            raise AdvowareError(400, "Das Produkt ist nicht freigeschaltet.")
        if (given["user"], given["password"]) != (settings.user, settings.password):
            raise AdvowareError(401, "Falscher Name oder falsches Kennwort.")
        if not settings.user_logged_in:
            raise AdvowareError(400, "Der Benutzer ist nicht angemeldet.")

    def _new_token(self) -> dict[str, Any]:
        seconds, form = self.settings.token_seconds, self.settings.token_expiry
        token, ends = f"{uuid.uuid4().hex}.{uuid.uuid4().hex}", time.time() + seconds
        self.tokens[token] = ends
        answer: dict[str, Any] = {"access_token": token, "token_type": "bearer"}
        if form in ("both", "expires_in"):
            answer["expires_in"] = int(seconds)
        if form in ("both", "expiration_utc"):
            # Seven digits of a second, as .NET writes them.
            answer["expiration_utc"] = datetime.fromtimestamp(ends, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        return answer

    def admit(self, request: Request) -> None:
        """AdvowareError 401 unless the call carries a token that is still good."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        if kind != "Bearer" or self.tokens.get(token, 0.0) <= time.time():
            raise AdvowareError(401, "Die Autorisierung für diese Anforderung wurde verweigert.")

    def expire_tokens(self) -> int:
        """How many were still good."""
        with self.lock:
            good = sum(ends > time.time() for ends in self.tokens.values())
            self.tokens.clear()
        return good

    def reset(self) -> None:
        with self.lock:
            self.tokens.clear()
            self.nonces.clear()
            self.logins = self.refused = 0
