"""Accounts are made and given their groups by superusers, on the admin's own pages."""

from __future__ import annotations

from django.contrib.auth.models import Group, User
from django.utils import timezone

from syncapp.models import SecondFactor, StaffAction
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

USERS = "/admin/auth/user/"
ADD = f"{USERS}add/"
LONG_AGO = "2020-01-01", "10:00:00"


def test_somebody_is_added_and_put_into_a_group(login: Login) -> None:
    chief = login("chief", is_superuser=True)
    assert b'name="username"' in chief.get(ADD).content
    assert chief.post(ADD, {"password1": rows.PASSWORD, "password2": rows.PASSWORD}).status_code == 200  # nameless
    form = {"username": "anna", "usable_password": "true", "password1": rows.PASSWORD, "password2": rows.PASSWORD}
    page = chief.post(ADD, form)["Location"]
    anna, staff = User.objects.get(username="anna"), Group.objects.get(name=rows.STAFF)
    shown = chief.get(page).content.decode()
    assert f'<input type="checkbox" name="groups" value="{staff.pk}"' in shown
    chief.post(page, {"username": "anna", "is_active": "on", "is_staff": "on", "groups": [staff.pk]})
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


def on_record() -> list[tuple[str, str, str, int]]:
    found = StaffAction.objects.order_by("pk").values_list("action", "target_type", "detail", "count")
    return list(found)


def test_whoever_gives_a_right_or_a_password_is_on_record(login: Login) -> None:
    chief, anna = login("chief", is_superuser=True), rows.user("anna")
    page, staff = f"{USERS}{anna.pk}/", Group.objects.get(name=rows.STAFF)
    form = {"username": "anna", "email": anna.email, "is_active": "on", "is_staff": "on"}
    when = {f"{name}_{part}": text for name in ("date_joined", "last_login") for part, text in enumerate(LONG_AGO)}
    chief.post(f"{page}change/", form | when)
    assert on_record() == []  # nothing was changed: when somebody came and was there last is not to be written
    assert f"{timezone.localtime(anna.date_joined):%Y-%m-%d %H:%M}" in chief.get(f"{page}change/").content.decode()
    assert User.objects.values_list("date_joined", "last_login").get(pk=anna.pk) == (anna.date_joined, anna.last_login)
    chief.post(f"{page}change/", {**form, "is_superuser": "on", "groups": [staff.pk]})
    chief.post(f"{page}password/", {"password1": rows.PASSWORD, "password2": "another"})  # refused
    chief.post(f"{page}password/", {"password1": rows.PASSWORD, "password2": rows.PASSWORD, "usable_password": "true"})
    chief.post("/admin/auth/group/add/", {"name": "Azubis"})
    made = Group.objects.get(name="Azubis")
    chief.post(f"/admin/auth/group/{made.pk}/change/", {"name": "Auszubildende"})
    chief.post(f"{page}delete/", {"post": "yes"})
    chief.post("/admin/auth/group/", {"action": "delete_selected", "_selected_action": [made.pk], "post": "yes"})
    assert on_record() == [
        ("account_changed", "User", "anna: is_superuser, groups", 1),
        ("password_set", "User", "anna", 1),
        ("account_made", "Group", "Azubis", 1),
        ("account_changed", "Group", "Auszubildende: name", 1),
        ("account_deleted", "User", "anna", 1),
        ("account_deleted", "Group", "Auszubildende", 1),
    ]
    assert not User.objects.filter(username="anna").exists()
    assert {str(row.user) for row in StaffAction.objects.all()} == {"chief"}
    told = chief.get("/admin/syncapp/staffaction/", headers={"accept-language": "de"}).content.decode()
    for words in ("anna: Administrator-Status, Gruppen", "Passwort eines Benutzers gesetzt", "Auszubildende: Name"):
        assert words in told, words


def test_a_password_of_ones_own_is_on_record_and_so_is_that_somebody_tried(login: Login) -> None:
    erika = login("erika", rows.STAFF)
    new = "another long and harmless one"
    words = {"old_password": "a guess", "new_password1": new, "new_password2": new}
    erika.post("/admin/password_change/", words)
    erika.post("/admin/password_change/", {**words, "old_password": rows.PASSWORD})
    assert on_record() == [("password_changed", "User", "", 0), ("password_changed", "User", "", 1)]
    assert User.objects.get(username="erika").check_password(new)


def test_nobody_deletes_the_login_by_which_they_do_it(login: Login) -> None:
    chief = login("chief", is_superuser=True)
    me = User.objects.get(username="chief")
    page = chief.post(f"{USERS}{me.pk}/delete/", {"post": "yes"}, headers={"accept-language": "de"})
    assert (page.status_code, "schalten Sie stattdessen" in page.content.decode()) == (200, True)
    chief.post(USERS, {"action": "delete_selected", "_selected_action": [me.pk], "post": "yes"})
    assert User.objects.filter(pk=me.pk).exists()
    assert on_record() == []
