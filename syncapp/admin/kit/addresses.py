"""What an address or a form may say. Addresses are typed, cut, kept for a year and made up; none is an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.http import Http404, HttpRequest, HttpResponseBase, QueryDict

NUL = "\0"


class PlainMiddleware:
    """No page and no button of the admin meets the sign that PostgreSQL takes nowhere: what is asked for, counted and
    put on record comes from forms and addresses."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._get_response(request)

    def process_view(self, request: HttpRequest, _view: Any, _args: Any, _given: dict[str, Any]) -> None:
        if request.resolver_match is None or "admin" not in request.resolver_match.app_names:
            return
        if NUL in request.path_info:
            raise Http404
        for given in (request.GET, request.POST):
            if any(NUL in text for name, texts in given.lists() for text in (name, *texts)):
                request.GET, request.POST = _plain(request.GET), _plain(request.POST)  # type: ignore[assignment]
                return


def _plain(query: QueryDict) -> QueryDict:
    found = QueryDict(mutable=True)
    for name, texts in query.lists():
        found.setlist(plain(name), [plain(str(text)) for text in texts])
    return found


def offered(query: QueryDict, filters: Iterable[str]) -> QueryDict:
    """Page, order, search and these filters. What else stands there is nobody's error, and no way to search columns
    that the list doesn't show."""
    found = QueryDict(mutable=True)
    for name in (PAGE_VAR, ORDER_VAR, SEARCH_VAR, *filters):
        if name in query:
            found[name] = said(query, name)
    return found


def said(query: QueryDict, name: str) -> str:
    """The last value that says anything. A form without script sends all its fields, the empty ones too, and two fields
    of one name say the same in two ways: a day of one's own stands after the choice of days, and holds."""
    return next((str(value) for value in reversed(query.getlist(name)) if value), "")


def plain(text: str) -> str:
    return text.replace(NUL, "")


def without_words(query: QueryDict) -> str:
    """The filters for staff's record: without what was searched for, which may be a name, page and order."""
    left_out = (PAGE_VAR, ORDER_VAR, SEARCH_VAR)
    return "&".join(f"{name}={value}" for name, value in sorted(query.items()) if name not in left_out)
