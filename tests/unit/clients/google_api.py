"""A service account that nobody has, and a client at an address where nothing is."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import responses
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from syncapp.clients.google import GoogleClient, GoogleConfig
from syncapp.clients.google.rest import Quota
from syncapp.clients.http.login import Token
from syncapp.clients.http.observe import Observer
from tests.unit.clients.conftest import FAR_FUTURE
from tests.unit.clients.memory_tokens import MemoryTokens

ROOT = "https://google.example.test"
TOKEN_URL = "https://login.example.test/token"
API = f"{ROOT}/calendar/v3"
BATCH = f"{ROOT}/batch/calendar/v3"
CALENDAR = "abc@group.calendar.google.com"
EVENTS = f"{API}/calendars/abc%40group.calendar.google.com/events"
EVENT = f"{EVENTS}/ev1ab"
PRIVATE = "Frau Muster, Mietsache"  # what must never be seen in an error


@cache
def private_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def account(**others: Any) -> str:
    info = {
        "type": "service_account",
        "project_id": "firm",
        "private_key_id": "key-1",
        "private_key": private_key(),
        "client_email": "hub@firm.iam.gserviceaccount.com",
        "token_uri": TOKEN_URL,
    }
    return json.dumps(info | others)


def new_client(
    observer: Observer | None, pauses: list[float], *, logged_in: bool = True, quota: Quota | None = None, **config: Any
) -> GoogleClient:
    tokens = MemoryTokens()
    if logged_in:
        tokens.put(Token("token-0", FAR_FUTURE))
    settings = GoogleConfig(**{"account": account(), "api_root": ROOT} | config)
    return GoogleClient(settings, tokens, observer, quota, sleep=pauses.append)


def refusal(status: int, reason: str = "", location: str = "") -> dict[str, Any]:
    """Google's body of an error, which names people."""
    first = {"domain": "global", "reason": reason, "message": PRIVATE}
    if location:
        first |= {"locationType": "parameter", "location": location}
    return {"error": {"code": status, "message": PRIVATE, "errors": [first] if reason else []}}


def says(web: responses.RequestsMock, method: str, url: str, *answers: dict[str, Any] | Exception) -> None:
    """One answer after the other; what is no failure is keyword arguments of ``responses``."""
    for answer in answers:
        given: Any = {"body": answer} if isinstance(answer, Exception) else answer
        web.add(method, url, **given)
