"""Appointments of Advoware: read by their number, written whole, deleted only as they were seen."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import responses

from syncapp.clients.advoware import AdvowareClient, Appointment
from syncapp.clients.errors import (
    AnswerLost,
    ClientError,
    EntityTypeUnknown,
    Forbidden,
    NotFound,
    Outdated,
    ServerTrouble,
    UnexpectedAnswer,
)
from tests.unit.clients.conftest import ADVOWARE, TOKEN_URL, Watcher

TERMINE = f"{ADVOWARE}/api/v1/advonet/Termine"
ROW = {
    "frNr": 7,
    "text": "Gütetermin",
    "datum": "2026-03-29T00:00:00",
    "uhrzeitVon": "09:30:00",
    "datumBis": "0001-01-01T00:00:00",
    "privat": 0,
    "saal": "kept",
    "geaendertAm": "2026-07-01T12:00:00.5",
}
CUT = requests.exceptions.ConnectionError("cut")


def pascal(row: dict[str, Any]) -> dict[str, Any]:
    return {key[0].upper() + key[1:]: value for key, value in row.items()}


def query(call: Any) -> dict[str, str]:
    return dict(parse_qsl(urlsplit(call.request.url).query))


@pytest.mark.parametrize("row", [ROW, pascal(ROW)], ids=["camel", "pascal"])
def test_an_appointment_however_its_keys_are_written(row: dict[str, Any]) -> None:
    appointment = Appointment.from_api(row)
    assert (appointment.number, appointment.row_id) == (7, "")
    assert appointment.changed_at == datetime(2026, 7, 1, 10, 0, 0, 500000, tzinfo=UTC)
    texts = [appointment.text(name) for name in ("TEXT", "datum", "uhrzeitvon", "datumBis", "privat", "nowhere")]
    assert texts == ["Gütetermin", "2026-03-29T00:00:00", "09:30:00", "", "0", ""]
    assert "Gütetermin" not in repr(appointment)


@pytest.mark.parametrize("row", [{}, {"frNr": None}, {"frNr": "x"}, [], ROW | {"geaendertAm": "yesterday"}])
def test_an_appointment_that_is_none(row: Any) -> None:
    with pytest.raises(UnexpectedAnswer):
        Appointment.from_api(row)


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        (ROW, ROW | {"text": "x"}, True),
        (ROW, ROW | {"geaendertAm": "2026-07-01T12:00:01"}, True),
        (ROW, pascal(ROW), False),
        (ROW | {"rowId": "A"}, ROW | {"rowId": "B"}, True),
        (ROW | {"rowId": "A"}, ROW | {"rowId": "A", "text": "the rowId says that nothing changed"}, False),
    ],
)
def test_the_version_follows_every_change(before: dict[str, Any], after: dict[str, Any], differs: bool) -> None:
    assert (Appointment.from_api(before).version != Appointment.from_api(after).version) is differs


def test_those_of_an_employee(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(TERMINE, json=[ROW, ROW | {"frNr": 8}])
    found = advoware.appointments("AP", date(2026, 1, 1), date(2027, 1, 1))
    assert [appointment.number for appointment in found] == [7, 8]
    assert query(web.calls[0]) == {"kuerzel": "AP", "from": "2026-01-01", "to": "2027-01-01"}


def test_a_list_is_never_gone(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(TERMINE, status=404, json={})
    with pytest.raises(EntityTypeUnknown):
        advoware.appointments("AP", date(2026, 1, 1), date(2027, 1, 1))


def test_one_by_its_number(web: responses.RequestsMock, advoware: AdvowareClient, watcher: Watcher) -> None:
    web.get(TERMINE, json=[ROW])
    assert advoware.appointment(7).text("saal") == "kept"
    assert query(web.calls[0]) == {"frnr": "7"}
    assert watcher.calls[0].path == "advonet/Termine/7"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ({"json": []}, NotFound),
        ({"status": 404, "json": {"message": "weg"}}, NotFound),
        ({"status": 404, "json": {"Message": "Es wurde keine HTTP-Ressource gefunden"}}, EntityTypeUnknown),
        ({"status": 404, "body": "<html>", "content_type": "text/html"}, UnexpectedAnswer),
        ({"json": [ROW | {"frNr": 8}]}, UnexpectedAnswer),  # a filter that is not understood says nothing
        ({"json": {}}, UnexpectedAnswer),
    ],
)
def test_one_that_is_not_there(
    web: responses.RequestsMock, advoware: AdvowareClient, answer: dict[str, Any], kind: type[ClientError]
) -> None:
    web.get(TERMINE, **answer)
    with pytest.raises(ClientError) as caught:
        advoware.appointment(7)
    assert type(caught.value) is kind


def test_a_new_one(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    sent = web.post(TERMINE, json={"FrNr": 9})
    assert advoware.create_appointment({"text": "Neu"}) == 9
    assert json.loads(sent.calls[0].request.body or "") == {"text": "Neu"}


def test_a_new_one_is_not_made_twice(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    tried = web.post(TERMINE, status=500)
    with pytest.raises(ServerTrouble):
        advoware.create_appointment({"text": "Neu"})
    assert tried.call_count == 1


def test_it_is_saved_whole_and_read_back(
    web: responses.RequestsMock, advoware: AdvowareClient, watcher: Watcher
) -> None:
    row = pascal(ROW)
    web.get(TERMINE, json=[row])
    sent = web.put(TERMINE, status=204)
    appointment = advoware.appointment(7)
    web.replace(responses.GET, TERMINE, json=[row | {"Text": "Anders"}])
    assert advoware.save_appointment(appointment, {"text": "Anders"}).text("text") == "Anders"
    assert json.loads(sent.calls[0].request.body or "") == row | {"Text": "Anders"}
    assert query(sent.calls[0]) == {"frnr": "7"}
    assert [(call.method, call.path, call.write) for call in watcher.calls] == [
        ("GET", "advonet/Termine/7", False),
        ("PUT", "advonet/Termine/7", True),
        ("GET", "advonet/Termine/7", False),
    ]


@pytest.mark.parametrize("row", [ROW, ROW | {"rowId": "T1"}], ids=["no version", "a version that stays"])
def test_a_row_of_the_list_is_looked_at_again_before(
    web: responses.RequestsMock, advoware: AdvowareClient, row: dict[str, Any]
) -> None:
    web.get(TERMINE, json=[row | {"text": "Fremd"}])
    written, deleted = web.put(TERMINE, status=204), web.delete(TERMINE)
    with pytest.raises(Outdated):
        advoware.save_appointment(Appointment.from_api(row), {"text": "Anders"})
    with pytest.raises(Outdated):
        advoware.delete_appointment(Appointment.from_api(row))
    assert (written.call_count, deleted.call_count) == (0, 0)


def test_a_lost_answer_to_a_write_is_looked_after(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    web.get(TERMINE, json=[ROW])
    appointment = advoware.appointment(7)
    web.replace(responses.GET, TERMINE, json=[ROW | {"text": "Anders"}])
    written = web.put(TERMINE, body=CUT)
    assert advoware.save_appointment(appointment, {"text": "Anders"}).text("text") == "Anders"
    assert written.call_count == 1


def test_it_is_deleted_as_it_was_seen(web: responses.RequestsMock, advoware: AdvowareClient, watcher: Watcher) -> None:
    web.get(TERMINE, json=[ROW])
    deleted = web.delete(TERMINE, status=200)
    advoware.delete_appointment(advoware.appointment(7))
    assert query(deleted.calls[0]) == {"frnr": "7"}
    assert watcher.calls[-1].path == "advonet/Termine/7"
    assert watcher.claims == 1


@pytest.mark.parametrize("there", [[], [ROW]])
def test_one_that_is_gone_already_is_fine(
    web: responses.RequestsMock, advoware: AdvowareClient, there: list[Any]
) -> None:
    web.get(TERMINE, json=there)
    web.delete(TERMINE, status=404, json={})
    advoware.delete_appointment(Appointment.from_api(ROW))


@pytest.mark.parametrize(("there", "times"), [([], 1), ([ROW], 2)])
def test_a_lost_answer_to_a_deletion_is_looked_after(
    web: responses.RequestsMock, advoware: AdvowareClient, there: list[Any], times: int
) -> None:
    web.get(TERMINE, json=[ROW])
    appointment = advoware.appointment(7)
    web.replace(responses.GET, TERMINE, json=there)
    web.delete(TERMINE, body=CUT)
    web.delete(TERMINE, status=200)
    advoware.delete_appointment(appointment)
    assert sum(call.request.method == "DELETE" for call in web.calls) == times


def test_a_deletion_that_can_not_be_looked_after_stays_in_doubt(
    web: responses.RequestsMock, advoware: AdvowareClient
) -> None:
    web.get(TERMINE, json=[ROW])
    appointment = advoware.appointment(7)
    web.delete(TERMINE, body=CUT)
    web.replace(responses.GET, TERMINE, status=401)
    web.post(TOKEN_URL, json={"access_token": "t"})
    with pytest.raises(AnswerLost):
        advoware.delete_appointment(appointment)


def test_derived_ones_are_refused(web: responses.RequestsMock, advoware: AdvowareClient) -> None:
    row = ROW | {"frNr": -7}
    web.get(TERMINE, json=[row])
    web.delete(TERMINE, status=403, json={})
    with pytest.raises(Forbidden):
        advoware.delete_appointment(Appointment.from_api(row))
