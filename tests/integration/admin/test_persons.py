"""The page on which a person's data is told and erased: a right of its own, words in no address, all on record."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse
from django.utils import timezone

from syncapp.models import (
    JournalEntry,
    JournalState,
    ProxyCall,
    Record,
    Reference,
    ReferenceKind,
    StaffAction,
    Status,
    SystemName,
    Task,
)
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login

NAME = "Geheimrätin"
PAGE = "/admin/hub/person/"


@pytest.fixture
def her() -> Record:
    now = timezone.now()
    made = rows.record(
        Status.IN_SYNC, step="beteiligte_sync", entity_type="CBeteiligte", entity_id="a" * 17, reason="", served=1,
        due_at=None, settled_at=now, agreed={"fields": {"name": NAME}},
    )  # fmt: skip
    Reference.objects.create(
        entity_type="CBeteiligte", entity_id=made.entity_id, system=SystemName.ADVOWARE, kind=ReferenceKind.PARTY,
        remote_id="4711",
    )  # fmt: skip
    JournalEntry.objects.create(
        record=made, system="advoware", action="update_party", target_type="Beteiligter", begun_at=now,
        finished_at=now, state=JournalState.DONE, changes={"name": ["", NAME]},
    )  # fmt: skip
    return made


@pytest.mark.parametrize("words", [NAME, "geheimrätin", "4711", "a" * 17])
def test_found_told_and_erased(login: Login, her: Record, words: str) -> None:
    client = login("dora", rows.PRIVACY)
    shown = client.post(PAGE, {"who": words}, headers={"accept-language": "de"}).content.decode()
    assert her.entity_id in shown
    assert "Werte im Journal" in shown
    assert "Zuerst dort löschen." in shown
    form = {"entity_id": her.entity_id, "mentions": ""}

    file = client.post(reverse("admin:hub_export_person"), form)
    assert file["Content-Disposition"] == f'attachment; filename="{her.entity_id}.json"'
    assert "no-store" in file["Cache-Control"]
    assert json.loads(file.content)["tables"]["syncapp.Record"][0]["agreed"] == {"fields": {"name": NAME}}

    client.post(reverse("admin:hub_erase_person"), form)  # without being sure
    assert JournalEntry.objects.exclude(changes={}).exists()
    client.post(reverse("admin:hub_erase_person"), {**form, "sure": "yes"})
    assert not JournalEntry.objects.exclude(changes={}).exists()
    her.refresh_from_db()
    assert her.agreed  # she is a client still
    # Told were the record, its write, its reference, and that it is being told.
    done = StaffAction.objects.order_by("pk").values_list("action", "target_id", "count")
    assert list(done) == [("export_person", her.entity_id, 4), ("erase_person", her.entity_id, 1)]
    assert NAME not in str(list(StaffAction.objects.values()))


@pytest.mark.parametrize("words", ["", "niemand", "4712", "x" * 201])
def test_nobody_is_found_and_the_page_says_so(login: Login, her: Record, words: str) -> None:
    answer = login("dora", rows.PRIVACY).post(PAGE, {"who": words})
    assert answer.status_code == 200
    assert her.entity_id not in answer.content.decode()


def test_several_are_to_be_chosen_from(login: Login, her: Record) -> None:
    rows.record(step="beteiligte_sync", entity_type="CBeteiligte", entity_id="b" * 17, agreed={"name": NAME})
    shown = login("dora", rows.PRIVACY).post(PAGE, {"who": NAME}).content.decode()
    assert her.entity_id in shown
    assert "b" * 17 in shown
    assert reverse("admin:hub_erase_person") not in shown


@pytest.mark.parametrize("group", [rows.STAFF, rows.CARE])
def test_nobody_else_may(login: Login, her: Record, group: str) -> None:
    client = login("karl", group)
    assert client.get(PAGE).status_code == 403
    for name in ("export_person", "erase_person"):
        form = {"entity_id": her.entity_id, "sure": "yes"}
        assert client.post(reverse(f"admin:hub_{name}"), form).status_code == 403
    assert PAGE not in client.get("/admin/").content.decode()


def test_whoever_is_gone_meanwhile_is_not_told(login: Login) -> None:
    client = login("dora", rows.PRIVACY)
    for name in ("export_person", "erase_person"):
        answer = client.post(reverse(f"admin:hub_{name}"), {"entity_id": "gone", "sure": "yes"}, follow=True)
        assert answer.redirect_chain == [(PAGE, 302)]
        assert [str(each) for each in answer.context["messages"]] == ["The hub knows nobody like that"]


def test_who_is_in_advoware_only_is_told_and_erased_too(login: Login) -> None:
    """Of a party that the CRM did not have the hub knows the number in Advoware and nothing else."""
    made = rows.record(Status.IN_SYNC, step="beteiligte_sync", entity_type="Beteiligte", entity_id="4712", reason="")
    rows.task(made, state="closed", closed_at=timezone.now(), note=NAME, target_id="4712")
    client = login("dora", rows.PRIVACY)
    shown = client.post(PAGE, {"who": "4712"}).content.decode()
    assert reverse("admin:hub_erase_person") in shown
    form = {"entity_id": "4712", "mentions": ""}
    file = client.post(reverse("admin:hub_export_person"), form)
    assert json.loads(file.content)["numbers"] == ["4712"]
    assert NAME in file.content.decode()
    client.post(reverse("admin:hub_erase_person"), {**form, "sure": "yes"})
    assert NAME not in str(list(Task.objects.values()))


def test_an_id_of_digits_only_is_found(login: Login, her: Record) -> None:
    """One in some thousands of EspoCRM's ids has no letter."""
    Record.objects.filter(pk=her.pk).update(entity_id="1" * 17)
    shown = login("dora", rows.PRIVACY).post(PAGE, {"who": "1" * 17}).content.decode()
    assert reverse("admin:hub_erase_person") in shown


def test_what_staff_did_to_others_whose_numbers_look_alike_is_not_told(login: Login, her: Record) -> None:
    """The numbers of Advoware, of records and of tasks are all small ones."""
    rows.record(Status.IN_SYNC, step="beteiligte_sync", entity_type="Beteiligte", entity_id="4712", reason="")
    for kind, ident, detail in (
        ("Record", "4711", f"beteiligte_sync CBeteiligte {'b' * 17}"),
        ("Task", "4712", ""),
        ("Record", "9", "document_sync CDokumente 65f0000000004712"),
        ("Beteiligte", "4711", "beteiligte_sync"),
        ("JournalEntry", "9", "beteiligte_sync Beteiligte 4712"),
    ):
        StaffAction.objects.create(action="retry", target_type=kind, target_id=ident, detail=detail)
    for path in ("Akten/4711", "beteiligte/4711/Adressen", "Beteiligte/47112", "Beteiligte/4712"):
        ProxyCall.objects.create(at=timezone.now(), method="GET", path=f"api/v1/advonet/{path}", status=200)
    client, told, asked = login("dora", rows.PRIVACY), {}, {}
    for ident in (her.entity_id, "4712"):
        file = client.post(reverse("admin:hub_export_person"), {"entity_id": ident})
        tables = json.loads(file.content)["tables"]
        did = tables["syncapp.StaffAction"]
        asked[ident] = [row["path"].removeprefix("api/v1/advonet/") for row in tables["syncapp.ProxyCall"]]
        told[ident] = [(row["target_type"], row["target_id"]) for row in did if row["action"] == "retry"]
    assert told == {her.entity_id: [("Beteiligte", "4711")], "4712": [("JournalEntry", "9")]}
    assert asked == {her.entity_id: ["beteiligte/4711/Adressen"], "4712": ["Beteiligte/4712"]}
