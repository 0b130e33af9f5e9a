"""A way from each page, and from each card of the search, to every place that it names."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.models import Record, Reference, ReferenceKind, Status
from tests.integration.admin import rows
from tests.world import World, configured

pytestmark = pytest.mark.usefixtures("nothing_known")

PARTY, BANK, CASE, AKTE, DOCUMENT = "CBeteiligte", "CBankverbindungen", "Raeumungsklage", "CAdvowareAkten", "CDokumente"
STEPS = {PARTY: "beteiligte_sync", BANK: "bankverbindungen_sync", CASE: "collection_sync", AKTE: "matter_sync"}
GOOGLE = "https://www.googleapis.com"


def entity(kind: str, ident: str, *references: tuple[str, str, str]) -> Record:
    for reference, remote_id, inside in references:
        system = "xai" if reference in ("file", "collection", "membership") else "advoware"
        given = {"system": system, "kind": reference, "remote_id": remote_id, "container_id": inside}
        Reference.objects.create(entity_type=kind, entity_id=ident, **given)
    step = STEPS.get(kind, "document_sync")
    return rows.record(Status.IN_SYNC, step=step, entity_type=kind, entity_id=ident)


@pytest.fixture
def firm(db: None) -> dict[str, Record]:
    """A party with an account and documents of its own; a case with its Akte and a document."""
    return {
        "party": entity(PARTY, "partei1", ("party", "4711", ""), ("collection", "collection_p", "")),
        "account": entity(BANK, "konto1", ("bank_account", "7", "4711")),
        "letter": entity(DOCUMENT, "brief1", ("file", "file_1", ""), ("membership", "file_1", "collection_p")),
        "case": entity(CASE, "klage1", ("collection", "collection_1", ""), ("matter", "9001", "")),
        "akte": entity(AKTE, "akte1", ("matter", "9001", "")),
        "document": entity(DOCUMENT, "dokument1", ("file", "file_2", ""), ("membership", "file_2", "collection_1")),
    }


WAYS = {
    "party": {"account", "letter"},
    "account": {"party"},
    "letter": {"party"},
    "case": {"akte", "document"},
    "akte": {"case"},
    "document": {"case"},
}


def page_of(record: Record) -> str:
    return reverse("admin:syncapp_record_change", args=[record.pk])


def links(text: str) -> set[str]:
    return set(re.findall(r'href="([^"#]+)"', text))


def card(client: Client, words: str) -> Any:
    answer = client.post(reverse("admin:hub_search"), {"words": words}, headers={"HX-Request": "true"})
    return answer.context["cards"], answer.content.decode()


@pytest.mark.parametrize("name", WAYS)
def test_page_and_card_lead_to_what_belongs_to_it(staff: Client, firm: dict[str, Record], name: str) -> None:
    there = {page_of(firm[other]) for other in WAYS[name]}
    shown = staff.get(page_of(firm[name])).content.decode()
    assert there <= links(shown), "its page"
    cards, text = card(staff, "9001" if name == "akte" else firm[name].entity_id)
    found = next(each for each in cards if each.ident == firm[name].entity_id)
    assert {way.address for way in found.ways} == there
    assert there <= links(text), "its card"
    assert all(f'data-entity="{way.entity_type}/{way.entity_id}"' in text for way in found.ways)  # named by the script


def test_a_number_and_an_id_elsewhere_lead_to_the_same_card(staff: Client, firm: dict[str, Record]) -> None:
    for word, name in (("4711", "party"), ("collection_1", "case"), ("file_2", "document")):
        found, text = card(staff, word)
        assert firm[name].entity_id in [each.ident for each in found], word
        assert {page_of(firm[other]) for other in WAYS[name]} <= links(text), word


def test_of_many_the_card_shows_some_and_leads_to_the_rest(staff: Client, django_assert_max_num_queries: Any) -> None:
    case = entity(CASE, "klage1", ("collection", "collection_1", ""))
    entity(CASE, "klage2", ("collection", "collection_1", ""))
    for number in range(30):
        entity(DOCUMENT, f"dokument{number}", ("membership", f"file_{number}", "collection_1"))
    with django_assert_max_num_queries(40):
        (found,), text = card(staff, "klage1")
    assert len([way for way in found.ways if way.entity_id]) == 5
    assert f'href="{page_of(case)}#neighbours"' in text
    assert 'id="neighbours"' in staff.get(page_of(case)).content.decode()


def test_what_the_hub_has_no_page_of_is_no_way(staff: Client, firm: dict[str, Record]) -> None:
    firm["account"].delete()
    (found,), _text = card(staff, "partei1")
    assert {way.entity_id for way in found.ways} == {"brief1"}


def test_an_appointment_leads_to_its_calendar_here_and_at_google_and_back(staff: Client) -> None:
    of = rows.employee()
    link = rows.link(of)
    calendar = rows.record(Status.IN_SYNC, step="calendar_employee", entity_type="Mitarbeiter", entity_id=of.pk)
    its_page = reverse("admin:syncapp_calendaremployee_change", args=[of.pk])
    appointment = reverse("admin:syncapp_calendarlink_change", args=[link.pk])
    with configured(GOOGLE_API_ROOT=GOOGLE):
        shown = {each: links(staff.get(each).content.decode()) for each in (appointment, its_page, page_of(calendar))}
        (found,), text = card(staff, str(link.number))
        (whose,), _text = card(staff, "Sabine")
    google = "https://calendar.google.com/calendar/u/0?cid="
    assert {its_page, page_of(calendar)} <= shown[appointment]
    assert page_of(calendar) in shown[its_page]
    assert its_page in shown[page_of(calendar)]
    for page in (appointment, its_page):
        assert [each for each in shown[page] if each.startswith(google)], page
    assert [way.address for way in found.ways] == [its_page]
    assert its_page in links(text)
    assert [way.address for way in whose.ways] == [f"/admin/syncapp/calendarlink/?employee={of.pk}"]
    assert staff.get(whose.ways[0].address).context["cl"].result_count == 1


def test_a_task_shown_in_the_crm_and_an_orphan_lead_to_what_they_are_about(care: Client) -> None:
    task = rows.task()
    mirrored = rows.record(Status.IN_SYNC, step="task_mirror", entity_type="Task", entity_id=str(task.pk))
    assert reverse("admin:syncapp_task_change", args=[task.pk]) in links(care.get(page_of(mirrored)).content.decode())
    of = entity(DOCUMENT, "dokument1")
    orphan = rows.orphan(entity_type=DOCUMENT, entity_id="dokument1")
    stray = rows.orphan(entity_type=DOCUMENT, entity_id="dokument2")
    shown = [
        page_of(of) in links(care.get(reverse("admin:syncapp_orphan_change", args=[each.pk])).content.decode())
        for each in (orphan, stray)
    ]
    assert shown == [True, False]


def test_a_party_of_both_systems_leads_to_its_accounts(world: World, erika: Client) -> None:
    party = world.sandbox.create(PARTY, {"firstName": "Jörn", "lastName": "Wendland", "betnr": 4711})
    account = entity(BANK, "konto1", ("bank_account", "7", "4711"))
    Reference.objects.create(
        entity_type=PARTY, entity_id=party, system="advoware", kind=ReferenceKind.PARTY, remote_id="4711"
    )
    found, text = card(erika, "Wendland")
    assert [each.ident for each in found] == [party]
    assert page_of(account) in links(text)
