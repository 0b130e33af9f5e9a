"""Appointments: which of Advoware's is which event of Google, and how each is doing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.calendar.pages import appointment_context, appointment_title
from syncapp.admin.calendar.words import SHORT, days_words, link_words, short, subject
from syncapp.admin.kit.base import Choice, ReadOnlyAdmin, StateFilter
from syncapp.admin.kit.calendar_numbers import OPEN
from syncapp.admin.kit.columns import badge, buttons, column
from syncapp.admin.kit.filters import Lookups
from syncapp.admin.kit.needs import press
from syncapp.admin.kit.views import RETRY
from syncapp.models import CalendarEmployee, CalendarLink, LinkState
from syncapp.templatetags.hub import tone, when

LONGEST_SUBJECT = 60  # signs in the list
MOST_DIGITS = 18  # of what the database takes as a number


def links_by(rows: QuerySet[CalendarLink], word: str) -> QuerySet[CalendarLink]:
    """By the number in Advoware or the event's id. With the employees named, both are found through their indexes."""
    everyone = list(CalendarEmployee.objects.values_list("pk", flat=True))
    wanted = Q(event_id=word)
    if word.removeprefix("-").isdecimal() and len(word) <= MOST_DIGITS:
        wanted |= Q(number=int(word))
    return rows.filter(wanted, employee__in=everyone)


def again_button(link: CalendarLink) -> SafeString:
    """What ends a failure; nothing where a retry mends none, or would not come about."""
    if link.state != LinkState.FAILED or not link.employee.enabled:
        return SafeString("–")
    return press(reverse("admin:hub_resync_appointment", args=[link.pk]), _("Retry"))


class LinkStateFilter(StateFilter):
    options = (("open", gettext_lazy("not in sync")), *SHORT.items())
    wheres: ClassVar = {"open": Q(state__in=OPEN)}


class EmployeeFilter(Choice):
    title = gettext_lazy("employee")
    parameter_name = "employee"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        rows = CalendarEmployee.objects.order_by("pk").values_list("pk", "name")
        return [(kuerzel, f"{kuerzel} {name}".strip()) for kuerzel, name in rows]


@admin.register(CalendarLink)
class CalendarLinkAdmin(ReadOnlyAdmin[CalendarLink]):
    list_title = gettext_lazy("Appointments")
    row_page = "appointment"
    again_needs = RETRY
    list_display = ("what", "whose", "days", "state_label", "why", "since", "again")
    list_filter = (LinkStateFilter, EmployeeFilter)
    list_select_related = ("employee",)
    search_fields = ("number",)
    search_help_text = gettext_lazy("Number in Advoware (frNr) or id of the event")

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        context = {"lead": _("Every appointment that the hub keeps in step between Advoware and Google.")}
        if set(request.GET) <= {"state", "employee"} and request.GET.get("state") == "open":
            context["nothing"] = _("All appointments are in sync")
            context["nothing_words"] = _(
                "An appointment that can't be carried over, waits for a person or failed is listed here, and says why."
            )
        elif not request.GET:
            context["nothing"] = _("No appointment is known yet")
            context["nothing_words"] = _(
                "Appointments are listed here after the first sync of an employee's calendar. See the employees."
            )
        return context

    def found(self, rows: QuerySet[CalendarLink], word: str) -> QuerySet[CalendarLink]:
        return links_by(rows, word)

    def tab_title(self, row: CalendarLink) -> str:
        return appointment_title(row)

    def row_context(self, request: HttpRequest, row: CalendarLink) -> dict[str, Any]:
        return appointment_context(row)

    @admin.display(description=gettext_lazy("appointment"))
    def what(self, link: CalendarLink) -> SafeString:
        return format_html(
            '<a class="hub-entity" href="{}"><b>{}</b></a> <span class="hub-id">{}</span>',
            reverse("admin:syncapp_calendarlink_change", args=[link.pk]),
            Truncator(subject(link)).chars(LONGEST_SUBJECT) or _("(no subject)"),
            link.number if link.number is not None else _("only in Google"),
        )

    whose = column(gettext_lazy("employee"), lambda link: link.employee_id, "employee_id")
    days = column(gettext_lazy("when"), days_words, "first_day")
    state_label = column(gettext_lazy("state"), lambda link: badge(tone(link.state), short(link.state)))
    why = column(
        gettext_lazy("why"), lambda link: format_html('<span class="hub-why">{}</span>', link_words(link) or "–")
    )
    since = column(gettext_lazy("since"), lambda link: when(link.changed_at), "changed_at")
    again = buttons(again_button)
