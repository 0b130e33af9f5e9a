"""Every button: only a POST, only with its right, only after the login, and always on record."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from syncapp.admin.kit import views
from syncapp.models import StaffAction
from tests.integration.admin import rows
from tests.integration.admin.addresses import address
from tests.integration.admin.conftest import Login

STAFF_MAY = {"retry", "sync_now", "preview", "discard", "retry_cause", "retry_matching", "discard_chosen", "reprocess"}
STAFF_MAY |= {"close_task", "close_chosen", "check_conflict", "decide_conflict", "request_undo"}
STAFF_MAY |= {"names", "handle", "retry_needs", "assign_needs", "note_needs", "snooze_needs", "give_up_needs"}
STAFF_MAY |= {
    "check_alike",
    "decide_alike",
    "search_needs",
    "sync_calendar",
    "compare_appointment",
    "resync_appointment",
}
OWN = {"second_factor_off", "end_session", "end_my_sessions"}  # about whoever presses it (others: test_sessions.py)


@pytest.mark.parametrize("name", views.BUTTONS)
def test_a_button_is_never_a_get(name: str, care: Client) -> None:
    answer = care.get(address(name, rows.everything()))
    assert answer.status_code == 405
    assert "nothing was done" in answer.content.decode()
    assert not StaffAction.objects.exists()


@pytest.mark.parametrize("name", sorted(set(views.BUTTONS) - OWN))
def test_without_the_right_nothing_happens_and_the_page_is_kind(name: str, login: Login) -> None:
    nobody = login("nobody")
    answer = nobody.post(address(name, rows.everything()))
    assert answer.status_code == 403
    assert "no right" in answer.content.decode()
    assert not StaffAction.objects.exists()


@pytest.mark.parametrize("name", sorted(set(views.BUTTONS) - STAFF_MAY - OWN))
def test_staff_may_not_what_only_care_may(name: str, staff: Client) -> None:
    assert staff.post(address(name, rows.everything())).status_code == 403


@pytest.mark.parametrize("name", views.BUTTONS)
def test_strangers_are_sent_to_the_login(name: str, db: None) -> None:
    answer = Client().post(address(name, rows.everything()))
    assert answer.status_code == 302
    assert "/login/" in answer["Location"]


@pytest.mark.parametrize("name", views.BUTTONS)
def test_a_button_needs_the_token_against_forged_requests(name: str, db: None) -> None:
    client = Client(enforce_csrf_checks=True)
    user = rows.user("karl", rows.CARE)
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.post(address(name, rows.everything())).status_code == 403
    assert not StaffAction.objects.exists()


def test_the_groups_have_the_rights_that_the_buttons_ask_for(db: None) -> None:
    def held(group: str) -> set[str]:
        return set(Permission.objects.filter(group__name=group).values_list("codename", flat=True))

    special = {"delete_remote_orphan", "pause_system", "pause_step", "release_lock", "confirm_scanrun"}
    special |= {"view_adoption", "run_adoption", "end_session"}
    special |= {"view_proxykey", "view_proxycall", "manage_proxykey", "manage_calendaremployee"}
    assert special.isdisjoint(held(rows.STAFF))
    assert held(rows.CARE) - held(rows.STAFF) == special
    assert {"close_task", "decide_conflict", "request_undo", "view_task", "view_conflict"} <= held(rows.STAFF)
    assert {"retry_record", "discard_record", "reprocess_inboxmessage", "view_record"} <= held(rows.STAFF)
    assert not any(name.startswith(("add_", "change_")) for name in held(rows.CARE))


def test_the_way_back_stays_on_this_site(staff: Client) -> None:
    failed = rows.record()
    answer = staff.post(reverse("admin:hub_retry", args=[failed.pk]), {"next": "https://elsewhere.example/"})
    assert answer["Location"] == reverse("admin:syncapp_record_change", args=[failed.pk])
