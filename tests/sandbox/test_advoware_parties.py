import re
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import requests

from sandbox.client import SandboxError

PERSON = {"name": "Möller", "vorname": "Antje", "rechtsform": "natürliche Person", "geburtsdatum": "1961-04-17"}


@pytest.fixture
def party(client):
    data = PERSON | {"bemerkung": "nur vormittags", "aktenzeichenIntern": "M-17", "gesperrt": True}
    return client.advoware.create_party(data, communications=[{"kommKz": 4, "tlf": "a@moeller.example"}])["betNr"]


@pytest.fixture
def here(party):
    return f"advonet/Beteiligte/{party}"


def test_a_new_party_is_answered_by_its_number_only_and_posting_again_makes_another(advoware):
    first, second = (advoware("POST", "advonet/Beteiligte", json=PERSON).json() for _ in range(2))
    assert first.keys() == {"betNr"}
    assert second["betNr"] == first["betNr"] + 1
    rows = advoware("GET", "advonet/Beteiligte").json()
    assert [row["betNr"] for row in rows] == [first["betNr"], second["betNr"]]
    assert rows[0]["geburtsdatum"] == "1961-04-17T00:00:00"
    assert rows[0]["sterbedatum"] == "0001-01-01T00:00:00"
    assert rows[0]["kommunikation"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"vorname": "A"},
        {"name": ""},
        {"name": 7},
        {"name": "A", "geburtsdatum": "17.04.1961"},
        {"name": "A", "geburtsdatum": "2091-04-17T00:00:00"},
        {"name": "A", "sterbedatum": "2091-04-17T00:00:00"},
    ],
)
def test_a_party_without_a_name_or_with_a_wrong_value_is_refused(advoware, client, body):
    assert advoware("POST", "advonet/Beteiligte", json=body).status_code == 400
    assert client.state("advoware")["parties"] == []


def test_a_put_replaces_the_whole_object(advoware, client, party, here):
    answer = advoware("PUT", here, json={"name": "Möller-Lund", "unheardOf": 1})
    assert answer.status_code == 200
    now = client.advoware.party(party)
    assert now["name"] == "Möller-Lund"
    assert [now[name] for name in ("vorname", "bemerkung", "aktenzeichenIntern", "rechtsform")] == [None] * 4
    assert (now["geburtsdatum"], now["gesperrt"]) == ("0001-01-01T00:00:00", False)
    assert "unheardOf" not in now


def test_what_is_put_back_whole_survives_and_what_is_not_the_callers_is_ignored(advoware, client, party, here):
    before = advoware("GET", here).json()
    foreign = {"betNr": 1, "rowId": "X", "geaendertAm": "2000-01-01T00:00:00", "kommunikation": []}
    advoware("PUT", here, json=before | foreign | {"vorname": "Anna"})
    after = advoware("GET", here).json()
    moved = {name for name in before if before[name] != after[name]}
    assert moved == {"vorname", "rowId", "geaendertAm"}
    assert after["geaendertAm"] > before["geaendertAm"]


def test_every_save_is_a_new_row_id_at_a_local_time(advoware, client, party, here):
    seen = set()
    for _ in range(3):
        row = advoware("GET", here).json()
        seen.add((row["rowId"], row["geaendertAm"]))
        advoware("PUT", here, json=row)
    assert len({row_id for row_id, _ in seen}) == len({stamp for _, stamp in seen}) == 3
    stamp = min(stamp for _, stamp in seen)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}", stamp)
    local = datetime.now(ZoneInfo("Europe/Berlin")).replace(tzinfo=None)
    assert local - timedelta(minutes=1) < datetime.fromisoformat(stamp) <= local + timedelta(seconds=1)


def test_unknown_parties_are_404_and_nothing_is_deleted(advoware, client, party, here):
    for path in ("advonet/Beteiligte/1", "advonet/Beteiligte/1/Kommunikationen", "advonet/Beteiligte/x"):
        assert advoware("GET", path).status_code == 404
    assert advoware("PUT", "advonet/Beteiligte/1", json=PERSON).status_code == 404
    for path in (here, f"{here}/Kommunikationen/88001", f"{here}/Kommunikationen", f"{here}/Adressen"):
        assert advoware("DELETE", path).status_code == 403
    assert client.advoware.party(party)["kommunikation"]
    assert advoware("GET", "advonet/Nichts").status_code == 404
    assert advoware("PUT", here, data="{", headers={"Content-Type": "application/json"}).status_code == 400
    assert advoware("PUT", here, data="name=A").status_code == 415


def test_communication_is_added_and_emptied_but_keeps_its_type(advoware, client, party, here):
    before = advoware("GET", here).json()
    made = advoware("POST", f"{here}/Kommunikationen", json={"kommKz": 1, "tlf": "0431 1234", "online": True})
    key = made.json()["id"]
    assert made.json().keys() == {"id"}
    entry = advoware("GET", f"{here}/Kommunikationen/{key}").json()
    assert entry == {
        "id": key, "rowId": entry["rowId"], "kommKz": 1, "kommArt": "TelGesch", "tlf": "0431 1234",
        "bemerkung": None, "online": True,
    }  # fmt: skip
    changed = advoware("PUT", f"{here}/Kommunikationen/{key}", json={"kommKz": 3, "tlf": ""}).json()
    assert (changed["kommKz"], changed["tlf"], changed["online"]) == (1, None, False)
    assert changed["rowId"] != entry["rowId"]
    after = advoware("GET", here).json()
    assert after["kommunikation"] == advoware("GET", f"{here}/Kommunikationen").json()
    assert [row["id"] for row in after["kommunikation"]] == [before["kommunikation"][0]["id"], key]
    assert (after["rowId"], after["geaendertAm"]) == (before["rowId"], before["geaendertAm"])


@pytest.mark.parametrize("number", [None, 0, 13, "x", True, 1.5])
def test_communication_needs_a_type_that_exists(advoware, here, number):
    body = {"tlf": "0431 1"} | ({} if number is None else {"kommKz": number})
    assert advoware("POST", f"{here}/Kommunikationen", json=body).status_code == 400


def test_details_move_the_party_when_that_is_set(advoware, client, here):
    client.settings(advoware_details_move_party=True)
    seen = [advoware("GET", here).json()["rowId"]]
    for kind, body in (("Kommunikationen", {"kommKz": 1}), ("Adressen", {}), ("Bankverbindungen", {"iban": "DE1"})):
        advoware("POST", f"{here}/{kind}", json=body)
        seen.append(advoware("GET", here).json()["rowId"])
    assert len(set(seen)) == 4


def test_an_address_takes_four_fields(advoware, client, party, here):
    body = {"strasse": "Deich 1", "plz": "24103", "ort": "Kiel", "land": "DE", "postfach": "12"}
    key = advoware("POST", f"{here}/Adressen", json=body).json()["id"]
    changed = advoware("PUT", f"{here}/Adressen/{key}", json={"strasse": "Deich 2", "land": "DK"}).json()
    assert (changed["strasse"], changed["ort"], changed["land"], changed["postfach"]) == ("Deich 2", None, "DE", "12")
    assert advoware("GET", f"{here}/Adressen").json() == [changed]
    assert advoware("DELETE", f"{here}/Adressen/{key}").status_code == 403


def test_a_bank_account_stays_as_it_is(advoware, client, party, here):
    body = {"iban": "DE02120300000000202051", "bic": "BYLADEM1001", "kontoinhaber": "Antje Möller"}
    key = advoware("POST", f"{here}/Bankverbindungen", json=body).json()["id"]
    for path in ("Bankverbindungen", f"Bankverbindungen/{key}"):
        assert [advoware(method, f"{here}/{path}", json=body).status_code for method in ("PUT", "DELETE")] == [405, 405]
    (entry,) = advoware("GET", f"{here}/Bankverbindungen").json()
    assert entry == body | {"id": key, "rowId": entry["rowId"], "bank": None}
    assert advoware("POST", f"{here}/Bankverbindungen", json={"bic": "X"}).status_code == 400


def test_answers_can_be_whole_or_nothing(advoware, client, here):
    client.settings(advoware_answer_to_post="whole", advoware_answer_to_put="nothing")
    made = advoware("POST", f"{here}/Kommunikationen", json={"kommKz": 2, "tlf": "1"}).json()
    assert made["kommArt"] == "FaxGesch"
    answer = advoware("PUT", here, json=PERSON)
    assert (answer.status_code, answer.content) == (204, b"")
    assert advoware("POST", "advonet/Beteiligte", json=PERSON).json().keys() == {"betNr"}


def test_keys_are_read_in_any_case_and_answered_in_pascal_case_on_demand(advoware, client):
    number = advoware("POST", "advonet/Beteiligte", json={"Name": "Groß", "BANREDE": "Frau"}).json()["betNr"]
    assert client.advoware.party(number)["bAnrede"] == "Frau"
    client.advoware.add_communication(number, {"kommKz": 1})
    client.settings(advoware_pascal_case=True)
    row = advoware("GET", f"advonet/Beteiligte/{number}").json()
    assert (row["BetNr"], row["Name"], row["BAnrede"], row["Kommunikation"][0]["KommKz"]) == (number, "Groß", "Frau", 1)
    assert advoware("POST", "advonet/Beteiligte", json={"name": "A"}).json() == {"BetNr": number + 1}
    advoware("PUT", f"advonet/Beteiligte/{number}", json=row | {"Vorname": "Ida"})
    assert client.advoware.party(number)["vorname"] == "Ida"
    client.settings(advoware_pascal_case=False, advoware_empty_texts=True)
    assert advoware("GET", f"advonet/Beteiligte/{number}").json()["titel"] == ""


def test_people_may_delete_what_the_api_may_not(advoware, client, party, here):
    people = client.advoware
    entry = people.party(party)["kommunikation"][0]
    assert people.update_communication(party, entry["id"], {"kommKz": 8})["kommArt"] == "MailPrivat"
    people.remove_communication(party, entry["id"])
    account = people.add_bank_account(party, {"iban": "DE1"})
    assert people.update_bank_account(party, account["id"], {"iban": "DE2"})["iban"] == "DE2"
    assert people.party(party)["bankverbindungen"][0]["iban"] == "DE2"
    people.remove_bank_account(party, account["id"])
    address = people.add_address(party, {"ort": "Kiel"})
    assert people.update_address(party, address["id"], {"land": "DE"})["ort"] == "Kiel"
    people.remove_address(party, address["id"])
    whole = people.update_party(party, {"titel": "Dr."})
    assert (whole["titel"], whole["vorname"]) == ("Dr.", "Antje")
    assert whole["kommunikation"] == whole["bankverbindungen"] == whole["adressen"] == []
    assert client.state("advoware")["parties"] == [whole]
    assert people.remove_party(party) is True
    assert advoware("GET", here).status_code == 404
    assert advoware("PUT", here, json=PERSON).status_code == 404
    assert people.remove_party(party) is False


def test_what_makes_no_sense_is_said(client, party):
    people = client.advoware
    for wrong in (
        lambda: people.party(1),
        lambda: people.update_party(party, {"nachname": "A"}),
        lambda: people.create_party({"name": "A"}, betnr=party),
        lambda: people.remove_communication(party, 1),
        lambda: people._act("celebrate_party", betNr=party),
        lambda: people._act("nothing"),
    ):
        with pytest.raises(SandboxError):
            wrong()


def test_numbers_can_be_given_and_are_never_used_twice(advoware, client):
    many = client.advoware.create_parties([{"betNr": 104_711, "data": {"name": "A"}}, {"data": {"name": "B"}}])
    assert many == [104_711, 104_712]
    assert advoware("POST", "advonet/Beteiligte", json={"name": "C"}).json() == {"betNr": 104_713}


def test_a_lost_answer_may_have_been_a_success(advoware, client):
    client.add_fault("cut_before", system="advoware", method="POST")
    client.add_fault("cut_after", system="advoware", method="POST")
    for expected in (0, 1):
        with pytest.raises(requests.ConnectionError):
            advoware("POST", "advonet/Beteiligte", json=PERSON)
        assert len(client.state("advoware")["parties"]) == expected
    client.add_fault("garbage", system="advoware", method="PUT")
    here = f"advonet/Beteiligte/{client.state('advoware')['parties'][0]['betNr']}"
    with pytest.raises(requests.JSONDecodeError):
        advoware("PUT", here, json={"name": "Neu"}).json()
    assert advoware("GET", here).json()["name"] == "Neu"
    assert [call["system"] for call in client.calls()].count("advoware-security") == 1


def test_a_field_that_is_ignored_keeps_its_value_without_a_word(advoware, client, party, here):
    client.settings(advoware_ignored_fields=["vorname", "tlf"])
    assert (
        advoware("PUT", here, json=advoware("GET", here).json() | {"vorname": "Anna", "name": "Lund"}).status_code
        == 200
    )
    assert advoware("POST", f"{here}/Kommunikationen", json={"kommKz": 4, "tlf": "b@lund.example"}).status_code == 200
    now = client.advoware.party(party)
    assert (now["name"], now["vorname"]) == ("Lund", "Antje")
    assert [row["tlf"] for row in now["kommunikation"]] == ["a@moeller.example", None]
