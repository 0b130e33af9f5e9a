"""`/advoware/proxy`: who calls, may they, pass it on, write it down."""

from __future__ import annotations

from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponseBase, JsonResponse, UnreadablePostError
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.views import APIView

from syncapp.clients.errors import ClientError
from syncapp.engine import connections
from syncapp.models import ProxyKey, ProxyRefusal, System, SystemName
from syncapp.proxy import callers, description, paths
from syncapp.proxy.answers import passed_on
from syncapp.proxy.audit import Entry
from syncapp.proxy.paths import BadPath, Endpoint, NoEndpoint
from syncapp.proxy.refusals import Refused, meaning

READS, WRITES = ("GET",), ("POST", "PUT", "DELETE")
MEGABYTE = 1024 * 1024
DEFAULT_TYPE = "application/json"
AWAY_SECONDS = 60  # when to come back after a fault of the hub's own

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
        answer.headers["Retry-After"] = str(AWAY_SECONDS)
        return answer


def _relayed(request: HttpRequest, entry: Entry) -> HttpResponseBase:
    key = callers.identified(request, entry)
    method = request.method or ""
    if method not in (*READS, *WRITES):
        raise Refused(ProxyRefusal.METHOD)
    endpoint = _endpoint(request)
    entry.asks_for(endpoint.path)
    _may(key, method, endpoint.path)
    body = b"" if method in READS else _body(request)
    entry.begin()
    try:
        upstream = connections.advoware().relay(
            method, endpoint.path, endpoint.query, body, request.headers.get("Content-Type") or DEFAULT_TYPE
        )
    except ClientError as exc:
        raise Refused(meaning(exc)) from None
    return passed_on(upstream, entry)


def _endpoint(request: HttpRequest) -> Endpoint:
    try:
        return paths.requested(request.META.get("QUERY_STRING", "").encode("latin-1", "replace"))
    except NoEndpoint:
        raise Refused(ProxyRefusal.NO_ENDPOINT) from None
    except BadPath as exc:
        raise Refused(ProxyRefusal.BAD_PATH, str(exc)) from None


def _may(key: ProxyKey, method: str, path: str) -> None:
    config = settings.CONFIG
    if not paths.below(path, key.prefixes):
        raise Refused(ProxyRefusal.OTHER_PATH)
    if method in WRITES and not key.may_write:
        raise Refused(ProxyRefusal.MAY_NOT_WRITE)
    if method in WRITES and (config.OBSERVE_ONLY or not config.ADVOWARE_WRITE_ENABLED):
        raise Refused(ProxyRefusal.WRITING_OFF)
    if not config.has_advoware:
        raise Refused(ProxyRefusal.NOT_CONFIGURED)
    if System.objects.filter(name=SystemName.ADVOWARE, paused=True).exists():
        raise Refused(ProxyRefusal.PAUSED, retry_after=AWAY_SECONDS)


def _body(request: HttpRequest) -> bytes:
    """As it came. Read here and not by Django, whose own limit is that of the webhooks."""
    limit = int(settings.CONFIG.ADVOWARE_PROXY_MAX_MB) * MEGABYTE
    announced = request.META.get("CONTENT_LENGTH") or ""
    if not announced and request.headers.get("Transfer-Encoding"):
        raise Refused(ProxyRefusal.NO_LENGTH)
    if announced.isdigit() and int(announced) > limit:
        raise Refused(ProxyRefusal.TOO_LARGE)
    try:
        body = request.read(limit + 1)
    except (UnreadablePostError, OSError):
        raise Refused(ProxyRefusal.BODY_LOST) from None
    if len(body) > limit:
        raise Refused(ProxyRefusal.TOO_LARGE)
    if announced.isdigit() and len(body) < int(announced):
        raise Refused(ProxyRefusal.BODY_LOST)
    return bytes(body)


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
