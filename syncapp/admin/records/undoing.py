"""Undo: see what is written back where, then ask for it.

The next run of the record does it, or refuses with a reason.
"""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import REQUEST_UNDO, button, page, say, viewer
from syncapp.admin.records.write_views import write_views
from syncapp.engine.queue import retry
from syncapp.kit.tracing import trace_id_of
from syncapp.models import JournalEntry, Record, SystemName
from syncapp.people import undos


@viewer("undo", "journal/<int:pk>/undo/", "syncapp.view_journalentry", REQUEST_UNDO)
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(JournalEntry.objects.select_related("record"), pk=pk)
    other = SystemName.ADVOWARE if entry.system == SystemName.ESPOCRM else SystemName.ESPOCRM
    context = {"view": write_views([entry])[0], "entry": entry, "record": entry.record, "other": other.label}
    return page(request, "undo", _("Undo a write"), **context)


@button("request_undo", "journal/<int:pk>/undo/confirm/", REQUEST_UNDO)
def undo(request: HttpRequest, pk: int) -> HttpResponse:
    entry = get_object_or_404(JournalEntry.objects.select_related("record"), pk=pk)
    with recorded(request, "request_undo", "JournalEntry", pk, str(entry.record)) as row:
        if write_views([entry])[0].can_be_undone:
            row.count = int(undos.request_undo(entry, cast(User, request.user)))
        if row.count:
            retry.retry(Record.objects.filter(pk=entry.record_id), trace_id_of(request))
    say(
        request,
        row.count,
        _("The old values are being written back; this page shows what comes of it."),
        _("Nothing was asked: this write is being undone already, or it can't be undone."),
    )
    return HttpResponseRedirect(f"{reverse('admin:syncapp_record_change', args=[entry.record_id])}#writes")
