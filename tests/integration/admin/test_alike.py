"""What belongs together: seen with what differs, confirmed, on record; nothing counts that was not seen."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.admin.calendar.alike import AT_ONCE
from syncapp.admin.calendar.alike_views import NONE, SHOWN, views
from syncapp.models import CalendarEmployee, CalendarQuestion, Record, StaffAction, Status, Task, TaskKind, Urgency
from tests.calendars import Calendars, soon
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import World, configured

LIST = "admin:hub_alike"


@pytest.fixture
def employee(db: None) -> CalendarEmployee:
    rows.record(Status.SKIPPED, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB", reason="task_open")
    return rows.employee()


def shown(client: Client, **query: Any) -> str:
    return client.get(reverse(LIST), query).content.decode()


def form(**choices: str) -> dict[str, str]:
    """What the page would send for these choices, by number of the appointment or id of the event."""
    data = {}
    for view in views(CalendarQuestion.objects.filter(decided_at__isnull=True)):
        data[f"seen-{view.row.pk}"] = view.seen
        choice = choices.get(view.row.event_id or f"n{view.row.number}")
        if choice:
            data[f"choice-{view.row.pk}"] = choice
    return data


def post(client: Client, name: str, data: dict[str, str], query: str = "") -> str:
    return client.post(reverse(f"admin:hub_{name}") + query, data, follow=True).content.decode()


def test_an_empty_list_explains_itself(staff: Client) -> None:
    assert "Nothing waits for a decision" in shown(staff)


def test_what_differs_is_marked_and_nothing_is_chosen_yet(staff: Client, employee: CalendarEmployee) -> None:
    rows.question(employee, rows.free_event(employee, 5), rows.free_event(employee, summary="Gütetermin"))
    page = shown(staff)
    for words in ("Güteverhandlung", "2026-05-04 10:00", "Vollmacht", "AW-SB", "None of these: create it in Google"):
        assert words in page
    assert "<mark>05</mark>" in page
    assert "<mark>Gütetermin</mark>" in page
    assert page.count("These belong together") == 2
    assert "the same: Subject, Place" in page
    assert " checked" not in page


def test_what_will_be_done_is_shown_before_it_is(staff: Client, employee: CalendarEmployee) -> None:
    event = rows.free_event(employee, 5, location="")
    one = rows.question(employee, event)
    other = rows.question(employee, event, here={**one.here, "text": "Notar"})
    page = post(staff, "check_alike", form(**{f"n{one.number}": event.event_id, f"n{other.number}": NONE}))
    assert "This will be done" in page
    assert f"Appointment no. {one.number} and the event “Güteverhandlung” (2026-05-05 10:00 – 11:00)" in page
    assert "<b>2026-05-04 10:00</b>" in page
    assert "<s>2026-05-05 10:00</s>" in page
    assert "It is none of the events. It is created in Google." in page
    assert not CalendarQuestion.objects.filter(decided_at__isnull=False).exists()
    assert not StaffAction.objects.exists()
    likeliest = post(staff, "check_alike", form() | {"likeliest": "1"})
    assert likeliest.count(f'value="{event.event_id}" checked') == 2
    back = post(staff, "check_alike", form(**{f"n{one.number}": event.event_id}) | {"back": "1"})
    assert back.count(" checked") == 1


@pytest.mark.parametrize(("rule", "into"), [("advoware", "Google"), ("google", "Advoware")])
def test_whose_values_hold_is_the_rule_of_the_firm(
    staff: Client, employee: CalendarEmployee, rule: str, into: str
) -> None:
    event = rows.free_event(employee, summary="Gütetermin", location="")
    row = rows.question(employee, event)
    with configured(CALENDAR_CONFLICTS=rule):
        page = post(staff, "check_alike", form(**{f"n{row.number}": event.event_id}))
    _head, text, place, _note = page.split('<th scope="row">')
    assert f"<b>{into}</b>" in text
    assert "<b>Google</b>" in place  # what is empty is filled, whoever holds
    assert "<s>" not in place


def test_the_decision_is_kept_on_record_and_carried_out(staff: Client, employee: CalendarEmployee) -> None:
    event, other = rows.free_event(employee, 5), rows.free_event(employee, 6)
    one, two = rows.question(employee, event, other), rows.question(employee, event, other)
    page = post(staff, "decide_alike", form(**{f"n{one.number}": event.event_id, f"n{two.number}": NONE}))
    assert "2 appointments were decided." in page
    one.refresh_from_db()
    two.refresh_from_db()
    assert (one.choice, str(one.decided_by), set(one.seen)) == (event.event_id, "erika", {"", event.event_id})
    assert (two.choice, set(two.seen)) == ("", {"", event.event_id, other.event_id})
    assert one.decided_at
    action = StaffAction.objects.get()
    assert (action.action, action.target_id, action.count, str(action.user)) == ("decide_alike", "SB", 2, "erika")
    assert action.detail == f"{one.number}: {event.event_id}, {two.number}: none"
    record = Record.objects.get()
    assert (record.status, record.urgency) == (Status.WAITING, Urgency.STAFF)
    assert "Nothing waits for a decision" in shown(staff)


def test_what_was_not_seen_is_not_decided(staff: Client, employee: CalendarEmployee) -> None:
    event = rows.free_event(employee, 5)
    row = rows.question(employee, event)
    data = form(**{f"n{row.number}": event.event_id})
    event.google["event"]["location"] = "Saal 9"
    event.save()
    for name in ("check_alike", "decide_alike"):
        page = post(staff, name, data)
        assert "changed or decided meanwhile" in page
        assert "<mark>9</mark>" in page
    row.refresh_from_db()
    assert (row.decided_at, Record.objects.get().status) == (None, Status.SKIPPED)


def test_two_people_at_once_make_one_decision(staff: Client, login: Login, employee: CalendarEmployee) -> None:
    event = rows.free_event(employee, 5)
    one, two = rows.question(employee, event), rows.question(employee, event)
    hers, his = form(**{f"n{one.number}": event.event_id}), form(**{f"n{two.number}": event.event_id})
    assert "1 appointment was decided." in post(staff, "decide_alike", hers)
    emil = login("emil", rows.STAFF)
    assert "changed or decided meanwhile" in post(emil, "decide_alike", hers)
    assert "changed or decided meanwhile" in post(emil, "decide_alike", his)
    two.refresh_from_db()
    assert two.decided_at is None
    assert list(StaffAction.objects.order_by("pk").values_list("count", flat=True)) == [1, 0]


@pytest.mark.parametrize("choice", ["frnr0", "x' OR 1", "None"])
def test_nothing_else_than_what_is_shown_can_be_chosen(staff: Client, employee: CalendarEmployee, choice: str) -> None:
    row = rows.question(employee, rows.free_event(employee, 5))
    assert "changed or decided" in post(staff, "decide_alike", form(**{f"n{row.number}": choice}))
    assert "Please choose something" in post(staff, "check_alike", form())
    assert "Nothing was chosen" in post(staff, "decide_alike", {"choice-x": "1", "choice-99999999999999999999": "-"})
    assert not CalendarQuestion.objects.filter(decided_at__isnull=False).exists()


def test_an_event_that_looks_like_one_that_is_paired(staff: Client, employee: CalendarEmployee) -> None:
    copy = rows.free_event(employee)
    rows.question(employee, event_id=copy.event_id, number=4711, here={})
    page = shown(staff)
    assert "This event looks like appointment no. 4711" in page
    assert "It is an appointment of its own: create it in Advoware" in page
    assert "These belong together" not in page
    assert "created in Advoware as an appointment" in post(staff, "check_alike", form(**{copy.event_id: NONE}))
    assert "1 appointment was decided." in post(staff, "decide_alike", form(**{copy.event_id: NONE}))
    copy.delete()
    CalendarQuestion.objects.update(decided_at=None)
    assert "Nothing waits" in shown(staff)


def test_an_answer_that_did_not_hold_is_said(staff: Client, employee: CalendarEmployee) -> None:
    rows.question(employee, anew=True)
    page = shown(staff)
    assert "has changed or is gone" in page
    assert "Nothing is left in Google that it could be." in page
    assert "Create it in Google" in page


def test_hundreds_come_in_parts_and_many_events_are_folded(
    staff: Client, employee: CalendarEmployee, django_assert_max_num_queries: Any
) -> None:
    events = [rows.free_event(employee, 1 + n) for n in range(SHOWN + 3)]
    for _ in range(3 * AT_ONCE):
        rows.question(employee, *events)
    other = rows.employee("AB")
    rows.question(other, rows.free_event(other, 5))
    with django_assert_max_num_queries(35):
        page = shown(staff, employee="SB", page=2)
    assert f"{AT_ONCE + 1} to {2 * AT_ONCE} of {3 * AT_ONCE}" in page
    assert page.count("3 more that are less likely") == AT_ONCE
    assert shown(staff, employee="AB").count("None of these") == 1
    assert "?employee=SB&amp;page=2" in shown(staff, employee="SB")


def test_everything_leads_there(staff: Client, employee: CalendarEmployee) -> None:
    event = rows.free_event(employee, 5)
    rows.question(employee, event)
    link = f"{reverse(LIST)}?employee=SB"
    task = rows.task(record=Record.objects.get(), kind=TaskKind.APPOINTMENTS_ALIKE, target_id="SB", facts=[])
    for address in (
        reverse("admin:syncapp_calendaremployee_change", args=["SB"]),
        reverse("admin:syncapp_calendarlink_change", args=[event.pk]),
        reverse("admin:syncapp_task_change", args=[task.pk]),
    ):
        assert link in staff.get(address).content.decode()
    assert reverse(LIST) in staff.get("/admin/").content.decode()
    assert "a person says what belongs together" in staff.get("/admin/syncapp/calendarlink/").content.decode()


def test_who_may_only_look_sees_no_buttons(login: Login, employee: CalendarEmployee) -> None:
    row = rows.question(employee, event := rows.free_event(employee, 5))
    reader = login("rita")
    rows.grant("rita", "view_calendarlink")
    page = shown(reader)
    assert "You may look at this" in page
    assert "radio" not in page
    assert reader.post(reverse("admin:hub_decide_alike"), form(**{f"n{row.number}": event.event_id})).status_code == 403
    assert login("nobody").get(reverse(LIST)).status_code == 403
    assert reader.get(reverse("admin:hub_decide_alike")).status_code in (403, 405)


@pytest.mark.django_db
@pytest.mark.parametrize("same", [True, False])
def test_from_the_first_contact_to_the_end(world: World, staff: Client, same: bool) -> None:
    calendars = Calendars.ready(world)
    number = calendars.appointment(text="Güteverhandlung")
    event = calendars.event(soon(4), summary="Güteverhandlung")
    calendars.sync()
    link = reverse("admin:syncapp_task_change", args=[Task.objects.get().pk])
    assert f"{reverse(LIST)}?employee=SB" in staff.get(link).content.decode()
    post(staff, "decide_alike", form(**{f"n{number}": event if same else NONE}))
    world.drive()
    assert (calendars.link(number).event_id == event) is same
    assert len(calendars.appointments()) == len(calendars.ids()) == (1 if same else 2)
    assert calendars.record().status == Status.IN_SYNC
    assert not Task.objects.filter(state="open").exists()
