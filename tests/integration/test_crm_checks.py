"""`check_connections` reads EspoCRM's metadata and the API user's rights, and says what to click."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.clients.espocrm.names import Names
from syncapp.clients.espocrm.rights import Rights
from syncapp.management import crm_checks
from syncapp.management.findings import Finding
from tests.world import World, configured

pytestmark = pytest.mark.django_db


def look(world: World, **settings: Any) -> dict[str, list[Finding]]:
    world.sandbox.settings(**settings)
    found: dict[str, list[Finding]] = {}
    for each in crm_checks.findings():
        found.setdefault(each.what, []).append(each)
    return found


def trouble(found: dict[str, list[Finding]]) -> list[tuple[str, str]]:
    return [(what, each.words) for what, rows in found.items() for each in rows if each.good is False]


def to_do(found: dict[str, list[Finding]], entity_type: str) -> dict[str, str]:
    """By field, what is to be done in EspoCRM."""
    return {row[0]: row[-1] for each in found[entity_type] for row in each.rows if row[-1]}


def test_a_crm_that_has_all_has_nothing_to_do(world: World) -> None:
    found = look(world)
    assert trouble(found) == []
    tables = {what: len(each.rows) for what, rows in found.items() for each in rows if each.rows}
    assert set(tables) == {"CDokumente", "CBeteiligte", "CBankverbindungen", "Raeumungsklage", "Account"}
    assert [to_do(found, name) for name in tables] == [{}] * 5


@pytest.mark.parametrize("action", ["read", "edit"])
@pytest.mark.parametrize("entity_type", ["CDokumente", "CBeteiligte", "CBankverbindungen", "Account"])
def test_a_right_that_is_missing_reads_as_that(entity_type: str, action: str, world: World) -> None:
    found = look(world, espocrm_denied=[f"{entity_type}.{action}"])
    ((what, words),) = trouble(found)
    assert what == entity_type
    # Who may not read a type is told of none of its rights.
    assert f"Roles > {entity_type}: set {'read, edit' if action == 'read' else 'edit'} to all" in words


@pytest.mark.parametrize("action", ["read", "edit"])
@pytest.mark.parametrize(("field", "good"), [("CDokumente.xaiId", False), ("CDokumente.sha256", True)])
def test_a_right_to_a_field_that_is_missing(field: str, good: bool, action: str, world: World) -> None:
    entity_type, _, name = field.partition(".")
    found = look(world, espocrm_denied=[f"{field}.{action}"])
    assert (trouble(found) == []) == good
    assert to_do(found, entity_type) == {name: f"Roles > {entity_type} > field {name}: set {action} to yes"}


def test_what_is_not_there_and_of_another_kind(world: World) -> None:
    found = look(world, espocrm_missing=["CDokumente.xaiCollections", "CDokumente.syncError"])
    assert trouble(found) == [("CDokumente", "lacks the fields xaiCollections")]
    assert to_do(found, "CDokumente") == {
        "xaiCollections": "Entity Manager > CDokumente > Fields: add xaiCollections (array)"
    }
    with configured(ESPOCRM_FIELDS={"CDokumente.xaiCollections": "description"}):
        found = look(world, espocrm_missing=[])
    assert to_do(found, "CDokumente") == {
        "description (CDokumente.xaiCollections)": "Entity Manager > CDokumente > Fields: description must be array "
        "or multiEnum or jsonArray or checklist"
    }


def test_an_option_that_is_missing_and_a_name_that_the_hub_does_not_have(world: World) -> None:
    names = {"CDokumente.xaiStatus": "xaiSyncStatus"}
    with configured(ESPOCRM_STATUS_VALUES={"CDokumente.syncStatus": {"failed": "kaputt"}}, ESPOCRM_FIELDS=names):
        found = look(world)
    assert to_do(found, "CDokumente")["syncStatus"].startswith("no option for failed")
    assert (
        found["ESPOCRM_FIELDS"][0].words == "the hub has no CDokumente.xaiStatus; do you mean CDokumente.xaiSyncStatus?"
    )


def test_tasks_need_rights_of_their_own(world: World) -> None:
    with configured(TASKS_TO_ESPOCRM="Task"):
        assert trouble(look(world)) == []
        found = look(world, espocrm_denied=["Task.create", "User.read"])
    assert trouble(found) == [
        ("Task", "may not create: Roles > Task: set create to all"),
        ("User", "may not read: Roles > User: set read to all"),
    ]


def test_messages_need_a_right_of_their_own_and_notifications_none(world: World) -> None:
    with configured(TASKS_TO_ESPOCRM="Notification"):
        assert trouble(look(world)) == []
        found = look(world, espocrm_denied=["messagePermission"])
    assert trouble(found) == [("Note", "may not be written to anybody: Roles > Message Permission: set it to all")]


@pytest.mark.parametrize("answer", [{}, {"acl": []}, {"acl": {"table": []}}, {"user": None, "acl": None}])
def test_a_crm_that_tells_nothing_of_rights(answer: dict[str, Any]) -> None:
    assert Rights.from_api(answer, Names()) is None


def test_levels() -> None:
    table = {"A": {"read": "own", "edit": "no"}, "B": True, "C": False}
    rights = Rights.from_api({"acl": {"table": table, "fieldTable": []}, "user": {"type": "api"}}, Names({"Z": "A"}))
    assert rights is not None
    assert [rights.level(*each) for each in (("Z", "read"), ("Z", "edit"), ("Z", "create"), ("B", "read"))] == [
        *("own", "no", "no", "yes")
    ]
    assert (rights.level("C", "read"), rights.level("unknown", "read")) == ("no", "no")
    chief = Rights.from_api({"acl": {"table": table}, "user": {"type": "admin"}}, Names())
    assert chief is not None
    assert chief.level("unknown", "edit") == "all"
