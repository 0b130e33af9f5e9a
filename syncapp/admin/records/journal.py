"""The journal of all writes outside: before and after of every field, and the way to undo.

What is written back where is shown first. The next run of the record does it, or refuses with a reason.
"""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin, StateFilter
from syncapp.admin.kit.columns import column, entity_links
from syncapp.admin.kit.filters import AnySystemFilter, WriteFilter
from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.search import entity_types, last_part
from syncapp.admin.kit.views import REQUEST_UNDO, button, page, say, viewer
from syncapp.admin.records.write_views import write_views
from syncapp.engine.queue import retry
from syncapp.kit.tracing import trace_id_of
from syncapp.models import JournalEntry, Record, SystemName
from syncapp.people import undos
from syncapp.templatetags.hub import changed_fields, exactly
from syncapp.words.field_words import field_in_words
from syncapp.words.journal_words import write_in_words

NAMED = 6  # fields in the list; the entry's page shows all


@admin.register(JournalEntry)
class JournalAdmin(ReadOnlyAdmin[JournalEntry]):
    empty_words = gettext_lazy(
        "As soon as the hub writes something in another system it is listed here, with the values before and after."
    )
    list_title = gettext_lazy("Journal")
    row_page = "journal_entry"
    list_display = ("moment", "where", "what", "entity", "fields_changed", "state_label")
    list_filter = (AnySystemFilter, WriteFilter, StateFilter)
    list_select_related = ("record",)
    search_fields = ("record__entity_id",)
    search_help_text = gettext_lazy("Id or address of an entity")

    def list_context(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "lead": _("Every write of the hub in another system, newest first. Values stand on the page of each write.")
        }

    def found(self, rows: QuerySet[JournalEntry], word: str) -> QuerySet[JournalEntry]:
        records = Record.objects.filter(entity_type__in=entity_types(), entity_id=last_part(word))
        return rows.filter(record__in=list(records.values_list("pk", flat=True)))

    def row_context(self, request: HttpRequest, row: JournalEntry) -> dict[str, Any]:
        view = write_views([row])[0]
        return {"title": capfirst(write_in_words(row.action)), "view": view, "entry": row, "record": row.record}

    moment = column(gettext_lazy("when"), lambda entry: exactly(entry.begun_at), "pk")
    where = column(gettext_lazy("system"), JournalEntry.get_system_display)
    entity = column(gettext_lazy("entity"), lambda entry: entity_links(entry.record))

    @admin.display(description=gettext_lazy("action"))
    def what(self, entry: JournalEntry) -> SafeString:
        words = capfirst(write_in_words(entry.action))
        return format_html('<a class="hub-entity" href="{}/change/"><b>{}</b></a>', entry.pk, words)

    @admin.display(description=gettext_lazy("fields"))
    def fields_changed(self, entry: JournalEntry) -> SafeString:
        # Sorted: PostgreSQL keeps the keys of JSON in an order of its own.
        names = sorted(field_in_words(name) for name, _before, _after in changed_fields(entry.changes))
        more = " …" if len(names) > NAMED else ""
        return format_html('<span class="hub-why">{}{}</span>', ", ".join(names[:NAMED]) or "–", more)


@viewer("undo", "journal/<int:pk>/undo/", "syncapp.view_journalentry", REQUEST_UNDO)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(JournalEntry.objects.select_related("record"), pk=pk)
    other = SystemName.ADVOWARE if entry.system == SystemName.ESPOCRM else SystemName.ESPOCRM
    context = {"view": write_views([entry])[0], "entry": entry, "record": entry.record, "other": other.label}
    title = _("Undo a write")
    return page(request, "undo", f"{title} {pk}", heading=title, **context)


@button("request_undo", "journal/<int:pk>/undo/confirm/", REQUEST_UNDO)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(JournalEntry.objects.select_related("record"), pk=pk)
    with recorded(request, "request_undo", "JournalEntry", pk, str(entry.record)) as row:
        with transaction.atomic():  # none is asked for that no run carries out
            can = write_views([entry])[0].can_be_undone
            asked = can and undos.request_undo(entry, cast(User, request.user))
            if asked:
                retry.retry(Record.objects.filter(pk=entry.record_id), trace_id_of(request))
        row.count = int(asked)
    say(
        request,
        row.count,
        _("The old values are being written back; this page shows what comes of it."),
        _("Nothing was asked: this write is being undone already, or it can't be undone."),
    )
    return HttpResponseRedirect(f"{reverse('admin:syncapp_record_change', args=[entry.record_id])}#writes")
