"""Addresses that differ are told, and nothing is written; read off the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from syncapp.clients.advoware import AdvowareClient
from syncapp.events import registry, running
from syncapp.flows.adressen.flow import ADDRESS_LOOK, ADDRESSES
from syncapp.flows.comparing import scans
from syncapp.flows.differences import How
from syncapp.models import Record, ScanState, Status, Task, TaskState
from tests.events import found_by, happened
from tests.parties import PARTY, Parties
from tests.world import World, configured

pytestmark = pytest.mark.django_db
KIEL = {"addressStreet": "Hafenstraße 88", "addressPostalCode": "24103", "addressCity": "Kiel"}


@pytest.fixture
def firm(parties: Parties) -> Iterator[World]:
    with configured(ADDRESS_NOTICES=True):
        yield parties.world


def party(firm: World, crm: dict[str, Any], *there: dict[str, str]) -> tuple[str, int]:
    pk, number = Parties(firm).pair(crm=crm)
    for address in there:
        firm.sandbox.advoware.add_address(number, address)
    return pk, number


def looked_at(firm: World, pk: str) -> Record:
    """By this step alone: the flow of parties has tests of its own."""
    happened(PARTY, pk)
    running.run_now(Record.objects.get(step=ADDRESS_LOOK, entity_id=pk).pk, ADDRESS_LOOK, even_early=True)
    return Record.objects.get(step=ADDRESS_LOOK, entity_id=pk)


def addresses(firm: World, number: int) -> list[dict[str, Any]]:
    (row,) = (each for each in firm.sandbox.state("advoware")["parties"] if each["betNr"] == number)
    found: list[dict[str, Any]] = row["adressen"]
    return found


def test_another_address_is_a_task_until_they_agree_and_nothing_is_written(firm: World) -> None:
    pk, number = party(firm, KIEL, {"strasse": "Am Speicher 3", "plz": "24103", "ort": "Kiel"})
    before = addresses(firm, number)
    assert looked_at(firm, pk).status == Status.IN_SYNC
    (task,) = Task.objects.all()
    assert (task.kind, task.target_id) == ("address_differs", str(number))
    assert task.facts == [
        {"field": "address", "now": "Hafenstraße 88, 24103 Kiel", "wanted": "Am Speicher 3, 24103 Kiel"}
    ]
    assert addresses(firm, number) == before
    assert {name: firm.sandbox.get(PARTY, pk)[name] for name in KIEL} == KIEL
    firm.sandbox.advoware.update_address(number, before[0]["id"], {"strasse": "Hafenstr. 88"})
    assert [each.how for each in found_by(ADDRESSES)] == [How.STALE]
    scan = scans.run(ADDRESSES)
    assert scan is not None
    assert scan.state == ScanState.DONE
    firm.drive()
    task.refresh_from_db()
    assert task.state == TaskState.DONE
    assert not [call for call in firm.writes() if "Adressen" in call["path"]]


def test_one_of_several_is_enough(firm: World) -> None:
    there = ({"strasse": "Postfach 7", "ort": "Kiel"}, {"strasse": "hafenstraße 88", "plz": "24103", "ort": "KIEL"})
    pk, _number = party(firm, KIEL, *there)
    assert looked_at(firm, pk).status == Status.IN_SYNC
    assert not Task.objects.exists()


def test_a_party_without_number_or_without_address_costs_advoware_no_call(firm: World) -> None:
    stranger = Parties(firm).in_crm(lastName="Lux", **KIEL)
    assert looked_at(firm, stranger).reason == "address_no_number"
    assert found_by(ADDRESSES) == []
    pk, _number = party(firm, {}, {"strasse": "Am Speicher 3"})
    assert looked_at(firm, pk).status == Status.IN_SYNC
    assert not [call for call in firm.sandbox.calls() if "Adressen" in call["path"]]


def test_a_deleted_party_leaves_no_task(firm: World) -> None:
    pk, _number = party(firm, KIEL, {"strasse": "Am Speicher 3"})
    looked_at(firm, pk)
    firm.sandbox.delete(PARTY, pk)
    assert looked_at(firm, pk).reason == "entity_gone"
    assert not Task.objects.filter(kind="address_differs", state=TaskState.OPEN).exists()


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 503}, {"kind": "cut_after"}, {"kind": "truncated"}])
def test_a_fault_is_got_over(firm: World, fault: dict[str, Any]) -> None:
    pk, _number = party(firm, KIEL, {"strasse": "Am Speicher 3"})
    firm.sandbox.add_fault(**fault, system="advoware", method="GET", path="/Adressen", times=4)
    looked_at(firm, pk)
    firm.drive()
    assert Record.objects.get(step=ADDRESS_LOOK).status == Status.IN_SYNC
    assert Task.objects.get(state=TaskState.OPEN).kind == "address_differs"


def test_off_is_what_it_is_until_somebody_wants_it(parties: Parties) -> None:
    pk, _number = parties.pair(crm=KIEL)
    happened(PARTY, pk)
    assert not Record.objects.filter(step=ADDRESS_LOOK).exists()
    assert ADDRESSES not in {each.name for each in registry.comparisons()}


def test_the_client_has_no_way_to_write_an_address() -> None:
    assert [name for name in dir(AdvowareClient) if "address" in name and not name.startswith("_")] == ["addresses"]
