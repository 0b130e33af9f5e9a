"""The firm since March 2026: what `prepare` makes for it and `check_connections` says of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sandbox.espocrm.config import ADMIN, ADMIN_PASSWORD
from syncapp.clients.espocrm import EspoClient
from syncapp.management import crm_checks
from syncapp.management.commands.espocrm import LOGIN, PASSWORD
from tests.integration.test_crm_checks import look, to_do, trouble
from tests.integration.test_espocrm_prepare import STOCK, prepare, settings_of
from tests.knowledge import JOIN, KNOWLEDGE, firm
from tests.world import World, configured

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with firm() as there:
        yield there


def test_a_firm_that_has_all_has_nothing_to_do(world: World) -> None:
    found = look(world)
    assert trouble(found) == []
    assert {name: to_do(found, name) for name in (KNOWLEDGE, JOIN)} == {KNOWLEDGE: {}, JOIN: {}}
    rows = {row[0]: row[1:5] for each in found[JOIN] for row in each.rows}
    assert rows["syncstatus (CAIKnowledgeCDokumente.syncStatus)"] == ("yes", "enum", "yes", "yes")
    assert "datenbankId (CAIKnowledge.xaiCollectionId)" in {row[0] for each in found[KNOWLEDGE] for row in each.rows}


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (f"{KNOWLEDGE}.datenbankId", "lacks the fields datenbankId"),
        (f"{JOIN}.cDokumente", "lacks the fields cDokumente"),
        (f"{KNOWLEDGE}.aktivierungsstatus", "lacks the fields aktivierungsstatus"),
        (JOIN, ""),
    ],
)
def test_what_it_cant_do_without_is_said(world: World, missing: str, words: str) -> None:
    ((what, said),) = trouble(look(world, espocrm_missing=[missing]))
    assert what == missing.partition(".")[0]
    assert words in said


def test_a_state_without_an_option_is_named_and_not_needed(world: World) -> None:
    found = look(world, espocrm_changed={f"{JOIN}.syncstatus": {"options": ["new", "synced"]}})
    assert trouble(found) == []
    ((name, said),) = to_do(found, JOIN).items()
    assert name.startswith("syncstatus")
    assert "no option for unclean, failed, unsupported" in said


def test_prepare_makes_a_stock_crm_one_of_that_kind(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(LOGIN, ADMIN)
    monkeypatch.setenv(PASSWORD, ADMIN_PASSWORD)
    world.sandbox.settings(espocrm_missing=[*STOCK, KNOWLEDGE, JOIN])
    EspoClient.metadata_cache.clear()
    told = settings_of(prepare("--yes"))
    assert not [name for name in told["ESPOCRM_FIELDS"] if name.startswith((KNOWLEDGE, JOIN))]
    with configured(**told):
        EspoClient.metadata_cache.clear()
        assert [each for each in crm_checks.findings() if each.good is False] == []
        assert "Nothing is missing" in prepare("--yes")
