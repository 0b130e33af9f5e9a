"""`/advoware/proxy`: who calls, may they, pass it on, write it down."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from syncapp.clients.errors import ClientError
from syncapp.engine.outside import connections
from syncapp.models import ProxyRefusal
from syncapp.proxy import callers, description
from syncapp.proxy.admission import READS, WRITES, admit, body_of, endpoint_of
from syncapp.proxy.answers import passed_on
from syncapp.proxy.audit import Entry
from syncapp.proxy.door import AsItComes, served
from syncapp.proxy.headers import JSON
from syncapp.proxy.refusals import Refused, meaning


class ProxyView(APIView):
    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = AsItComes
    http_method_names = [method.lower() for method in (*READS, *WRITES)]

    @extend_schema(**description.GET)
    def get(self, request: Request) -> HttpResponseBase:
        return _served(request._request)

    @extend_schema(**description.POST)
    def post(self, request: Request) -> HttpResponseBase:
        return _served(request._request)

    @extend_schema(**description.PUT)
    def put(self, request: Request) -> HttpResponseBase:
        return _served(request._request)

    @extend_schema(**description.DELETE)
    def delete(self, request: Request) -> HttpResponseBase:
        return _served(request._request)

    def http_method_not_allowed(self, request: Request, *_args: object, **_kwargs: object) -> HttpResponseBase:  # type: ignore[override]
        return _served(request._request)


def _served(request: HttpRequest) -> HttpResponseBase:
    return served(request, _relayed, (*READS, *WRITES))


def _relayed(request: HttpRequest, entry: Entry) -> HttpResponseBase:
    key = callers.identified(request, entry)
    method = request.method or ""
    if method not in (*READS, *WRITES):
        raise Refused(ProxyRefusal.METHOD)
    endpoint = endpoint_of(request)
    entry.asks_for(endpoint.path)
    admit(key, method, endpoint.path)
    body = b"" if method in READS else body_of(request)
    kind = request.headers.get("Content-Type") or JSON
    entry.begin()
    try:
        upstream = connections.advoware().relay(method, endpoint.path, endpoint.query, body, kind)
    except ClientError as exc:
        raise Refused(meaning(exc)) from None
    return passed_on(upstream, entry)
