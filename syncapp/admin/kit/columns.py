"""Columns of the lists, a line each: their heading, and what stands in a row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from syncapp.models import Record
from syncapp.templatetags.hub import crm_link, entity


def column(title: Any, shown: Callable[[Any], object], order: str = "") -> Any:
    """A method of a list's class, for those columns that ask nothing but the row. `order`: what the list can be sorted
    by, where few rows are, or an index is; of what is never older than its number that number serves."""

    @admin.display(description=title, ordering=order or None)
    def cell(_self: object, row: object) -> object:
        return shown(row)

    return cell


def buttons(shown: Callable[[Any], object]) -> Any:
    """The column of what a person can do with a row. It is no part of a file that is taken away."""
    cell = column(gettext_lazy("what you can do"), shown)
    cell.does = True
    return cell


def badge(tone: str, words: object) -> SafeString:
    return format_html('<span class="hub-state hub-{}">{}</span>', tone, words)


def trace_link(trace_id: str) -> SafeString:
    """The beginning of the id, which leads to everything that it is on."""
    if not trace_id:
        return SafeString("–")
    address = reverse("admin:hub_trace", args=[trace_id])
    return format_html('<a class="hub-id hub-nowrap" href="{}" title="{}">{}</a>', address, trace_id, trace_id[:8])


def in_crm(entity_type: str, entity_id: str) -> SafeString:
    """The link that follows an entity's name; empty where the CRM has no page of it."""
    address = crm_link(entity_type, entity_id)
    link = ' <a class="hub-out" href="{}" target="_blank" rel="noopener">{}</a>'
    return format_html(link, address, _("in the CRM")) if address else SafeString()


def entity_links(record: Record) -> SafeString:
    """The record's page, and the entity in the CRM."""
    return format_html(
        '<a class="hub-entity" href="{}">{}</a>{}',
        reverse("admin:syncapp_record_change", args=[record.pk]),
        entity(record.entity_type, record.entity_id),
        in_crm(record.entity_type, record.entity_id),
    )
