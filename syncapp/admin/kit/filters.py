"""Drop-down filters of the lists. Each compares a column that has an index, or few rows."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext_lazy as _

from syncapp.admin.kit.base import Choice
from syncapp.admin.kit.numbers import NEEDS_A_PERSON
from syncapp.events import registry
from syncapp.models import InboxState, OrphanState, Reason, ScanState, Status, SystemName
from syncapp.templatetags.hub import step_name

Lookups = list[tuple[Any, Any]]


class StatusFilter(Choice):
    title = _("state")
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [("open", _("needs a person")), *Status.choices]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "open":
            return queryset.filter(status__in=NEEDS_A_PERSON)
        return super().queryset(request, queryset)


class StepFilter(Choice):
    title = _("step")
    parameter_name = "step"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(spec.name, step_name(spec.name)) for spec in registry.runnable()]


class SystemFilter(Choice):
    title = _("system")
    parameter_name = "system"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [*SystemName.choices, ("none", _("none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(system="") if self.value() == "none" else super().queryset(request, queryset)


class ReasonFilter(Choice):
    title = _("reason")
    parameter_name = "reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(value, Truncator(str(label)).chars(70)) for value, label in Reason.choices]


class SinceFilter(Choice):
    """Only those whose state began within the last hours: "everything that failed since this morning"."""

    title = _("since")
    parameter_name = "since"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [
            ("1", _("the last hour")),
            ("4", _("the last 4 hours")),
            ("24", _("the last 24 hours")),
            ("168", _("the last 7 days")),
            ("720", _("the last 30 days")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        hours = self.value() or ""
        if not hours.isdigit() or len(hours) > 4:
            return queryset
        return queryset.filter(changed_at__gte=timezone.now() - timedelta(hours=int(hours)))


class InboxStateFilter(Choice):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(InboxState.choices)


class WebhookFilter(Choice):
    title = _("webhook")
    parameter_name = "path"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return [(word, word) for word in (*settings.CONFIG.WEBHOOK_ENTITIES, "entity")]


class OrphanStateFilter(Choice):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(OrphanState.choices)


class ScanStateFilter(Choice):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        return list(ScanState.choices)
