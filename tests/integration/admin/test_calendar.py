"""Employees and appointments: what staff see of them, and what the buttons there do."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.models import CalendarEmployee, CalendarLink, LinkState, Record, StaffAction, Status, TaskKind, Urgency
from tests.calendars import Calendars, google_times, soon
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.integration.admin.test_records import press
from tests.world import World, configured

EMPLOYEES = "admin:syncapp_calendaremployee_changelist"
LINKS = "admin:syncapp_calendarlink_changelist"


def shown(client: Client, row: Any, **headers: str) -> str:
    name = type(row)._meta.model_name
    return client.get(reverse(f"admin:syncapp_{name}_change", args=[row.pk]), headers=headers).content.decode()


def sides(client: Client, link: CalendarLink) -> str:
    return client.post(reverse("admin:hub_compare_appointment", args=[link.pk])).content.decode()


def found(client: Client, **query: str) -> set[int]:
    return {row.pk for row in client.get(reverse(LINKS), query).context["cl"].result_list}


def test_empty_lists_explain_themselves(staff: Client) -> None:
    assert "both logins" in staff.get(reverse(EMPLOYEES)).content.decode()
    assert "after the first sync" in staff.get(reverse(LINKS)).content.decode()
    assert "All appointments are in sync" in staff.get(reverse(LINKS), {"state": "open"}).content.decode()


def test_the_list_tells_how_each_calendar_is_doing(staff: Client) -> None:
    employee = rows.employee()
    rows.employee("AB", email="", enabled=False, full_content=False, synced_at=None, counts={})
    rows.link(employee, state=LinkState.FAILED, reason="rejected")
    rows.link(employee)
    rows.record(Status.FAILED, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB")
    page = staff.get(reverse(EMPLOYEES)).content.decode()
    for words in ("Sabine Brandt", "sb@kanzlei.example", "2 created in Google", "1 deleted in Advoware", "no address"):
        assert words in page
    assert "only “blocked”" in page
    assert "?state=open&amp;employee=SB" in page


def test_appointments_are_found_by_number_and_by_event(staff: Client) -> None:
    sb, ab = rows.employee(), rows.employee("AB")
    wanted, other = rows.link(sb, number=4711), rows.link(ab, number=-7, state=LinkState.BY_HAND, detail="COUNT")
    assert found(staff, q="4711") == found(staff, q=wanted.event_id) == {wanted.pk}
    assert found(staff, q="-7") == found(staff, state="open") == found(staff, employee="AB") == {other.pk}
    assert found(staff, q="471") == set()
    assert "ends after a number of times" in staff.get(reverse(LINKS)).content.decode()


def test_an_appointments_page_shows_the_agreement_and_what_was_written(staff: Client) -> None:
    link = rows.link(rows.employee())
    record = rows.record(Status.IN_SYNC, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB")
    rows.entry(record, action="insert_event", target_id=link.event_id, changes={"text": [None, "Güteverhandlung"]})
    rows.entry(record, action="insert_event", target_id="another", changes={"text": [None, "Fremd"]})
    page = shown(staff, link)
    for words in ("Saal 3", "every 2 weeks until 2026-10-01", "2026-05-04 10:00", "appointment created in Google"):
        assert words in page
    assert "Fremd" not in page
    assert "alle 2 Wochen bis 01.10.2026" in shown(staff, link, **{"accept-language": "de"})


def test_contents_are_only_for_those_who_may_see_appointments(login: Login) -> None:
    employee = rows.employee()
    link, guest = rows.link(employee), login("guest")
    rows.grant("guest", "view_calendaremployee", "view_record", "retry_record")
    page = shown(guest, employee)
    assert "Güteverhandlung" not in page
    assert reverse(LINKS) not in page
    for address in (reverse(LINKS), reverse("admin:syncapp_calendarlink_change", args=[link.pk])):
        assert guest.get(address).status_code == 403
    assert guest.post(reverse("admin:hub_compare_appointment", args=[link.pk])).status_code == 403
    assert not StaffAction.objects.exists()


def test_the_address_is_checked_kept_and_carried_out(care: Client) -> None:
    rows.employee()
    assert "no mail address" in press(care, "calendar_address", "SB", address="nobody")
    labels = ".".join(["kanzlei" * 8] * 5)  # a mail address by its form, and longer than what is kept
    assert "no mail address" in press(care, "calendar_address", "SB", address=f"neu@{labels}.example")
    assert "Saved" in press(care, "calendar_address", "SB", address="neu@kanzlei.example")
    assert CalendarEmployee.objects.get().address == "neu@kanzlei.example"
    assert "set already" in press(care, "calendar_address", "SB", address="neu@kanzlei.example")
    assert "Saved" in press(care, "calendar_address", "SB")
    assert CalendarEmployee.objects.get().address == "sb@kanzlei.example"
    assert (Record.objects.get().status, Record.objects.get().urgency) == (Status.WAITING, Urgency.STAFF)
    assert list(StaffAction.objects.order_by("pk").values_list("count", flat=True)) == [1, 0, 1]
    assert not StaffAction.objects.filter(detail__contains="@").exists()


def test_a_calendar_is_switched_off_and_on(care: Client) -> None:
    employee = rows.employee()
    assert "Switched off" in press(care, "calendar_enabled", "SB", enabled="no")
    assert "This calendar is not compared" in shown(care, employee)
    assert "switched off" in press(care, "sync_calendar", "SB")
    assert "Switched on" in press(care, "calendar_enabled", "SB", enabled="yes")
    assert "its turn" in press(care, "sync_calendar", "SB")
    assert [row.action for row in StaffAction.objects.order_by("pk")] == [
        "calendar_off",
        "calendar_on",
        "sync_calendar",
    ]


def test_the_start_page_and_the_navigation_count_what_needs_a_person(staff: Client) -> None:
    employee = rows.employee()
    rows.link(employee, state=LinkState.HELD)
    rows.link(employee, state=LinkState.NEW)
    rows.record(Status.SKIPPED, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB", reason="task_open")
    page = staff.get("/admin/")
    assert (page.context["attention"].calendars, page.context["attention"].appointments) == (1, 1)
    assert "Appointments not in sync" in page.content.decode()


def test_a_long_list_costs_no_more_statements(staff: Client, django_assert_max_num_queries: Any) -> None:
    for number in range(60):
        rows.link(rows.employee(f"K{number}"))
    for address in (EMPLOYEES, LINKS):
        with django_assert_max_num_queries(22):
            assert staff.get(reverse(address)).status_code == 200


def test_a_task_about_deletions_names_them_and_leads_to_the_calendar(staff: Client) -> None:
    employee = rows.employee()
    record = rows.record(
        Status.SKIPPED, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB", reason="task_open"
    )
    facts = [{"field": "delete in Google", "now": "12", "wanted": ""}, {"field": "", "now": "1,2,3", "wanted": ""}]
    task = rows.task(record, TaskKind.MASS_DELETION, target_type="Kalender", target_id="SB", facts=facts)
    page = shown(staff, task)
    for words in ("To be deleted in Google", "1, 2, 3", "Yes, delete them"):
        assert words in page
    assert reverse("admin:syncapp_calendaremployee_change", args=[employee.pk]) in page
    assert "Number in Advoware" not in page


def test_a_task_leads_to_its_appointment(staff: Client) -> None:
    link = rows.link(rows.employee(), number=None)
    record = rows.record(
        Status.SKIPPED, step="calendar_employee", entity_type="Mitarbeiter", entity_id="SB", reason="task_open"
    )
    task = rows.task(
        record, TaskKind.APPOINTMENT_BY_HAND, key=link.event_id, target_type="Termin", target_id=link.event_id
    )
    assert f"{reverse(LINKS)}?q={link.event_id}" in shown(staff, task)
    assert found(staff, q=link.event_id) == {link.pk}
    tasks = staff.get(reverse("admin:syncapp_task_changelist"), {"q": "SB"}).context["cl"].result_list
    assert [row.pk for row in tasks] == [task.pk]


# With both systems


@pytest.fixture
def calendars(world: World) -> Calendars:
    return Calendars.ready(world)


def test_both_sides_are_asked_and_nothing_is_written(calendars: Calendars, staff: Client) -> None:
    number = calendars.appointment(text="Güteverhandlung", ort="Saal 3")
    calendars.sync()
    link = calendars.link(number)
    calendars.google.update_event(calendars.calendar, link.event_id, {"location": "Saal 4"})
    before = calendars.world.mark()
    page = sides(staff, link)
    assert "The appointment in Advoware is changed to what Google has." in page
    assert "<mark>3</mark>" in page
    assert "<mark>4</mark>" in page
    assert calendars.world.writes(before) == []
    assert CalendarLink.objects.get(pk=link.pk).google == link.google
    with configured(ADVOWARE_WRITE_ENABLED=False):
        assert "switched off in the settings" in sides(staff, link)
    assert "the calendar of SB" in press(staff, "resync_appointment", link.pk)
    calendars.world.drive()
    assert calendars.appointments()[number]["ort"] == "Saal 4"
    assert "Nothing: both sides agree." in sides(staff, link)


def test_a_side_that_lacks_it_says_so(calendars: Calendars, staff: Client) -> None:
    number = calendars.appointment()
    calendars.sync()
    link = calendars.link(number)
    calendars.advoware.remove_appointment(number)
    page = sides(staff, link)
    assert "not there any more" in page
    assert "because the appointment is gone in Advoware" in page
    with configured(ADVOWARE_PASSWORD="wrong"):
        assert "Both sides could not be asked" in sides(staff, link)


def test_the_switch_writes_google_anew_both_ways(calendars: Calendars, care: Client) -> None:
    number = calendars.appointment(text="Wendland ./. Oster", ort="Saal 3")
    calendars.event(summary="Mittagessen")
    calendars.sync()
    assert "only “blocked”" in press(care, "calendar_contents", "SB", contents="no")
    calendars.world.drive()
    assert set(calendars.events()) == {"blocked"}
    assert {row["text"] for row in calendars.appointments().values()} == {"Wendland ./. Oster", "Mittagessen"}
    link = calendars.link(number)
    calendars.google.move_event(calendars.calendar, link.event_id, *google_times(soon(6, "16:00")).values())
    assert "contents of all" in press(care, "calendar_contents", "SB", contents="yes")
    calendars.world.drive()
    calendars.sync()
    assert set(calendars.events()) == {"Wendland ./. Oster", "Mittagessen"}
    assert calendars.appointments()[number]["uhrzeitVon"] == "16:00:00"
    before = calendars.world.mark()
    calendars.sync()
    assert calendars.world.writes(before) == []


def test_a_calendar_that_is_gone_and_switched_off_asks_for_nothing_more(calendars: Calendars, care: Client) -> None:
    calendars.appointment()
    calendars.sync()
    calendars.google.remove_calendar(calendars.calendar)
    calendars.sync()
    assert calendars.tasks() == [TaskKind.CALENDAR_GONE]
    press(care, "calendar_enabled", "SB", enabled="no")
    calendars.world.drive()
    assert calendars.tasks() == []
    assert len(calendars.appointments()) == 1
