"""The preview shows both systems as they are this moment, beside what was agreed; nothing is written."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.urls import reverse

from syncapp.models import Record, Status
from tests.accounts import IBAN, account, look
from tests.integration.admin import rows
from tests.parties import MAIL, MOBILE, Parties
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def parties(world: World) -> Parties:
    return Parties(world)


def shown(client: Client, record: Record) -> dict[str, list[str]]:
    """Of each line its label, and what stands in it; what the other side lacks in brackets."""
    page = client.post(reverse("admin:hub_preview", args=[record.pk]), headers={"accept-language": "en"})
    rows = re.findall(r"<tr>\s*<th scope=.row.>(.*?)</th>(.*?)</tr>", page.content.decode(), re.DOTALL)
    found: dict[str, list[str]] = {}
    for label, cells in rows:
        marked = cells.replace("<mark>", "[").replace("</mark>", "]")
        found.setdefault(label, []).append("|".join(re.findall(r"<td[^>]*>(.*?)</td>", marked, re.DOTALL)))
    return found


def test_a_party_that_was_edited_there(care: Client, world: World, parties: Parties) -> None:
    pk, number = parties.pair((MAIL, "a@w.example"))
    parties.edit_advoware(number, vorname="Almuth")
    parties.add_entry(number, MOBILE, "0171 4567890")
    mark = world.mark()
    lines = shown(care, parties.record(pk))
    assert world.writes(mark) == []
    assert lines["First name"] == ["Almut|[Almut]|[Almuth]"]
    assert lines["Mail address"] == ["a@w.example|a@w.example|a@w.example"]
    assert lines["Mobile number"] == ["–|–|[+491714567890]"]
    assert "Salutation" not in lines  # neither has one


def test_a_party_that_agrees_is_looked_at_on_both_sides_all_the_same(care: Client, parties: Parties) -> None:
    pk, _number = parties.pair()
    lines = shown(care, parties.record(pk))
    assert lines["Name"] == ["Wendland|Wendland|Wendland"]
    assert not any("[" in line for told in lines.values() for line in told)


def test_one_that_is_gone_on_a_side_has_no_two_sides(care: Client, parties: Parties) -> None:
    pk, number = parties.pair()
    parties.remove_in_advoware(number)
    assert shown(care, parties.record(pk)) == {}


def test_a_bank_account(care: Client, parties: Parties) -> None:
    party, _number = parties.pair()
    pk = account(parties, party, kontoinhaber="Almut Wendland")
    lines = shown(care, look(parties, pk))
    assert lines["IBAN"] == ["|".join([IBAN] * 3)]


def test_a_document_and_where_it_belongs(care: Client, world: World) -> None:
    case = world.parent()
    document, other = world.document(case), world.parent()
    world.event(document)
    world.drive()
    world.sandbox.link("CDokumente", document, "raeumungsklages", other)
    lines = shown(care, world.record(document))
    assert len(lines["Check sum (MD5)"]) == 1
    assert sorted(line.count("–") for line in lines["Collection at xAI"]) in ([0], [0, 2])


def test_what_would_end_for_a_reason_is_not_told_to_agree(care: Client, world: World) -> None:
    gone = rows.record(Status.IN_SYNC)
    page = care.post(reverse("admin:hub_preview", args=[gone.pk]), headers={"accept-language": "en"}).content.decode()
    assert "Nothing; below is why." in page
    assert "both sides agree already" not in page
