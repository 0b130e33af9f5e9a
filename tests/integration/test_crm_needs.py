"""What the CRM lacks is said at start, not in the middle of a sync."""

from __future__ import annotations

from typing import Any

import pytest
from structlog.testing import capture_logs

from syncapp.clients.espocrm import EspoClient
from syncapp.management import crm_needs
from syncapp.management.connection_checks import all_systems
from syncapp.models import SystemName
from tests.world import World, configured

pytestmark = pytest.mark.django_db
MISSING = ["CBeteiligte.advowareRowId", "CBeteiligte.registergericht", "CBankverbindungen.iban"]


@pytest.fixture
def lacking(world: World) -> World:
    world.sandbox.settings(espocrm_missing=MISSING)
    EspoClient.metadata_cache.clear()
    return world


def warnings() -> list[dict[str, Any]]:
    with capture_logs() as logs:
        crm_needs.warn_at_start()
    return [row for row in logs if row["log_level"] == "warning"]


def test_nothing_is_said_of_a_crm_that_has_all(world: World) -> None:
    assert warnings() == []


def test_each_missing_field_is_named_with_whether_it_is_needed(lacking: World) -> None:
    said = {(row["entity_type"], row["field"], row["needed"]) for row in warnings()}
    assert said == {
        ("CBeteiligte", "advowareRowId", False),
        ("CBeteiligte", "registergericht", True),
        ("CBankverbindungen", "iban", True),
    }


def test_a_crm_that_does_not_answer_stops_nobody(world: World) -> None:
    world.sandbox.add_fault("status", status=503, system="espocrm", times=None)
    assert [row["event"] for row in warnings()] == ["crm.fields_unknown"]


def test_without_advoware_nobody_asks(lacking: World) -> None:
    before = lacking.mark()
    with configured(ADVOWARE_PASSWORD=""):
        assert warnings() == []
    assert lacking.sandbox.calls(since=before) == []


def test_check_connections_asks_every_system(world: World) -> None:
    assert {row.system for row in all_systems() if row.milliseconds is not None} == set(SystemName.values)


def test_check_connections_names_them_too(lacking: World) -> None:
    found = {(row.what, row.words) for row in all_systems() if row.good is not True}
    assert ("CBeteiligte", "lacks the fields registergericht") in found
    assert ("CBeteiligte", "lacks advowareRowId: not needed, not written") in found
    assert ("CBankverbindungen", "lacks the fields iban") in found
