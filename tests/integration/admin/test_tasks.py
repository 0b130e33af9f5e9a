"""Tasks: what a person must do is told in words, and closed by hand with a note."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from syncapp.models import StaffAction, Status, Task, TaskKind, TaskState
from syncapp.people import tasks
from syncapp.words.task_texts import has_effect
from syncapp.words.task_views import TaskView
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_records import press, said

LIST = "admin:syncapp_task_changelist"
EFFECTS = {
    TaskKind.NUMBER_REMOVED,
    TaskKind.CREATION_UNCERTAIN,
    TaskKind.BANK_GONE,
    TaskKind.BANK_UNCERTAIN,
    TaskKind.MASS_CREATION,
    TaskKind.MASS_DELETION,
    TaskKind.CALENDAR_GONE,
    TaskKind.PARTY_ALIKE,
}


def seen(*shown: Task) -> dict[str, str]:
    """What a page that shows these tasks sends with its button."""
    return {f"seen-{task.pk}": task.digest for task in shown}


def content(client: Client, task: Task) -> str:
    return client.get(reverse("admin:syncapp_task_change", args=[task.pk])).content.decode()


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("kind", TaskKind.values)
def test_every_kind_says_why_and_what_to_do(kind: str, language: str) -> None:
    view = TaskView(Task(kind=kind, system="advoware", target_id="4711", facts=[]))
    with translation.override(language):
        texts = [view.why, view.after, view.button, view.effect, *view.steps]
    assert len(view.steps) >= 2
    assert all(texts[:3])
    assert not any("%(" in text for text in texts)
    assert bool(view.effect) == has_effect(kind) == (kind in EFFECTS)


def test_a_task_shows_values_side_by_side_and_leads_to_the_entity(staff: Client) -> None:
    task = rows.task()
    page = content(staff, task)
    assert "did not keep the value" in page
    assert "Open party no. 4711 in Advoware." in page
    assert all(word in page for word in ("Legal form", "is now", "GmbH alt", "should be", "GmbH neu"))
    assert reverse("admin:syncapp_record_change", args=[task.record_id]) in page


def test_what_has_no_value_there_has_no_column(staff: Client) -> None:
    facts = [{"field": "iban", "now": "DE02", "wanted": ""}, {"field": "bic", "now": None, "wanted": ""}]
    page = content(staff, rows.task(kind=TaskKind.BANK_DELETED, facts=facts))
    assert "is now" in page
    assert "should be" not in page


def test_open_tasks_come_first_and_an_empty_list_explains_itself(staff: Client) -> None:
    assert "No task is open" in staff.get(reverse(LIST), {"state": "open"}).content.decode()
    kept = rows.task()
    closed = rows.task(state=TaskState.CLOSED, closed_at=kept.opened_at)
    found = staff.get(reverse(LIST)).context["cl"].result_list
    assert [row.pk for row in found] == [kept.pk, closed.pk]
    found = staff.get(reverse(LIST), {"state": "closed"}).context["cl"].result_list
    assert [row.pk for row in found] == [closed.pk]


def test_tasks_are_found_by_entity_and_by_number_there(staff: Client) -> None:
    wanted, _other = rows.task(target_id="1234"), rows.task()
    for term in (
        "1234",
        wanted.record.entity_id,
        f"https://crm.example.org/#CBeteiligte/view/{wanted.record.entity_id}",
    ):
        found = staff.get(reverse(LIST), {"q": term}).context["cl"].result_list
        assert [row.pk for row in found] == [wanted.pk], term


def test_closing_keeps_who_and_the_note_and_has_the_record_looked_at(staff: Client) -> None:
    task = rows.task()
    assert "1 task was closed." in press(staff, "close_task", task.pk, note="  entered   for Mrs Muster ", **seen(task))
    task.refresh_from_db()
    assert (task.state, task.note, str(task.closed_by)) == (TaskState.CLOSED, "entered for Mrs Muster", "erika")
    assert (task.record.status, task.record.requested) == (Status.WAITING, 2)
    action = StaffAction.objects.get()
    assert (action.action, action.target_id, action.count) == ("close_task", str(task.pk), 1)
    assert "Muster" not in action.detail
    assert "entered for Mrs Muster" in content(staff, task)
    assert "closed already" in press(staff, "close_task", task.pk)
    assert StaffAction.objects.count() == 1


@pytest.mark.parametrize("kind", sorted(EFFECTS))
def test_what_closing_would_do_is_asked_first(kind: str, staff: Client) -> None:
    task = rows.task(kind=kind)
    assert "tick the box" in press(staff, "close_task", task.pk, **seen(task))
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    assert not StaffAction.objects.exists()
    assert "1 task was closed." in press(staff, "close_task", task.pk, understood="yes", **seen(task))


def test_a_selection_is_closed_with_one_note(staff: Client) -> None:
    chosen, spared = [rows.task(), rows.task(), rows.task(kind=TaskKind.BANK_GONE)], rows.task()
    data = {"action": "close_selected", "_selected_action": [task.pk for task in chosen]}
    page = staff.post(reverse(LIST), data).content.decode()
    assert "These 3 tasks" in page
    assert "creates the bank account in Advoware again" in page
    pks: dict[str, Any] = {"chosen": [task.pk for task in chosen], "note": "all done", **seen(*chosen, spared)}
    assert "tick the box" in press(staff, "close_chosen", **pks)
    assert not Task.objects.exclude(state=TaskState.OPEN).exists()
    assert "3 tasks were closed." in press(staff, "close_chosen", understood="yes", **pks)
    spared.refresh_from_db()
    assert spared.state == TaskState.OPEN
    assert set(Task.objects.filter(state=TaskState.CLOSED).values_list("note", flat=True)) == {"all done"}
    assert "none of them is open" in press(staff, "close_chosen", understood="yes", **pks)
    pks["chosen"].append(spared.pk)
    words = press(staff, "close_chosen", understood="yes", **pks)
    assert "1 task was closed." in words
    assert "3 tasks stay as they are: they are closed already." in words


def test_a_yes_to_what_was_shown_is_none_to_what_came_since(staff: Client) -> None:
    """Who looks up twelve appointments in two systems takes minutes; the next run may find forty."""
    task, other = rows.task(kind=TaskKind.MASS_DELETION), rows.task()
    page = content(staff, task)
    (old,) = re.findall(rf'name="(seen-{task.pk})" value="([^"]+)"', page)
    Task.objects.filter(pk=task.pk).update(digest="e", facts=[{"field": "delete_google", "now": "40", "wanted": ""}])
    asked = press(staff, "close_task", task.pk, understood="yes", **dict([old]))
    assert "1 task was changed meanwhile and stays open." in asked
    assert "changed meanwhile" in press(staff, "close_task", task.pk, understood="yes")  # who sends nothing saw nothing
    both = {"chosen": [task.pk, other.pk], "understood": "yes", **dict([old]), **seen(other)}
    words = press(staff, "close_chosen", **both)
    assert ("1 task was closed." in words, "1 task was changed meanwhile" in words) == (True, True)
    assert "closed already" not in words
    task.refresh_from_db()
    assert task.state == TaskState.OPEN
    assert f'name="seen-{task.pk}" value="e"' in content(staff, task)
    assert "1 task was closed." in press(staff, "close_task", task.pk, understood="yes", **seen(task))


def test_what_a_run_finds_in_the_very_moment_is_not_closed_either(
    staff: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    task, real = rows.task(), tasks.close_task

    def later(*given: Any) -> bool:
        Task.objects.filter(pk=task.pk).update(digest="e")
        return real(*given)

    monkeypatch.setattr("syncapp.admin.people.task_buttons.close_task", later)
    words = press(staff, "close_task", task.pk, **seen(task))
    assert "1 task was changed meanwhile" in words
    assert "closed" not in words
    assert StaffAction.objects.get().count == 0


def test_who_may_only_look_sees_no_button(login: Login) -> None:
    task, client = rows.task(), login("guest")
    rows.grant("guest", "view_task")
    page = content(client, task)
    assert "Open party no. 4711" in page
    assert "hub_close_task" not in page
    assert reverse("admin:hub_close_task", args=[task.pk]) not in page


def test_the_start_page_and_the_navigation_count_open_tasks(staff: Client) -> None:
    rows.task()
    page = staff.get("/admin/")
    assert page.context["open_tasks"] == 1
    assert 'data-state="tasks"' in page.content.decode()
    assert "1 thing needs a person." in page.content.decode()


def test_the_record_shows_its_tasks(staff: Client, login: Login) -> None:
    task = rows.task()
    address = reverse("admin:syncapp_record_change", args=[task.record_id])
    link = reverse("admin:syncapp_task_change", args=[task.pk])
    assert link in staff.get(address).content.decode()
    guest = login("guest")
    rows.grant("guest", "view_record")
    assert link not in guest.get(address).content.decode()


def test_a_list_of_many_costs_no_more_statements(staff: Client, django_assert_max_num_queries: object) -> None:
    for _number in range(60):
        rows.task()
    with django_assert_max_num_queries(20):  # type: ignore[operator]
        assert said(staff.get(reverse(LIST))) == ""


def test_no_two_choices_of_the_filter_are_called_alike(staff: Client) -> None:
    page = staff.get("/admin/syncapp/task/").content.decode()
    select = page[page.index('name="type"') :].partition("</select>")[0]
    words = re.findall(r"<option[^>]*>([^<]+)</option>", select)
    assert "Party that only Advoware has" in words
    assert len(words) == len(set(words))
