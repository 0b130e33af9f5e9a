"""Akten as Advoware may answer them: little of it is public, so every reading is understood."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import responses

from syncapp.clients.advoware import AdvowareClient, Matter, MatterFields
from syncapp.clients.errors import EntityTypeUnknown, NotFound, UnexpectedAnswer
from tests.unit.clients.conftest import ADVOWARE

LIST = f"{ADVOWARE}/api/v1/Akten"
ROW = {"id": 9001, "az": " 123/26 ", "rubrum": "Muster ./. Beispiel"}
MATTER = Matter("9001", "123/26")


@pytest.mark.parametrize("answer", [ROW, [ROW], {"Id": "9001", "AZ": "123/26"}, [{"id": 8, "az": None}, ROW]])
def test_one_akte_by_its_number(web: responses.RequestsMock, advoware: AdvowareClient, answer: Any) -> None:
    web.get(f"{LIST}/9001", json=answer)
    assert advoware.matter("9001") == MATTER


@pytest.mark.parametrize("answer", [None, {}, [], {**ROW, "id": 9002}, [{**ROW, "id": 9002}]])
def test_whatever_else_is_answered_is_none_of_that_number(
    web: responses.RequestsMock, advoware: AdvowareClient, answer: Any
) -> None:
    web.get(f"{LIST}/9001", json=answer)
    with pytest.raises(NotFound):
        advoware.matter("9001")


def test_gone_or_no_such_path(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(f"{LIST}/9001", status=404, json={"Message": "Die Akte 9001 wurde nicht gefunden."})
    with pytest.raises(NotFound):
        advoware.matter("9001")
    web.get(f"{LIST}/9002", status=404, json={"Message": "Es wurde keine HTTP-Ressource gefunden."})
    with pytest.raises(EntityTypeUnknown):
        advoware.matter("9002")


@pytest.mark.parametrize("typed", ["", "../advonet/Beteiligte", "9001/Dokumente", "9001?x=1", "9 001", "ä", "1" * 65])
def test_what_somebody_typed_as_a_number_leads_nowhere_else(advoware: AdvowareClient, typed: str) -> None:
    with pytest.raises(NotFound):
        advoware.matter(typed)  # without a call: none is registered


@pytest.mark.usefixtures("gateway")
def test_keys_can_have_other_names(web: responses.RequestsMock, new_advoware: Callable[..., AdvowareClient]) -> None:
    web.get(LIST, json=[{"aktenNummer": 9001, "aktenzeichen": "123/26"}])
    client = new_advoware(matter_fields=MatterFields("aktennummer", "aktenzeichen"))
    assert list(client.matters()) == [MATTER]


@pytest.mark.parametrize("row", [{"id": 9001}, {"az": "123/26"}, {"id": None, "az": "123/26"}, {"id": 1, "az": ["x"]}])
def test_an_akte_without_its_keys_is_no_akte(
    web: responses.RequestsMock, advoware: AdvowareClient, row: dict[str, Any]
) -> None:
    web.get(LIST, json=[ROW, row])
    found = advoware.matters()
    assert next(found) == MATTER
    with pytest.raises(UnexpectedAnswer):
        next(found)


@pytest.mark.parametrize("empty", [None, "", "  "])
def test_an_akte_may_have_no_aktenzeichen(web: responses.RequestsMock, advoware: AdvowareClient, empty: Any) -> None:
    web.get(LIST, json=[{"id": 9001, "az": empty}])
    assert list(advoware.matters()) == [Matter("9001", "")]


@pytest.mark.parametrize(("rows", "seen"), [([ROW, ROW], ROW), ([{"Nummer": 1}], {"Nummer": 1}), ([], {})])
def test_the_first_one_as_it_came(web: responses.RequestsMock, advoware: AdvowareClient, rows: Any, seen: Any) -> None:
    web.get(LIST, json=rows)
    assert advoware.matters_answer() == seen
