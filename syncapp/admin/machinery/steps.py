"""Steps and flows: the register as a table and a picture with live numbers, and the switches of each step."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from syncapp.admin.kit.buttons import PAUSE_STEP, back, button, say
from syncapp.admin.kit.pages import page, part, viewer, wants_part
from syncapp.admin.kit.recording import recorded
from syncapp.admin.machinery import picture
from syncapp.admin.machinery.step_views import step_views
from syncapp.engine.runs import switches
from syncapp.events import registry

LIST = "admin:hub_steps"


@viewer("syncapp.view_stepswitch")
def step_list(request: HttpRequest) -> HttpResponse:
    views = step_views()
    drawn = picture.draw(views)
    if wants_part(request):
        return part(request, "picture", picture=drawn)
    return page(
        request,
        "steps",
        _("Steps and flows"),
        picture=drawn,
        running=[view for view in views if view.spec.runs],
        receiving=[view for view in views if not view.spec.runs],
    )


@button(PAUSE_STEP)
def pause(request: HttpRequest, name: str) -> HttpResponse:
    return _switch(request, name, "pause_step", _("Paused. Nothing is lost: what happens meanwhile waits."))


@button(PAUSE_STEP)
def resume(request: HttpRequest, name: str) -> HttpResponse:
    return _switch(request, name, "resume_step", _("The pause is over; what waited runs now."))


@button(PAUSE_STEP)
def observe(request: HttpRequest, name: str) -> HttpResponse:
    return _switch(
        request, name, "observe_step", _("Observe only: plans are made and recorded, nothing is written outside.")
    )


@button(PAUSE_STEP)
def act(request: HttpRequest, name: str) -> HttpResponse:
    return _switch(request, name, "act_step", _("Observing is over; what was planned is read anew and done now."))


def _switch(request: HttpRequest, name: str, action: str, words: str) -> HttpResponse:
    if name not in {spec.name for spec in registry.runnable()}:
        raise Http404
    with recorded(request, action, "Step", name) as row:
        if action in ("pause_step", "resume_step"):
            row.count = int(switches.set_paused(name, action == "pause_step"))
        else:
            row.count = int(switches.set_observing(name, action == "observe_step"))
    say(request, row.count, words, _("That was set already."))
    return back(request, LIST)
