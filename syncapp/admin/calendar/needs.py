"""Appointments that failed, and those without a partner, as they stand in the list of what needs a person."""

from __future__ import annotations

from collections.abc import Callable, Collection
from urllib.parse import urlencode

from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.calendar.buttons import ask
from syncapp.admin.calendar.words import link_words, subject
from syncapp.admin.kit.calendar_numbers import open_links
from syncapp.admin.kit.columns import badge
from syncapp.admin.kit.needs import Key, Kind, Need, Rows, declare, link, press
from syncapp.admin.kit.views import DECIDE_CONFLICT, RETRY
from syncapp.flows.calendar import questions
from syncapp.models import CalendarLink, CalendarQuestion, LinkState, NeedKind

May = Callable[[str], bool]
APPOINTMENT, EMPLOYEE = "appointment", "Mitarbeiter"  # as their cards are called
LONGEST_SUBJECT = 60  # signs
MOST_DIGITS = 18  # of what the database takes as a number


def _appointment(row: CalendarLink, may: May) -> Need:
    page = reverse("admin:syncapp_calendarlink_change", args=[row.pk])
    again = reverse("admin:hub_resync_appointment", args=[row.pk])
    return Need(
        row.pk,
        _named(page, subject(row), row.employee_id, row.number),
        link_words(row),
        row.changed_at,
        press(again, _("Retry")) if may(RETRY) else link(page, _("Show")),
        badge("bad", NeedKind.APPOINTMENT.label),
    )


def _named_by(keys: Collection[Key], kind: str) -> list[str]:
    return [ident for each, ident in keys if each == kind]


def _numbers(keys: Collection[Key], kind: str) -> list[int]:
    return [int(ident) for ident in _named_by(keys, kind) if ident.isdecimal() and len(ident) <= MOST_DIGITS]


def _asked_about(rows: Rows, keys: Collection[Key]) -> Rows:
    """A question bears the number or the event of the appointment that it is about."""
    links = CalendarLink.objects.filter(pk__in=_numbers(keys, APPOINTMENT))
    numbers, events = links.exclude(number=None).values("number"), links.exclude(event_id="").values("event_id")
    of_link = Q(number__in=numbers) | Q(event_id__in=events)
    return rows.filter(of_link | Q(employee__in=_named_by(keys, EMPLOYEE)))


def _retry(rows: Rows, request: HttpRequest) -> int:
    """A calendar is compared as a whole."""
    of = list(rows.order_by().values_list("employee", flat=True))
    for kuerzel in sorted(set(of)):
        ask(request, kuerzel)
    return len(of)


def _with_number(rows: Rows, word: str) -> Rows:
    of_event = Q(event_id=word)
    return rows.filter(of_event | Q(number=int(word)) if word.isdecimal() and len(word) <= MOST_DIGITS else of_event)


declare(
    Kind(
        NeedKind.APPOINTMENT,
        gettext_lazy("appointments that failed"),
        "syncapp.view_calendarlink",
        lambda: open_links().filter(state=LinkState.FAILED),
        "changed_at",
        _appointment,
        _with_number,
        gettext_lazy("The calendars of these appointments are switched off."),
        retryable=lambda rows: rows.filter(employee__enabled=True),
        retry=_retry,
        about=lambda rows, keys: rows.filter(
            Q(pk__in=_numbers(keys, APPOINTMENT)) | Q(employee__in=_named_by(keys, EMPLOYEE))
        ),
    )
)


def _question(row: CalendarQuestion, may: May) -> Need:
    there = f"{reverse('admin:hub_alike')}?{urlencode({'employee': row.employee_id})}"
    text = str(row.here.get("text") or "") if isinstance(row.here, dict) else ""
    why = (
        _("This event looks like an appointment that has its event in Google already.")
        if row.event_id
        else _("It may be one of several events. A person says what belongs together.")
    )
    words = _("Choose") if may(DECIDE_CONFLICT) else _("Show")
    return Need(
        row.pk,
        _named(there, text, row.employee_id, row.number),
        why,
        row.opened_at,
        link(there, words),
        badge("warn", NeedKind.QUESTION.label),
    )


def _named(address: str, text: str, kuerzel: str, number: int | None) -> SafeString:
    return format_html(
        '<a class="hub-entity" href="{}"><b>{}</b></a> <span class="hub-id">{}</span><div class="hub-dim">AW-{}</div>',
        address,
        Truncator(text).chars(LONGEST_SUBJECT) or _("(no subject)"),
        _("only in Google") if number is None else number,
        kuerzel,
    )


declare(
    Kind(
        NeedKind.QUESTION,
        gettext_lazy("appointments without a partner"),
        "syncapp.view_calendarlink",
        lambda: questions.waiting().order_by(),
        "opened_at",
        _question,
        _with_number,
        gettext_lazy("A person says what belongs together; a retry would ask the same again."),
        give_up_permission=DECIDE_CONFLICT,
        about=_asked_about,
    )
)
