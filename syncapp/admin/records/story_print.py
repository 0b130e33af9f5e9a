"""The whole story of a record on paper, for the file: who printed it and when stands on it, and on record."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils import timezone

from syncapp.admin.kit.recording import recorded
from syncapp.admin.kit.views import viewer
from syncapp.admin.records.record_page import references_of, state_words
from syncapp.admin.records.write_views import write_views
from syncapp.models import Attempt, InboxItem, JournalEntry, Record, Task
from syncapp.words.entity_words import kind_in_words

MOST = 500  # rows of each kind, the newest; a longer story is no paper any more


@viewer("print_record", "record/<int:pk>/print/", "syncapp.view_record")
def print_record(request: HttpRequest, pk: int) -> HttpResponse:
    record = get_object_or_404(Record, pk=pk)
    may = request.user.has_perm
    with recorded(request, "print_record", "Record", pk) as row:
        row.count = 1
        items = InboxItem.objects.filter(record=record).select_related("message").defer("message__body")
        writes = JournalEntry.objects.filter(record=record).order_by("-id")[:MOST]
        tasks = Task.objects.filter(record=record).order_by("-pk")[:MOST] if may("syncapp.view_task") else ()
        attempts = Attempt.objects.filter(record=record).order_by("-id")[:MOST]
        context = {
            "title": f"{kind_in_words(record.entity_type)} {record.entity_id}",
            "record": record,
            "state_words": state_words(record),
            "references": references_of(record),
            "attempts": list(attempts),
            "writes": write_views(writes),
            "items": list(items.order_by("-id")[:MOST]),
            "tasks": list(tasks),
            "most": MOST,
            "printed_at": timezone.now(),
            "printed_by": request.user.get_username(),
        }
        return TemplateResponse(request, "syncapp/admin/record_print.html", context).render()
