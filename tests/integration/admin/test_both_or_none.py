"""What somebody decides and that the record is looked at because of it are one thing: killed in between, neither is."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.admin.people.conflict_views import FieldView
from syncapp.engine.queue import retry
from syncapp.models import Conflict, ConflictState, Status, Task, TaskState, Undo
from tests.integration.admin import rows


class Killed(BaseException):
    pass


@pytest.fixture(autouse=True)
def killed(monkeypatch: pytest.MonkeyPatch) -> None:
    def dies(*_: Any) -> int:
        raise Killed

    monkeypatch.setattr(retry, "retry", dies)


def press(client: Client, name: str, pk: int, **data: str) -> None:
    with pytest.raises(Killed):
        client.post(reverse(f"admin:hub_{name}", args=[pk]), data)


def test_a_conflict_is_decided_and_the_record_runs_or_neither(staff: Client) -> None:
    row = rows.conflict(rows.party(Status.CONFLICT))
    choice = {f"seen-{row.pk}": FieldView(row).seen, f"choice-{row.pk}": "espocrm"}
    press(staff, "decide_conflict", row.record_id, **choice)
    assert Conflict.objects.get().state == ConflictState.OPEN


def test_an_undo_is_asked_for_and_the_record_runs_or_neither(staff: Client) -> None:
    press(staff, "request_undo", rows.entry().pk)
    assert not Undo.objects.exists()


def test_a_task_is_closed_and_the_record_runs_or_neither(staff: Client) -> None:
    task = rows.task()
    press(staff, "close_task", task.pk, understood="yes", **{f"seen-{task.pk}": task.digest})
    assert Task.objects.get().state == TaskState.OPEN
