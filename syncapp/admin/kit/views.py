"""Pages that are no list of one table, and buttons. Each says at its own function where it is and who may."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, wraps
from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponseBase]

RETRY = "syncapp.retry_record"
DISCARD = "syncapp.discard_record"
RELEASE_LOCK = "syncapp.release_lock"
REPROCESS = "syncapp.reprocess_inboxmessage"
DELETE_ORPHAN = "syncapp.delete_remote_orphan"
CONFIRM_SCAN = "syncapp.confirm_scanrun"
CLOSE_TASK = "syncapp.close_task"
DECIDE_CONFLICT = "syncapp.decide_conflict"
REQUEST_UNDO = "syncapp.request_undo"
MANAGE_PROXY_KEY = "syncapp.manage_proxykey"
MANAGE_CALENDAR = "syncapp.manage_calendaremployee"
VIEW_ADOPTION, RUN_ADOPTION = "syncapp.view_adoption", "syncapp.run_adoption"
DISCLOSE_PERSON = "syncapp.disclose_person"
END_SESSION = "syncapp.end_session"  # of others; one's own anybody may
PAUSE_SYSTEM = "syncapp.pause_system"
PAUSE_STEP = "syncapp.pause_step"  # schedules too: switching one off pauses what it starts

LONGEST_NOTE = 250  # characters, as the forms say

# {name: (address, view)}: `admin:hub_<name>` is at /admin/hub/<address>.
PAGES: dict[str, tuple[str, View]] = {}
BUTTONS: dict[str, tuple[str, View]] = {}


def viewer(name: str, address: str, *permissions: str) -> Callable[[View], View]:
    """A page; a user without one of the permissions is refused (403)."""

    def declare(view: View) -> View:
        PAGES[name] = (address, permission_required(permissions, raise_exception=True)(view))
        return view

    return declare


def posts_only(view: View) -> View:
    """Anything but a POST is refused (405), in words: a page that is loaded anew, or a login, may lead to a button."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **given: Any) -> HttpResponseBase:
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"], render_to_string("405.html", request=request))
        return view(request, *args, **given)

    return guarded


def button(name: str, address: str, *permissions: str, **fixed: object) -> Callable[[View], View]:
    """The same behind a button: anything but a POST is refused (405).

    One function may serve several buttons, told apart by what is `fixed` among its arguments.
    """

    def declare(view: View) -> View:
        guarded = posts_only(permission_required(permissions, raise_exception=True)(view))
        BUTTONS[name] = (address, partial(guarded, **fixed))
        return view

    return declare


def page(request: HttpRequest, template: str, title: str | Promise, **context: Any) -> TemplateResponse:
    """In the theme; what staff may do there its template asks of `perms`."""
    shown = {**admin.site.each_context(request), "title": title, "here": request.get_full_path(), **context}
    return TemplateResponse(request, f"syncapp/admin/{template}.html", shown)


def part(request: HttpRequest, template: str, **context: Any) -> TemplateResponse:
    """A piece of a page that refreshes by itself."""
    return TemplateResponse(request, f"syncapp/admin/parts/{template}.html", {"here": "", **context})


def wants_part(request: HttpRequest) -> bool:
    """Whether the page's own script asks for fresh numbers only."""
    return request.headers.get("X-Hub-Part") == "1"


def back(request: HttpRequest, fallback: str, *args: object) -> HttpResponseRedirect:
    """To the page that the button was on (`next` of the form, only within this site), else to `fallback`."""
    wanted = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        wanted = resolve_url(fallback, *args)
    return HttpResponseRedirect(wanted)


def say(request: HttpRequest, count: int, done: str, nothing: str) -> None:
    """What a button did: `done` when something moved, `nothing` (why not) when nothing did."""
    if count:
        messages.success(request, done)
    else:
        messages.info(request, nothing)


def note_of(request: HttpRequest) -> str:
    """What somebody wrote beside a button, in one line."""
    return " ".join(request.POST.get("note", "").split())[:LONGEST_NOTE]


def ids(texts: list[str]) -> list[int]:
    """Ids out of a form; what is none is left out."""
    return [int(text) for text in texts if text.isdecimal() and len(text) < 19]


def numbered(request: HttpRequest, start: str) -> dict[int, str]:
    """{number: value} of the form's fields `choice-17`, `seen-17`."""
    names = {name.removeprefix(start): value for name, value in request.POST.items() if name.startswith(start)}
    return {int(pk): str(value) for pk, value in names.items() if pk.isdecimal() and len(pk) < 19}
