"""What is kept so that only this installation can read it: tokens of other systems, seeds of second factors.

With keys of their own, derived from the installation's secret key by HKDF: Fernet (AES and HMAC) for facts, AES-GCM for
a few bytes that must fit into a column. Who reads Redis, the tables or a backup of them, but has no secret key, has
none of it. `DJANGO_SECRET_KEY_FALLBACKS` opens what an earlier secret key sealed; what nobody can open counts as not
there.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"bitbylaw: tokens of other systems"
PURPOSE_OF_SEEDS = b"bitbylaw: seeds of second factors"
MARK = "1:"  # of what is sealed in this way; no digit of a number in hex
NONCE = 12  # bytes, as AES-GCM wants them: random, for there are few seeds


def seal(facts: Mapping[str, Any]) -> str:
    """`facts`: as JSON knows them."""
    return _box(_keys()).encrypt(json.dumps(facts).encode()).decode()


def opened(sealed: object) -> dict[str, Any] | None:
    """None: nothing, altered, of another installation, or not sealed at all."""
    if not isinstance(sealed, str):
        return None
    try:
        facts = json.loads(_box(_keys()).decrypt(sealed.encode()))
    except InvalidToken:
        return None
    return facts if isinstance(facts, dict) else None


def seal_seed(seed: bytes, whose: object) -> str:
    """ASCII, a third longer than `seed` and forty signs. Opens for the same `whose` only."""
    nonce = secrets.token_bytes(NONCE)
    sealed = _gcm(settings.SECRET_KEY).encrypt(nonce, seed, str(whose).encode())
    return MARK + base64.urlsafe_b64encode(nonce + sealed).decode()


def opened_seed(sealed: str, whose: object) -> bytes | None:
    """None: altered, somebody else's, of another installation, or not sealed at all."""
    return next((seed for key in _keys() if (seed := _opened_by(key, sealed, whose)) is not None), None)


def sealed_lately(sealed: str, whose: object) -> bool:
    """By the present secret key, and no earlier one."""
    return _opened_by(settings.SECRET_KEY, sealed, whose) is not None


def _opened_by(key: str, sealed: str, whose: object) -> bytes | None:
    try:
        raw = base64.urlsafe_b64decode(sealed.removeprefix(MARK)) if sealed.startswith(MARK) else b""
        return _gcm(key).decrypt(raw[:NONCE], raw[NONCE:], str(whose).encode()) if len(raw) > NONCE else None
    except (InvalidTag, binascii.Error, ValueError):
        return None


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_derived(key, PURPOSE))) for key in keys])


@lru_cache(maxsize=8)
def _gcm(key: str) -> AESGCM:
    return AESGCM(_derived(key, PURPOSE_OF_SEEDS))


def _derived(key: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), length=32, salt=None, info=purpose).derive(key.encode())
