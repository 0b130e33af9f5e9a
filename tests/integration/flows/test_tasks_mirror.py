"""Staff's tasks as EspoCRM shows them: once, to the right user, and following the hub."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction

from syncapp.clients.espocrm import EspoClient
from syncapp.engine.queue import retry, sync_requests
from syncapp.engine.queue.sync_requests import Target
from syncapp.engine.runs.planning import TaskNeed
from syncapp.events import running
from syncapp.flows.bankverbindungen.flow import BANK_SYNC
from syncapp.flows.beteiligte.flow import PARTY_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES
from syncapp.flows.differences import How
from syncapp.flows.tasks.flow import TASK_MIRROR
from syncapp.models import (
    JournalEntry,
    JournalState,
    Reason,
    Record,
    Reference,
    ReferenceKind,
    ScanRun,
    Status,
    Task,
    TaskState,
    Urgency,
)
from syncapp.people import tasks
from tests.integration.flows.test_beteiligte_faults import meanwhile
from tests.parties import PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db

BANK = "CBankverbindungen"
IBAN, OTHER = "DE02120300000000202051", "DE02500105170137075030"


def rows(parties: Parties, kind: str = "Task") -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parties.world.sandbox.state("espocrm")["records"].get(kind, [])
    return [row for row in found if not row.get("deleted")]


def user(parties: Parties) -> str:
    return parties.world.sandbox.create("User", {"userName": "rabe", "name": "Ruth Rabe"})


def sync_account(parties: Parties, pk: str) -> None:
    sync_requests.request([Target(BANK_SYNC, BANK, pk)], urgency=Urgency.EVENT, full=True)
    parties.world.drive()


def account_to_change(parties: Parties, **party: Any) -> tuple[str, str, int]:
    """A bank account whose IBAN was changed in the CRM: its id, its party's, and its party's number.

    EspoCRM as it is delivered takes no task without an assigned user.
    """
    party_id, number = parties.pair(crm={"assignedUserId": user(parties), **party})
    pk = parties.world.sandbox.create(BANK, {"name": "Konto", "beteiligteId": party_id, "iban": IBAN})
    sync_account(parties, pk)
    parties.world.sandbox.update(BANK, pk, {"iban": OTHER})
    sync_account(parties, pk)
    return pk, party_id, number


def the_mirror() -> Record:
    return Record.objects.get(step=TASK_MIRROR)


def the_task() -> Task:
    return Task.objects.get()


def again() -> Record:
    retry.retry(Record.objects.filter(step=TASK_MIRROR), "test")
    return the_mirror()


def run_the_mirror() -> None:
    record = the_mirror()
    running.run_now(record.pk, record.step, even_early=True)


def compare_all(parties: Parties) -> ScanRun:
    scan = scans.run(ALL_PARTIES)
    assert scan is not None
    parties.world.drive()
    return scan


@pytest.fixture
def as_tasks(world: World) -> Iterator[None]:
    with configured(TASKS_TO_ESPOCRM="Task"):
        yield


def test_a_task_is_shown_to_the_user_of_the_party(parties: Parties, as_tasks: None) -> None:
    rabe = user(parties)
    pk, _party, number = account_to_change(parties, assignedUserId=rabe)
    (row,) = rows(parties)
    task = the_task()
    assert row["name"] == f"Bankverbindung muss in Advoware geändert werden [Hub {task.pk}]"
    assert (row["status"], row["assignedUserId"]) == ("Not Started", rabe)
    assert (row["parentType"], row["parentId"]) == (BANK, pk)
    for text in (str(number), IBAN, OTHER, f"Aufgabe Nr. {task.pk}"):
        assert text in row["description"]
    record = the_mirror()
    assert (record.status, record.entity_type, record.entity_id) == (Status.IN_SYNC, "Task", str(task.pk))
    reference = Reference.objects.get(kind=ReferenceKind.TASK)
    assert (reference.entity_id, reference.remote_id) == (str(task.pk), row["id"])
    before = parties.world.mark()
    again()
    parties.world.drive()
    assert parties.world.writes(before) == []


def test_one_that_is_done_in_advoware_is_completed(parties: Parties, as_tasks: None) -> None:
    pk, _party, number = account_to_change(parties)
    (there,) = parties.advoware(number)["bankverbindungen"]
    parties.world.sandbox.advoware.update_bank_account(number, there["id"], {"iban": OTHER})
    sync_account(parties, pk)
    assert the_task().state == TaskState.DONE
    assert [row["status"] for row in rows(parties)] == ["Completed"]
    assert the_mirror().status == Status.IN_SYNC


def test_one_that_is_closed_by_hand_is_completed(parties: Parties, as_tasks: None) -> None:
    account_to_change(parties)
    assert tasks.close_task(the_task(), None, "so be it")
    parties.world.drive()
    assert [row["status"] for row in rows(parties)] == ["Completed"]
    assert not tasks.close_task(the_task(), None, "twice")
    assert the_mirror().status == Status.IN_SYNC


def test_a_close_that_is_rolled_back_leaves_no_request(parties: Parties, as_tasks: None) -> None:
    account_to_change(parties)
    requested = the_mirror().requested
    with transaction.atomic():
        assert tasks.close_task(the_task(), None, "")
        transaction.set_rollback(True)
    assert (the_mirror().requested, the_task().state) == (requested, TaskState.OPEN)


def test_completed_in_the_crm_is_not_done_until_it_is_seen(parties: Parties, as_tasks: None) -> None:
    pk, _party, _number = account_to_change(parties)
    (row,) = rows(parties)
    parties.world.sandbox.update("Task", row["id"], {"status": "Completed", "description": "erledigt, R."})
    sync_account(parties, pk)
    again()
    parties.world.drive()
    assert the_task().state == TaskState.OPEN
    (row,) = rows(parties)
    assert (row["status"], row["description"]) == ("Completed", "erledigt, R.")


def test_new_facts_open_it_again(parties: Parties, as_tasks: None) -> None:
    pk, _party, _number = account_to_change(parties)
    (row,) = rows(parties)
    parties.world.sandbox.update("Task", row["id"], {"status": "Completed"})
    parties.world.sandbox.update(BANK, pk, {"iban": "DE89370400440532013000"})
    sync_account(parties, pk)
    (row,) = rows(parties)
    assert row["status"] == "Not Started"
    assert "DE89370400440532013000" in row["description"]
    assert OTHER not in row["description"]


def test_one_that_a_person_deleted_in_the_crm_stays_deleted(parties: Parties, as_tasks: None) -> None:
    account_to_change(parties)
    (row,) = rows(parties)
    parties.world.sandbox.delete("Task", row["id"])
    again()
    parties.world.drive()
    assert rows(parties) == []
    assert the_mirror().status == Status.IN_SYNC
    tasks.close_task(the_task(), None, "")
    parties.world.drive()
    assert the_mirror().status == Status.IN_SYNC


@pytest.mark.parametrize("fault", ["cut_before", "cut_after", "garbage", "truncated"])
def test_a_lost_answer_makes_no_second_task(parties: Parties, as_tasks: None, fault: str) -> None:
    parties.world.sandbox.add_fault(fault, system="espocrm", method="POST", path="/Task$", times=1)
    account_to_change(parties)
    (row,) = rows(parties)
    assert Reference.objects.get(kind=ReferenceKind.TASK).remote_id == row["id"]
    assert the_mirror().status == Status.IN_SYNC
    open_writes = JournalEntry.objects.filter(state__in=[JournalState.INTENDED, JournalState.LOST])
    assert not open_writes.filter(record=the_mirror()).exists()


def test_one_that_was_lost_and_closed_meanwhile_is_completed(parties: Parties, as_tasks: None) -> None:
    parties.world.sandbox.add_fault("cut_after", system="espocrm", method="POST", path="/Task$", times=1)
    party_id, _number = parties.pair()
    parties.edit_crm(party_id, assignedUserId=user(parties))
    record = Record.objects.get(step=PARTY_SYNC, entity_id=party_id)
    tasks.reconcile_tasks(record, [TaskNeed("value_by_hand", "advoware", key="anrede")])
    run_the_mirror()
    tasks.reconcile_tasks(record, [])
    parties.world.drive()
    assert [row["status"] for row in rows(parties)] == ["Completed"]


@pytest.mark.parametrize("fault", ["cut_before", "cut_after"])
def test_a_lost_completion_is_repeated(parties: Parties, as_tasks: None, fault: str) -> None:
    account_to_change(parties)
    parties.world.sandbox.add_fault(fault, system="espocrm", method="PUT", path="/Task/", times=1)
    tasks.close_task(the_task(), None, "")
    parties.world.drive()
    assert [row["status"] for row in rows(parties)] == ["Completed"]
    assert not JournalEntry.objects.filter(record=the_mirror(), state__in=["intended", "lost"]).exists()


def test_a_run_that_ended_right_after_the_creation(parties: Parties, as_tasks: None) -> None:
    account_to_change(parties)
    Reference.objects.filter(kind=ReferenceKind.TASK).delete()
    Record.objects.filter(step=TASK_MIRROR).update(agreed={})
    again()
    parties.world.drive()
    assert len(rows(parties)) == 1
    assert Reference.objects.filter(kind=ReferenceKind.TASK).count() == 1


def test_a_task_of_nobody_waits_until_somebody_is_assigned(parties: Parties, as_tasks: None) -> None:
    _pk, party, _number = account_to_change(parties, assignedUserId=None)
    assert (the_mirror().status, the_mirror().reason) == (Status.SKIPPED, "nobody_assigned")
    assert rows(parties) == []
    rabe = user(parties)
    parties.edit_crm(party, assignedUserId=rabe)
    compare_all(parties)
    assert [row["assignedUserId"] for row in rows(parties)] == [rabe]


def test_a_task_of_nobody_is_shown_where_the_crm_takes_one(parties: Parties, as_tasks: None) -> None:
    parties.world.sandbox.settings(espocrm_changed={"Task.assignedUser": {"required": False}})
    account_to_change(parties, assignedUserId=None)
    assert [row["assignedUserId"] for row in rows(parties)] == [None]


@pytest.mark.parametrize(("parents", "parent"), [([], None), ([PARTY], PARTY), ([BANK, PARTY], BANK), (None, BANK)])
def test_a_task_stands_where_the_crm_lets_it(
    parties: Parties, as_tasks: None, parents: list[str] | None, parent: str | None
) -> None:
    """As EspoCRM is delivered no type of this firm is on the list of parents."""
    listed = parents if parents is None else ["Account", "Contact", *parents]
    parties.world.sandbox.settings(espocrm_changed={"Task.parent": {"entityList": listed}})
    pk, party, _number = account_to_change(parties)
    (row,) = rows(parties)
    assert (row["parentType"], row["parentId"]) == (parent, {PARTY: party, BANK: pk, None: None}[parent])
    assert the_mirror().status == Status.IN_SYNC


def test_a_deleted_party_is_no_parent(parties: Parties, as_tasks: None) -> None:
    pk, _number = parties.pair(crm={"assignedUserId": user(parties)})
    parties.world.sandbox.delete(PARTY, pk)
    parties.sync(pk)
    assert parties.tasks(pk) == ["party_deleted"]
    assert (the_mirror().reason, rows(parties)) == ("nobody_assigned", []), (
        "whose it was the CRM does not tell any more"
    )
    parties.world.sandbox.settings(espocrm_changed={"Task.assignedUser": {"required": False}})
    EspoClient.metadata_cache.clear()
    compare_all(parties)
    (row,) = rows(parties)
    assert (row["parentId"], row["assignedUserId"]) == (None, None)


def test_a_deleted_bank_account_is_shown_at_its_party(parties: Parties, as_tasks: None) -> None:
    rabe = user(parties)
    party_id, _number = parties.pair(crm={"assignedUserId": rabe})
    pk = parties.world.sandbox.create(BANK, {"name": "Konto", "beteiligteId": party_id, "iban": IBAN})
    sync_account(parties, pk)
    parties.world.sandbox.delete(BANK, pk)
    sync_account(parties, pk)
    (row,) = rows(parties)
    assert (row["parentType"], row["parentId"], row["assignedUserId"]) == (PARTY, party_id, rabe)


def test_a_notification_is_sent_once(parties: Parties) -> None:
    rabe = user(parties)
    with configured(TASKS_TO_ESPOCRM="Notification"):
        pk, _party, _number = account_to_change(parties, assignedUserId=rabe)
        (row,) = rows(parties, "Note")
        assert (row["type"], row["targetType"], row["usersIds"]) == ("Post", "users", [rabe])
        assert f"[Hub {the_task().pk}]" in row["post"]
        parties.world.sandbox.update(BANK, pk, {"iban": "DE89370400440532013000"})
        sync_account(parties, pk)
        tasks.close_task(the_task(), None, "")
        parties.world.drive()
        assert len(rows(parties, "Note")) == 1
        assert rows(parties) == []
        assert the_mirror().status == Status.IN_SYNC


@pytest.mark.parametrize(("fault", "sent"), [("cut_before", 1), ("cut_after", 2)])
def test_a_lost_notification_is_sent_once_more(parties: Parties, fault: str, sent: int) -> None:
    parties.world.sandbox.add_fault(fault, system="espocrm", method="POST", path="/Note$", times=1)
    with configured(TASKS_TO_ESPOCRM="Notification"):
        account_to_change(parties, assignedUserId=user(parties))
    assert len(rows(parties, "Note")) == sent
    assert not JournalEntry.objects.filter(record=the_mirror(), state__in=["intended", "lost"]).exists()


def test_nobody_to_notify(parties: Parties) -> None:
    with configured(TASKS_TO_ESPOCRM="Notification"):
        _pk, party_id, _number = account_to_change(parties, assignedUserId=None)
        assert rows(parties, "Note") == []
        assert (the_mirror().status, the_mirror().reason) == (Status.SKIPPED, "nobody_assigned")
        parties.edit_crm(party_id, assignedUserId=user(parties))
        compare_all(parties)
        assert len(rows(parties, "Note")) == 1


def test_switched_off_the_crm_is_told_nothing(parties: Parties) -> None:
    account_to_change(parties)
    assert Task.objects.filter(state=TaskState.OPEN).count() == 1
    assert not Record.objects.filter(step=TASK_MIRROR).exists()
    assert rows(parties) == []
    sync_requests.request([Target(TASK_MIRROR, tasks.ENTITY, str(the_task().pk))], urgency=Urgency.STAFF)
    before = parties.world.mark()
    parties.world.drive()
    assert parties.world.sandbox.calls(since=before) == []
    assert the_mirror().reason == "tasks_not_shown"


def test_switched_on_later_the_nightly_comparison_shows_what_is_open(parties: Parties) -> None:
    account_to_change(parties)
    compare_all(parties)
    assert rows(parties) == []
    with configured(TASKS_TO_ESPOCRM="Task"):
        scan = compare_all(parties)
        assert scan.counts[How.NOT_SHOWN] == 1
        assert scan.differing == 0
        assert [row["status"] for row in rows(parties)] == ["Not Started"]
        assert How.NOT_SHOWN not in compare_all(parties).counts


def test_what_was_closed_while_it_was_off_is_completed(parties: Parties) -> None:
    with configured(TASKS_TO_ESPOCRM="Task"):
        account_to_change(parties)
    tasks.close_task(the_task(), None, "")
    parties.world.drive()
    assert [row["status"] for row in rows(parties)] == ["Not Started"]
    with configured(TASKS_TO_ESPOCRM="Task"):
        compare_all(parties)
        assert [row["status"] for row in rows(parties)] == ["Completed"]


def test_a_right_that_is_missing_is_seen_by_staff(parties: Parties, as_tasks: None) -> None:
    fault = parties.world.sandbox.add_fault(
        "status", status=403, headers={"X-Status-Reason": "No create access."}, method="POST", path="/Task$", times=None
    )
    account_to_change(parties)
    assert (the_mirror().status, the_mirror().reason) == (Status.FAILED, Reason.FORBIDDEN)
    assert rows(parties) == []
    parties.world.sandbox.clear_faults(fault)
    again()
    parties.world.drive()
    assert len(rows(parties)) == 1


@pytest.mark.parametrize(("kind", "show"), [("Task", "Task"), ("Note", "Notification")])
def test_a_user_who_was_deleted_in_the_crm_is_nobody(parties: Parties, kind: str, show: str) -> None:
    """The party names the user still, and EspoCRM refuses links to what is not there any more."""
    rabe = user(parties)
    party_id, _number = parties.pair(crm={"assignedUserId": rabe})
    parties.world.sandbox.delete("User", rabe)
    record = Record.objects.get(step=PARTY_SYNC, entity_id=party_id)
    with configured(TASKS_TO_ESPOCRM=show):
        tasks.reconcile_tasks(record, [TaskNeed("value_by_hand", "advoware", key="anrede")])
        parties.world.drive()
        assert (the_mirror().status, the_mirror().reason) == (Status.SKIPPED, "nobody_assigned")
        assert rows(parties, kind) == []
        parties.edit_crm(party_id, assignedUserId=user(parties))
        again()
        parties.world.drive()
        assert (the_mirror().status, len(rows(parties, kind))) == (Status.IN_SYNC, 1)
    assert not JournalEntry.objects.filter(state__in=[JournalState.INTENDED, JournalState.LOST]).exists()


def test_a_task_of_a_deleted_user_is_shown_where_the_crm_takes_one_of_nobody(parties: Parties, as_tasks: None) -> None:
    rabe = user(parties)
    party_id, _number = parties.pair(crm={"assignedUserId": rabe})
    parties.world.sandbox.delete("User", rabe)
    parties.world.sandbox.settings(espocrm_changed={"Task.assignedUser": {"required": False}})
    EspoClient.metadata_cache.clear()
    record = Record.objects.get(step=PARTY_SYNC, entity_id=party_id)
    tasks.reconcile_tasks(record, [TaskNeed("value_by_hand", "advoware", key="anrede")])
    parties.world.drive()
    (row,) = rows(parties)
    assert (row["assignedUserId"], row["parentId"], the_mirror().status) == (None, party_id, Status.IN_SYNC)


def test_what_is_deleted_just_before_its_task_is_shown_is_no_parent(
    parties: Parties, as_tasks: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    parties.world.sandbox.settings(espocrm_changed={"Task.assignedUser": {"required": False}})
    EspoClient.metadata_cache.clear()
    party_id, _number = parties.pair()
    record = Record.objects.get(step=PARTY_SYNC, entity_id=party_id)
    tasks.reconcile_tasks(record, [TaskNeed("value_by_hand", "advoware", key="anrede")])
    with meanwhile(monkeypatch, EspoClient, "create", lambda: parties.world.sandbox.delete(PARTY, party_id)):
        run_the_mirror()
    (row,) = rows(parties)
    assert (row["parentId"], the_mirror().status) == (None, Status.IN_SYNC)
