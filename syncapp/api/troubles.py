"""What is answered when nothing else could be: an error of the hub, or its database is away."""

from __future__ import annotations

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.defaults import server_error

RETRY_AFTER = "30"  # seconds


def trouble(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the error is handled. The page asks the database for nothing."""
    if not isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return server_error(request)
    if "text/html" in request.headers.get("Accept", ""):
        answer = HttpResponse(render_to_string("syncapp/database_away.html"), status=503)
    else:
        answer = HttpResponse("The hub's database does not answer.\n", status=503, content_type="text/plain")
    answer.headers["Retry-After"] = RETRY_AFTER
    answer.headers["Cache-Control"] = "no-store"
    return answer
