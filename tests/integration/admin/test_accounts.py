"""Accounts are made and given their groups by superusers, on the admin's own pages."""

from __future__ import annotations

from django.contrib.auth.models import Group, User

from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

ADD = "/admin/auth/user/add/"


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
