"""How many calls are under way in this process, of all keys and of each: who comes beyond that is told to come again.

A call lasts as long as Advoware wishes, up to its deadline. Without a bound a silent Advoware would soon hold whatever
threads and connections there are, and a key in a loop would keep all other programs out.
"""

from __future__ import annotations

from collections import Counter
from threading import Lock

from django.conf import settings

from syncapp.models import ProxyKey, ProxyRefusal
from syncapp.proxy.refusals import Refused

COME_BACK_SECONDS = 5
_lock = Lock()
_taken: Counter[int] = Counter()  # by keys


class Seat:
    """Free again after `leave`, however often that is called."""

    def __init__(self, key: int) -> None:
        self._key: int | None = key

    def leave(self) -> None:
        with _lock:
            if self._key is not None:
                _taken[self._key] -= 1
                self._key = None


def take(key: ProxyKey) -> Seat:
    """Raises `Refused` when all are taken, or all of this key."""
    config = settings.CONFIG
    with _lock:
        full = _taken.total() >= config.ADVOWARE_PROXY_CALLS_AT_ONCE
        if full or _taken[key.pk] >= config.ADVOWARE_PROXY_CALLS_AT_ONCE_PER_KEY:
            raise Refused(ProxyRefusal.BUSY, retry_after=COME_BACK_SECONDS)
        _taken[key.pk] += 1
    return Seat(key.pk)
