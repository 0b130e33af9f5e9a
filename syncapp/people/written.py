"""What the hub itself wrote outside, out of the journal."""

from __future__ import annotations

from django.db.models import Max

from syncapp.models import (
    JournalEntry,
    Record,
)


def last_entry(record: Record) -> int:
    return int(JournalEntry.objects.filter(record=record).aggregate(last=Max("pk"))["last"] or 0)


def entries_since(record: Record, entry_pk: int) -> list[JournalEntry]:
    """Journal entries after the given one, oldest first."""
    return list(JournalEntry.objects.filter(record=record, pk__gt=entry_pk).order_by("pk"))
