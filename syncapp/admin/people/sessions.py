"""The page of sessions that are open: one's own, and everybody's for who looks after the hub; each can be ended."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.sessions import OpenSession, end, idle, key_of, longest, open_sessions
from syncapp.admin.kit.views import END_SESSION, back, button, page, say, viewer

TITLE = gettext_lazy("Sessions")


@viewer("sessions", "sessions/")
def show(request: HttpRequest) -> HttpResponse:
    here = key_of(request.session.session_key)
    found = _may_end(request)
    mine = [each for each in found if each.user.pk == request.user.pk]
    others = [each for each in found if each.user.pk != request.user.pk]
    everybody = request.user.has_perm(END_SESSION)
    terms = {"idle_minutes": idle() // timedelta(minutes=1), "hours": longest() // timedelta(hours=1)}
    return page(request, "sessions", TITLE, mine=mine, others=others, here_key=here, everybody=everybody, **terms)


@button("end_session", "sessions/end/")
def end_one(request: HttpRequest) -> HttpResponse:
    """One's own too: that of a browser one has left behind."""
    key = request.POST.get("key", "")
    return _end(request, [each for each in _may_end(request) if each.key == key])


@button("end_my_sessions", "sessions/end-mine/")
def end_mine(request: HttpRequest) -> HttpResponse:
    """All but this one."""
    return _end(request, [each for each in _elsewhere(request) if each.user.pk == request.user.pk])


@button("end_all_sessions", "sessions/end-all/", END_SESSION)
def end_all(request: HttpRequest) -> HttpResponse:
    """Everybody's but this one."""
    return _end(request, _elsewhere(request))


def _may_end(request: HttpRequest) -> list[OpenSession]:
    user = request.user
    return open_sessions(None if user.has_perm(END_SESSION) or not isinstance(user, User) else user)


def _elsewhere(request: HttpRequest) -> list[OpenSession]:
    return [each for each in _may_end(request) if each.key != key_of(request.session.session_key)]


def _end(request: HttpRequest, chosen: list[OpenSession]) -> HttpResponse:
    count = 0
    for user in {each.user.pk: each.user for each in chosen}.values():
        with recorded(request, "end_session", "User", user.pk) as row:
            row.count = end(each for each in chosen if each.user.pk == user.pk)
        count += row.count
    done = ngettext("%(n)d session ended.", "%(n)d sessions ended.", count) % {"n": count}
    say(request, count, done, _("This session has ended already."))
    return back(request, "admin:hub_sessions")
