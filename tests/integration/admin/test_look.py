"""A request by hand: what is offered works, and what is refused says what to choose instead."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.events import registry
from syncapp.models import Record, StaffAction, Status
from tests.integration.admin import rows
from tests.world import configured

DOCUMENT = "document_sync:CDokumente"
CRM = "https://crm.example.org"
OPTION = re.compile(r'<option value="([^"]+)"')


def post(client: Client, what: str, entity_id: str, language: str = "en") -> str:
    form = {"what": what, "entity_id": entity_id}
    answer = client.post(reverse("admin:hub_look"), form, follow=True, headers={"accept-language": language})
    return unescape(answer.content.decode())


def test_all_that_is_offered_works(staff: Client) -> None:
    offered = OPTION.findall(staff.get(reverse("admin:hub_look")).content.decode())
    assert len(offered) == len(set(offered))
    assert {what.partition(":")[0] for what in offered} == {
        spec.name for spec in registry.runnable() if registry.works_on(spec) and registry.is_on(spec)
    }
    for what in offered:
        assert "looks at it now" in post(staff, what, "65f1"), what
    made = Record.objects.values_list("step", "entity_type", "entity_id", "status")
    assert set(made) == {(*what.split(":"), "65f1", Status.WAITING) for what in offered}
    assert set(Record.objects.values_list("urgency", flat=True)) == {0}
    assert StaffAction.objects.filter(action="look", count=1).count() == len(offered)


@pytest.mark.parametrize(
    ("setting", "step"), [("ADDRESS_NOTICES", "address_look"), ("PARTIES_TO_ESPOCRM", "party_bringing")]
)
def test_a_step_that_a_setting_has_off_is_not_offered(staff: Client, setting: str, step: str) -> None:
    shown = []
    for on in (False, True):
        with configured(**{setting: on}):
            offered = OPTION.findall(staff.get(reverse("admin:hub_look")).content.decode())
        shown.append(any(what.startswith(f"{step}:") for what in offered))
    assert shown == [False, True]


@pytest.mark.parametrize("address", ["65f1", f"{CRM}/#CDokumente/view/65f1", f" {CRM}/#CDokumente/view/65f1/ "])
def test_an_id_and_an_address_are_taken(staff: Client, address: str) -> None:
    post(staff, DOCUMENT, address)
    assert Record.objects.get().entity_id == "65f1"


@pytest.mark.parametrize(
    ("what", "entity_id", "words"),
    [
        (DOCUMENT, "not an id!", "An id has letters, digits"),
        ("document_sync:CBeteiligte", "65f1", "Please choose something of the list."),
        ("no_step:CDokumente", "65f1", "Please choose something of the list."),
        (
            "collection_sync:Raeumungsklage",
            f"{CRM}/#CDokumente/view/65f1",
            "another kind of entity (Document). For it please choose: Brings a document",
        ),
        (DOCUMENT, f"{CRM}/#Email/view/65f1", "another kind of entity (Email), with which the hub does nothing."),
    ],
)
def test_what_is_refused_says_what_to_choose_instead(staff: Client, what: str, entity_id: str, words: str) -> None:
    assert words in post(staff, what, entity_id)
    assert not Record.objects.exists()


def test_initials_of_an_employee_may_have_any_signs_but_names_that_are_typed_are_no_ids(staff: Client) -> None:
    employee = "calendar_employee:Mitarbeiter"
    rows.employee("MÜ")
    assert "looks at it now" in post(staff, employee, "MÜ")
    assert Record.objects.get().entity_id == "MÜ"
    for what, typed in ((employee, "Müller"), (DOCUMENT, "MÜ"), (DOCUMENT, "a" * 65)):
        assert "An id has letters, digits" in post(staff, what, typed)
    assert Record.objects.count() == 1


def test_an_address_says_its_kind_in_the_words_of_this_crm(staff: Client) -> None:
    with configured(ESPOCRM_ENTITIES={"CDokumente": "Schriftstueck"}):
        assert "looks at it now" in post(staff, DOCUMENT, f"{CRM}/#Schriftstueck/view/65f1")
        assert "(Dokument)" in post(staff, "beteiligte_sync:CBeteiligte", f"{CRM}/#Schriftstueck/view/65f1", "de")
