""" "Look at this entity now": a request by hand, by step, entity type and id."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.search import entity_types, last_part
from syncapp.admin.kit.views import RETRY, page, viewer
from syncapp.engine.queue import retry
from syncapp.engine.queue.sync_requests import Target
from syncapp.events import registry
from syncapp.kit.tracing import trace_id_of
from syncapp.templatetags.hub import step_words
from syncapp.words.entity_words import kind_in_words


class IdField(forms.RegexField):
    def to_python(self, value: Any) -> str:
        return last_part(super().to_python(value) or "")


class LookForm(forms.Form):
    step = forms.ChoiceField(
        label=gettext_lazy("What is to be done"),
        choices=lambda: [(spec.name, step_words(spec.name)) for spec in registry.runnable()],
    )
    entity_type = forms.ChoiceField(
        label=gettext_lazy("Entity type"), choices=lambda: [(name, kind_in_words(name)) for name in entity_types()]
    )
    entity_id = IdField(
        r"^[A-Za-z0-9_-]{1,64}$",
        label=gettext_lazy("Id or address in the CRM"),
        help_text=gettext_lazy("The last part of the address in the CRM, for example 65f0c0ffee0000001."),
        error_messages={"invalid": gettext_lazy("An id has letters, digits, - and _ only, 64 at most.")},
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        step, entity_type = given.get("step"), given.get("entity_type")
        if step and entity_type and entity_type not in registry.works_on(registry.step(step)):
            self.add_error("entity_type", _("This step doesn't work on entities of this type."))
        return given


@viewer("look", "look/", RETRY)
def look(request: HttpRequest) -> HttpResponse:
    form = LookForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "look", _("Look at an entity now"), form=form)
    target = Target(form.cleaned_data["step"], form.cleaned_data["entity_type"], form.cleaned_data["entity_id"])
    with recorded(request, "look", target.entity_type, target.entity_id, target.step) as row:
        left = retry.ask([target], trace_id_of(request))
        row.count = len(left)
    messages.success(request, _("The hub looks at it now. This page shows what comes of it."))
    return HttpResponseRedirect(reverse("admin:syncapp_record_change", args=[left[0].pk]))
