"""What staff see. The admin reads and retries; it writes nothing that the program decides."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages
from typing import Any

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.views.i18n import set_language

from bitbylaw import plain_pages as plain_pages

# Each module declares its own lists, pages and buttons; that it is loaded is all they need.
for module in walk_packages(__path__, f"{__name__}."):
    import_module(module.name)


def extra_urls() -> list[URLPattern]:
    """The theme's site adds these before the admin's own addresses, and serves the wrapped ones behind its login."""
    from syncapp.admin.kit.views import BUTTONS, PAGES

    wrapped = [
        path(f"hub/{route}", admin.site.admin_view(view), name=f"hub_{name}")
        for name, (route, view) in {**PAGES, **BUTTONS}.items()
    ]
    # Anybody may choose a language, on the login page too.
    return [*wrapped, path("language/", set_language, name="set_language")]


def no_search(_request: HttpRequest) -> HttpResponse:
    """The theme's own search takes words in an address, and finds names of tables."""
    raise Http404


site: Any = admin.site
site.extra_urls = extra_urls
site.search = no_search
