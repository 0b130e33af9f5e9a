"""Django's own sessions, which end after half an hour without a click and after a working day; the settings name this
engine.

A session's `expire_date` is the end of its idle time, and so tells when somebody was last seen; that it moves costs one
small UPDATE a minute, which no other request can undo. Since when it is open, and from which address, stands inside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, user_logged_in
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from syncapp.admin.kit.second_factor import GUARDED
from syncapp.kit.callers import address_of
from syncapp.kit.clocks import lasts, latest

SINCE, ADDRESS = "hub_since", "hub_address"
WRITTEN_EVERY = timedelta(minutes=1)  # so exactly is known when somebody was last seen


def idle() -> timedelta:
    return timedelta(minutes=settings.CONFIG.SESSION_IDLE_MINUTES)


def longest() -> timedelta:
    return timedelta(seconds=settings.SESSION_COOKIE_AGE)


class SessionStore(DatabaseStore):
    idle_ends: datetime | None = None

    def _get_session_from_db(self) -> Session | None:
        row: Session | None = super()._get_session_from_db()  # type: ignore[misc]
        self.idle_ends = row.expire_date if row else None
        return row

    def load(self) -> dict[str, Any]:
        data: dict[str, Any] = super().load()
        if self.idle_ends is not None and not _is_open(data, self.idle_ends, timezone.now()):
            self.delete(self.session_key)
            self._session_key = None
            return {}
        return data

    def get_expiry_date(self, **_kwargs: Any) -> datetime:
        return timezone.now() + idle()

    def seen(self) -> None:
        """Somebody did something: the idle time begins anew, unless the session was ended meanwhile."""
        ends = timezone.now() + idle()
        if self.idle_ends is not None and self.idle_ends < ends - WRITTEN_EVERY:
            Session.objects.filter(pk=self.session_key, expire_date__gt=timezone.now()).update(expire_date=ends)


class SeenMiddleware:
    """What a page asks for by itself keeps nobody logged in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        by_itself = request.headers.get("X-Hub-By-Itself")
        if request.path_info.startswith(GUARDED) and not by_itself and request.user.is_authenticated:
            request.session.seen()  # type: ignore[attr-defined]  # ours, see above
        return self._get_response(request)


@receiver(user_logged_in)
def _begin(request: HttpRequest, **_: Any) -> None:
    request.session[SINCE] = timezone.now().timestamp()
    request.session[ADDRESS] = address_of(request)


def _is_open(data: dict[str, Any], idle_ends: datetime, now: datetime) -> bool:
    """Neither its day nor its idle time is over, nor was one of them told by a clock that was ahead."""
    if not lasts(idle_ends, now, idle()):
        return False
    since = data.get(SINCE)
    if since is None:
        return SESSION_KEY not in data  # nobody is logged in by it
    began = datetime.fromtimestamp(since, UTC)
    return began <= latest(now) and now < began + longest()


@dataclass(frozen=True, slots=True)
class OpenSession:
    """`key`: names it to staff and in forms; the session's own would let in whoever reads it."""

    key: str
    user: User
    since: datetime
    seen_at: datetime
    address: str
    row: Session


def key_of(session_key: str | None) -> str:
    return hashlib.sha256((session_key or "").encode()).hexdigest()


def open_sessions(of: User | None = None) -> list[OpenSession]:
    """Of one, or of everybody; who was seen last first."""
    found = sorted(_open(timezone.now()), key=lambda each: each.seen_at, reverse=True)
    return [each for each in found if of is None or each.user.pk == of.pk]


def _open(now: datetime) -> Iterator[OpenSession]:
    rows = [(row, row.get_decoded()) for row in Session.objects.filter(expire_date__gt=now)]
    users = User.objects.in_bulk({int(data[SESSION_KEY]) for _row, data in rows if SESSION_KEY in data})
    for row, data in rows:
        user = users.get(int(data.get(SESSION_KEY, 0)))
        if user is not None and _is_open(data, row.expire_date, now):
            began = datetime.fromtimestamp(data[SINCE], UTC)
            seen_at = row.expire_date - idle()
            yield OpenSession(key_of(row.pk), user, began, seen_at, data.get(ADDRESS) or "", row)


def end(sessions: Iterable[OpenSession]) -> int:
    """How many there still were. Whoever is in one of them is asked for the password with the next click."""
    return Session.objects.filter(pk__in=[each.row.pk for each in sessions]).delete()[0]
