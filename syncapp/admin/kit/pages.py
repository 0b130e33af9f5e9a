"""Pages of the admin that are no list of one table: rendered in the theme, with the rights of the user."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.functional import Promise

from syncapp.admin.kit.buttons import require, rights


def page(request: HttpRequest, template: str, title: str | Promise, **context: Any) -> TemplateResponse:
    return TemplateResponse(
        request,
        f"syncapp/admin/{template}.html",
        {
            **admin.site.each_context(request),
            "title": title,
            "can": rights(request),
            "here": request.get_full_path(),
            **context,
        },
    )


def part(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    """A piece of a page that refreshes by itself."""
    return TemplateResponse(
        request, f"syncapp/admin/parts/{template}.html", {"can": rights(request), "here": "", **context}
    )


def viewer(permission: str) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """A page that only those see who may see the table behind it."""

    def decorate(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request, permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def wants_part(request: HttpRequest) -> bool:
    """Whether the page's own script asks for fresh numbers only."""
    return request.headers.get("X-Hub-Part") == "1"
