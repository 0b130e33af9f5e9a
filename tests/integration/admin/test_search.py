"""Where is … everywhere: asked live, a card for each entity, and the words stay nowhere."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from django.apps import apps
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from syncapp.admin.search import advoware, crm, page
from syncapp.admin.search.cards import Card
from syncapp.models import Reference, StaffAction, Status, System, SystemState
from tests.integration.admin import rows
from tests.integration.admin.conftest import Login
from tests.world import World, configured

pytestmark = pytest.mark.usefixtures("nothing_known")

IBAN, MAIL = "DE89370400440532013000", "joern@example.org"
PAGE = "/admin/hub/search/"


@pytest.fixture
def wendland(world: World) -> str:
    return world.sandbox.create(
        "CBeteiligte",
        {
            "firstName": "Jörn",
            "lastName": "Wendland",
            "emailAddress": MAIL,
            "phoneNumber": "+49301234567",
        },
    )


def meier(world: World) -> int:
    return int(world.sandbox.advoware.create_party({"name": "Meier", "vorname": "Ute"})["betNr"])


def cards(client: Client, words: str) -> dict[str, Card]:
    """By what they are called, or by their ids."""
    answer = client.post(PAGE, {"words": words}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    return {card.name or card.ident: card for card in answer.context.get("cards") or []}


def remarks(client: Client, words: str) -> str:
    answer = client.post(PAGE, {"words": words}, headers={"HX-Request": "true"})
    return " ".join(f"{each.system} {each.words}" for each in answer.context["found"].remarks)


@pytest.mark.parametrize(
    "words", ["Wendland", "wendland, jörn", "endl", MAIL, f"Jörn <{MAIL}>", "030 1234567", "+49 30 1234567"]
)
def test_a_party_is_found_by_what_people_know_of_it(words: str, world: World, erika: Client, wendland: str) -> None:
    world.parent(name="Somebody else")
    found = cards(erika, words)
    assert list(found) == ["Jörn Wendland"]
    assert found["Jörn Wendland"].ident == wendland


def test_a_file_a_case_and_an_account_are_found(world: World, erika: Client, wendland: str) -> None:
    case = world.parent(name="Räumungsklage Hauptstr. 3", aktenzeichen="00123/26")
    document = world.document(case, file_name="Kündigung_Müller 50%.pdf")
    account = world.sandbox.create(
        "CBankverbindungen", {"name": "Girokonto", "iban": "DE89 3704 0044 0532 0130 00", "beteiligteId": wendland}
    )
    assert cards(erika, "hauptstr klage")["Räumungsklage Hauptstr. 3"].ident == case
    assert cards(erika, "Kündigung_Müller 50%")["Vertrag"].ident == document
    assert cards(erika, IBAN)["Girokonto"].ident == account
    assert cards(erika, "Az.: 123/2026").keys() == {"Räumungsklage Hauptstr. 3"}
    for words in (document, f"https://crm.example.org/#CDokumente/view/{document}"):
        assert [card.ident for card in cards(erika, words).values()] == [document]


def test_a_number_of_advoware_is_asked_there(world: World, erika: Client) -> None:
    number = meier(world)
    assert list(cards(erika, str(number))) == ["Meier, Ute"]
    party = world.sandbox.create("CBeteiligte", {"firstName": "Ute", "lastName": "Meier-Alt", "betnr": number})
    found = cards(erika, "Meier-Alt")["Ute Meier-Alt"]
    assert found.ident == party
    assert ("Advoware", "Meier, Ute", str(number)) in [place[:3] for place in found.places]


def test_what_the_hub_knows_stands_on_the_card(world: World, erika: Client) -> None:
    case = world.parent(name="Hauptstr. 3")
    settled = timezone.now() - timedelta(hours=2)
    agreed = rows.record(
        Status.IN_SYNC, step="collection_sync", entity_type="Raeumungsklage", entity_id=case, settled_at=settled
    )
    rows.attempt(agreed)
    Reference.objects.create(
        entity_type="Raeumungsklage", entity_id=case, system="xai", kind="collection", remote_id="collection_80"
    )
    for words in ("Hauptstr", case, "collection_80", agreed.trace_id):
        card = cards(erika, words)["Hauptstr. 3"]
        assert ("xAI", "collection", "collection_80") in [place[:3] for place in card.places], words
        assert card.agreed_at == settled
        assert card.address == reverse("admin:syncapp_record_change", args=[agreed.pk])
        assert card.open == []
    failed = rows.record(step="matter_sync", entity_type="Raeumungsklage", entity_id=case)
    conflict = rows.party(Status.CONFLICT, entity_id=world.sandbox.create("CBeteiligte", {"lastName": "Hauptstr"}))
    task = rows.task(conflict)
    shown = erika.post(PAGE, {"words": "Hauptstr"}).content.decode()
    for address in (
        reverse("admin:syncapp_record_change", args=[failed.pk]),
        reverse("admin:hub_conflict", args=[conflict.pk]),
        reverse("admin:syncapp_task_change", args=[task.pk]),
    ):
        assert f'href="{address}"' in shown


def test_appointments_and_calendars_are_found(world: World, erika: Client) -> None:
    employee = rows.employee()
    link = rows.link(employee, text="Güteverhandlung Wendland ./. Meier", number=4711)
    for words in ("4711", link.event_id, "wendland güteverhandlung"):
        assert cards(erika, words)["Güteverhandlung Wendland ./. Meier"].address.endswith(f"/{link.pk}/change/"), words
    for words in ("SB", "Brandt"):
        assert cards(erika, words)["Sabine Brandt"].address == "/admin/syncapp/calendaremployee/SB/change/"


def test_orphans_and_traces_are_found_by_their_ids(world: World, erika: Client) -> None:
    orphan = rows.orphan(remote_id="file_lost1")
    attempt = rows.attempt(rows.record())
    assert cards(erika, "file_lost1")["file_lost1"].address == reverse("admin:syncapp_orphan_change", args=[orphan.pk])
    assert cards(erika, attempt.trace_id)[attempt.trace_id].address == f"/admin/hub/trace/{attempt.trace_id}/"


@pytest.mark.parametrize(
    "words", ["%", "__", "*", "\\", "' OR 1=1 --", "<script>", "?q=1&x", "../../User/1", "x" * 5000]
)
def test_what_is_hostile_is_data_and_finds_nothing(words: str, world: World, erika: Client) -> None:
    world.parent(name="Hauptstr. 3")
    assert cards(erika, words) == {}
    assert "<script>alert" not in erika.post(PAGE, {"words": "<script>alert(1)</script>"}).content.decode()


def test_many_are_capped_with_a_word(world: World, erika: Client) -> None:
    for number in range(crm.OF_A_KIND + 3):
        world.parent(name=f"Hauptstr. {number}")
    answer = erika.post(PAGE, {"words": "Hauptstr"})
    assert len(answer.context["cards"]) == crm.OF_A_KIND
    assert "There are more: add words." in answer.content.decode()


def test_a_system_that_is_away_says_so_and_the_others_come(world: World, erika: Client) -> None:
    number = meier(world)
    rows.record(entity_id="104860x9")
    world.sandbox.add_fault("status", status=503, system="espocrm", times=None)
    assert "EspoCRM does not answer" in remarks(erika, str(number))
    assert list(cards(erika, str(number))) == ["Meier, Ute"]
    assert list(cards(erika, "104860x9")) == ["104860x9"]
    world.sandbox.clear_faults()
    later = timezone.now() + timedelta(hours=1)
    System.objects.create(name="advoware", state=SystemState.DOWN, since=timezone.now(), next_probe_at=later)
    assert "Advoware does not answer" in remarks(erika, str(number))


def test_a_silent_system_ends_with_the_whole_search(world: World, erika: Client, monkeypatch: Any) -> None:
    monkeypatch.setattr(crm, "SECONDS", 0.6)
    monkeypatch.setattr(advoware, "SECONDS", 0.6)
    for system in ("espocrm", "advoware"):
        world.sandbox.add_fault("delay", delay=0.4, system=system, times=None)
    begun = time.monotonic()
    told = remarks(erika, "104860")
    assert "EspoCRM does not answer" in told
    assert "Advoware does not answer" in told
    assert time.monotonic() - begun < 3


def test_a_type_that_may_not_be_seen_is_named(world: World, erika: Client, wendland: str) -> None:
    refusal = {"X-Status-Reason": "No access to Account."}
    world.sandbox.add_fault("status", status=403, system="espocrm", path="/api/v1/Account", headers=refusal, times=None)
    assert "EspoCRM does not let the hub look at: Company." in remarks(erika, "Wendland")
    assert list(cards(erika, "Wendland")) == ["Jörn Wendland"]


def test_who_may_not_see_records_can_not_search_and_names_can_be_off(
    world: World, erika: Client, wendland: str, login: Login
) -> None:
    nobody = login("nobody")
    assert nobody.post(PAGE, {"words": "Wendland"}).status_code == 403
    assert Client().post(PAGE, {"words": "Wendland"}).status_code == 302
    assert 'id="hub-search"' in erika.get("/admin/").content.decode()
    assert 'id="hub-search"' not in nobody.get("/admin/").content.decode()
    with configured(SHOW_NAMES=False):
        assert list(cards(erika, "Wendland")) == [wendland]
    rows.link(rows.employee(), number=4711, text="Güteverhandlung")
    rows.grant("nobody", "view_record")
    assert cards(nobody, "4711") == {}  # appointments are a right of their own


def test_only_so_many_search_at_once(world: World, erika: Client) -> None:
    for _number in range(page.AT_ONCE):
        assert page._seats.acquire(blocking=False)
    try:
        assert "try again in a moment" in erika.post(PAGE, {"words": "Wendland"}).content.decode()
    finally:
        for _number in range(page.AT_ONCE):
            page._seats.release()
    assert StaffAction.objects.count() == 0


def test_words_stay_nowhere_and_the_search_is_on_record(
    world: World, erika: Client, wendland: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    with mock.patch("django.core.cache.cache.set", side_effect=AssertionError("the cache is shared")):
        assert cards(erika, "Wendland")
    row = StaffAction.objects.get()
    assert (row.user.username if row.user else "", row.action, row.count) == ("erika", "search", 1)
    assert "endland" not in caplog.text
    for model in apps.get_models(include_auto_created=True):
        assert "endland" not in str(list(model._default_manager.values()))
    answer = erika.post(PAGE, {"words": "Wendland"})
    assert answer["Cache-Control"].startswith("max-age=0")
    assert "no-store" in answer["Cache-Control"]


def test_the_themes_own_search_is_gone(erika: Client) -> None:
    assert erika.get("/admin/search/", {"s": "Wendland"}).status_code == 404
    assert "search-input-command" not in erika.get("/admin/").content.decode()


def test_a_calendar_is_reached_at_google(world: World, erika: Client) -> None:
    employee = rows.employee(name="Selma Brandt", calendar_id="c_1@group.calendar.google.com")
    link = rows.link(employee)
    assert {place.address for card in cards(erika, "Brandt").values() for place in card.places} == {""}  # a sandbox
    with configured(GOOGLE_API_ROOT="https://www.googleapis.com"):
        (card,) = cards(erika, "Brandt").values()
        there = {place.system: place.address for place in card.places}
        assert (
            there["Google Calendar"]
            == "https://calendar.google.com/calendar/u/0?cid=Y18xQGdyb3VwLmNhbGVuZGFyLmdvb2dsZS5jb20"
        )
        (card,) = (card for card in cards(erika, str(link.number)).values() if card.kind == "Appointment")
        assert {place.system: place.address for place in card.places}["Google Calendar"] == there["Google Calendar"]


def test_the_person_stands_before_what_bears_the_name(wendland: str, erika: Client) -> None:
    rows.link(rows.employee("SB"), text="Verhandlung Wendland")
    answer = erika.post(PAGE, {"words": "Wendland"}, headers={"HX-Request": "true"})
    assert [card.ident == wendland for card in answer.context["cards"]] == [True, False]
