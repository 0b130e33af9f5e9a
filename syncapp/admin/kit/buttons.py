"""What every button has in common: a POST, a permission of its own, and a way back to the page it was pressed on."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

View = Callable[..., HttpResponse]

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
PAUSE_SYSTEM = "syncapp.pause_system"
PAUSE_STEP = "syncapp.pause_step"  # schedules too: switching one off pauses what it starts


def button(permission: str) -> Callable[[View], View]:
    """A view behind a button: anything but a POST is refused (405), and so is a user without the permission (403)."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method != "POST":
                return HttpResponseNotAllowed(["POST"])
            require(request, permission)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def require(request: HttpRequest, permission: str) -> None:
    if not request.user.has_perm(permission):
        raise PermissionDenied


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


def rights(request: HttpRequest) -> dict[str, bool]:
    """For templates: which buttons to show (`{% if can.retry %}`)."""
    names = {
        "retry": RETRY,
        "discard": DISCARD,
        "release_lock": RELEASE_LOCK,
        "reprocess": REPROCESS,
        "delete_orphan": DELETE_ORPHAN,
        "confirm_scan": CONFIRM_SCAN,
        "close_task": CLOSE_TASK,
        "decide_conflict": DECIDE_CONFLICT,
        "request_undo": REQUEST_UNDO,
        "manage_proxy_key": MANAGE_PROXY_KEY,
        "manage_calendar": MANAGE_CALENDAR,
        "pause_system": PAUSE_SYSTEM,
        "pause_step": PAUSE_STEP,
    }
    return {name: request.user.has_perm(permission) for name, permission in names.items()}
