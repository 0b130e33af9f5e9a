"""`/advoware/proxy`: who calls, may they, pass it on, write it down."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from syncapp.clients.errors import ClientError
from syncapp.engine.outside import connections
from syncapp.models import ProxyKey, ProxyRefusal, System, SystemName
from syncapp.proxy import paths, seats
from syncapp.proxy.answers import JSON, passed_on
from syncapp.proxy.audit import Entry
from syncapp.proxy.door import COME_BACK_SECONDS, Door, admit, body_of
from syncapp.proxy.paths import Endpoint
from syncapp.proxy.refusals import Refused, meaning

READS, WRITES = ("GET",), ("POST", "PUT", "DELETE")


class ProxyView(Door):
    methods = (*READS, *WRITES)
    http_method_names = [method.lower() for method in methods]

    def serve(self, request: HttpRequest, key: ProxyKey, entry: Entry) -> HttpResponseBase:
        method = request.method or ""
        endpoint = paths.requested(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
        entry.asks_for(endpoint.path)
        admit(key, endpoint.path, writes=method in WRITES)
        _open_for(method)
        body = b"" if method in READS else body_of(request)
        seat = seats.take(key)
        entry.at_end(seat.leave)
        try:
            return self._passed(request, endpoint, body, entry)
        except BaseException:
            seat.leave()
            raise

    def _passed(self, request: HttpRequest, endpoint: Endpoint, body: bytes, entry: Entry) -> HttpResponseBase:
        method, kind = request.method or "", request.headers.get("Content-Type") or JSON
        entry.begin()
        try:
            upstream = connections.advoware().relay(method, endpoint.path, endpoint.query, body, kind)
        except ClientError as exc:
            raise Refused(meaning(exc)) from None
        return passed_on(upstream, entry)


def _open_for(method: str) -> None:
    """Whether anybody may do this now. Raises `Refused`."""
    config = settings.CONFIG
    if method in WRITES and (config.OBSERVE_ONLY or not config.ADVOWARE_WRITE_ENABLED):
        raise Refused(ProxyRefusal.WRITING_OFF)
    if not config.configured("advoware"):
        raise Refused(ProxyRefusal.NOT_CONFIGURED)
    if System.objects.filter(name=SystemName.ADVOWARE, paused=True).exists():
        raise Refused(ProxyRefusal.PAUSED, retry_after=COME_BACK_SECONDS)
