"""A conflict is decided, a task closed, a write undone: in the browser, by what is written on the page."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from syncapp.models import (
    CalendarQuestion,
    Conflict,
    ConflictState,
    Record,
    StaffAction,
    Status,
    TaskKind,
    TaskState,
    Undo,
    UndoState,
)
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


def test_what_belongs_together_is_said_and_confirmed(desk: Desk) -> None:
    record = rows.record(Status.SKIPPED, step="calendar_employee", entity_id="SB", reason="task_open")
    employee = rows.employee()
    moved, other = rows.free_event(employee, 5), rows.free_event(employee, summary="Gütetermin")
    one, two = rows.question(employee, moved, other), rows.question(employee, moved)
    task = rows.task(record, kind=TaskKind.APPOINTMENTS_ALIKE, target_id="SB", facts=[])
    Record.objects.filter(pk=record.pk).update(entity_type="Mitarbeiter")
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.open(f"/admin/syncapp/task/{task.pk}/change/")
    desk.page.get_by_role("link", name="Open the list").click()
    first, second = (desk.page.get_by_role("region", name="Güteverhandlung").nth(n) for n in range(2))
    expect(first.locator("mark", has_text="05").first).to_be_visible()
    first.get_by_label(re.compile("These belong together.*2026-05-05")).check()
    second.get_by_label("None of these: create it in Google").check()
    desk.page.get_by_role("button", name="Show what will be done").click()
    expect(desk.page.get_by_role("row", name=re.compile("Begins Google 2026-05-04.*2026-05-05"))).to_be_visible()
    desk.page.get_by_role("button", name="Choose differently").click()
    expect(first.get_by_label(re.compile("These belong together.*2026-05-05"))).to_be_checked()
    desk.page.get_by_role("button", name="Show what will be done").click()
    desk.page.get_by_role("button", name="Do it").click()
    expect(desk.page.get_by_text("2 appointments were decided.")).to_be_visible()
    expect(desk.page.get_by_text("Nothing waits for a decision")).to_be_visible()
    assert list(CalendarQuestion.objects.order_by("pk").values_list("choice", flat=True)) == [moved.event_id, ""]
    assert {one.pk, two.pk} == set(CalendarQuestion.objects.values_list("pk", flat=True))
    record.refresh_from_db()
    assert record.status == Status.WAITING


def test_an_event_that_changed_meanwhile_is_shown_anew(desk: Desk) -> None:
    employee = rows.employee()
    event = rows.free_event(employee, 5)
    rows.question(employee, event)
    rows.user("erika", rows.STAFF)
    desk.enter("erika")
    desk.page.get_by_role("link", name="What belongs together?").click()
    desk.page.get_by_label(re.compile("These belong together")).check()
    desk.page.get_by_role("button", name="Show what will be done").click()
    event.google["event"]["location"] = "Saal 9"
    event.save()
    desk.page.get_by_role("button", name="Do it").click()
    expect(desk.page.get_by_text("1 appointment was changed or decided meanwhile")).to_be_visible()
    expect(desk.page.locator("mark", has_text="9")).to_be_visible()
    assert CalendarQuestion.objects.get().decided_at is None
