"""Tasks, conflicts and undos when people and runs act at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from syncapp.engine.queue import sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs import switches
from syncapp.engine.runs.planning import ConflictNeed, TaskNeed
from syncapp.models import (
    Conflict,
    ConflictState,
    JournalEntry,
    JournalState,
    Reason,
    Record,
    Status,
    SystemName,
    Task,
    TaskState,
    Undo,
    UndoState,
    Urgency,
)
from syncapp.people import conflicts, tasks, undos
from syncapp.upkeep import pruning

pytestmark = pytest.mark.django_db
OLD = TaskNeed("bank_changed", "advoware", "", "Beteiligte", "1", (("bic", "A", "B"),))
NEW = TaskNeed("bank_changed", "advoware", "", "Beteiligte", "1", (("bic", "A", "C"),))
ANOTHER = TaskNeed("bank_gone", "advoware", "", "Beteiligte", "1")
NOTICE = TaskNeed("value_overruled", "advoware", "name", "Beteiligte", "1", (("name", "A", "B"),))


@pytest.fixture
def record() -> Record:
    sync_requests.request([Target("bankverbindungen_sync", "CBankverbindungen", "65f0")], urgency=Urgency.EVENT)
    return Record.objects.get()


@pytest.fixture
def person() -> User:
    return User.objects.create(username="almut")


def states() -> list[tuple[str, str]]:
    return list(Task.objects.order_by("pk").values_list("kind", "state"))


def in_between(name: str, act: Callable[[], Any]) -> Any:
    """A patch of a function of `people.tasks`: somebody else acts just before it begins, once."""
    real = getattr(tasks, name)
    acted: list[Any] = []

    def first(*args: Any, **kwargs: Any) -> Any:
        if not acted:
            acted.append(act())
        return real(*args, **kwargs)

    return mock.patch.object(tasks, name, first)


# Tasks


def test_a_task_opens_once_is_refreshed_and_closes_by_itself(record: Record) -> None:
    assert tasks.reconcile_tasks(record, [OLD]) == 1
    assert tasks.reconcile_tasks(record, [OLD]) == 1
    assert tasks.reconcile_tasks(record, [NEW]) == 1
    assert Task.objects.get().facts == [{"field": "bic", "now": "A", "wanted": "C"}]
    assert tasks.reconcile_tasks(record, []) == 0
    assert states() == [("bank_changed", TaskState.DONE)]
    assert tasks.reconcile_tasks(record, [NEW]) == 1
    assert states() == [("bank_changed", TaskState.DONE), ("bank_changed", TaskState.OPEN)]


def test_what_a_person_closed_comes_again_only_with_something_new(record: Record, person: User) -> None:
    tasks.reconcile_tasks(record, [OLD])
    assert tasks.close_task(Task.objects.get(), person, "bleibt so")
    assert tasks.reconcile_tasks(record, [OLD]) == 0
    assert tasks.reconcile_tasks(record, [NEW]) == 1


def test_two_people_close_a_task(record: Record, person: User) -> None:
    tasks.reconcile_tasks(record, [OLD])
    task = Task.objects.get()
    assert tasks.close_task(task, person, "erste")
    assert not tasks.close_task(task, None, "zweite")
    task.refresh_from_db()
    assert (task.note, task.closed_by) == ("erste", person)


def test_a_task_that_was_done_meanwhile_is_not_closed_by_hand(record: Record, person: User) -> None:
    tasks.reconcile_tasks(record, [OLD])
    task = Task.objects.get()
    tasks.reconcile_tasks(record, [])
    assert not tasks.close_task(task, person, "")
    assert states() == [("bank_changed", TaskState.DONE)]


def test_what_a_person_did_not_see_is_not_closed(record: Record, person: User) -> None:
    tasks.reconcile_tasks(record, [OLD])
    as_seen = Task.objects.get()
    tasks.reconcile_tasks(record, [NEW])
    assert not tasks.close_task(as_seen, person, "bleibt so")
    assert states() == [("bank_changed", TaskState.OPEN)]


def test_closed_by_a_person_while_a_run_sees_it_done(record: Record, person: User) -> None:
    tasks.reconcile_tasks(record, [OLD])
    task = Task.objects.get()
    with in_between("_done", lambda: tasks.close_task(task, person, "erledigt")):
        assert tasks.reconcile_tasks(record, []) == 0
    assert states() == [("bank_changed", TaskState.CLOSED)]


def test_closed_by_a_person_while_a_run_finds_something_new_in_it(record: Record, person: User) -> None:
    tasks.reconcile_tasks(record, [OLD])
    task = Task.objects.get()
    with in_between("_refresh", lambda: tasks.close_task(task, person, "bleibt so")):
        tasks.reconcile_tasks(record, [NEW])
    closed = Task.objects.get(state=TaskState.CLOSED)
    assert (closed.facts[0]["wanted"], closed.digest) == ("B", OLD.digest), "the person saw this and nothing else"
    assert tasks.reconcile_tasks(record, [NEW]) == 1
    assert tasks.closed_by_hand(record) == {OLD.identity}


def test_a_notice_read_while_it_is_told_anew_comes_again(record: Record, person: User) -> None:
    tasks.notify(record, NOTICE)
    newer = TaskNeed("value_overruled", "advoware", "name", "Beteiligte", "1", (("name", "A", "C"),))
    task = Task.objects.get()
    with in_between("_refresh", lambda: tasks.close_task(task, person, "gelesen")):
        tasks.notify(record, newer)
    assert Task.objects.get(state=TaskState.OPEN).facts[0]["wanted"] == "C"


def test_a_notice_is_closed_by_nobody_but_a_person(record: Record, person: User) -> None:
    tasks.notify(record, NOTICE)
    tasks.notify(record, NOTICE)
    assert tasks.reconcile_tasks(record, [ANOTHER]) == 1
    assert tasks.reconcile_tasks(record, []) == 0
    assert states() == [("value_overruled", TaskState.OPEN), ("bank_gone", TaskState.DONE)]
    assert not tasks.has_open_tasks(record)
    assert tasks.close_task(Task.objects.get(state=TaskState.OPEN), person, "")
    tasks.notify(record, NOTICE)
    assert not Task.objects.filter(state=TaskState.OPEN).exists()


def test_pruning_does_not_make_a_closed_task_come_again(record: Record, person: User) -> None:
    tasks.reconcile_tasks(record, [OLD, ANOTHER])
    tasks.close_task(Task.objects.get(kind="bank_changed"), person, "")
    tasks.reconcile_tasks(record, [])
    Task.objects.update(closed_at=timezone.now() - timedelta(days=5000))
    pruning.prune()
    assert states() == [("bank_changed", TaskState.CLOSED)]
    assert tasks.reconcile_tasks(record, [OLD]) == 0


# Conflicts


def needs(ours: str = "B", theirs: str = "C") -> list[ConflictNeed]:
    return [ConflictNeed(("espocrm", "advoware"), "name", "A", ours, theirs)]


def test_two_people_decide_at_once(record: Record, person: User) -> None:
    conflicts.reconcile_conflicts(record, needs())
    pk = Conflict.objects.get().pk
    assert conflicts.decide(record, {pk: SystemName.ESPOCRM}, person) == 1
    assert conflicts.decide(record, {pk: SystemName.ADVOWARE}, None) == 0
    assert conflicts.decisions(record)["name"].choice == SystemName.ESPOCRM


def test_a_decision_lasts_until_it_is_written(record: Record, person: User) -> None:
    conflicts.reconcile_conflicts(record, needs())
    conflicts.decide(record, {Conflict.objects.get().pk: SystemName.ADVOWARE}, person)
    conflicts.reconcile_conflicts(record, needs())
    assert conflicts.decisions(record)["name"].choice == SystemName.ADVOWARE
    conflicts.reconcile_conflicts(record, [])
    assert Conflict.objects.get().state == ConflictState.APPLIED


def test_a_decision_about_old_values_does_not_count(record: Record, person: User) -> None:
    conflicts.reconcile_conflicts(record, needs())
    conflicts.decide(record, {Conflict.objects.get().pk: SystemName.ADVOWARE}, person)
    conflicts.reconcile_conflicts(record, needs(theirs="D"))
    row = Conflict.objects.get()
    assert (row.state, row.choice, row.decided_by, row.there) == (ConflictState.OPEN, "", None, "D")


def test_settled_by_itself_and_in_conflict_anew(record: Record) -> None:
    conflicts.reconcile_conflicts(record, needs())
    conflicts.reconcile_conflicts(record, [])
    conflicts.reconcile_conflicts(record, needs())
    assert list(Conflict.objects.order_by("pk").values_list("state", flat=True)) == ["settled", "open"]


# Undo


def test_an_undo_is_asked_for_once_at_a_time(record: Record, person: User) -> None:
    entry = JournalEntry.objects.create(
        record=record, system="advoware", action="update_party", target_type="Beteiligte", state=JournalState.DONE,
        changes={"name": ["A", "B"]}, begun_at=timezone.now(),
    )  # fmt: skip
    assert undos.undoable(entry)
    assert undos.request_undo(entry, person)
    assert not undos.request_undo(entry, None)
    (undo,) = undos.requested_undos(record)
    undos.finish_undo(undo.pk, "changed_since")
    undos.finish_undo(undo.pk)
    assert Undo.objects.get().state == UndoState.REFUSED
    assert undos.request_undo(entry, None)


@pytest.mark.parametrize(
    ("state", "action", "changes"),
    [
        (JournalState.LOST, "update_party", {"name": ["A", "B"]}),
        (JournalState.FAILED, "update_party", {"name": ["A", "B"]}),
        (JournalState.DONE, "create_bank_account", {"iban": ["", "X"]}),
        (JournalState.DONE, "update_party", {}),
    ],
)
def test_what_can_not_be_taken_back(record: Record, state: str, action: str, changes: dict[str, Any]) -> None:
    entry = JournalEntry(record=record, system="advoware", action=action, state=state, changes=changes)
    assert not undos.undoable(entry)


# What was held back


@pytest.mark.parametrize(
    ("detail", "on", "woken"),
    [
        ("advoware", {"ADVOWARE_WRITE_ENABLED": True}, 1),
        ("advoware", {"ADVOWARE_TO_ESPOCRM_ENABLED": True}, 0),
        ("espocrm", {"ADVOWARE_TO_ESPOCRM_ENABLED": True}, 1),
        ("espocrm", {"ADVOWARE_WRITE_ENABLED": True}, 0),
        ("advoware, espocrm", {}, 0),
        ("advoware, espocrm", {"ADVOWARE_WRITE_ENABLED": True, "ADVOWARE_TO_ESPOCRM_ENABLED": True}, 1),
    ],
)
def test_only_what_may_be_written_now_is_woken(record: Record, detail: str, on: dict[str, bool], woken: int) -> None:
    from tests.world import configured

    later = timezone.now() + timedelta(days=1)
    Record.objects.update(status=Status.WAITING, reason=Reason.WRITING_OFF, waits_for=detail, due_at=later)
    with configured(**{"ADVOWARE_WRITE_ENABLED": False, "ADVOWARE_TO_ESPOCRM_ENABLED": False, **on}):
        assert switches.wake_observed() == woken
        assert switches.wake_observed() == 0
