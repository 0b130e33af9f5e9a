"""`/advoware/proxy`: who calls, may they, pass it on, write it down."""

from __future__ import annotations

from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from syncapp.clients.errors import ClientError
from syncapp.engine import connections
from syncapp.models import ProxyRefusal
from syncapp.proxy import callers, description
from syncapp.proxy.admission import COME_BACK_SECONDS, READS, WRITES, admit, body_of, endpoint_of
from syncapp.proxy.answers import passed_on
from syncapp.proxy.audit import Entry
from syncapp.proxy.headers import JSON
from syncapp.proxy.refusals import Refused, meaning

log = structlog.get_logger(__name__)


class _AsItComes(BaseContentNegotiation):
    """`Accept` and `?format=` are Advoware's business."""

    def select_parser(self, _request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, _request: Request, renderers: Any, _suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


class ProxyView(APIView):
    authentication_classes = ()
    permission_classes = ()
    content_negotiation_class = _AsItComes
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
    entry = Entry(request)
    try:
        return _relayed(request, entry)
    except Refused as refused:
        answer = _refusal(refused)
        entry.end(refused.status, len(answer.content), refused.why)
        return answer
    except (DatabaseError, InterfaceError) as exc:
        log.error("proxy.no_database", error=type(exc).__name__)
        answer = JsonResponse({"error": "The hub can't check keys now. Nothing was sent."}, status=503)
        answer.headers["Retry-After"] = str(COME_BACK_SECONDS)
        return answer


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


def _refusal(refused: Refused) -> JsonResponse:
    answer = JsonResponse({"error": refused.sentence}, status=refused.status)
    answer.headers["Cache-Control"] = "no-store"
    if refused.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if refused.status == 405:
        answer.headers["Allow"] = ", ".join((*READS, *WRITES))
    if refused.retry_after is not None:
        answer.headers["Retry-After"] = str(refused.retry_after)
    return answer
