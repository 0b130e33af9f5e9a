"""Drop-down filters of the lists of the Advoware proxy."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from syncapp.admin.kit.base import Choice, StateFilter
from syncapp.admin.kit.filters import Lookups, SinceFilter
from syncapp.models import ProxyKey


class ValidFilter(StateFilter):
    column = None
    options = (("valid", _("valid")), ("revoked", _("revoked")))
    wheres: ClassVar = {"valid": Q(revoked_at=None), "revoked": Q(revoked_at__isnull=False)}


class CallerFilter(Choice):
    title = _("caller")
    parameter_name = "key"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Lookups:
        names = ProxyKey.objects.order_by("name", "pk").values_list("pk", "name", "start")
        return [("none", _("stranger")), *((str(pk), f"{name} ({start}…)") for pk, name, start in names)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        value = self.value() or ""
        if value == "none":
            return queryset.filter(key=None)
        return queryset.filter(key=int(value)) if value.isdecimal() and len(value) < 19 else queryset


class MethodFilter(Choice):
    title = _("method")
    parameter_name = "method"
    options = tuple((name, name) for name in ("GET", "POST", "PUT", "DELETE"))


class OutcomeFilter(Choice):
    title = _("outcome")
    parameter_name = "outcome"
    column = None
    options = (
        ("passed", _("passed on")),
        ("their_error", _("error of Advoware's")),
        ("refused", _("refused by the hub, or broken off")),
        ("unfinished", _("not finished")),
    )
    wheres: ClassVar = {
        "passed": Q(refusal="", status__gt=0, status__lt=400),
        "their_error": Q(refusal="", status__gte=400),
        "refused": ~Q(refusal=""),
        "unfinished": Q(status=0),
    }


class CalledSinceFilter(SinceFilter):
    column = "at"
