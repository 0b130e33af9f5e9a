"""Steps and flows: the register as a table and a picture with live numbers, and the switches of each step."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import PAUSE_STEP, back, button, page, part, say, viewer, wants_part
from syncapp.admin.machinery import picture
from syncapp.engine.runs import switches
from syncapp.events import registry

SWITCHED = {
    "pause_step": gettext_lazy("Paused. Nothing is lost: what happens meanwhile waits."),
    "resume_step": gettext_lazy("The pause is over; what waited runs now."),
    "observe_step": gettext_lazy("Observe only: plans are made and recorded, nothing is written outside."),
    "act_step": gettext_lazy("Observing is over; what was planned is read anew and done now."),
}


@viewer("steps", "steps/", "syncapp.view_stepswitch")
def step_list(request: HttpRequest) -> HttpResponse:
    views = picture.step_views()
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


@button("pause_step", "steps/<slug:name>/pause/", PAUSE_STEP, action="pause_step")
@button("resume_step", "steps/<slug:name>/resume/", PAUSE_STEP, action="resume_step")
@button("observe_step", "steps/<slug:name>/observe/", PAUSE_STEP, action="observe_step")
@button("act_step", "steps/<slug:name>/act/", PAUSE_STEP, action="act_step")
def switch(request: HttpRequest, name: str, action: str) -> HttpResponse:
    if name not in {spec.name for spec in registry.runnable()}:
        raise Http404
    with recorded(request, action, "Step", name) as row:
        if action in ("pause_step", "resume_step"):
            row.count = int(switches.set_paused(name, action == "pause_step"))
        else:
            row.count = int(switches.set_observing(name, action == "observe_step"))
    say(request, row.count, str(SWITCHED[action]), _("That was set already."))
    return back(request, "admin:hub_steps")
