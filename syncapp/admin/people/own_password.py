"""A new password of one's own, on Django's page: that it was changed, or tried, is on record."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponseBase

from syncapp.admin.kit.recording import recorded

_site: Any = admin.site
_of_django = _site.password_change


def change(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
    if request.method != "POST":
        return _of_django(request, extra_context)  # type: ignore[no-any-return]
    with recorded(request, "password_changed", "User", request.user.pk) as row:
        answer: HttpResponseBase = _of_django(request, extra_context)
        row.count = int(answer.status_code == HTTPStatus.FOUND)
    return answer


_site.password_change = change
