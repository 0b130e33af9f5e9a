"""Every request has a trace id: an incoming one is kept, it is in every log line and comes back in the answer."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponse

TRACE_HEADER = "X-Request-ID"
_ACCEPTED = re.compile(r"[A-Za-z0-9_.:-]{8,64}")  # anything else could forge log lines or overflow a column


class TraceMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get(TRACE_HEADER, "")
        trace_id = given if _ACCEPTED.fullmatch(given) else uuid.uuid4().hex
        request.META["HUB_TRACE_ID"] = trace_id
        with structlog.contextvars.bound_contextvars(trace_id=trace_id):
            response = self.get_response(request)
        response.headers[TRACE_HEADER] = trace_id
        return response


def trace_id_of(request: HttpRequest) -> str:
    return str(request.META["HUB_TRACE_ID"])
