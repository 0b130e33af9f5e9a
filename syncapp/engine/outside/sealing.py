"""What is kept in a shared cache so that only this installation can read it: tokens of other systems.

Fernet (AES and HMAC) with a key of its own, derived from the installation's secret key by HKDF. Who reads Redis, the
table or a backup of them, but has no secret key, has no token. `DJANGO_SECRET_KEY_FALLBACKS` opens what an earlier
secret key sealed; what nobody can open counts as not there: a login is cheap.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

PURPOSE = b"bitbylaw: tokens of other systems"


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


def _keys() -> tuple[str, ...]:
    return (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


@lru_cache(maxsize=8)
def _box(keys: tuple[str, ...]) -> MultiFernet:
    return MultiFernet([Fernet(_derived(key)) for key in keys])


def _derived(key: str) -> bytes:
    return base64.urlsafe_b64encode(HKDF(SHA256(), length=32, salt=None, info=PURPOSE).derive(key.encode()))
