"""Who may try to log in: django-axes counts, this says what the counts mean.

A login that was used from an address before is locked there by its own wrong passwords only. So nobody locks the owner
out from elsewhere, and whoever guesses from many addresses, or many logins from one, is stopped for all the others.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from axes.handlers.database import AxesDatabaseHandler
from axes.helpers import get_client_username
from axes.models import AccessAttempt, AccessLog
from django.db.models import Q, Sum
from django.http import HttpRequest
from django.utils import timezone

COOL_OFF = timedelta(minutes=15)
OF_ONE_LOGIN_AT_ONE_ADDRESS = 8  # wrong passwords
OF_ALL_LOGINS_AT_ONE_ADDRESS = 20  # a whole office behind one address mistypes less
OF_ONE_LOGIN_AT_ALL_ADDRESSES = 20


class LoginLocks(AxesDatabaseHandler):
    def is_locked(self, request: HttpRequest, credentials: dict[str, Any] | None = None) -> bool:
        if super().is_locked(request, credentials):
            return True
        username, address = get_client_username(request, credentials), request.axes_ip_address  # type: ignore[attr-defined]
        if AccessLog.objects.filter(username=username, ip_address=address).exists():
            return False
        return (
            _failures(Q(ip_address=address)) >= OF_ALL_LOGINS_AT_ONE_ADDRESS
            or _failures(Q(username=username)) >= OF_ONE_LOGIN_AT_ALL_ADDRESSES
        )


def _failures(whose: Q) -> int:
    lately = AccessAttempt.objects.filter(whose, attempt_time__gte=timezone.now() - COOL_OFF)
    return lately.aggregate(times=Sum("failures_since_start"))["times"] or 0
