"""What an address of a list may say. Addresses are typed, cut, kept for a year and made up; none is an error."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib.admin.views.main import PAGE_VAR, SEARCH_VAR
from django.http import QueryDict


def offered(query: QueryDict, filters: Iterable[str]) -> QueryDict:
    """Page, search and these filters. What else stands there is nobody's error, and no way to search columns that the
    list doesn't show."""
    found = QueryDict(mutable=True)
    for name in (PAGE_VAR, SEARCH_VAR, *filters):
        if name in query:
            found[name] = plain(str(query[name]))
    return found


def plain(text: str) -> str:
    """Without the sign that PostgreSQL takes nowhere."""
    return text.replace("\0", "")
