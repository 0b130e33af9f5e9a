"""The page for taking over an existing installation: who may, what it shows, what its buttons have done."""

from __future__ import annotations

import csv
import io

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from syncapp import jobs
from syncapp.admin.kit.export import BOM
from syncapp.admin.machinery.adoption import what_comes_next
from syncapp.flows.adopting import adopting
from syncapp.models import Adoption, AdoptionState, Record, StaffAction, Verdict
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.old_installation import OldFirm
from tests.world import World

pytestmark = pytest.mark.django_db
PAGE = "admin:hub_adoption"


def press(client: Client, name: str) -> str:
    return client.post(reverse(f"admin:hub_{name}"), follow=True).content.decode()


def worked_off() -> Adoption:
    jobs.adopt(Adoption.objects.latest("pk").pk)
    return Adoption.objects.latest("pk")


def test_only_who_looks_after_the_hub_may(login: Login) -> None:
    staff, care = login("anna", rows.STAFF), login("karl", rows.CARE)
    assert staff.get(reverse(PAGE)).status_code == 403
    for name in ("look_at_adoption", "apply_adoption"):
        assert staff.post(reverse(f"admin:hub_{name}")).status_code == 403
        assert care.get(reverse(f"admin:hub_{name}")).status_code == 405
    assert "Nobody has looked yet" in care.get(reverse(PAGE)).content.decode()
    assert not Adoption.objects.exists()


def test_look_then_take_over(world: World, login: Login) -> None:
    firm, care = OldFirm(world), login("karl", rows.CARE)
    firm.seed_documents(1)
    assert "A worker does it" in press(care, "look_at_adoption")
    assert "under way already" in press(care, "apply_adoption")
    assert Adoption.objects.count() == 1
    looked = worked_off()
    assert (looked.state, looked.applied, Record.objects.exists()) == (AdoptionState.DONE, False, False)
    text = care.get(reverse(PAGE)).content.decode()
    assert "the file that the CRM names is not at xAI" in text
    assert firm.documents["dead"] in text
    assert "Schriftsatz" not in text
    assert "What the report says a person must look at comes first" in text
    assert "If it is right, press Take over" in text
    press(care, "apply_adoption")
    done = worked_off()
    assert (done.applied, done.asked_by.username if done.asked_by else "") == (True, "karl")
    text = care.get(reverse(PAGE)).content.decode()
    assert "What then needs a person appears" in text
    assert reverse("admin:hub_needs") in text[text.index("What comes next") :]
    assert reverse("admin:syncapp_scanrun_changelist") in text[text.index("What comes next") :]
    assert Record.objects.filter(entity_id=firm.documents["sha"]).exists()
    assert set(StaffAction.objects.values_list("action", flat=True)) == {"adopt", "look_at_adoption"}


def test_all_of_it_as_a_file(world: World, login: Login) -> None:
    firm, care = OldFirm(world), login("karl", rows.CARE)
    firm.seed_documents(1)
    done = adopting.run(adopting.ask(apply=False))
    answer = care.get(reverse("admin:hub_adoption_report", args=[done.pk]))
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.startswith(BOM)  # for a German Excel, as all files that are taken away
    lines = list(csv.DictReader(io.StringIO(text.removeprefix(BOM)), delimiter=";"))
    assert len(lines) == done.findings.count()
    assert {line["id"] for line in lines} >= set(firm.documents.values())
    assert {line["result"] for line in lines}.isdisjoint(Verdict.values)
    assert "Document" in {line["entity type"] for line in lines}
    assert "no-store" in answer["Cache-Control"]
    taken = StaffAction.objects.get(action="export_list")
    assert (taken.target_type, taken.count, str(taken.user)) == ("adoption", len(lines), "karl")
    assert care.get(reverse("admin:hub_adoption_report", args=[done.pk + 1])).status_code == 404


def test_how_far_it_is_refreshes_by_itself(login: Login) -> None:
    care = login("karl", rows.CARE)
    asked = adopting.ask(apply=True)
    Adoption.objects.filter(pk=asked.pk).update(seen=1234, kind="documents")
    text = care.get(reverse(PAGE), headers={"X-Hub-Part": "1"}).content.decode()
    assert "Documents: 1,234 looked at" in text
    assert "<html" not in text


def test_a_job_that_comes_twice_does_it_once(world: World) -> None:
    asked = adopting.ask(apply=False)
    jobs.adopt(asked.pk)
    before = world.mark()
    jobs.adopt(asked.pk)
    assert world.mark() == before


@pytest.mark.parametrize(
    ("applied", "found", "words"),
    [
        (False, set(), "There is nothing to take over."),
        (False, {Verdict.KNOWN}, "What agrees is remembered already."),
        (False, {Verdict.AS_IS, Verdict.KNOWN}, "press Take over"),
        (True, {Verdict.AS_IS}, "Nothing is to be changed"),
        (True, {Verdict.CHANGES}, "The next comparisons bring about"),
    ],
)
def test_what_comes_next_is_said(applied: bool, found: set[Verdict], words: str) -> None:
    with translation.override("en"):
        assert words in " ".join(what_comes_next(applied=applied, found=found))
        assert not any("comes first" in each for each in what_comes_next(applied=applied, found=found))


def test_in_german(login: Login) -> None:
    text = login("karl", rows.CARE).get(reverse(PAGE), headers={"accept-language": "de"}).content.decode()
    assert "Bestehende Installation übernehmen" in text
