"""Who calls? A key in a header, never in the address: addresses end in logs and histories."""

from __future__ import annotations

from django.http import HttpRequest

from syncapp.models import ProxyKey, ProxyRefusal
from syncapp.proxy import quota
from syncapp.proxy.audit import Entry
from syncapp.proxy.refusals import Refused


def identified(request: HttpRequest, entry: Entry) -> ProxyKey:
    """The caller's key, with room for one more call in this minute. Raises `Refused`.

    Strangers are counted by their address and told 429 instead of 401 when they come too often. A good key is never
    held up by wrong ones from the same address: behind one router or proxy there may be a whole office.
    """
    given = _given(request)
    key = ProxyKey.of(given) if given else None
    if key is None or key.revoked_at is not None:
        if key is not None:
            entry.known(key)
        why = ProxyRefusal.REVOKED_KEY if key else ProxyRefusal.UNKNOWN_KEY if given else ProxyRefusal.NO_KEY
        calls, wait = quota.of_stranger(entry.row.address)
        if wait is None:
            raise Refused(why)
        entry.ended = calls > quota.STRANGERS + 1  # the first of the flood is in the log, the others are not
        raise Refused(ProxyRefusal.TOO_MANY, retry_after=wait)
    entry.known(key)
    wait = quota.of_key(key)
    if wait is not None:
        raise Refused(ProxyRefusal.TOO_MANY, retry_after=wait)
    return key


def _given(request: HttpRequest) -> str:
    own = request.headers.get("X-Api-Key", "").strip()
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return own or (token.strip() if scheme.lower() == "bearer" else "")
