"""A conflict is decided, a task closed, a write undone: in the browser, by what is written on the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from syncapp.models import Conflict, ConflictState, StaffAction, Status, TaskKind, TaskState, Undo, UndoState
from tests.browser.conftest import Desk
from tests.integration.admin import rows

pytestmark = pytest.mark.browser


def test_a_conflict_is_decided_field_by_field(desk: Desk) -> None:
    party = rows.party(Status.CONFLICT)
    rows.conflict(party)
    rows.conflict(party, "vorname", agreed="", here="Hans", there="Johann")
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.click(".hub-tile[data-state=conflict]")
    desk.page.get_by_role("link", name="Choose").click()
    desk.page.get_by_role("button", name="Choose EspoCRM everywhere").click()
    expect(desk.page.get_by_label("Name: EspoCRM", exact=True)).to_be_checked()
    desk.page.get_by_label("First name: Advoware").check()
    desk.page.get_by_role("button", name="Show what will be written").click()
    expect(desk.page.get_by_role("row", name=re.compile("First name.*EspoCRM.*Johann.*Hans"))).to_be_visible()
    desk.page.get_by_role("button", name="Choose differently").click()
    expect(desk.page.get_by_label("First name: Advoware")).to_be_checked()
    desk.page.get_by_role("button", name="Show what will be written").click()
    desk.page.get_by_role("button", name="Write it").click()
    expect(desk.page.get_by_text("2 fields were decided.")).to_be_visible()
    assert list(Conflict.objects.order_by("pk").values_list("state", "choice")) == [
        (ConflictState.DECIDED, "espocrm"),
        (ConflictState.DECIDED, "advoware"),
    ]
    party.refresh_from_db()
    assert party.status == Status.WAITING


def test_a_value_that_moved_on_is_shown_anew(desk: Desk) -> None:
    party = rows.party(Status.CONFLICT)
    rows.conflict(party)
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.open(f"/admin/hub/record/{party.pk}/conflict/")
    desk.page.get_by_label("Name: Advoware").check()
    desk.page.get_by_role("button", name="Show what will be written").click()
    Conflict.objects.update(there="Müller Gleisbau GmbH")
    desk.page.get_by_role("button", name="Write it").click()
    expect(desk.page.get_by_text("a value was changed meanwhile")).to_be_visible()
    expect(desk.page.get_by_text("Gleisbau")).to_be_visible()
    expect(desk.page.get_by_label("Name: Advoware")).not_to_be_checked()
    assert Conflict.objects.get().state == ConflictState.OPEN


def test_a_task_is_done_with_a_note(desk: Desk) -> None:
    task = rows.task()
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.click(".hub-tile[data-state=tasks]")
    desk.page.get_by_role("link", name="Advoware did not take a value").click()
    expect(desk.page.get_by_text("Open party no. 4711 in Advoware.")).to_be_visible()
    desk.page.fill("[name=note]", "entered")
    desk.page.get_by_role("button", name="Done").click()
    expect(desk.page.get_by_text("1 task was closed.")).to_be_visible()
    task.refresh_from_db()
    assert (task.state, task.note) == (TaskState.CLOSED, "entered")


def test_closing_that_creates_something_needs_the_box_ticked(desk: Desk) -> None:
    task = rows.task(kind=TaskKind.NUMBER_REMOVED, facts=[])
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.open(f"/admin/syncapp/task/{task.pk}/change/")
    button = desk.page.get_by_role("button", name="Create a new party in Advoware")
    button.click()
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    desk.page.check("[name=understood]")
    button.click()
    expect(desk.page.get_by_text("1 task was closed.")).to_be_visible()


def test_several_tasks_are_done_at_once(desk: Desk) -> None:
    for _number in range(3):
        rows.task()
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.open("/admin/syncapp/task/?state=open")
    for box in desk.page.locator("#result_list tbody input[type=checkbox]").all():
        box.check()
    desk.page.locator("select[name=action]").select_option(label="Done …")
    desk.page.get_by_role("button", name="Run", exact=False).last.click()
    expect(desk.page.get_by_text("These 3 tasks are closed by hand")).to_be_visible()
    desk.page.get_by_role("button", name="Done").click()
    expect(desk.page.get_by_text("3 tasks were closed.")).to_be_visible()
    expect(desk.page.get_by_text("No task is open")).to_be_visible()


def test_a_write_is_undone(desk: Desk) -> None:
    entry = rows.entry()
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.open(f"/admin/syncapp/record/{entry.record_id}/change/")
    desk.page.get_by_role("link", name="Undo …").click()
    expect(desk.page.get_by_text("EspoCRM follows")).to_be_visible()
    expect(desk.page.get_by_role("row", name=re.compile("Name.*Müller neu.*Müller alt"))).to_be_visible()
    desk.page.get_by_role("button", name="Write the old values back").click()
    expect(desk.page.get_by_text("Undo: is being written back")).to_be_visible()
    assert Undo.objects.get().state == UndoState.REQUESTED
    assert StaffAction.objects.get().action == "request_undo"
