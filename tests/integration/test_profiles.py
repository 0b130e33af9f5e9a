"""Each kind of firm from its own environment through a day: documents, parties, accounts, Akten, a task."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command

from syncapp.flows.akten import advoware
from syncapp.flows.bankverbindungen.flow import CHECK_ACCOUNTS
from syncapp.flows.comparing import scans
from syncapp.flows.comparing.flow import CHANGES, EVERYTHING
from syncapp.models import Record, ScanState, Status
from tests.accounts import BANK, IBAN, OTHER, account
from tests.events import happened
from tests.parties import Parties
from tests.profiles import PARTY, PROFILES, Firm, firm, link_to

pytestmark = pytest.mark.django_db


@pytest.fixture(params=PROFILES)
def here(request: pytest.FixtureRequest, db: None) -> Iterator[Firm]:
    with firm(request.param) as there:
        yield there
        failed = Record.objects.filter(status=Status.FAILED)
        assert [(each.entity_type, each.reason, each.detail) for each in failed] == []


def compared(here: Firm, name: str) -> None:
    scan = scans.run(name)
    assert scan is not None
    assert scan.state == ScanState.DONE, (scan.detail, scan.note)
    here.world.drive()


def told(here: Firm, kind: str, pk: str, *, full: bool = False, topic: str = "") -> None:
    happened(kind, pk, full=full, topic=topic)
    here.world.drive()


def test_its_connections_are_content(here: Firm) -> None:
    out = io.StringIO()
    call_command("check_connections", stdout=out)
    assert "CDokumente" in out.getvalue() or "Schriftstueck" in out.getvalue()


def test_the_life_of_a_document(here: Firm) -> None:
    for kind in here.profile.parents:
        parent = here.parent(kind)
        document = here.document(kind, parent, content=f"Mietvertrag {kind}".encode())
        told(here, "CDokumente", document)
        collection, shown = here.collection(kind, parent), here.world.crm(document)
        assert here.searched("Mietvertrag", collection) == {shown["xaiId"]}
        assert (shown["xaiSyncStatus"], shown["xaiCollections"]) == ("clean", [collection])
        here.world.sandbox.upload_file(document, "neu.txt", f"Nachtrag {kind}".encode())
        told(here, "CDokumente", document)
        new = here.world.crm(document)["xaiId"]
        assert new != shown["xaiId"]
        assert (here.searched("Mietvertrag", collection), here.searched("Nachtrag", collection)) == (set(), {new})
        before = here.world.mark()
        here.world.sandbox.update("CDokumente", document, {"name": "Neuer Name"})
        told(here, "CDokumente", document)
        assert here.world.writes(before) == []
        here.world.sandbox.unlink("CDokumente", document, link_to(kind), parent)
        told(here, "CDokumente", document, full=True)
        assert here.searched("Nachtrag", collection) == set()
        assert here.world.crm(document)["xaiSyncStatus"] == "no_sync"
        here.world.sandbox.link("CDokumente", document, link_to(kind), parent)
        told(here, "CDokumente", document, full=True)
        assert here.searched("Nachtrag", collection) == {new}
        here.world.sandbox.delete(kind, parent)
        told(here, kind, parent)
        assert here.searched("Nachtrag", collection) == set()
        assert here.world.crm(document)["xaiCollections"] in ([], None)


def test_a_renamed_parent_and_a_night_without_webhooks(here: Firm) -> None:
    parents = {kind: here.parent(kind) for kind in here.profile.parents}
    documents = {kind: here.document(kind, parent, content=kind.encode()) for kind, parent in parents.items()}
    compared(here, EVERYTHING)
    for kind, parent in parents.items():
        collection = here.collection(kind, parent)
        assert here.world.inside()[collection] == {here.world.crm(documents[kind])["xaiId"]}
        here.world.sandbox.update(kind, parent, {"lastName" if kind == PARTY else "name": "Neuer Name"})
    compared(here, CHANGES)
    names = {row["collection_id"]: row["collection_name"] for row in here.world.sandbox.state("xai")["collections"]}
    for kind, parent in parents.items():
        assert names[here.collection(kind, parent)] == f"{kind}-{parent} Neuer Name"
    before = here.world.mark()
    for name in (CHANGES, EVERYTHING):
        compared(here, name)
    assert here.world.writes(before) == []


@pytest.mark.parametrize("who", [{"firstName": "Almut", "lastName": "Wendland"}, {"firmenname": "Lux GmbH"}])
def test_a_party_goes_both_ways(here: Firm, who: dict[str, Any]) -> None:
    parties, mail = Parties(here.world), "almut@example.com"
    rows = [{"emailAddress": mail, "primary": True}]
    pk = here.world.sandbox.create(PARTY, {**who, "emailAddressData": rows})
    told(here, PARTY, pk)
    number = int(parties.crm(pk)["betnr"])
    made = parties.advoware(number)
    assert made["name"] == who.get("lastName", who.get("firmenname"))
    assert [row["tlf"] for row in made["kommunikation"]] == [mail]
    field, word = ("lastName", "Anders") if "lastName" in who else ("firmenname", "Lux und Söhne GmbH")
    parties.edit_advoware(number, name=word)
    told(here, PARTY, pk, full=True)
    assert parties.crm(pk)[field] == word
    parties.edit_crm(pk, rechtsform="GbR")
    told(here, PARTY, pk)
    assert parties.advoware(number)["rechtsform"] == "GbR"
    assert parties.crm(pk)["syncStatus"] == "clean"


def test_a_bank_account_goes_both_ways_and_a_change_is_a_task(here: Firm) -> None:
    parties = Parties(here.world)
    user = here.world.sandbox.state("espocrm")["records"]["User"][0]["id"]
    pk = here.world.sandbox.create(PARTY, {"firstName": "Almut", "lastName": "Wendland", "assignedUserId": user})
    own = account(parties, pk)
    told(here, PARTY, pk)
    told(here, BANK, own)
    number = int(parties.crm(pk)["betnr"])
    assert [row["iban"] for row in parties.advoware(number)["bankverbindungen"]] == [IBAN]
    here.world.sandbox.advoware.add_bank_account(number, {"iban": OTHER, "bank": "Nordbank"})
    told(here, PARTY, pk, topic=CHECK_ACCOUNTS)
    rows = here.world.sandbox.state("espocrm")["records"][BANK]
    assert {row["iban"] for row in rows} == {IBAN, OTHER}
    here.world.sandbox.update(BANK, own, {"iban": "DE89370400440532013000"})
    told(here, BANK, own)
    (task,) = here.world.sandbox.state("espocrm")["records"]["Task"]
    assert (task["assignedUserId"], task["status"]) == (user, "Not Started")


def test_a_case_knows_its_akte(here: Firm) -> None:
    here.world.sandbox.advoware.add_matter(9001, {"az": "0123/2026-MS", "rubrum": "Muster ./. Beispiel"})
    for kind, field in here.profile.matters.items():
        advoware.shared.clear()
        active = {"aktivierungsstatus": "active"} if kind == "CAdvowareAkten" else {}
        pk = here.world.sandbox.create(kind, {"name": "Muster", "aktenzeichen": "123/26", **active})
        told(here, kind, pk)
        assert str(here.world.sandbox.get(kind, pk)[field]) == "9001"
