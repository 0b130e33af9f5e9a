"""At a firm whose EspoCRM calls things otherwise: what is shown and said bears the hub's names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from syncapp.clients.errors import Rejected
from syncapp.engine.outside import connections
from syncapp.models import InboxItem, Record, Status
from syncapp.templatetags.hub import crm_link
from tests import otherwise
from tests.integration.flows.test_glances import in_agreement, keys, told
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with otherwise.firm() as there:
        yield there


def test_a_hub_that_knows_only_its_own_names_reaches_nothing(world: World) -> None:
    with configured(ESPOCRM_ENTITIES={}, ESPOCRM_FIELDS={}):
        document = world.document(world.parent())
        world.event(document)
        world.drive()
        assert world.record(document).status == Status.FAILED
    assert world.files() == {}


def test_webhooks_are_registered_by_the_names_of_the_crm_and_known_again(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        call_command("register_webhooks", "--base-url", "https://hub.example.org/")
    assert capsys.readouterr().out.count(" there ") == 15
    hooks = world.sandbox.state("espocrm")["webhooks"]
    assert len(hooks) == 15


def test_a_refusal_names_the_field_as_the_hub_does(world: World) -> None:
    party = world.sandbox.create("CBeteiligte", {"firstName": "Almut", "lastName": "Wendland"})
    with pytest.raises(Rejected) as caught:
        connections.espocrm().update("CBeteiligte", party, {"firstName": "<b>"})
    assert caught.value.field == "firstName"


def test_links_to_the_crm_bear_its_names(world: World) -> None:
    with configured(ESPOCRM_UI_URL="https://crm.example"):
        assert crm_link("CDokumente", "65f0") == "https://crm.example/#Schriftstueck/view/65f0"


def test_what_the_crm_lacks_is_told_by_both_names(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    named = otherwise.NAMED | {"CDokumente.xaiId": "gibtEsNicht"}
    with configured(ESPOCRM_FIELDS=named):
        connections.espocrm().metadata_cache.clear()
        with pytest.raises(CommandError):
            call_command("check_connections")
    assert "gibtEsNicht (CDokumente.xaiId)" in capsys.readouterr().out


def test_a_hook_for_links_names_types_as_the_crm_does(world: World) -> None:
    case, document = world.parent(), world.document()
    linked = {
        "entityType": otherwise.ENTITIES["CDokumente"],
        "entityId": document,
        "link": "x",
        "foreignType": otherwise.ENTITIES["Raeumungsklage"],
        "foreignId": case,
    }
    with configured(WEBHOOK_TOKENS=("t" * 30,)):
        Client().post(
            "/vmh/webhook/entity/link",
            [linked],
            content_type="application/json",
            headers={"Authorization": f"Bearer {'t' * 30}"},
        )
    assert set(Record.objects.values_list("entity_type", "entity_id")) >= {("CDokumente", document)}
    assert set(InboxItem.objects.values_list("entity_type", flat=True)) == {"CDokumente", "Raeumungsklage"}


def test_many_that_are_unchanged_are_settled_by_one_list(world: World) -> None:
    documents = in_agreement(world, 2)
    told(world, documents)
    assert world.glance().settled == keys(*documents)
