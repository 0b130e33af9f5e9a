"""The journal of all writes outside: before and after of every field, and the way to undo."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.admin.kit.base import ReadOnlyAdmin, StateFilter
from syncapp.admin.kit.columns import column, entity_links
from syncapp.admin.kit.filters import AnySystemFilter, WriteFilter
from syncapp.admin.kit.search import entity_types, last_part
from syncapp.admin.records.write_views import write_views
from syncapp.models import JournalEntry, Record
from syncapp.templatetags.hub import changed_fields, exactly
from syncapp.words.field_words import field_in_words
from syncapp.words.journal_words import write_in_words

NAMED = 6  # fields in the list; the entry's page shows all


@admin.register(JournalEntry)
class JournalAdmin(ReadOnlyAdmin[JournalEntry]):
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

    moment = column(gettext_lazy("when"), lambda entry: exactly(entry.begun_at))
    where = column(gettext_lazy("system"), JournalEntry.get_system_display)
    entity = column(gettext_lazy("entity"), lambda entry: entity_links(entry.record))

    @admin.display(description=gettext_lazy("action"))
    def what(self, entry: JournalEntry) -> SafeString:
        words = write_in_words(entry.action)
        return format_html('<a class="hub-entity" href="{}/change/"><b>{}</b></a>', entry.pk, words)

    @admin.display(description=gettext_lazy("fields"))
    def fields_changed(self, entry: JournalEntry) -> SafeString:
        # Sorted: PostgreSQL keeps the keys of JSON in an order of its own.
        names = sorted(field_in_words(name) for name, _before, _after in changed_fields(entry.changes))
        more = " …" if len(names) > NAMED else ""
        return format_html('<span class="hub-why">{}{}</span>', ", ".join(names[:NAMED]) or "–", more)
