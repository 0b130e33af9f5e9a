"""A case, its Akte, its collection and its documents lead to each other on their pages."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.admin.records.neighbours import SHOWN
from syncapp.models import Record, Reference, ReferenceKind, SystemName
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

pytestmark = pytest.mark.django_db
CASE, FILE, DOCUMENT, PARTY, BANK = "Raeumungsklage", "CAdvowareAkten", "CDokumente", "CBeteiligte", "CBankverbindungen"


@pytest.fixture
def erika(login: Login) -> Client:
    return login("erika", rows.STAFF)


def entity(kind: str, pk: str, step: str = "collection_sync") -> Record:
    return rows.record("in_sync", step=step, entity_type=kind, entity_id=pk)


def refer(record: Record, kind: ReferenceKind, remote: str, inside: str = "") -> None:
    of_xai = kind in (ReferenceKind.COLLECTION, ReferenceKind.MEMBERSHIP, ReferenceKind.FILE)
    Reference.objects.create(
        entity_type=record.entity_type,
        entity_id=record.entity_id,
        system=SystemName.XAI if of_xai else SystemName.ADVOWARE,
        kind=kind,
        remote_id=remote,
        container_id=inside,
    )


def beside(client: Client, record: Record) -> dict[str, Any]:
    """Id of each neighbour to what stands with it; every one that has a record is linked."""
    page = client.get(reverse("admin:syncapp_record_change", args=[record.pk]))
    for each in page.context["neighbours"]:
        if each.record:
            assert reverse("admin:syncapp_record_change", args=[each.record.pk]) in page.content.decode()
    return {each.entity_id: [row.remote_id for row in each.references] for each in page.context["neighbours"]}


def test_akte_case_collection_and_documents_lead_to_each_other(erika: Client) -> None:
    case, akte, document = entity(CASE, "klage1"), entity(FILE, "akte1"), entity(DOCUMENT, "dokument1")
    again = entity(CASE, "klage1", "matter_sync")
    other = entity(CASE, "klage2")
    refer(case, ReferenceKind.COLLECTION, "collection_1")
    refer(other, ReferenceKind.COLLECTION, "collection_2")
    refer(case, ReferenceKind.MATTER, "9001")
    refer(akte, ReferenceKind.MATTER, "9001")
    refer(document, ReferenceKind.FILE, "file_1")
    refer(document, ReferenceKind.MEMBERSHIP, "file_1", "collection_1")
    for page in (case, again):
        assert beside(erika, page) == {"akte1": ["9001"], "dokument1": []}
    assert beside(erika, akte) == {"klage1": ["9001", "collection_1"]}
    assert beside(erika, document) == {"klage1": ["9001", "collection_1"]}
    assert beside(erika, other) == {}


def test_a_party_and_its_accounts_lead_to_each_other(erika: Client) -> None:
    party, account, stranger = entity(PARTY, "partei1"), entity(BANK, "konto1"), entity(BANK, "konto2")
    refer(party, ReferenceKind.PARTY, "4711")
    refer(account, ReferenceKind.BANK_ACCOUNT, "1", "4711")
    refer(stranger, ReferenceKind.BANK_ACCOUNT, "2", "4712")
    assert beside(erika, party) == {"konto1": ["1"]}
    assert beside(erika, account) == {"partei1": ["4711"]}
    assert beside(erika, stranger) == {}


def test_of_many_some_are_shown_and_the_page_costs_the_same(erika: Client, django_assert_max_num_queries: Any) -> None:
    case = entity(CASE, "klage1")
    refer(case, ReferenceKind.COLLECTION, "collection_1")
    url = reverse("admin:syncapp_record_change", args=[case.pk])
    for number in range(SHOWN + 5):
        refer(entity(DOCUMENT, f"dokument{number}"), ReferenceKind.MEMBERSHIP, f"file_{number}", "collection_1")
    with django_assert_max_num_queries(45):
        page = erika.get(url)
    assert len(page.context["neighbours"]) == SHOWN
    assert page.context["more_neighbours"]
    assert "There are more." in page.content.decode()
