"""Accounts are made and given their groups by superusers, on the admin's own pages."""

from __future__ import annotations

from django.contrib.auth.models import Group, User

from syncapp.models import SecondFactor, StaffAction
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

USERS = "/admin/auth/user/"
ADD = f"{USERS}add/"


def test_somebody_is_added_and_put_into_a_group(login: Login) -> None:
    chief = login("chief", is_superuser=True)
    assert b'name="username"' in chief.get(ADD).content
    assert chief.post(ADD, {"password1": rows.PASSWORD, "password2": rows.PASSWORD}).status_code == 200  # nameless
    form = {"username": "anna", "usable_password": "true", "password1": rows.PASSWORD, "password2": rows.PASSWORD}
    page = chief.post(ADD, form)["Location"]
    anna, staff = User.objects.get(username="anna"), Group.objects.get(name=rows.STAFF)
    shown = chief.get(page).content.decode()
    assert f'<input type="checkbox" name="groups" value="{staff.pk}"' in shown
    when = {"date_joined_0": "2026-11-29", "date_joined_1": "10:00:00"}
    chief.post(page, {"username": "anna", "is_active": "on", "is_staff": "on", "groups": [staff.pk], **when})
    assert list(anna.groups.all()) == [staff]
    assert anna.check_password(rows.PASSWORD)


def test_what_goes_with_a_login_is_told_in_german(login: Login) -> None:
    chief, anna = login("chief", is_superuser=True), rows.user("anna", rows.STAFF)
    SecondFactor.objects.create(user=anna, name="app")
    asked = {"action": "delete_selected", "_selected_action": [anna.pk]}
    german = {"accept-language": "de"}
    one = chief.get(f"{USERS}{anna.pk}/delete/", headers=german).content.decode()
    several = chief.post(USERS, asked, headers=german).content.decode()
    for page in (one, several):
        assert "Zweiter Faktor: app" in page
        assert "TOTP" not in page
        assert f'href="{USERS}{anna.pk}/change/"' in page
        assert "wirklich löschen?" in page
    StaffAction.objects.bulk_create(StaffAction(user=anna, action="look") for _ in range(30))
    one = chief.get(f"{USERS}{anna.pk}/delete/", headers=german).content.decode()
    several = chief.post(USERS, asked, headers=german).content.decode()
    for page in (one, several):
        assert "weil Folgendes bleiben muss" in page
        assert "schalten Sie stattdessen „Aktiv“ aus" in page
        assert "Handlung: 30" in page


def test_the_page_of_the_password_is_right_in_german(login: Login) -> None:
    erika, german = login("erika", rows.STAFF), {"accept-language": "de"}
    page = erika.get("/admin/password_change/", headers=german).content.decode()
    assert "damit es richtig getippt ist" in page
    assert (
        "besteht nur aus Ziffern"
        in erika.post(
            "/admin/password_change/",
            {"old_password": rows.PASSWORD, "new_password1": "9" * 20, "new_password2": "9" * 20},
            headers=german,
        ).content.decode()
    )
