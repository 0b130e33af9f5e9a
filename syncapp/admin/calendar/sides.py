"""One appointment in both systems side by side, as they have it this moment. Nothing is written, here or there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from syncapp.admin.calendar.pages import appointment_context, appointment_title, value
from syncapp.admin.calendar.words import decision_words, remarks
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import RETRY, button, page
from syncapp.admin.people.differing import FieldView, Pieces, differing
from syncapp.engine.runs import verdicts
from syncapp.flows.calendar import looking
from syncapp.flows.calendar.labels import FIELDS
from syncapp.flows.calendar.reading import window
from syncapp.flows.calendar.state import Item
from syncapp.models import CalendarLink
from syncapp.words.field_words import field_in_words
from syncapp.words.reason_words import reason_in_words


@button("compare_appointment", "appointment/<int:pk>/sides/", RETRY, "syncapp.view_calendarlink")
def compare(request: HttpRequest, pk: int) -> HttpResponse:
    link = get_object_or_404(CalendarLink.objects.select_related("employee"), pk=pk)
    context = appointment_context(link)
    with recorded(request, "compare_appointment", "CalendarLink", pk, str(link)) as row:
        try:
            item = looking.looker(link.employee_id).one(link)
        except Exception as exc:  # any fault is shown like that of a run, in words
            verdict = verdicts.judge(exc)
            shown: dict[str, Any] = {
                "fault": reason_in_words(verdict.reason, verdict.system),
                "fault_detail": verdict.detail,
            }
        else:
            row.count = 1
            shown = sides_context(item)
    title = _("Both sides") + f": {appointment_title(link)}"
    return page(request, "appointment_sides", **{**context, **shown, "title": title})


def sides_context(item: Item) -> dict[str, Any]:
    pair, days = item.pair, window()
    outside = not days.touches(item.link)
    return {
        "fields": fields_of(item),
        "systems": ("Advoware", "Google"),
        "remarks": [("Advoware", remarks(pair.advoware)), ("Google", remarks(pair.google))],
        "decision": decision_words(item.decision),
        "overruled": bool(item.decision.overruled),
        "outside": outside,
        "held_back": item.decision.towards_advoware and not looking.may_write_to_advoware(),
    }


def fields_of(item: Item) -> list[FieldView]:
    here, there, agreed, _google = looking.forms(item)
    if not (here or there or agreed):
        return []
    views = []
    for name in FIELDS:
        one, other = value(here, name), value(there, name)
        pieces: tuple[Pieces, Pieces] = differing(one, other) if here and there else ([(one, False)], [(other, False)])
        views.append(FieldView(field_in_words(name), value(agreed, name), *pieces))
    return views
