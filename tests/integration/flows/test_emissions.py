"""What is emitted is what is declared: every flow is run, and both are compared.

That nothing else is emitted anywhere is watched over in every test (`tests/conftest.py`).
"""

from __future__ import annotations

from typing import Any

import pytest
import structlog
from django.utils.module_loading import import_string

from syncapp.events import dispatch, registry
from syncapp.events.topics import topic_of
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import ALL_PARTIES
from syncapp.models import Record
from tests.calendars import Calendars
from tests.events import happened
from tests.parties import Parties
from tests.world import LINKS, World, configured

IBANS = ("DE02120300000000202051", "DE02500105170137075030", "DE02100500000054540402")
BANK = "CBankverbindungen"
MATTERS = {"Raeumungsklage": {"reference": "aktenzeichen"}}


@pytest.fixture
def emitted(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """(step, topic); "" for what is emitted outside of a run."""
    found: set[tuple[str, str]] = set()
    watch = dispatch._watch

    def note(topic: str) -> None:
        found.add((str(structlog.contextvars.get_contextvars().get("step", "")), topic))
        watch(topic)

    monkeypatch.setattr(dispatch, "_watch", note)
    return found


def documents_and_collections(world: World) -> None:
    for kind in LINKS:
        data = {"lastName": "Wendland"} if kind == "CBeteiligte" else {"name": "Muster ./. Beispiel"}
        document = world.document(world.sandbox.create(kind, data), kind=kind)
        world.event(document)
    world.drive()


def parties_and_accounts(world: World) -> None:
    parties = Parties(world)
    pk, number = parties.pair()
    world.sandbox.advoware.add_bank_account(number, {"iban": IBANS[0], "bank": "Sparkasse"})
    world.sandbox.advoware.add_bank_account(number, {"iban": "folgt"})  # nobody can bring this one
    parties.edit_advoware(number, name="Roth")
    parties.sync(pk)
    stranger = parties.in_crm(lastName="Lux")
    accounts = [
        world.sandbox.create(BANK, {"name": "Konto", "beteiligteId": party, "iban": iban, "istStandard": True})
        for party, iban in ((stranger, IBANS[1]), (pk, IBANS[2]))
    ]
    for account in accounts:
        happened(BANK, account)
    world.drive()
    world.sandbox.update(BANK, accounts[1], {"iban": IBANS[1]})  # a person must change it in Advoware
    happened(BANK, accounts[1])
    gone, _ = parties.pair()
    world.sandbox.delete("CBeteiligte", gone)  # and remove this party there
    parties.sync(gone)


def calendars(world: World) -> None:
    ready = Calendars.ready(world)
    ready.google.remove_calendar(ready.calendar)
    ready.sync()


def cases_and_akten(world: World) -> None:
    case = world.parent(aktenzeichen="7/26")  # Advoware has no such Akte
    happened("Raeumungsklage", case)
    world.drive()


def addresses(world: World) -> None:
    parties = Parties(world)
    pk, number = parties.pair(crm={"addressStreet": "Hafenstraße 88"})
    world.sandbox.advoware.add_address(number, {"strasse": "Am Speicher 3"})
    happened("CBeteiligte", pk)
    world.drive()


def parties_of_advoware(world: World) -> None:
    parties = Parties(world)
    parties.in_advoware(name="Oster")
    parties.in_advoware(name="Tie<de", vorname="")  # EspoCRM can't hold this name
    scans.run(ALL_PARTIES)
    world.drive()


def test_every_flow_emits_what_it_declares(world: World, emitted: set[tuple[str, str]]) -> None:
    world.sandbox.settings(google_push_seconds=600)  # nobody listens at the hub's address
    switched_on: dict[str, Any] = {"BANK_ACCOUNTS_TO_ESPOCRM": True, "TASKS_TO_ESPOCRM": "Task"}
    switched_on |= {"MATTER_ENTITIES": MATTERS, "ADDRESS_NOTICES": True, "PARTIES_TO_ESPOCRM": {"betnr": ("all",)}}
    with configured(**switched_on, CALENDAR_PUSH_URL="https://hub.example.org"):
        for firm in (
            documents_and_collections,
            parties_and_accounts,
            calendars,
            cases_and_akten,
            addresses,
            parties_of_advoware,
        ):
            firm(world)
        declared = {(spec.name, topic) for spec in registry.runnable() for topic in spec.emits}
        assert {each for each in emitted if each[0]} == declared
        assert {spec.name for spec in registry.runnable()} == set(Record.objects.values_list("step", flat=True))


def test_every_schedule_emits_what_it_declares(world: World, emitted: set[tuple[str, str]]) -> None:
    world.sandbox.settings(google_push_seconds=600)
    Calendars.ready(world)
    Record.objects.all().delete()
    with configured(CALENDAR_PUSH_URL="https://hub.example.org"):
        for each in registry.register().schedules:
            emitted.clear()
            import_string(each.function)(*each.arguments)
            assert {topic for _, topic in emitted} == set(each.emits), each.name


def test_who_subscribes_to_parents_hears_of_a_document_that_asks_for_its_collection(
    world: World, settings: Any, emitted: set[tuple[str, str]]
) -> None:
    """`tests.followups` subscribes to all that happens to cases; it was not woken while requests went past topics."""
    settings.HUB_FLOWS = ("tests.followups",)
    case = world.parent(aktenzeichen="12 C 34/26")
    world.event(world.document(case))
    world.drive()
    assert ("document_sync", topic_of("Raeumungsklage", "collection")) in emitted
    assert set(Record.objects.filter(entity_id=case).values_list("step", flat=True)) == {
        "collection_sync",
        "followup_sync",
    }


def test_what_nobody_has_declared_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(dispatch, "undeclared", lambda topic, step: found.append((step, topic)))
    asked = dispatch.emit("vmh.letter.update", "CLetter", ["1"])
    with structlog.contextvars.bound_contextvars(step="document_sync"):
        dispatch.emit("vmh.document.update", "CDokumente", ["1"])  # another step's
    assert asked == []
    assert found == [("", "vmh.letter.update"), ("document_sync", "vmh.document.update")]
    assert Record.objects.get().step == "document_sync"  # it goes its way all the same
