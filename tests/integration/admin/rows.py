"""Rows for the tests of the admin, made straight in the tables: what staff meet there."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group, Permission, User
from django.utils import timezone
from django_q.models import Schedule

from syncapp.models import (
    Attempt,
    CalendarEmployee,
    CalendarLink,
    CalendarQuestion,
    Conflict,
    InboxItem,
    InboxMessage,
    InboxState,
    JournalEntry,
    Lock,
    Notice,
    Orphan,
    Record,
    Reference,
    ScanRun,
    ScanState,
    Status,
    System,
    Task,
    TaskKind,
    Undo,
    Worker,
)

STAFF, CARE, PRIVACY = "Kanzlei-Mitarbeiter", "Hub-Betreuung", "Datenschutz"
PASSWORD = "a long and harmless one"
_numbers = itertools.count(1)


def count_anew() -> None:
    """The next rows are named like the first ones."""
    global _numbers
    _numbers = itertools.count(1)


def user(name: str, *groups: str, **columns: Any) -> User:
    made = User.objects.create_user(name, f"{name}@example.org", PASSWORD, is_staff=True, **columns)
    made.groups.set(Group.objects.filter(name__in=groups))
    return made


def grant(name: str, *codenames: str) -> None:
    """Single rights, for somebody who is in no group."""
    found = Permission.objects.filter(content_type__app_label="syncapp", codename__in=codenames)
    User.objects.get(username=name).user_permissions.add(*found)


def record(status: str = Status.FAILED, **columns: Any) -> Record:
    now = timezone.now()
    number = next(_numbers)
    given: dict[str, Any] = {
        "step": "document_sync",
        "entity_type": "CDokumente",
        "entity_id": f"65f0{number:013d}",
        "status": status,
        "created_at": now,
        "changed_at": now - timedelta(minutes=number % 50),
        "requested": 1,
        "served": 1,
        "trace_id": f"trace-{number:08d}",
    }
    if status in (Status.FAILED, Status.CONFLICT):
        given |= {"reason": "rejected", "system": "xai", "attempts": 3, "served": 0}
    if status == Status.SKIPPED:
        given |= {"reason": "no_parent"}
    if status == Status.WAITING:
        given |= {"due_at": now, "waiting_since": now, "served": 0}
    if status == Status.RUNNING:
        given |= {"claim": uuid.uuid4(), "claimed_by": "w/1", "claimed_request": 1, "leased_until": now, "served": 0}
    return Record.objects.create(**given | columns)


def attempt(of: Record, **columns: Any) -> Attempt:
    call = {"system": "xai", "method": "POST", "path": "/v1/files", "status": 422, "ms": 12, "request_id": "req-1"}
    given: dict[str, Any] = {
        "record": of,
        "number": 1,
        "request_number": 1,
        "trace_id": of.trace_id,
        "started_at": timezone.now(),
        "outcome": "failed",
        "reason": "rejected",
        "plan": [{"kind": "document.upload"}],
        "calls": [{**call, "error": "Rejected", "write": True}],
    }
    return Attempt.objects.create(**given | columns)


def message(state: str = InboxState.STORED, **columns: Any) -> InboxMessage:
    given: dict[str, Any] = {
        "trace_id": f"trace-{next(_numbers):08d}",
        "received_at": timezone.now(),
        "path": "document",
        "entity_type": "CDokumente",
        "action": "update",
        "state": state,
        "body": b"secret content of a client",
        "items_total": 1,
        "rejected": [{"index": 2, "reason": "no id"}],
    }
    return InboxMessage.objects.create(**given | columns)


def orphan(**columns: Any) -> Orphan:
    given = {"system": "xai", "kind": "file", "remote_id": f"file_{next(_numbers)}", "why": "unused"}
    return Orphan.objects.create(**given | columns)


def party(status: str = Status.IN_SYNC, **columns: Any) -> Record:
    given = {"step": "beteiligte_sync", "entity_type": "CBeteiligte"}
    if status in (Status.FAILED, Status.CONFLICT):
        given |= {"system": "advoware", "reason": "both_changed" if status == Status.CONFLICT else "rejected"}
    return record(status, **given | columns)


def task(of: Record | None = None, kind: str = TaskKind.VALUE_NOT_KEPT, **columns: Any) -> Task:
    given: dict[str, Any] = {
        "record": of or party(Status.SKIPPED, reason="task_open"),
        "kind": kind,
        "key": f"k{next(_numbers)}",
        "system": "advoware",
        "target_type": "Beteiligte",
        "target_id": "4711",
        "facts": [{"field": "rechtsform", "now": "GmbH alt", "wanted": "GmbH neu"}],
        "digest": "d",
        "opened_at": timezone.now(),
    }
    return Task.objects.create(**given | columns)


def conflict(of: Record, field: str = "name", **columns: Any) -> Conflict:
    given: dict[str, Any] = {
        "agreed": "Müller Bau GmbH",
        "here": "Müller Hochbau GmbH",
        "there": "Müller Tiefbau GmbH",
        "here_system": "espocrm",
        "there_system": "advoware",
        "opened_at": timezone.now(),
    }
    return Conflict.objects.create(record=of, field=field, **given | columns)


def entry(of: Record | None = None, **columns: Any) -> JournalEntry:
    given: dict[str, Any] = {
        "record": of or party(),
        "system": "advoware",
        "action": "update_party",
        "target_type": "Beteiligte",
        "target_id": "4711",
        "changes": {
            "name": ["Müller alt", "Müller neu"],
            "mail": [["a@example.org"], ["b@example.org", "c@ex.org"]],
        },
        "state": "done",
        "begun_at": timezone.now(),
        "finished_at": timezone.now(),
    }
    return JournalEntry.objects.create(**given | columns)


def employee(kuerzel: str = "SB", **columns: Any) -> CalendarEmployee:
    given: dict[str, Any] = {
        "name": "Sabine Brandt",
        "email": f"{kuerzel.lower()}@kanzlei.example",
        "shared_with": f"{kuerzel.lower()}@kanzlei.example",
        "calendar_id": f"{kuerzel.lower()}@group.calendar.google.com",
        "synced_at": timezone.now(),
        "counts": {"insert": 2, "delete_advoware": 1},
    }
    return CalendarEmployee.objects.create(kuerzel=kuerzel, **given | columns)


def link(of: CalendarEmployee, **columns: Any) -> CalendarLink:
    number, now = next(_numbers), timezone.now()
    text = columns.pop("text", "Güteverhandlung")
    entry_ = {
        "start": "2026-05-04T10:00:00",
        "end": "2026-05-04T11:00:00",
        "all_day": False,
        "text": text,
        "place": "Saal 3",
        "note": "",
        "private": False,
        "series": ["weekly", 2, "2026-10-01"],
    }
    event = {"event": entry_, "etag": "e", "deleted": False, "beyond": "", "read_only": False, "mark": number}
    given: dict[str, Any] = {
        "number": 1000 + number,
        "event_id": f"frnr{number}",
        "google": event | {"parent": "", "unreadable": ""},
        "agreed_advoware": entry_,
        "agreed_google": entry_,
        "first_day": now.date(),
        "last_day": now.date(),
        "state": "agreed",
        "changed_at": now,
    }
    return CalendarLink.objects.create(employee=of, **given | columns)


def free_event(of: CalendarEmployee, day: int = 4, **changed: Any) -> CalendarLink:
    """An event of Google without an appointment."""
    start, end = ({"dateTime": f"2026-05-{day:02}T{hour}:00:00+02:00"} for hour in (10, 11))
    event = {"summary": "Güteverhandlung", "location": "Saal 3", "start": start, "end": end, **changed}
    google = {"event": event, "etag": "e", "deleted": False, "beyond": "", "read_only": False, "mark": None}
    return link(
        of, number=None, google=google, agreed_advoware=None, agreed_google=None, state="by_hand", detail="which"
    )


def question(of: CalendarEmployee, *events: CalendarLink, **columns: Any) -> CalendarQuestion:
    """Whether one of the events is the appointment."""
    here = {
        "start": "2026-05-04T10:00:00",
        "end": "2026-05-04T11:00:00",
        "all_day": False,
        "series": None,
        "text": "Güteverhandlung",
        "place": "Saal 3",
        "note": "Vollmacht",
        "private": False,
    }
    given: dict[str, Any] = {"number": 4000 + next(_numbers), "here": here, "opened_at": timezone.now()}
    ids = [event.event_id for event in events]
    return CalendarQuestion.objects.create(employee=of, candidates=ids, **given | columns)


def everything() -> dict[str, Any]:
    """One of each, tied together."""
    failed, now = record(), timezone.now()
    for status in Status.values:
        record(status)
    run = attempt(failed)
    JournalEntry.objects.create(
        record=failed,
        attempt=run,
        system="espocrm",
        action="update",
        target_type="CDokumente",
        changes={"aiSyncStatus": ["pending", "synced"]},
        begun_at=now,
    )
    Reference.objects.create(
        entity_type=failed.entity_type, entity_id=failed.entity_id, system="xai", kind="file", remote_id="file_1"
    )
    in_conflict, written = party(Status.CONFLICT), entry()
    conflict(in_conflict)
    Undo.objects.create(entry=entry(written.record), requested_at=now, finished_at=now, state="done")
    stored = message(trace_id=failed.trace_id)
    InboxItem.objects.create(
        message=stored,
        position=0,
        entity_type="CDokumente",
        entity_id=failed.entity_id,
        record=failed,
        request_number=1,
    )
    Lock.objects.create(
        key=failed.lock_key, token="t" * 36, owner="w/1", acquired_at=now, expires_at=now + timedelta(minutes=30)
    )
    System.objects.create(name="xai", state="down", since=now, next_probe_at=now, error="xai: Unreachable")
    Worker.objects.create(name="server", started_at=now, beat_at=now)
    calendar = employee()
    record(Status.SKIPPED, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB", reason="task_open")
    question(calendar, free_event(calendar, 5))
    Notice.objects.create(event="appeared", key="1", fault="chat 404", state="given_up", made_at=now, due_at=now)
    return {
        "record": failed,
        "employee": calendar,
        "link": link(calendar),
        "task": task(),
        "conflict": in_conflict,
        "entry": written,
        "message": stored,
        "quarantined": message(InboxState.QUARANTINED, reason="not JSON"),
        "orphan": orphan(),
        "scan": ScanRun.objects.create(scan="everything", state=ScanState.STOPPED, started_at=now),
        "schedule": Schedule.objects.create(name="hub:sweep", func="syncapp.jobs.sweep", schedule_type="I", minutes=1),
    }
