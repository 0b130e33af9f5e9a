""" "Look at this entity now": a request by hand, by step, entity type and id."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.search import last_part
from syncapp.admin.kit.views import RETRY, page, viewer
from syncapp.engine.queue import retry
from syncapp.engine.queue.sync_requests import Target
from syncapp.events import registry
from syncapp.flows.calendar.flow import EMPLOYEE
from syncapp.kit.tracing import trace_id_of
from syncapp.models import CalendarEmployee
from syncapp.templatetags.hub import step_name, step_words
from syncapp.words.entity_words import kind_in_words

ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
IN_THE_CRM = re.compile(r"#([A-Za-z0-9]+)/view/")  # how EspoCRM's pages of an entity are named


class IdField(forms.CharField):
    def to_python(self, value: Any) -> str:
        return last_part(super().to_python(value) or "")


class LookForm(forms.Form):
    what = forms.ChoiceField(
        label=gettext_lazy("What is to be done"),
        choices=lambda: offered(),
        error_messages={
            "invalid_choice": gettext_lazy("The hub can't do this (any more). Please choose something of the list.")
        },
    )
    entity_id = IdField(
        label=gettext_lazy("Id or address in the CRM"),
        help_text=gettext_lazy(
            "The last part of the address in the CRM, for example 65f0c0ffee0000001; of an employee the initials, of "
            "what only Advoware has its number, of the law firm ALL."
        ),
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind, entity_id = pair_of(given.get("what", ""))[1], given.get("entity_id", "")
        if entity_id and not (ID.fullmatch(entity_id) or (kind == EMPLOYEE and _is_known(entity_id))):
            self.add_error("entity_id", _("An id has letters, digits, - and _ only, 64 at most."))
        there = kind_of(str(self.data.get("entity_id", "")))
        if there and "what" in given and pair_of(given["what"])[1] != there:
            self.add_error("what", _instead(there))
        return given

    @property
    def target(self) -> Target:
        return Target(*pair_of(self.cleaned_data["what"]), self.cleaned_data["entity_id"])


def _is_known(kuerzel: str) -> bool:
    """The initials of an employee may have any signs; what else has is a name that somebody typed."""
    return CalendarEmployee.objects.filter(pk=kuerzel).exists()


def pairs() -> list[tuple[str, str]]:
    """(step, entity type), each of which works."""
    on = [spec for spec in registry.runnable() if registry.is_on(spec)]
    return [(spec.name, str(kind)) for spec in on for kind in registry.works_on(spec)]


def pair_of(value: str) -> tuple[str, str]:
    step, _colon, kind = value.partition(":")
    return step, kind


def offered() -> list[tuple[str, list[tuple[str, str]]]]:
    """What can be done, below the kind of entity that it is done with."""
    found: dict[str, list[tuple[str, str]]] = {}
    for step, kind in pairs():
        found.setdefault(kind_in_words(kind), []).append((f"{step}:{kind}", f"{step_name(step)}: {step_words(step)}"))
    return sorted(found.items())


def kind_of(address: str) -> str:
    """The entity type that an address of the CRM tells; empty: it tells none."""
    theirs = IN_THE_CRM.search(address)
    return settings.CONFIG.espocrm_names.our_entity(theirs[1]) if theirs else ""


def _instead(kind: str) -> str:
    can = "; ".join(step_words(step) for step, works_on in pairs() if works_on == kind)
    if can:
        words = _("This is the address of another kind of entity (%(kind)s). For it please choose: %(can)s.")
    else:
        words = _("This is the address of another kind of entity (%(kind)s), with which the hub does nothing.")
    return words % {"kind": kind_in_words(kind), "can": can}


@viewer("look", "look/", RETRY)
def look(request: HttpRequest) -> HttpResponse:
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "look", _("Look at an entity now"), form=form)
    target = form.target
    with recorded(request, "look", target.entity_type, target.entity_id, target.step) as row:
        left = retry.ask([target], trace_id_of(request))
        row.count = len(left)
    messages.success(request, _("The hub looks at it now. This page shows what comes of it."))
    return HttpResponseRedirect(reverse("admin:syncapp_record_change", args=[left[0].pk]))
