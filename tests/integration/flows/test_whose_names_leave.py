"""What gets a collection at xAI, which bears the entity's name: only what the setting names and the CRM links to
documents. A word in WEBHOOK_ENTITIES alone is no consent."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core import checks

from syncapp.engine.queue.retry import retry
from syncapp.events import registry
from syncapp.events.intake import Arrival, receive
from syncapp.flows.collections.flow import COLLECTION_SYNC
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import CHANGES, EVERYTHING
from syncapp.models import Record, ScanState, Status
from tests.world import World, configured

WORDS = settings.CONFIG.WEBHOOK_ENTITIES
PARENTS = settings.CONFIG.COLLECTION_ENTITIES


@pytest.fixture
def world(world: World) -> Iterator[World]:
    with configured(WEBHOOK_ENTITIES={**WORDS, "aufgabe": "Task"}):
        yield world


def asked_of_xai(world: World) -> list[dict[str, object]]:
    return world.sandbox.calls(system="xai")


def task(world: World) -> str:
    user = world.sandbox.create("User", {"name": "Rabe", "userName": "rabe"})
    data = {"name": "Frau Wendland anrufen", "status": "Not Started", "assignedUserId": user}
    return world.sandbox.create("Task", data)


def webhook(path: str, body: str, entity_type: str = "Task", action: str = "create") -> None:
    receive(Arrival(path, entity_type, action, "test", body.encode(), "test"))


def test_a_new_word_for_webhooks_makes_no_collection(world: World) -> None:
    pk = task(world)
    webhook("aufgabe", f'[{{"id": "{pk}"}}]')
    world.drive()
    assert not Record.objects.exists()
    assert asked_of_xai(world) == []


def test_nor_does_a_link_to_it(world: World) -> None:
    pk, document = task(world), world.document()
    item = f'[{{"entityType": "Task", "entityId": "{pk}", "foreignType": "CDokumente", "foreignId": "{document}"}}]'
    webhook("entity", item, "", "link")
    world.drive()
    assert set(Record.objects.values_list("entity_type", flat=True)) <= {"CDokumente"}
    assert world.inside() == {}


@pytest.mark.parametrize("name", [CHANGES, EVERYTHING])
def test_nor_does_a_comparison(world: World, name: str) -> None:
    task(world)
    run = scans.run(name)
    assert run is not None
    assert run.state == ScanState.DONE
    world.drive()
    assert not Record.objects.exists()
    assert world.inside() == {}


def test_the_setting_alone_does_not_either(world: World) -> None:
    """EspoCRM does not link tasks to documents, and they have no field for a collection."""
    with configured(COLLECTION_ENTITIES=(*PARENTS, "Task")):
        pk = task(world)
        world.event(pk, "Task")
        world.drive()
        record = world.record(pk)
        assert (record.step, record.status, record.reason) == (COLLECTION_SYNC, Status.SKIPPED, "no_collection")
        retry(Record.objects.all())
        world.drive()
    assert asked_of_xai(world) == []


@pytest.mark.parametrize("missing", ["Account.xaiCollectionId", "CDokumente.accounts"])
def test_the_metadata_must_have_both_link_and_field(world: World, missing: str) -> None:
    world.sandbox.settings(espocrm_missing=[missing])
    pk = world.parent("Account")
    world.event(pk, "Account")
    world.drive()
    assert world.record(pk).reason == "no_collection"
    assert asked_of_xai(world) == []


def test_a_linked_type_that_the_setting_does_not_name_is_no_parent(world: World) -> None:
    with configured(COLLECTION_ENTITIES=("Raeumungsklage",)):
        parent = world.parent("Account")
        document = world.document(parent, kind="Account")
        world.event(document)
        world.event(parent, "Account")
        world.drive()
        assert world.record(document).reason == "no_parent"
        assert not Record.objects.filter(entity_type="Account").exists()
        for name in (CHANGES, EVERYTHING):
            scans.run(name)
        world.drive()
        assert not Record.objects.filter(entity_type="Account").exists()
    assert world.inside() == {}


def test_taking_a_type_off_the_list_empties_nothing(world: World) -> None:
    """Left alone, like a paused parent: neither is anything added nor taken away nor proposed for deletion."""
    parent = world.parent("Account")
    document = world.document(parent, kind="Account")
    world.event(document)
    world.drive()
    before, mark = world.inside(), world.mark()
    assert len(next(iter(before.values()))) == 1
    with configured(COLLECTION_ENTITIES=("Raeumungsklage",)):
        world.event(document, full=True)
        world.event(parent, "Account", full=True)
        world.drive()
        scan = scans.run(EVERYTHING, confirmed=True)
        assert scan is not None
        world.drive()
        assert scan.orphans == 0
    assert world.inside() == before
    assert not [call for call in world.writes(mark) if call["system"] == "xai"]


def test_what_the_step_listens_to_is_what_the_setting_names() -> None:
    spec = registry.step(COLLECTION_SYNC)
    assert set(registry.works_on(spec)) == set(PARENTS)
    with configured(COLLECTION_ENTITIES=()):
        assert registry.step(COLLECTION_SYNC).topics == ()
        assert [each for each in checks.run_checks() if each.is_serious(checks.ERROR)] == []
