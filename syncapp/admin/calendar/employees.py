"""Employees with their calendars: how each is doing, and the switches."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.calendar.pages import employee_context
from syncapp.admin.calendar.words import count_words
from syncapp.admin.kit.base import ReadOnlyAdmin
from syncapp.admin.kit.calendar_numbers import open_url, with_state
from syncapp.admin.kit.columns import badge, column
from syncapp.models import CalendarEmployee
from syncapp.templatetags.hub import standing, when
from syncapp.words.reason_words import reason_in_words


@admin.register(CalendarEmployee)
class CalendarEmployeeAdmin(ReadOnlyAdmin[CalendarEmployee]):
    list_title = gettext_lazy("Calendars of the employees")
    row_page = "calendar_employee"
    list_display = ("who", "shared", "shows", "last_sync", "last_run", "open_ones")
    ordering: ClassVar[tuple[str, ...]] = ("kuerzel",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[CalendarEmployee]:
        return with_state(super().get_queryset(request))

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        ready = settings.CONFIG.configured("google") and settings.CONFIG.configured("advoware")
        return {
            "lead": _("Each employee's appointments in Advoware, and the Google calendar that follows them both ways."),
            "nothing": _("No employee is known yet"),
            "nothing_words": _(
                "Every 15 minutes the hub asks Advoware who works in the firm; then they are listed here, and each "
                "gets a Google calendar of its own."
            )
            if ready
            else _("Calendars need Advoware and Google. An administrator enters both logins in the settings."),
        }

    def row_context(self, request: HttpRequest, row: CalendarEmployee) -> dict[str, Any]:
        return employee_context(row)

    @admin.display(description=gettext_lazy("employee"), ordering="pk")
    def who(self, employee: CalendarEmployee) -> SafeString:
        link = reverse("admin:syncapp_calendaremployee_change", args=[employee.pk])
        off = format_html(" {}", badge("quiet", _("off"))) if not employee.enabled else ""
        return format_html(
            '<a class="hub-entity" href="{}"><b>{}</b> {}</a>{}', link, employee.kuerzel, employee.name, off
        )

    @admin.display(description=gettext_lazy("shared with"))
    def shared(self, employee: CalendarEmployee) -> SafeString:
        if not employee.address:
            return format_html('<span class="hub-text-warn">{}</span>', _("no address"))
        waits = employee.enabled and not employee.is_shared
        later = format_html(' <span class="hub-dim">{}</span>', _("(with the next sync)")) if waits else ""
        return format_html("<div>{}{}</div>", employee.address, later)

    shows = column(
        gettext_lazy("Google shows"), lambda employee: _("contents") if employee.full_content else _("only “blocked”")
    )

    @admin.display(description=gettext_lazy("last sync"), ordering="synced_at")
    def last_sync(self, employee: Any) -> SafeString | str:
        if not employee.status or not employee.enabled:
            return when(employee.synced_at)
        reason = employee.reason or ""
        why = format_html('<div class="hub-why hub-dim">{}</div>', reason_in_words(reason)) if reason else ""
        state = badge(*standing(employee.status, reason))
        return format_html("<div>{} {}{}</div>", when(employee.synced_at), state, why)

    @admin.display(description=gettext_lazy("last run"))
    def last_run(self, employee: CalendarEmployee) -> SafeString:
        words = count_words(employee.counts)
        if not words:
            return format_html('<span class="hub-dim">{}</span>', _("nothing to write") if employee.synced_at else "–")
        return format_html("<div>{}</div>", format_html_join(SafeString("<br>"), "{}", ((each,) for each in words)))

    @admin.display(description=gettext_lazy("not in sync"))
    def open_ones(self, employee: Any) -> SafeString:
        if not employee.open_links:
            return format_html('<span class="hub-dim">{}</span>', "0")
        return format_html(
            '<a class="hub-text-warn" href="{}"><b>{}</b></a>', open_url(employee.pk), employee.open_links
        )
