"""Is the body from EspoCRM? Pure, in constant time, over the raw bytes.

Source: EspoCRM's webhook sender, 9.2 and 10.0 (`Signature` since 9.0, `X-Signature` until 11).
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping

LONGEST = 512  # characters of a header; the real ones have about 120


def sender(body: bytes, headers: Mapping[str, str], secrets: Mapping[str, Iterable[str]]) -> str | None:
    """The id of the webhook that signed this body, or None. Several secrets for an id: old and new side by side."""
    for name, as_text in (("Signature", True), ("X-Signature", False)):
        given = headers.get(name, "")
        if given and len(given) <= LONGEST and (found := _signer(given, body, secrets, as_text)):
            return found
    return None


def bearer(header: str, tokens: Iterable[str]) -> bool:
    """Whether an `Authorization` header carries one of the tokens; each is compared, whatever was found before."""
    scheme, _, given = header.partition(" ")
    if scheme.lower() != "bearer" or not given or len(given) > LONGEST:
        return False
    wanted = given.strip().encode()
    return sum(hmac.compare_digest(wanted, token.encode()) for token in tokens) > 0


def _signer(given: str, body: bytes, secrets: Mapping[str, Iterable[str]], as_text: bool) -> str | None:
    try:
        webhook_id, _, claimed = base64.b64decode(given, validate=True).partition(b":")
        known = webhook_id.decode("ascii")
    except (binascii.Error, ValueError):
        return None
    digests = [hmac.digest(secret.encode(), body, hashlib.sha256) for secret in secrets.get(known, ())]
    genuine = [hmac.compare_digest(each.hex().encode() if as_text else each, claimed) for each in digests]
    return known if any(genuine) else None
