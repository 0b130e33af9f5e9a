"""How every call of a caller with a key ends: with its answer or a refusal, and in the audit log."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import structlog
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request

from syncapp.proxy.admission import COME_BACK_SECONDS
from syncapp.proxy.audit import Entry
from syncapp.proxy.refusals import Refused

log = structlog.get_logger(__name__)


class AsItComes(BaseContentNegotiation):
    """`Accept` and `?format=` decide nothing here; of the proxy they are Advoware's business."""

    def select_parser(self, _request: Request, parsers: Any) -> Any:
        return parsers[0]

    def select_renderer(self, _request: Request, renderers: Any, _suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


def served(
    request: HttpRequest, serve: Callable[[HttpRequest, Entry], HttpResponseBase], methods: Sequence[str]
) -> HttpResponseBase:
    """`serve` raises `Refused`, or ends the entry by itself; `methods` are those of this door."""
    entry = Entry(request)
    try:
        return serve(request, entry)
    except Refused as refused:
        answer = _refusal(refused, methods)
        entry.end(refused.status, len(answer.content), refused.why)
        return answer
    except (DatabaseError, InterfaceError) as exc:
        log.error("proxy.no_database", error=type(exc).__name__)
        answer = JsonResponse({"error": "The hub can't check keys now. Nothing was sent."}, status=503)
        answer.headers["Retry-After"] = str(COME_BACK_SECONDS)
        return answer


def _refusal(refused: Refused, methods: Sequence[str]) -> JsonResponse:
    answer = JsonResponse({"error": refused.sentence}, status=refused.status)
    answer.headers["Cache-Control"] = "no-store"
    if refused.status == 401:
        answer.headers["WWW-Authenticate"] = "Bearer"
    if refused.status == 405:
        answer.headers["Allow"] = ", ".join(methods)
    if refused.retry_after is not None:
        answer.headers["Retry-After"] = str(refused.retry_after)
    return answer
