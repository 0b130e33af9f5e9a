"""The service account: its key pair, made for this run, and its key file."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from sandbox.google.config import PROJECT, SERVICE_ACCOUNT, TOKEN, TOKEN_PATH


@cache
def private_key() -> rsa.RSAPrivateKey:
    """One for all sandboxes of a process: making one takes a moment."""
    return rsa.generate_private_key(public_exponent=65_537, key_size=2048)


@cache
def _texts() -> tuple[str, str]:
    """The private key as PEM, and an id of it."""
    pem = private_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return pem.decode(), hashlib.sha1(pem).hexdigest()


def service_account(base_url: str) -> dict[str, Any]:
    """As Google hands out the key file, with the token endpoint of a sandbox at this address."""
    pem, key_id = _texts()
    base = base_url.rstrip("/")
    return {
        "type": "service_account",
        "project_id": PROJECT,
        "private_key_id": key_id,
        "private_key": pem,
        "client_email": SERVICE_ACCOUNT,
        "client_id": "100000000000000000001",
        "auth_uri": base + TOKEN + "auth",
        "token_uri": base + TOKEN + TOKEN_PATH,
        "auth_provider_x509_cert_url": base + TOKEN + "certs",
        "client_x509_cert_url": base + TOKEN + "x509",
        "universe_domain": "googleapis.com",
    }
