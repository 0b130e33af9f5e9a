"""A person's data: who the hub knows by some words, what it holds about them, and what of it can go.

Words are sent by POST only, so that they stand in no address, log or history of a browser.
"""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import DISCLOSE_PERSON, back, button, page, viewer
from syncapp.upkeep import disclosure, erasure, persons
from syncapp.upkeep.persons import Person

MOST = 50  # persons that are shown; more words make it fewer
TITLE = gettext_lazy("Data of a person")


class PersonForm(forms.Form):
    who = forms.CharField(
        label=gettext_lazy("Who?"),
        max_length=200,
        help_text=gettext_lazy("Name, mail address, phone number, IBAN, number in Advoware, or id in the CRM."),
    )
    mentions = forms.CharField(
        label=gettext_lazy("Appointments that mention"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Words that all stand in the appointment, for example the last name. Empty: none."),
    )

    def found(self) -> list[Person]:
        who = self.cleaned_data["who"]
        by_number = persons.by_number(who) if who.isdecimal() else []  # an id may have digits only too
        return by_number or persons.by_id(who) or persons.by_words(who)


@viewer("person", "person/", DISCLOSE_PERSON)
def search(request: HttpRequest) -> HttpResponse:
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return page(request, "person", TITLE, form=form)
    found, words = form.found(), form.cleaned_data["mentions"]
    context: dict[str, Any] = {"form": form, "found": found[:MOST], "more": len(found) > MOST, "asked": True}
    if len(found) == 1:
        rows = (persons.held(found[0]) | persons.appointments(words)).items()
        context["held"] = [(model._meta.verbose_name_plural, count) for model, some in rows if (count := some.count())]
        context["erased"] = erasure.erase(found[0], words, dry_run=True)
    return page(request, "person", TITLE, **context)


@button("export_person", "person/export/", DISCLOSE_PERSON)
def export(request: HttpRequest) -> HttpResponse:
    person, words = _chosen(request)
    if person is None:
        return _gone(request)
    with recorded(request, "export_person", *person.entities[0]) as row:
        told = disclosure.disclosed(person, words)
        row.count = sum(map(len, told["tables"].values()))
    answer = HttpResponse(json.dumps(told, ensure_ascii=False, indent=1), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{person.entities[0][1]}.json"'
    return answer


@button("erase_person", "person/erase/", DISCLOSE_PERSON)
def erase(request: HttpRequest) -> HttpResponse:
    person, words = _chosen(request)
    if person is None:
        return _gone(request)
    if request.POST.get("sure") != "yes":
        messages.warning(request, _("Nothing was erased: say that you are sure."))
        return back(request, "admin:hub_person")
    with recorded(request, "erase_person", *person.entities[0]) as row:
        row.count = sum(erasure.erase(person, words).counts.values())
    done = ngettext("Erased, in %(n)d place.", "Erased, in %(n)d places.", row.count) % {"n": row.count}
    left = _("What is left, and why, stands here when you look again. That you erased is on record, without the name.")
    messages.success(request, f"{done} {left}")
    return back(request, "admin:hub_person")


def _gone(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("The hub knows nobody like that"))
    return back(request, "admin:hub_person")


def _chosen(request: HttpRequest) -> tuple[Person | None, str]:
    found = persons.by_id(request.POST.get("entity_id", ""))
    return (found[0] if found else None), request.POST.get("mentions", "")
