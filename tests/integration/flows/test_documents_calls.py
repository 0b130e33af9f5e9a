"""What a document costs in outside calls, and that a call less is no look less."""

from __future__ import annotations

from typing import Any

import pytest

from syncapp.clients.espocrm import EspoClient
from syncapp.models import Record, Status
from tests.integration.flows.test_documents import collection_of
from tests.integration.flows.test_documents_faults import first_run, ready
from tests.world import LINKS, World

pytestmark = pytest.mark.django_db
READ = "GET /espocrm/api/v1/CDokumente/{id}"
WRITE = "PUT /espocrm/api/v1/CDokumente/{id}"
FILE = "GET /espocrm/api/v1/Attachment/file/{id}"
UPLOAD = "POST /xai/v1/files"
ATTACH = "POST /xai-management/v1/collections/{id}/documents/{id}"
LOOK = "GET /xai-management/v1/collections/{id}/documents:batchGet"
LINKED = [f"{READ}/{link}" for link in sorted(LINKS.values())]
AS_FIELDS = {f"CDokumente.{link}": {"type": "linkMultiple"} for link in LINKS.values()}


def calls(world: World, since: int) -> list[str]:
    """In their order, without the metadata, which a process asks once in a while for all."""
    made = [f"{call['method']} {call['route']}" for call in world.sandbox.calls(since=since)]
    return [call for call in made if not call.endswith("/Metadata")]


def run(world: World, document: str) -> tuple[list[str], Record]:
    before = world.mark()
    record = first_run(world, document)
    return calls(world, before), record


def test_a_new_document_costs_nine_calls_with_three_types_of_parents(world: World) -> None:
    _, document = ready(world)
    before = world.mark()
    assert world.drive() == 2
    assert calls(world, before) == [READ, *LINKED, FILE, UPLOAD, ATTACH, LOOK, WRITE]
    assert world.crm(document)["xaiSyncStatus"] == "clean"


@pytest.mark.parametrize(("shown", "fewer"), [(LINKS.values(), 2), (["accounts"], 1), (["raeumungsklages"], 0)])
def test_a_crm_that_shows_links_in_the_record_is_not_asked_for_those_that_lead_nowhere(
    world: World, shown: list[str], fewer: int
) -> None:
    changed = {f"CDokumente.{link}": {"type": "linkMultiple"} for link in shown}
    world.sandbox.settings(espocrm_changed=changed)
    EspoClient.metadata_cache.clear()
    _, document = ready(world)
    before = world.mark()
    world.drive()
    made = calls(world, before)
    assert len(made) == 9 - fewer
    assert f"{READ}/raeumungsklages" in made
    assert world.crm(document)["xaiSyncStatus"] == "clean"


@pytest.mark.parametrize("hidden", ["by the right to read the field", "by the metadata", "as it is not loaded"])
def test_links_that_the_record_does_not_show_are_asked_for(world: World, hidden: str) -> None:
    fields = {name: spec | {"noLoad": hidden == "as it is not loaded"} for name, spec in AS_FIELDS.items()}
    if hidden == "by the right to read the field":
        world.sandbox.settings(espocrm_denied=[f"{name}.read" for name in AS_FIELDS])
    if hidden != "by the metadata":
        world.sandbox.settings(espocrm_changed=fields)
    EspoClient.metadata_cache.clear()
    ready(world)
    before = world.mark()
    world.drive()
    assert [call for call in calls(world, before) if call in LINKED] == LINKED


def test_an_attribute_that_is_only_called_like_the_ids_of_a_link_says_nothing_of_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    get = EspoClient.get
    lists: dict[str, Any] = {f"{link}Ids": [] for link in LINKS.values()}
    monkeypatch.setattr(EspoClient, "get", lambda *args: {**get(*args), **lists})
    _, document = ready(world)
    world.drive()
    assert world.crm(document)["xaiSyncStatus"] == "clean"


def test_a_link_that_was_removed_is_seen_in_the_record(world: World) -> None:
    world.sandbox.settings(espocrm_changed=AS_FIELDS)
    EspoClient.metadata_cache.clear()
    parent, document = ready(world)
    world.drive()
    world.sandbox.unlink("CDokumente", document, "raeumungsklages", parent)
    world.event(document, full=True)
    made, record = run(world, document)
    assert not [call for call in made if call in LINKED]
    assert (record.status, record.reason) == (Status.SKIPPED, "no_parent")
    assert world.inside() == {collection_of(world, parent): set()}


@pytest.mark.parametrize("change", [{}, {"name": "Neuer Name"}], ids=["unchanged", "renamed"])
def test_a_document_that_is_in_step_costs_one_call(world: World, change: dict[str, Any]) -> None:
    _, document = ready(world)
    world.drive()
    world.sandbox.update("CDokumente", document, change)
    world.event(document)
    made, record = run(world, document)
    assert made == [READ]
    assert record.status == Status.IN_SYNC
