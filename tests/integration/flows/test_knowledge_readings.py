"""Collections that hang on an entity of their own, where the firm's CRM could be read in several ways."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import clear_url_caches

from bitbylaw import urls as hub_urls
from bitbylaw.config import Config
from syncapp.clients.espocrm import EspoClient, EspoMember
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import EVERYTHING
from syncapp.models import Orphan, Record, ScanState, Status
from syncapp.webhooks import urls as webhook_urls
from tests.knowledge import JOIN, KNOWLEDGE, LINK, firm, knowledge, row
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with firm() as there:
        yield there


def as_it_is(world: World, **settings: Any) -> None:
    world.sandbox.settings(**settings)
    EspoClient.metadata_cache.clear()


def joined(world: World, document: str, parent: str) -> str:
    """As a program makes it that knows no link, only the entity between."""
    return world.sandbox.create(JOIN, {"cDokumenteId": document, "cAIKnowledgeId": parent})


def synced(world: World) -> tuple[str, str]:
    document, parent = world.document(), knowledge(world)
    world.event(joined(world, document, parent), JOIN)
    world.drive()
    return document, parent


def is_searchable(world: World, document: str, parent: str) -> None:
    collection = world.sandbox.get(KNOWLEDGE, parent)["datenbankId"]
    assert world.inside()[collection] == {world.crm(document)["xaiId"]}
    assert row(world, document, parent)["aiDocumentId"] == world.crm(document)["xaiId"]


@pytest.mark.parametrize("missing", [["CDokumente.cAIKnowledges"], ["CDokumente.cAIKnowledges", f"{KNOWLEDGE}.name"]])
def test_with_no_link_but_the_entity_between(world: World, missing: list[str]) -> None:
    as_it_is(world, espocrm_missing=[*missing, f"{KNOWLEDGE}.dokumentes", f"{KNOWLEDGE}.syncError"])
    document, parent = synced(world)
    is_searchable(world, document, parent)
    (collection,) = world.sandbox.state("xai")["collections"]
    assert collection["collection_name"].startswith(f"{KNOWLEDGE}-{parent}")


@pytest.mark.parametrize(
    "missing",
    [
        [f"{JOIN}.{name}" for name in ("syncstatus", "syncedHash", "aiDocumentId", "lastSync")],
        [f"{JOIN}.syncstatus", f"{KNOWLEDGE}.syncStatus"],
        [f"{JOIN}.lastSync", f"{KNOWLEDGE}.lastSync"],
    ],
)
def test_states_that_the_crm_does_not_keep_are_not_written_and_nothing_goes_round(
    world: World, missing: list[str]
) -> None:
    as_it_is(world, espocrm_missing=missing)
    document, parent = synced(world)
    collection = world.sandbox.get(KNOWLEDGE, parent)["datenbankId"]
    assert world.inside()[collection] == {world.crm(document)["xaiId"]}
    sent = [call for call in world.writes() if call["path"].startswith(f"/espocrm/api/v1/{JOIN}/")]
    assert len(sent) <= 1
    before = world.mark()
    for _ in range(2):
        scans.run(EVERYTHING)
        world.drive()
    assert world.writes(before) == []


def test_without_a_status_that_says_what_it_means_all_are_left_alone(world: World) -> None:
    """Rather than guessed: a right to the field that was withdrawn reopens nothing."""
    document, parent = synced(world)
    world.sandbox.upload_file(document, "vertrag.txt", b"Nachtrag")
    as_it_is(world, espocrm_denied=[f"{KNOWLEDGE}.aktivierungsstatus.read"])
    before = world.mark()
    world.event(document, full=True)
    world.event(parent, KNOWLEDGE, full=True)
    world.drive()
    assert world.writes(before) == []
    assert world.record(document).reason == "parent_paused"


def test_options_that_are_missing_are_left_out(world: World) -> None:
    as_it_is(
        world,
        espocrm_changed={
            f"{JOIN}.syncstatus": {"options": ["new", "unclean", "failed"]},
            f"{KNOWLEDGE}.syncStatus": {"options": ["unclean", "failed"]},
        },
    )
    document, parent = synced(world)
    assert row(world, document, parent)["aiDocumentId"] == world.crm(document)["xaiId"]
    assert row(world, document, parent)["syncstatus"] == "new"
    before = world.mark()
    for _ in range(2):
        scans.run(EVERYTHING)
        world.drive()
    assert world.writes(before) == []


def test_a_pair_that_stands_there_twice(world: World) -> None:
    document, parent = synced(world)
    second = joined(world, document, parent)
    world.event(second, JOIN)
    world.drive()
    assert world.sandbox.get(JOIN, second)["syncstatus"] == "synced"
    world.sandbox.delete(JOIN, second)
    world.event(second, JOIN)
    world.drive()
    is_searchable(world, document, parent)


def test_rows_that_lead_nowhere_stop_nothing(world: World) -> None:
    document, parent = synced(world)
    gone = knowledge(world)
    lost = joined(world, document, gone)
    world.sandbox.delete(KNOWLEDGE, gone)
    bare = world.sandbox.create(JOIN, {"cAIKnowledgeId": parent})
    for pk in (lost, bare):
        world.event(pk, JOIN)
    world.event(document, full=True)
    world.drive()
    assert (scan := scans.run(EVERYTHING))
    assert scan.state == ScanState.DONE
    world.drive()
    is_searchable(world, document, parent)
    assert not Record.objects.filter(status=Status.FAILED).exists()


@pytest.mark.parametrize("hidden", [KNOWLEDGE, JOIN])
def test_a_type_that_was_never_to_be_seen_is_no_parent(world: World, hidden: str) -> None:
    as_it_is(world, espocrm_denied=[f"{hidden}.read"])
    document = world.document(world.parent())
    joined(world, document, knowledge(world))
    world.event(document)
    world.drive()
    assert world.record(document).status == Status.IN_SYNC
    assert len(world.inside()) == 1


@pytest.mark.parametrize("hidden", [KNOWLEDGE, JOIN])
def test_a_right_that_is_withdrawn_empties_no_collection(world: World, hidden: str) -> None:
    document, parent = synced(world)
    inside = world.inside()
    as_it_is(world, espocrm_denied=[f"{hidden}.read"])
    world.event(document, full=True)
    world.event(parent, KNOWLEDGE, full=True)
    world.drive()
    scans.run(EVERYTHING)
    world.drive()
    assert world.inside() == inside
    assert not Orphan.objects.exists()
    record = world.record(document)
    assert (record.status, record.reason) == (Status.FAILED, "type_unseen")
    as_it_is(world, espocrm_denied=[])
    call_command("retry_failed")
    world.drive()
    is_searchable(world, document, parent)


@pytest.mark.parametrize("hidden", ["cAIKnowledge", "cDokumente"])
def test_what_joins_them_and_is_hidden_by_a_role_empties_no_collection(world: World, hidden: str) -> None:
    document, parent = synced(world)
    inside = world.inside()
    as_it_is(world, espocrm_denied=[f"{JOIN}.{hidden}.read"])
    world.event(document, full=True)
    world.event(parent, KNOWLEDGE, full=True)
    world.drive()
    assert world.inside() == inside
    record = world.record(document)
    assert (record.status, record.reason) == (Status.FAILED, "forbidden")
    as_it_is(world, espocrm_denied=[])
    call_command("retry_failed")
    world.drive()
    is_searchable(world, document, parent)


def test_rows_that_may_not_be_written_name_the_right(world: World) -> None:
    as_it_is(world, espocrm_denied=[f"{JOIN}.edit"])
    document, parent = synced(world)
    record = world.record(document)
    assert (record.status, record.reason) == (Status.FAILED, "forbidden")
    collection = world.sandbox.get(KNOWLEDGE, parent)["datenbankId"]
    assert len(world.inside()[collection]) == 1  # the main job is done all the same


def test_ids_of_a_links_own_table_are_numbers() -> None:
    member = EspoMember.from_api({"id": 17, "parentId": "a", "documentId": "b"})
    assert (member.id, member.file_id, member.status) == ("17", "", "")


def test_at_a_firm_with_other_names(world: World) -> None:
    """The ends of the entity between are called as EspoCRM makes them of the types' names."""
    types = {"CDokumente": "Schriftstueck", KNOWLEDGE: "Wissen", JOIN: "WissenSchriftstueck"}
    fields = {
        f"{KNOWLEDGE}.xaiCollectionId": "sammlung",
        f"{KNOWLEDGE}.status": "stand",
        f"{JOIN}.xaiId": "datei",
        f"{JOIN}.syncStatus": "abgleich",
    }
    renamed = {
        f"{KNOWLEDGE}.datenbankId": "sammlung",
        f"{KNOWLEDGE}.aktivierungsstatus": "stand",
        f"{JOIN}.aiDocumentId": "datei",
        f"{JOIN}.syncstatus": "abgleich",
        f"{JOIN}.cAIKnowledge": "wissen",
        f"{JOIN}.cDokumente": "schriftstueck",
    }
    as_it_is(world, espocrm_renamed=types | renamed, espocrm_missing=["CDokumente.cAIKnowledges"])
    with configured(ESPOCRM_ENTITIES=types, ESPOCRM_FIELDS=fields):
        EspoClient.metadata_cache.clear()
        document, parent = synced(world)
        is_searchable(world, document, parent)
        assert row(world, document, parent)["syncstatus"] == "synced"
        assert world.sandbox.get(KNOWLEDGE, parent)["aktivierungsstatus"] == "active"


def test_a_parent_of_the_other_kind_beside_it(world: World) -> None:
    case, document = world.parent(), world.document()
    parent = knowledge(world, document)
    world.sandbox.link("CDokumente", document, "raeumungsklages", case)
    world.event(document, full=True)
    world.drive()
    assert all(files == {world.crm(document)["xaiId"]} for files in world.inside().values())
    assert len(world.inside()) == 2
    world.sandbox.unlink("CDokumente", document, LINK, parent)
    world.event(document, full=True)
    world.event(parent, KNOWLEDGE, full=True)
    world.drive()
    assert world.crm(document)["xaiCollections"] == [world.sandbox.get("Raeumungsklage", case)["xaiCollectionId"]]
    assert world.inside()[world.sandbox.get(KNOWLEDGE, parent)["datenbankId"]] == set()


@contextmanager
def doors() -> Iterator[None]:
    """Which webhooks there are is read once in a process: here by this firm's words, afterwards by the usual ones."""

    def read() -> None:
        for module in (webhook_urls, hub_urls):
            importlib.reload(module)
        clear_url_caches()

    read()
    try:
        yield
    finally:
        with configured(WEBHOOK_ENTITIES=Config.model_fields["WEBHOOK_ENTITIES"].default):
            read()


def test_its_webhooks_are_registered(world: World) -> None:
    with doors():
        call_command("register_webhooks", "--base-url", "https://hub.example.org/")
    events = {hook["event"] for hook in world.sandbox.state("espocrm")["webhooks"]}
    assert {f"{kind}.{action}" for kind in (KNOWLEDGE, JOIN) for action in ("create", "update", "delete")} <= events
