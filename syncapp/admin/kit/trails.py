"""The way back from a page: what stands above it, told from its address alone, so that no page has to say it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from django.contrib import admin
from django.http import HttpRequest
from django.urls import ResolverMatch, reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin


class Crumb(NamedTuple):
    title: str | Promise
    address: str


class Above(NamedTuple):
    """A page: of the hub by its name, or a list of rows by its model; `row`: and the page of the row itself."""

    page: str = ""
    title: str | Promise = ""
    model: str = ""
    row: bool = False


CONFLICTS = Above("hub_conflicts", gettext_lazy("Conflicts"))
RECORD = Above(model="syncapp_record", row=True)
ENTRY = Above(model="syncapp_journalentry", row=True)
ABOVE: dict[str, tuple[Above, ...]] = {
    "hub_trace": (Above(model="syncapp_record"),),
    "hub_preview": (RECORD,),
    "hub_conflict": (CONFLICTS, RECORD),
    "hub_check_conflict": (CONFLICTS, RECORD),
    "hub_undo": (ENTRY,),
    "hub_request_undo": (ENTRY,),
    "hub_schedule": (Above("hub_schedules", gettext_lazy("Schedules")),),
    "hub_make_proxy_key": (Above(model="syncapp_proxykey"),),
    "hub_compare_appointment": (Above(model="syncapp_calendarlink", row=True),),
    "hub_check_alike": (Above("hub_alike", gettext_lazy("What belongs together?")),),
}
_ROW = re.compile(r"(?P<model>[a-z]+_[a-z]+)_(?:change|add|delete|history|password_change)")


def context(request: HttpRequest) -> dict[str, Any]:
    """For every page of the theme; nothing above the start page."""
    match = request.resolver_match
    return {"trail": trail(request, match) if match is not None and match.url_name != "index" else []}


def trail(request: HttpRequest, match: ResolverMatch) -> list[Crumb]:
    name = match.url_name or ""
    of_a_row = _ROW.fullmatch(name)
    above = ABOVE.get(name, (Above(model=of_a_row["model"]),) if of_a_row else ())
    found = [Crumb(_("Start"), reverse("admin:index"))]
    for each in above:
        if each.page:
            found.append(Crumb(each.title, reverse(f"admin:{each.page}")))
        else:
            found += _of_a_model(request, each, match.kwargs.get("pk"))
    return found


def _of_a_model(request: HttpRequest, above: Above, pk: object) -> list[Crumb]:
    """The list, and the row in it; nothing for who may not see such rows."""
    for model, its_admin in admin.site._registry.items():
        if f"{model._meta.app_label}_{model._meta.model_name}" == above.model:
            if not its_admin.has_view_permission(request):
                return []
            title = getattr(its_admin, "list_title", None) or model._meta.verbose_name_plural
            found = [Crumb(capfirst(str(title)), reverse(f"admin:{above.model}_changelist"))]
            if above.row and pk is not None:
                row = model._default_manager.filter(pk=pk).first()
                words = its_admin.tab_title(row) if row and isinstance(its_admin, ReadOnlyAdmin) else str(pk)
                found.append(Crumb(words, reverse(f"admin:{above.model}_change", args=[pk])))
            return found
    return []
