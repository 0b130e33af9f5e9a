"""What is answered when nothing else could be: an error of the hub, or its database is away."""

from __future__ import annotations

import sys

import structlog
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.defaults import server_error

RETRY_AFTER = "30"  # seconds
NO_FILES = gettext_noop(
    "The hub can't show its pages: the files they are made with are not in place. Nothing is lost. Please tell whoever "
    "looks after the hub."
)

log = structlog.get_logger(__name__)


def trouble(request: HttpRequest) -> HttpResponse:
    """Django's `handler500`, called while the error is handled. The page asks the database for nothing."""
    database_is_away = isinstance(sys.exc_info()[1], (OperationalError, InterfaceError))
    try:
        return _away(request) if database_is_away else server_error(request)
    except ValueError:  # of the storage of static files
        log.error("pages.without_files", remedy="python manage.py collectstatic --no-input")
        return HttpResponse(_(NO_FILES), status=503, content_type="text/plain; charset=utf-8")


def _away(request: HttpRequest) -> HttpResponse:
    if "text/html" in request.headers.get("Accept", ""):
        answer = HttpResponse(render_to_string("syncapp/database_away.html"), status=503)
    else:
        answer = HttpResponse("The hub's database does not answer.\n", status=503, content_type="text/plain")
    answer.headers["Retry-After"] = RETRY_AFTER
    answer.headers["Cache-Control"] = "no-store"
    return answer
