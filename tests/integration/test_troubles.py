"""The database is away: whoever asks is told so, calmly."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db import InterfaceError, OperationalError
from django.db.backends.utils import CursorWrapper
from django.test import Client

from syncapp.upkeep import staff_groups
from tests.world import configured

PAGE = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def away(client: Client, admin_client: Client, monkeypatch: pytest.MonkeyPatch, request: Any) -> Client:
    def fail(*_: Any, **__: Any) -> None:
        raise request.param("could not connect to host secret.example.org")

    for name in ("execute", "executemany"):
        monkeypatch.setattr(CursorWrapper, name, fail)
    admin_client.raise_request_exception = False
    return admin_client


PATHS = ["/admin/", "/admin/syncapp/record/", "/admin/syncapp/record/1/change/", "/admin/login/", "/api/docs/"]


@pytest.mark.django_db
@pytest.mark.parametrize("away", [OperationalError, InterfaceError], indirect=True)
@pytest.mark.parametrize("path", PATHS)
def test_staff_see_a_page(path: str, away: Client) -> None:
    answer = away.get(path, headers=PAGE)
    if path == "/admin/login/" and answer.status_code == 200:
        return  # a page for which the database is not asked
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    text = answer.content.decode()
    assert "Datenbank antwortet nicht" in text
    assert "secret" not in text
    assert "Die Datenbank" not in away.get("/nowhere", headers=PAGE).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("away", [OperationalError], indirect=True)
def test_machines_read_a_line(away: Client) -> None:
    with configured(METRICS_TOKEN="t" * 40):
        answer = away.get("/metrics", headers={"Authorization": "Bearer " + "t" * 40})
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "text/plain")
    assert answer.content == b"The hub's database does not answer.\n"


@pytest.mark.django_db
@pytest.mark.parametrize("away", [ValueError], indirect=True)
def test_any_other_error_is_one_of_the_hub(away: Client) -> None:
    assert away.get("/admin/", headers=PAGE).status_code == 500


def rights(group: Group) -> set[str]:
    return set(group.permissions.values_list("codename", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize("name", staff_groups.GROUPS)
def test_a_deleted_group_comes_back_with_migrate(name: str) -> None:
    """And it is the one that the migrations made."""
    made = rights(Group.objects.get(name=name))
    Group.objects.get(name=name).delete()
    call_command("migrate", verbosity=0)
    assert rights(Group.objects.get(name=name)) == made == set(staff_groups.GROUPS[name])


@pytest.mark.django_db
def test_a_right_that_the_firm_took_away_stays_away() -> None:
    group = Group.objects.get(name="Kanzlei-Mitarbeiter")
    group.permissions.clear()
    call_command("migrate", verbosity=0)
    assert rights(group) == set()
