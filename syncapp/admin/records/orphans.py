"""Orphans: what lies in another system and nothing points to. Deleting is guarded and needs a ticked box."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin, StateFilter
from syncapp.admin.kit.columns import column
from syncapp.admin.kit.filters import SystemFilter
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import DELETE_ORPHAN, back, button, say
from syncapp.clients.errors import ClientError
from syncapp.engine.outside import locks
from syncapp.engine.runs import verdicts
from syncapp.flows.comparing import orphans
from syncapp.models import Orphan, OrphanState, Reason, Record
from syncapp.templatetags.hub import entity, step_name, when
from syncapp.words.reason_words import reason_in_words

PAGE = "admin:syncapp_orphan_change"


@admin.register(Orphan)
class OrphanAdmin(ReadOnlyAdmin[Orphan]):
    empty_words = gettext_lazy(
        "What lies at xAI although nothing in the CRM points to it any more is listed here after the "
        "comparison of the night. Nothing of it is deleted by itself."
    )
    list_title = gettext_lazy("Orphans")
    row_page = "orphan"
    list_display = ("what", "where", "state_label", "belonged_to", "size_label", "found_since")
    list_filter = (StateFilter, SystemFilter)
    search_fields = ("remote_id",)
    searched_column = "remote_id"
    search_help_text = gettext_lazy("Id in the other system")

    def row_context(self, request: HttpRequest, row: Orphan) -> dict[str, Any]:
        return {
            "title": _("Orphan"),
            "orphan": row,
            "belonged_to": Record.objects.filter(entity_type=row.entity_type, entity_id=row.entity_id)
            .values_list("pk", flat=True)
            .first(),
            "may_go": row.state in (OrphanState.OPEN, OrphanState.KEPT),
            "open": row.state == OrphanState.OPEN,
        }

    what = column(
        gettext_lazy("what"),
        lambda orphan: format_html(
            '<a href="{}/change/"><b>{}</b> <span class="hub-id">{}</span></a>',
            orphan.pk,
            orphan.get_kind_display(),
            orphan.remote_id,
        ),
    )
    where = column(gettext_lazy("system"), Orphan.get_system_display)
    belonged_to = column(gettext_lazy("belonged to"), lambda orphan: entity(orphan.entity_type, orphan.entity_id))
    size_label = column(
        gettext_lazy("size"), lambda orphan: "–" if orphan.size is None else filesizeformat(orphan.size), "size"
    )
    found_since = column(gettext_lazy("found"), lambda orphan: when(orphan.found_at), "found_at")


@button("delete_orphan", "orphan/<int:pk>/delete/", DELETE_ORPHAN)
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    orphan = get_object_or_404(Orphan, pk=pk)
    if request.POST.get("understood") != "yes":
        messages.error(request, _("Please tick the box first: what is deleted there can't be brought back."))
        return back(request, PAGE, pk)
    if orphan.state not in (OrphanState.OPEN, OrphanState.KEPT):
        messages.info(request, _("Nothing to delete any more: %(state)s.") % {"state": orphan.get_state_display()})
        return back(request, PAGE, pk)
    if orphan.state == OrphanState.KEPT and request.POST.get("seen") != OrphanState.KEPT:
        messages.warning(request, _("Not deleted: somebody has decided to keep it since this page was shown."))
        return back(request, PAGE, pk)
    with recorded(request, "delete_orphan", "Orphan", pk, str(orphan)) as row:
        try:
            row.count = int(orphans.delete(orphan))
        except orphans.StillUsed:
            messages.warning(request, _("Not deleted: something points to it again."))
        except orphans.HeldBack as held:
            words = {"system": orphan.get_system_display(), "step": step_name(held.step)}
            messages.warning(request, _held_back(held) % words)
        except orphans.AtWork:
            messages.warning(request, _("Not deleted: somebody is at work on it just now. Look again in a moment."))
        except locks.LocksAway:
            messages.error(request, _("Not deleted: the store of the locks doesn't answer. Please try again later."))
        except ClientError as exc:
            verdict = verdicts.judge(exc)
            row.detail = verdict.detail
            messages.error(
                request, _("Not deleted. %(why)s") % {"why": reason_in_words(verdict.reason, verdict.system)}
            )
        else:
            say(request, row.count, _("Deleted in the other system."), _("It was gone there already."))
    return back(request, PAGE, pk)


def _held_back(held: orphans.HeldBack) -> str:
    if held.step:
        return _("Not deleted: the step “%(step)s” is paused or only observes. End that first.")
    if held.reason == Reason.PAUSED:
        return _("Not deleted: %(system)s is paused. End the pause first.")
    return _("Not deleted: the hub only observes and writes nothing in other systems.")


@button("keep_orphan", "orphan/<int:pk>/keep/", DELETE_ORPHAN)
def keep(request: HttpRequest, pk: int) -> HttpResponse:
    orphan = get_object_or_404(Orphan, pk=pk)
    with recorded(request, "keep_orphan", "Orphan", pk, str(orphan)) as row:
        row.count = int(orphans.keep(orphan))
    say(
        request,
        row.count,
        _("It is kept; it won't be asked about again."),
        _("Nothing to keep any more: %(state)s.") % {"state": orphan.get_state_display()},
    )
    return back(request, PAGE, pk)
