"""Notes of staff on what needs a person: they go when it needs nobody any more, for whatever reason."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from syncapp.models import (
    NEEDS_A_PERSON,
    CalendarLink,
    CalendarQuestion,
    Conflict,
    ConflictState,
    Handling,
    InboxMessage,
    InboxState,
    LinkState,
    NeedKind,
    Notice,
    NoticeState,
    Orphan,
    OrphanState,
    Record,
    ScanRun,
    Status,
    Task,
    TaskState,
)

# By what a row of each kind may still need a person; the lists of the admin show no others.
OPEN: Mapping[NeedKind, QuerySet[Any]] = {
    NeedKind.COMPARISON: ScanRun.waiting(),
    NeedKind.QUARANTINE: InboxMessage.objects.filter(state=InboxState.QUARANTINED),
    NeedKind.NOTICE: Notice.objects.exclude(fault="").exclude(state__in=[NoticeState.SENT, NoticeState.NEEDLESS]),
    # What is tried again, or held back, keeps its note until it is known what becomes of it.
    NeedKind.FAILURE: Record.objects.filter(status__in=(*NEEDS_A_PERSON, Status.WAITING, Status.RUNNING)),
    NeedKind.CONFLICT: Record.objects.filter(
        pk__in=Record.objects.filter(status=Status.CONFLICT)
        .values("pk")
        .union(Conflict.objects.filter(state=ConflictState.OPEN).values("record"))
    ),
    NeedKind.APPOINTMENT: CalendarLink.objects.filter(state=LinkState.FAILED),
    NeedKind.QUESTION: CalendarQuestion.objects.filter(decided_at__isnull=True),
    NeedKind.TASK: Task.objects.filter(state=TaskState.OPEN),
    NeedKind.ORPHAN: Orphan.objects.filter(state=OrphanState.OPEN),
}


def over() -> Iterator[QuerySet[Handling]]:
    for kind, rows in OPEN.items():
        yield Handling.objects.filter(~Exists(rows.filter(pk=OuterRef("row"))), kind=kind)


def about(records: QuerySet[Record]) -> QuerySet[Handling]:
    """Notes about these records, and about their tasks."""
    tasks = Task.objects.filter(record__in=records).values("pk")
    of_records = Handling.objects.filter(kind__in=(NeedKind.FAILURE, NeedKind.CONFLICT), row__in=records.values("pk"))
    return of_records | Handling.objects.filter(kind=NeedKind.TASK, row__in=tasks)
