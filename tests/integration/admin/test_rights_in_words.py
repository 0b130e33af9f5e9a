"""The pages of users and groups speak of what staff may do, not of tables of the program and of packages."""

from __future__ import annotations

import re
from itertools import chain

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.test import Client
from django.utils import translation

from syncapp.admin.kit import views
from syncapp.upkeep.staff_groups import GROUPS
from syncapp.words.right_words import SEE, right_in_words
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login


@pytest.fixture
def chief(login: Login) -> Client:
    client = login("chief", is_superuser=True)
    client.cookies["django_language"] = "de"
    return client


def _words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page[page.index("<main") :]).split())


@pytest.mark.django_db
def test_each_right_that_the_hub_asks_for_has_a_name_in_german() -> None:
    rights = Permission.objects.filter(codename__in=chain.from_iterable(GROUPS.values()))
    with translation.override("de"):
        named = {right.codename: right_in_words(right) for right in rights}
    assert {words for words in named.values() if words.startswith(("Can ", "See"))} == set()
    assert len(set(named.values())) == len(named)
    seen = {name for name in named if name.startswith(SEE)}
    assert {named[name].partition(":")[0] for name in seen} == {"Ansehen"}
    asked = {value for name, value in vars(views).items() if name.isupper() and str(value).startswith("syncapp.")}
    assert asked <= {f"syncapp.{name}" for name in named}


def test_a_group_is_asked_for_nothing_else_and_keeps_what_is_ticked(chief: Client) -> None:
    group = Group.objects.get(name=rows.STAFF)
    before = set(group.permissions.values_list("codename", flat=True))
    address = f"/admin/auth/group/{group.pk}/change/"
    shown = chief.get(address).content.decode()
    assert "Aufgaben von Hand schließen" in shown
    assert "Can " not in _words(shown)
    assert "Axes" not in shown
    ticked = re.findall(r'name="permissions" value="(\d+)"[^>]*\schecked(?=[\s>])', shown)
    assert len(ticked) == len(before)
    chief.post(address, {"name": rows.STAFF, "permissions": ticked})
    assert set(group.permissions.values_list("codename", flat=True)) == before


def test_what_goes_with_a_user_or_a_group_is_named_without_ties_between_tables(chief: Client) -> None:
    anna = rows.user("anna", rows.STAFF)
    for address in (f"user/{anna.pk}", f"group/{Group.objects.get(name=rows.STAFF).pk}"):
        shown = _words(chief.get(f"/admin/auth/{address}/delete/").content.decode())
        assert not re.search(r"object \(|Beziehung", shown), shown
    chief.post(f"/admin/auth/user/{anna.pk}/delete/", {"post": "yes"})
    assert not User.objects.filter(pk=anna.pk).exists()


def test_the_page_of_a_user_speaks_german_and_not_of_algorithms(chief: Client) -> None:
    anna = rows.user("anna", rows.STAFF)
    shown = _words(chief.get(f"/admin/auth/user/{anna.pk}/change/").content.decode())
    assert "Ein Passwort ist gesetzt. Niemand kann es sehen" in shown
    assert "Benutzer löschen" in shown
    assert not re.search(r"md5|Algorithmus|Strg-Taste|Sichern|Raw|this form", shown), shown
    added = _words(chief.get("/admin/auth/user/add/").content.decode())
    assert not re.search(r"After you|authentication|LDAP", added), added
    nothing = _words(chief.get("/admin/auth/user/?q=nobody").content.decode())
    assert "Nichts passt zur Suche." in nothing
    assert "filters" not in nothing
