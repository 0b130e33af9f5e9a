"""Webhooks pass by what is there for people's pages: sessions, logins, languages, rules for browsers.

That would take as long as storing what came. Before it are TLS, the trace, and whatever the web server refuses.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase
from django.urls import resolve

PATH = "/vmh/webhook/"


class ShortWayMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PATH):
            return self._get_response(request)
        door = request.resolver_match = resolve(request.path_info)
        answer: HttpResponseBase = door.func(request, *door.args, **door.kwargs)
        return answer
