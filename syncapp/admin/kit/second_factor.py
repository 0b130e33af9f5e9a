"""Who must show a second factor, and that nobody gets past it. django-otp reckons, and slows down who guesses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.urls import Resolver404, resolve, reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from syncapp.models import SecondFactor

GUARDED = ("/admin/", "/api/")  # what a login opens; webhooks, health and proxy know no logins
OPEN = ("admin:hub_second_factor", "admin:logout", "admin:set_language")  # without it


def device(user: Any) -> SecondFactor | None:
    """That of the user, once it was shown to work."""
    return SecondFactor.objects.filter(user_id=user.pk, confirmed=True).first()


def required(user: Any) -> bool:
    """By `SECOND_FACTOR_GROUPS`: who is in one of them, and whoever may do everything."""
    groups = settings.CONFIG.SECOND_FACTOR_GROUPS
    return bool(groups) and (user.is_superuser or user.groups.filter(name__in=groups).exists())


def forget(user: User) -> int:
    """Who lost the telephone sets up another one at the next login; if needed, that is."""
    return SecondFactor.objects.filter(user=user).delete()[0]


class SecondFactorMiddleware:
    """A login without its second factor leads to the page that asks for it, and nowhere else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._lacks(request):
            return self._get_response(request)
        if request.method != "GET" or request.headers.get("X-Hub-Part"):
            return HttpResponseForbidden(_("The second factor is missing. Load the page anew."))
        asks = f"{reverse('admin:hub_second_factor')}?{urlencode({'next': request.get_full_path()})}"
        return HttpResponseRedirect(asks)

    def _lacks(self, request: HttpRequest) -> bool:
        if not request.path_info.startswith(GUARDED):  # `path` begins with whatever the hub is said to be below
            return False
        user: Any = request.user
        if not user.is_authenticated or user.is_verified() or _is_open(request):
            return False
        return device(user) is not None or required(user)


def _is_open(request: HttpRequest) -> bool:
    try:
        return resolve(request.path_info).view_name in OPEN
    except Resolver404:
        return False
