"""What Advoware answers, and what comes out of the client."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import responses

from syncapp.clients.advoware import AdvowareClient, AdvowareParty, BankAccount, Employee, Paths
from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    EntityTypeUnknown,
    Forbidden,
    Maintenance,
    NotFound,
    Outdated,
    RateLimited,
    Rejected,
    ServerTrouble,
    Unauthorized,
    UnexpectedAnswer,
)
from tests.unit.clients.conftest import ADVOWARE, TOKEN_URL, Watcher

PARTIES = f"{ADVOWARE}/api/v1/advonet/Beteiligte"
PARTY = f"{PARTIES}/7"
ROW = {
    "betNr": 7,
    "rowId": "A1",
    "geaendertAm": "2026-07-01T12:00:00.1234567",
    "name": " Muster ",
    "vorname": None,
    "geburtsdatum": "0001-01-01T00:00:00",
    "steuernummer": "kept",
    "kommunikation": [
        {"id": 2, "rowId": "K2", "kommKz": 4, "tlf": "a@example.org", "bemerkung": None, "online": True},
        {"id": 1, "rowId": "K1", "kommKz": 1, "tlf": "0511 1", "bemerkung": "privat"},
    ],
}


def pascal(value: Any) -> Any:
    if isinstance(value, dict):
        return {key[0].upper() + key[1:]: pascal(item) for key, item in value.items()}
    return [pascal(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("spelled", [ROW, pascal(ROW)], ids=["camel", "pascal"])
def test_a_party_however_its_keys_are_written(
    web: responses.RequestsMock, advoware: AdvowareClient, spelled: dict[str, Any]
) -> None:
    web.get(PARTY, json=spelled)
    party = advoware.party(7)
    assert (party.number, party.row_id) == (7, "A1")
    assert party.changed_at == datetime(2026, 7, 1, 10, 0, 0, 123456, tzinfo=UTC)  # Berlin, in summer
    assert [party.text(name) for name in ("NAME", "vorname", "geburtsDatum", "nowhere")] == ["Muster", "", "", ""]
    assert [(entry.id, entry.kind, entry.value, entry.remark) for entry in party.communications] == [
        (2, 4, "a@example.org", ""),
        (1, 1, "0511 1", "privat"),
    ]
    assert "Muster" not in repr(party)


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ({"rowId": "A2"}, True),
        ({"kommunikation": ROW["kommunikation"][:1]}, True),  # type: ignore[index]
        ({"kommunikation": [ROW["kommunikation"][0], ROW["kommunikation"][1] | {"rowId": "K9"}]}, True),  # type: ignore[index]
        ({"kommunikation": [ROW["kommunikation"][0], ROW["kommunikation"][1] | {"kommKz": 3}]}, True),  # type: ignore[index]
        ({"kommunikation": ROW["kommunikation"][::-1]}, False),  # type: ignore[index]
        ({"name": "the rowId says that nothing changed"}, False),
    ],
)
def test_the_fingerprint_follows_every_change(change: dict[str, Any], differs: bool) -> None:
    before = AdvowareParty.from_api(ROW).fingerprint
    assert (AdvowareParty.from_api(ROW | change).fingerprint != before) is differs


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Beispiel"},
        {"kommunikation": [{"id": 1, "kommKz": 1, "tlf": "0511 2"}]},
        {"kommunikation": [{"id": 1, "kommKz": 1, "tlf": "0511 1", "bemerkung": "x"}]},
    ],
)
def test_without_rowid_the_values_count(change: dict[str, Any]) -> None:
    row = {"betNr": 7, "name": "Muster", "kommunikation": [{"id": 1, "kommKz": 1, "tlf": "0511 1"}]}
    assert AdvowareParty.from_api(row | change).fingerprint != AdvowareParty.from_api(row).fingerprint
    assert AdvowareParty.from_api(dict(row)).fingerprint == AdvowareParty.from_api(row).fingerprint


@pytest.mark.parametrize(
    "row",
    [
        {"name": "x"},
        {"betNr": "x"},
        {"betNr": True},
        {"betNr": 7, "geaendertAm": "gestern"},
        {"betNr": 7, "kommunikation": {"id": 1}},
        {"betNr": 7, "kommunikation": "x"},
        {"betNr": 7, "kommunikation": [{"kommKz": 1}]},
        [],
    ],
)
def test_a_party_that_is_none(web: responses.RequestsMock, advoware: AdvowareClient, row: Any) -> None:
    web.get(PARTY, json=row)
    with pytest.raises(UnexpectedAnswer):
        advoware.party(7)


REFUSALS: list[tuple[int, str, str, type[ClientError]]] = [
    (302, "", "", UnexpectedAnswer),
    (400, "application/json", '{"Message": "Mustermann"}', Rejected),
    (403, "text/plain", "Mustermann", Forbidden),
    (404, "application/json", '{"Message": "Mustermann"}', NotFound),
    (404, "text/plain", "Der Beteiligte 7 wurde nicht gefunden.", NotFound),
    (404, "", "", NotFound),
    (404, "text/html", "<h1>Not found</h1>", UnexpectedAnswer),
    (404, "", " <html>", UnexpectedAnswer),
    (404, "text/plain", "404 page not found", UnexpectedAnswer),
    (404, "application/json", '{"Message": "Es wurde keine HTTP-Ressource gefunden."}', EntityTypeUnknown),
    (405, "", "", UnexpectedAnswer),
    (429, "", "", RateLimited),
    (500, "text/html", "Mustermann", ServerTrouble),
    (503, "", "", Maintenance),
]


@pytest.mark.parametrize(("status", "content_type", "body", "kind"), REFUSALS)
def test_every_refusal_has_its_kind_and_quotes_nothing(
    web: responses.RequestsMock,
    advoware: AdvowareClient,
    status: int,
    content_type: str,
    body: str,
    kind: type[ClientError],
) -> None:
    web.get(PARTY, status=status, body=body, content_type=content_type)
    with pytest.raises(ClientError) as caught:
        advoware.party(7)
    assert type(caught.value) is kind
    assert "Mustermann" not in str(caught.value) + repr(caught.value)


@pytest.mark.parametrize(
    ("status", "body", "field"),
    [
        (400, "Das Feld 'name' ist erforderlich.", "name"),
        (400, '{"Message": "Der Wert \\"Mustermann\\" für \\"Vorname\\" ist ungültig."}', "vorname"),
        (400, '{"message": "x", "modelState": {"party.Vorname": ["Mustermann"]}}', "vorname"),
        (422, '{"errors": {"Vorname": ["\'name\' Mustermann"]}, "title": "Mustermann"}', "vorname"),
        (400, '{"Message": "Der Wert \'Mustermann\' ist ungültig."}', None),
        (400, '{"Mustermann": "name", "errors": ["name"]}', None),
        (403, "Das Feld 'name' ist geschützt.", None),
        (500, "Das Feld 'name' fehlt.", None),
    ],
)
def test_the_field_that_is_refused_is_told_and_nothing_else(
    web: responses.RequestsMock, advoware: AdvowareClient, status: int, body: str, field: str | None
) -> None:
    web.post(PARTIES, status=status, body=body)
    with pytest.raises(ClientError) as caught:
        advoware.create_party({"name": "Mustermann", "vorname": "Erika"})
    assert (caught.value.field, "Mustermann" in repr(caught.value)) == (field, False)


def test_a_list_is_never_gone(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(f"{ADVOWARE}/api/v1/advonet/Mitarbeiter", status=404, json={})
    with pytest.raises(EntityTypeUnknown):
        advoware.ping()


def test_a_party_is_saved_whole_and_read_back(
    web: responses.RequestsMock, advoware: AdvowareClient, watcher: Watcher
) -> None:
    row = pascal(ROW)
    web.get(PARTY, json=row)
    sent = web.put(PARTY, status=204)
    party = advoware.party(7)
    web.replace(responses.GET, PARTY, json=row | {"Name": "Beispiel", "RowId": "A2"})
    saved = advoware.save_party(party, {"name": "Beispiel", "vorname": "Erika", "neu": 1})
    assert json.loads(sent.calls[0].request.body or "") == row | {"Name": "Beispiel", "Vorname": "Erika", "neu": 1}
    assert (saved.text("name"), saved.row_id) == ("Beispiel", "A2")
    assert [(call.method, call.path, call.write) for call in watcher.calls] == [
        ("GET", "advonet/Beteiligte/7", False),
        ("PUT", "advonet/Beteiligte/7", True),
        ("GET", "advonet/Beteiligte/7", False),
    ]


@pytest.mark.parametrize("now", [{"rowId": "A2"}, {"rowId": None, "name": "Fremd"}, {"rowId": "A1", "name": "Fremd"}])
def test_what_was_read_a_while_ago_is_looked_at_again(
    web: responses.RequestsMock, advoware: AdvowareClient, now: dict[str, Any]
) -> None:
    before = ROW if now["rowId"] else ROW | {"rowId": None}
    web.get(PARTY, json=ROW | now)
    written = web.put(PARTY, status=204)
    with pytest.raises(Outdated):
        advoware.save_party(AdvowareParty.from_api(before), {"name": "Beispiel"})
    assert written.call_count == 0


def test_a_row_of_the_list_is_never_written_back_itself(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    """The list may say less than the party itself, and a PUT empties what it leaves out."""
    web.get(PARTIES, json=[{"betNr": 7, "rowId": "A1", "name": "Muster"}])
    web.get(PARTY, json=ROW)
    sent = web.put(PARTY, status=204)
    (party,) = advoware.parties()
    advoware.save_party(party, {"name": "Beispiel"})
    assert json.loads(sent.calls[0].request.body or "") == ROW | {"name": "Beispiel"}


def test_a_lost_answer_to_a_write_is_looked_after(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    """Executed: nothing is written again."""
    done = ROW | {"name": "Beispiel", "rowId": "A2"}
    web.get(PARTY, json=ROW)
    party = advoware.party(7)
    web.replace(responses.GET, PARTY, json=done)
    written = web.put(PARTY, status=500)
    assert advoware.save_party(party, {"name": "Beispiel"}).row_id == "A2"
    assert written.call_count == 1


def test_a_write_that_was_not_executed_is_repeated(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(PARTY, json=ROW)
    web.put(PARTY, status=503)
    second = web.put(PARTY, status=204)
    advoware.save_party(advoware.party(7), {"name": "Beispiel"})
    assert second.call_count == 1


def test_a_stranger_between_two_tries_is_not_overwritten(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    """And nobody knows whether the first try was executed before."""
    web.get(PARTY, json=ROW)
    party = advoware.party(7)
    web.replace(responses.GET, PARTY, json=ROW | {"name": "Fremd", "rowId": "A2"})
    written = web.put(PARTY, status=500)
    with pytest.raises(AnswerLost):
        advoware.save_party(party, {"name": "Beispiel"})
    assert written.call_count == 1


@pytest.mark.parametrize("status", [401, 403, 404, 503])
def test_a_write_that_cannot_be_read_back_stays_in_doubt(
    web: responses.RequestsMock, advoware: AdvowareClient, status: int
) -> None:
    """It was made: the journal must not say that it was refused."""
    web.get(PARTY, json=ROW)
    party = advoware.party(7)
    web.put(PARTY, status=204)
    web.replace(responses.GET, PARTY, status=status)
    web.post(TOKEN_URL, json={"access_token": "t"})
    with pytest.raises(AnswerLost):
        advoware.save_party(party, {"name": "Beispiel"})


def test_a_new_party(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.post(PARTIES, json={"BetNr": 8})
    assert advoware.create_party({"name": "Neu"}) == 8


@pytest.mark.parametrize(("status", "kind"), [(500, ServerTrouble), (408, ServerTrouble)])
def test_creating_is_never_repeated_when_it_may_have_happened(
    web: responses.RequestsMock, advoware: AdvowareClient, status: int, kind: type[ClientError]
) -> None:
    tried = web.post(PARTIES, status=status)
    with pytest.raises(kind):
        advoware.create_party({"name": "Neu"})
    assert tried.call_count == 1


@pytest.mark.parametrize(("answer", "number"), [({"Id": 3}, 3), ({}, None), ([], None), (None, None)])
def test_a_new_communication(
    web: responses.RequestsMock, advoware: AdvowareClient, answer: Any, number: int | None
) -> None:
    sent = web.post(f"{PARTY}/Kommunikationen", body="" if answer is None else json.dumps(answer))
    assert advoware.create_communication(7, 4, "a@example.org", "büro") == number
    body = json.loads(sent.calls[0].request.body or "")
    assert body == {"kommKz": 4, "tlf": "a@example.org", "bemerkung": "büro"}


def test_a_communication_is_saved_whole(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(PARTY, json=ROW)
    sent = web.put(f"{PARTY}/Kommunikationen/2", status=204)
    entry = advoware.party(7).communications[0]
    advoware.save_communication(7, entry, {"tlf": ""})
    assert json.loads(sent.calls[0].request.body or "") == {**ROW["kommunikation"][0], "tlf": ""}  # type: ignore[index]


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([], NotFound),
        ([{"id": 2, "rowId": "K9", "kommKz": 4, "tlf": "x"}], Outdated),
        ([{"id": 2, "rowId": "K2", "kommKz": 4, "tlf": "x"}], Outdated),  # versions are not always moved (observed)
    ],
)
def test_a_communication_that_somebody_changed(
    web: responses.RequestsMock, advoware: AdvowareClient, entries: list[Any], kind: type[ClientError]
) -> None:
    web.get(PARTY, json=ROW | {"kommunikation": entries})
    written = web.put(f"{PARTY}/Kommunikationen/2", status=204)
    with pytest.raises(kind):
        advoware.save_communication(7, AdvowareParty.from_api(ROW).communications[0], {"tlf": ""})
    assert written.call_count == 0


def test_bank_accounts(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    url = f"{PARTY}/Bankverbindungen"
    web.get(url, json=[{"id": 5, "rowId": "B", "IBAN": "DE1", "bic": None, "kontoInhaber": "Muster", "bank": "x"}])
    (account,) = advoware.bank_accounts(7)
    assert account == BankAccount("5", "B", "DE1")
    assert [account.text(name) for name in ("bic", "kontoinhaber", "bank")] == ["", "Muster", "x"]
    sent = web.post(url, status=201)
    advoware.create_bank_account(7, "DE1", {"kontoinhaber": "Muster"})
    assert json.loads(sent.calls[0].request.body or "") == {"iban": "DE1", "kontoinhaber": "Muster"}


def test_employees(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(f"{ADVOWARE}/api/v1/advonet/Mitarbeiter", json=[{"Kuerzel": "AP", "Name": "Apel", "Email": None}])
    assert advoware.employees() == (Employee("AP", "Apel", ""),)


@pytest.mark.usefixtures("gateway")
def test_a_path_can_be_another_one(web: responses.RequestsMock, new_advoware: Callable[..., AdvowareClient]) -> None:
    web.get(f"{ADVOWARE}/api/v1/Benutzer", json=[])
    assert new_advoware(paths=Paths(employees="Benutzer")).employees() == ()


def test_an_expired_token_costs_one_login(
    web: responses.RequestsMock, advoware: AdvowareClient, gateway: responses.BaseResponse
) -> None:
    web.get(PARTY, status=401)
    web.get(PARTY, json=ROW)
    assert advoware.party(7).number == 7
    assert gateway.call_count == 1


def test_a_token_that_is_refused_twice_is_told(
    web: responses.RequestsMock, advoware: AdvowareClient, gateway: responses.BaseResponse
) -> None:
    refused = web.post(PARTIES, status=401)
    with pytest.raises(Unauthorized):
        advoware.create_party({"name": "x"})
    assert (refused.call_count, gateway.call_count) == (2, 1)
