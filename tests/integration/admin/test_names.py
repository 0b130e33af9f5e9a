"""Names on the pages: asked of EspoCRM when somebody looks, a call for each kind, kept nowhere but in the process."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.clients.espocrm import EspoClient
from syncapp.models import CalendarEmployee, System, SystemState
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import World, configured

pytestmark = pytest.mark.usefixtures("nothing_known")

NAME = "Räumungsklage Hauptstr. 3"
PAGE = "/admin/hub/names/"


def asked(client: Client, *of: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.post(PAGE, {"of": of}).json()
    return answer


def calls(world: World) -> int:
    return len([call for call in world.sandbox.calls() if call["method"] == "GET" and "/api/v1/" in call["path"]])


def test_each_kind_costs_one_call_and_the_next_page_none(world: World, erika: Client) -> None:
    cases = [world.parent(name=f"{NAME} {number}") for number in range(3)]
    documents = [world.document() for _number in range(2)]
    party = world.sandbox.create("CBeteiligte", {"firstName": "Jörn", "lastName": "Wendland"})
    EspoClient.metadata_cache.clear()
    keys = [f"Raeumungsklage/{pk}" for pk in cases] + [f"CDokumente/{pk}" for pk in documents]
    before = calls(world)
    answer = asked(erika, *keys, f"CBeteiligte/{party}", *keys)
    assert answer["names"] == {
        **{key: f"{NAME} {number}" for number, key in enumerate(keys[:3])},
        **dict.fromkeys(keys[3:], "Vertrag"),
        f"CBeteiligte/{party}": "Jörn Wendland",
    }
    assert calls(world) - before == 3
    assert asked(erika, *keys)["names"].keys() == set(keys)
    assert calls(world) - before == 3


def test_many_are_asked_for_in_addresses_of_a_bearable_length(world: World, erika: Client) -> None:
    cases = [world.parent(name=str(number)) for number in range(120)]
    answer = asked(erika, *(f"Raeumungsklage/{pk}" for pk in cases))
    assert sorted(answer["names"].values(), key=int) == [str(number) for number in range(120)]


def test_one_that_is_gone_has_no_name_and_is_not_asked_for_again(world: World, erika: Client) -> None:
    assert asked(erika, "Raeumungsklage/gone") == {"names": {}, "why": ""}
    before = calls(world)
    asked(erika, "Raeumungsklage/gone")
    assert calls(world) == before


def test_a_system_that_is_away_is_said_and_not_waited_for(world: World, erika: Client) -> None:
    case = f"Raeumungsklage/{world.parent(name=NAME)}"
    world.sandbox.add_fault("status", status=503, system="espocrm", times=1)
    assert "can't be asked" in asked(erika, case)["why"]
    System.objects.create(
        name="espocrm", state=SystemState.DOWN, since=timezone.now(), next_probe_at=timezone.now() + timedelta(hours=1)
    )
    before = calls(world)
    assert "can't be asked" in asked(erika, case)["why"]
    assert calls(world) == before
    System.objects.update(state=SystemState.UP, next_probe_at=None)
    assert asked(erika, case)["names"] == {case: NAME}


@pytest.mark.parametrize(
    "key", ["", "/", "x", "User/1", "CDokumente/", "CDokumente/../User/1", "a/" + "b" * 500, "ALL"]
)
def test_only_what_the_hub_works_on_is_asked_for(world: World, erika: Client, key: str) -> None:
    before = calls(world)
    assert asked(erika, key)["names"] == {}
    assert calls(world) - before <= (1 if key.startswith("CDokumente/.") else 0)


def test_employees_have_names_of_their_own(world: World, erika: Client) -> None:
    CalendarEmployee.objects.create(kuerzel="SB", name="Sabine Brandt")
    before = calls(world)
    assert asked(erika, "Mitarbeiter/SB")["names"] == {"Mitarbeiter/SB": "Sabine Brandt"}
    assert calls(world) == before


def test_who_may_not_see_records_learns_no_name_and_a_switch_ends_it(world: World, erika: Client, login: Login) -> None:
    case = f"Raeumungsklage/{world.parent(name=NAME)}"
    assert login("nobody").post(PAGE, {"of": case}).status_code == 403
    assert Client().post(PAGE, {"of": case}).status_code == 302
    assert erika.get(PAGE).status_code == 405
    assert "data-names" in erika.get("/admin/").content.decode()
    with configured(SHOW_NAMES=False):
        assert asked(erika, case) == {"names": {}, "why": ""}
        assert "data-names" not in erika.get("/admin/").content.decode()


def test_names_are_kept_nowhere(world: World, erika: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    case = world.parent(name=NAME)
    rows.record(entity_type="Raeumungsklage", entity_id=case, step="collection_sync")
    shown = erika.get(reverse("admin:syncapp_record_changelist")).content.decode()
    assert f'data-entity="Raeumungsklage/{case}"' in shown
    assert NAME not in shown
    assert asked(erika, f"Raeumungsklage/{case}")["names"]
    assert NAME not in caplog.text
    for model in apps.get_models(include_auto_created=True):
        assert NAME not in str(list(model._default_manager.values()))
