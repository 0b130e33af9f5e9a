"""The audit log: each call has its row before anything is sent, and its end whatever becomes of the caller.

Only strangers who came too often within a minute get no row for each further try: a flood must not fill the table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter

import structlog
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from syncapp.kit import callers
from syncapp.kit.tracing import trace_id_of
from syncapp.models import ProxyCall, ProxyKey, ProxyRefusal

USED_EVERY = timedelta(minutes=1)  # "last used" need not be newer than this
PATH_LENGTH, METHOD_LENGTH = 300, 7  # the columns
STRANGERS = (ProxyRefusal.NO_KEY, ProxyRefusal.UNKNOWN_KEY, ProxyRefusal.REVOKED_KEY)

log = structlog.get_logger(__name__)


class Entry:
    """One call. `begin` writes its row, `end` completes it, once; without `begin`, `end` writes it whole."""

    def __init__(self, request: HttpRequest) -> None:
        self.begun = perf_counter()
        self.ended = False
        self._then: Callable[[], None] | None = None
        self.row = ProxyCall(
            at=timezone.now(),
            method=(request.method or "")[:METHOD_LENGTH],
            trace_id=trace_id_of(request),
            address=callers.address_of(request),
            status=0,
        )

    def known(self, key: ProxyKey) -> None:
        self.row.key = key
        now = self.row.at
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - USED_EVERY)
        if key.last_used_at is None or key.last_used_at < now - USED_EVERY:
            ProxyKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)

    def asks_for(self, path: str) -> None:
        self.row.path = path[:PATH_LENGTH]

    def at_end(self, then: Callable[[], None]) -> None:
        self._then = then

    def begin(self) -> None:
        self.row.save(force_insert=True)

    def end(self, status: int, size: int = 0, refusal: ProxyRefusal | None = None) -> None:
        if self.ended:
            return
        self.ended = True
        if self._then is not None:
            self._then()
        self.row.status, self.row.size, self.row.refusal = status, size, refusal or ""
        self.row.milliseconds = round((perf_counter() - self.begun) * 1000)
        try:
            self.row.save()
        except (DatabaseError, InterfaceError) as exc:
            # The answer is on its way already; the row that `begin` wrote stays with a status of 0.
            log.error("proxy.not_recorded", error=type(exc).__name__)
            return
        if refusal in STRANGERS:
            return  # told by their number, once a minute
        log.info(
            "proxy.called",
            key=self.row.key_id,
            method=self.row.method,
            status=status,
            refusal=str(self.row.refusal),
            trace_id=self.row.trace_id,
            milliseconds=self.row.milliseconds,
        )
