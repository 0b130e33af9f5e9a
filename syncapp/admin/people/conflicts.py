"""Conflicts: both sides changed the same field, and a person chooses. See first what will be written, then write it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Count, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from syncapp.admin.kit import export
from syncapp.admin.kit.numbers import in_conflict
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import DECIDE_CONFLICT, button, numbered, page, viewer
from syncapp.admin.people.conflict_views import moved_on, open_fields
from syncapp.engine.queue import retry
from syncapp.kit.tracing import trace_id_of
from syncapp.models import Conflict, ConflictState, Record, SystemName
from syncapp.people import conflicts
from syncapp.templatetags.hub import step_name
from syncapp.words.entity_words import kind_in_words

VIEW = "syncapp.view_conflict"
LISTED = 200  # records on the list, the oldest conflict first
DECIDED = 20


@viewer("conflicts", "conflicts/", VIEW)
def conflict_list(request: HttpRequest) -> HttpResponseBase:
    waiting = Q(conflicts__state=ConflictState.OPEN)
    rows = in_conflict().annotate(fields=Count("conflicts", waiting), since=Min("conflicts__opened_at", filter=waiting))
    if export.wanted(request):
        return export.as_file(request, "conflicts", *_as_table(rows.order_by("since")))
    found = list(rows.order_by("since")[: LISTED + 1])
    return page(request, "conflicts", _("Conflicts"), records=found[:LISTED], more=len(found) > LISTED)


def _as_table(rows: QuerySet[Any]) -> tuple[tuple[str, ...], Iterator[tuple[object, ...]]]:
    """All of them; the values are on the page of each."""
    heads = (_("entity"), _("id"), _("step"), _("fields"), _("since"))
    return heads, (
        (kind_in_words(row.entity_type), row.entity_id, step_name(row.step), row.fields, row.since)
        for row in rows.iterator(chunk_size=export.AT_ONCE)
    )


@viewer("conflict", "record/<int:pk>/conflict/", VIEW)
def conflict(request: HttpRequest, pk: int) -> HttpResponse:
    return _show(request, get_object_or_404(Record, pk=pk), {})


@button("check_conflict", "record/<int:pk>/conflict/check/", DECIDE_CONFLICT, VIEW)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """What the choices would write, before anything is written; or the choices anew with all of one side chosen."""
    record = get_object_or_404(Record, pk=pk)
    views = open_fields(record)
    choices = _choices(request, record)
    if moved_on(views, _seen(request)):
        messages.warning(request, _changed())
        return _show(request, record, {})
    side = request.POST.get("all", "")
    if side in SystemName.values:
        return _show(request, record, {view.conflict.pk: side for view in views})
    if "back" in request.POST or not choices:
        if not choices:
            messages.error(request, _("Please choose a value for at least one field."))
        return _show(request, record, choices)
    chosen = [view for view in open_fields(record, choices) if view.choice]
    context = {"record": record, "views": chosen, "left": len(views) - len(chosen)}
    return page(request, "conflict_check", _("This will be written"), **context)


@button("decide_conflict", "record/<int:pk>/conflict/decide/", DECIDE_CONFLICT)
def decide(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Record, pk=pk)
    choices = _choices(request, record)
    seen = {pk: digest for pk, digest in _seen(request).items() if pk in choices}
    with recorded(request, "decide_conflict", "Record", pk, str(record)) as row:
        with transaction.atomic():
            # A run that refreshes the values waits for this, and then finds that the decision is about old ones.
            list(Conflict.objects.select_for_update().filter(record=record, state=ConflictState.OPEN))
            stale = set(seen) != set(choices) or moved_on(open_fields(record), seen)
            decided = 0 if stale else conflicts.decide(record, choices, cast(User, request.user))
            if decided:  # with it, so that no decision is left that nobody carries out
                retry.retry(Record.objects.filter(pk=pk), trace_id_of(request))
        row.count = decided
    if not row.count:
        messages.warning(request, _changed() if choices else _("Nothing was chosen, so nothing is written."))
        return HttpResponseRedirect(reverse("admin:hub_conflict", args=[pk]))
    done = ngettext("%(count)d field was decided.", "%(count)d fields were decided.", row.count) % {"count": row.count}
    messages.success(request, " ".join((done, _("The hub writes it now; this page shows what comes of it."))))
    return HttpResponseRedirect(reverse("admin:syncapp_record_change", args=[pk]))


def _show(request: HttpRequest, record: Record, choices: dict[int, str]) -> HttpResponse:
    views = open_fields(record, choices)
    closed = Conflict.objects.filter(record=record).exclude(state=ConflictState.OPEN).select_related("decided_by")
    return page(
        request,
        "conflict",
        _("Conflict") + f" {record.entity_id}",
        record=record,
        views=views,
        decided=list(closed.order_by("-pk")[:DECIDED]),
        sides=views[0].conflict.between if views else (),
    )


def _changed() -> str:
    return _("Nothing was written: a value was changed meanwhile. Please choose again; these are the values of now.")


def _choices(request: HttpRequest, record: Record) -> dict[int, str]:
    """What was chosen out of what there was to choose; it may be decided by now."""
    chosen = numbered(request, "choice-")
    rows = Conflict.objects.filter(record=record, pk__in=list(chosen))
    return {row.pk: chosen[row.pk] for row in rows if chosen[row.pk] in row.between}


def _seen(request: HttpRequest) -> dict[int, str]:
    return numbered(request, "seen-")
