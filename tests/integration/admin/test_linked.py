"""From a document to its case, from there to its documents: what the CRM links, asked when somebody looks."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.clients.espocrm import EspoClient
from syncapp.models import Record, Status
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import World, configured


@pytest.fixture
def erika(world: World, login: Login) -> Client:
    EspoClient.metadata_cache.clear()
    return login("erika", rows.STAFF)


def of(kind: str, pk: str, step: str = "document_sync") -> Record:
    return rows.record(Status.IN_SYNC, step=step, entity_type=kind, entity_id=pk)


def shown(client: Client, record: Record) -> str:
    return client.get(reverse("admin:hub_linked", args=[record.pk])).content.decode()


def test_a_document_leads_to_its_case_and_back(world: World, erika: Client) -> None:
    case = world.parent(name="Räumungsklage Hauptstr. 3")
    document = world.document(case)
    here, there = of("CDokumente", document), of("Raeumungsklage", case, "collection_sync")
    for page, other, name in ((here, there, "Räumungsklage Hauptstr. 3"), (there, here, "Vertrag")):
        part = shown(erika, page)
        assert name in part
        assert f'href="{reverse("admin:syncapp_record_change", args=[other.pk])}"' in part
        assert (
            f'hx-get="{reverse("admin:hub_linked", args=[page.pk])}"'
            in erika.get(reverse("admin:syncapp_record_change", args=[page.pk])).content.decode()
        )


def test_a_party_leads_to_its_accounts_without_a_record_too(world: World, erika: Client) -> None:
    party = world.sandbox.create("CBeteiligte", {"lastName": "Wendland"})
    account = world.sandbox.create(
        "CBankverbindungen", {"name": "Girokonto", "iban": "DE89370400440532013000", "beteiligteId": party}
    )
    record = of("CBeteiligte", party, "beteiligte_sync")
    assert account in shown(erika, record)
    assert "Girokonto" in shown(erika, record)
    with configured(SHOW_NAMES=False):
        assert account in shown(erika, record)
        assert "Girokonto" not in shown(erika, record)


def test_who_is_gone_or_away_is_said(world: World, erika: Client, login: Login) -> None:
    record = of("CDokumente", "65f0c0ffee0000001")
    assert "no such entity any more" in shown(erika, record)
    world.sandbox.add_fault("status", status=503, system="espocrm", times=None)
    assert "asked at the moment" in shown(erika, record)
    assert shown(erika, of("Mitarbeiter", "SB", "calendar_employee")).strip() == ""
    assert login("nobody").get(reverse("admin:hub_linked", args=[record.pk])).status_code == 403
