"""The audit log: each call has its row before anything is sent, and its end whatever becomes of the caller.

Only strangers who came too often within a minute get no row for each further try: a flood must not fill the table.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from ipaddress import ip_address
from time import perf_counter

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone

from syncapp.kit.tracing import trace_id_of
from syncapp.models import ProxyCall, ProxyKey, ProxyRefusal

USED_EVERY = timedelta(minutes=1)  # "last used" need not be newer than this
PATH_LENGTH, METHOD_LENGTH = 300, 7  # the columns

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
            address=caller_address(request),
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
        log.info(
            "proxy.called",
            key=self.row.key_id,
            method=self.row.method,
            status=status,
            refusal=str(self.row.refusal),
            trace_id=self.row.trace_id,
            milliseconds=self.row.milliseconds,
        )


def caller_address(request: HttpRequest) -> str | None:
    """Who called; behind a reverse proxy of ours the last address it added, for the others anybody can write."""
    given = request.META.get("REMOTE_ADDR", "")
    if settings.CONFIG.DJANGO_TRUST_PROXY:
        given = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or given
    try:
        return str(ip_address(given.partition("%")[0]))  # a zone is of no meaning here
    except ValueError:
        return None
