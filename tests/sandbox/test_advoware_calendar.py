import pytest

APPOINTMENT = {
    "text": "Verhandlung", "datum": "2026-09-01", "uhrzeitVon": "09:30", "uhrzeitBis": "11:00:00", "sb": "AP",
}  # fmt: skip


@pytest.fixture
def numbers(advoware):
    def numbers(**query):
        return [row["frNr"] for row in advoware("GET", "advonet/Termine", params=query).json()]

    return numbers


def test_an_appointment_is_made_read_replaced_and_deleted(advoware, client):
    made = advoware("POST", "advonet/Termine", json=APPOINTMENT | {"ort": "Saal 3"}).json()
    assert made.keys() == {"frNr"}
    (row,) = advoware("GET", "advonet/Termine", params={"frnr": made["frNr"]}).json()
    assert (row["datum"], row["datumBis"]) == ("2026-09-01T00:00:00", "2026-09-01T00:00:00")
    assert (row["uhrzeitVon"], row["uhrzeitBis"], row["ort"]) == ("09:30:00", "11:00:00", "Saal 3")
    assert advoware("PUT", f"advonet/Termine?frnr={made['frNr']}", json=APPOINTMENT).status_code == 200
    (after,) = client.state("advoware")["appointments"]
    assert after["ort"] is None
    assert after["geaendertAm"] > row["geaendertAm"]
    assert advoware("POST", "advonet/Termine", json=APPOINTMENT).json()["frNr"] == made["frNr"] + 1
    assert advoware("DELETE", f"advonet/Termine?frnr={made['frNr']}").status_code == 200
    assert advoware("DELETE", f"advonet/Termine?frnr={made['frNr']}").status_code == 404
    assert advoware("GET", "advonet/Termine", params={"frnr": made["frNr"]}).json() == []


@pytest.mark.parametrize("clock", ["uhrzeitVon", "UhrzeitBis"])
def test_an_empty_clock_time_is_refused_and_none_is_taken(advoware, client, clock):
    whole_day = {"text": "Urlaub", "datum": "2026-09-01", "abwesenheit": 1}
    assert advoware("POST", "advonet/Termine", json={**whole_day, clock: ""}).status_code == 400
    assert advoware("POST", "advonet/Termine", json={**whole_day, clock: None}).status_code == 200
    client.settings(advoware_empty_texts=True)
    assert advoware("POST", "advonet/Termine", json={**whole_day, clock: ""}).status_code == 200


def test_a_list_is_narrowed_by_days_kuerzel_and_number(client, numbers):
    def add(**changes):
        return client.advoware.add_appointment(APPOINTMENT | changes)["frNr"]

    trip = add(datum="2026-08-30", datumBis="2026-09-02T00:00:00")
    court = add(datum="2026-09-01T14:15:00", sb="XX", anwalt="MS")
    weekly = add(datum="2026-01-05", dauertermin=1, turnus=1, turnusArt=2)
    later = add(datum="2027-03-01")
    assert numbers() == [weekly, trip, court, later]
    assert numbers(**{"from": "2026-09-01", "to": "2026-09-30"}) == [weekly, trip, court]
    assert numbers(**{"from": "2027-01-01T00:00:00"}) == [weekly, later]
    assert numbers(to="2026-08-30") == [weekly, trip]
    assert numbers(kuerzel="ms") == [court]
    assert numbers(kuerzel="XX", **{"from": "2026-09-02"}) == []
    assert numbers(frnr=str(later)) == [later]


def test_one_appointment_is_a_list_or_an_object(advoware, client):
    made = client.advoware.add_appointment(APPOINTMENT)["frNr"]
    here = f"advonet/Termine?frnr={made}"
    assert [row["frNr"] for row in advoware("GET", here).json()] == [made]
    client.settings(advoware_one_appointment="object")
    assert advoware("GET", here).json()["frNr"] == made
    assert advoware("GET", "advonet/Termine?frnr=999").status_code == 404
    assert [row["frNr"] for row in advoware("GET", "advonet/Termine").json()] == [made]


def test_a_series_without_an_end_is_stored_until_2037(client):
    series = client.advoware.add_appointment(APPOINTMENT | {"dauertermin": 1, "turnus": 2, "turnusArt": 3})
    assert series["datumBis"].startswith("2037")
    half = client.advoware.add_appointment(APPOINTMENT | {"dauertermin": 1, "turnus": 2, "turnusArt": 0})
    assert half["datumBis"] == half["datum"]


def test_derived_entries_are_read_only(advoware, client, numbers):
    derived = client.advoware.add_appointment(APPOINTMENT, derived="Hinfahrt")
    assert derived["frNr"] < 0
    assert numbers() == [derived["frNr"]]
    here = f"advonet/Termine?frnr={derived['frNr']}"
    assert advoware("PUT", here, json=APPOINTMENT).status_code == 403
    assert advoware("DELETE", here).status_code == 403
    assert client.advoware.update_appointment(derived["frNr"], {"ort": "Kiel"})["ort"] == "Kiel"
    client.advoware.remove_appointment(derived["frNr"])
    assert numbers() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"text": ""},
        {"datum": None},
        {"datum": "01.09.2026"},
        {"datum": "2026-09-01T10:00:00Z"},
        {"datum": "20260901"},
        {"datum": "2026-W36-2"},
        {"datum": "2026-09-01 10:00"},
        {"datumBis": "2026-09-31"},
        {"uhrzeitVon": "0930"},
        {"uhrzeitVon": "9:30"},
        {"uhrzeitBis": "24:00"},
        {"uhrzeitBis": "11:00+02:00"},
        {"datum": "2026-09-01T10:00:00+02:00"},
        {"uhrzeitVon": "halb zehn"},
        {"datumBis": "2026-08-31"},
        {"privat": 2},
        {"turnusArt": 5},
        {"turnus": -1},
    ],
)
def test_what_cannot_be_an_appointment_is_refused(advoware, client, changes):
    assert advoware("POST", "advonet/Termine", json=APPOINTMENT | changes).status_code == 400
    assert client.state("advoware")["appointments"] == []


def test_the_number_stands_in_the_query(advoware):
    assert advoware("PUT", "advonet/Termine", json=APPOINTMENT).status_code == 400
    assert advoware("PUT", "advonet/Termine?frNr=5001", json=APPOINTMENT).status_code == 400
    assert advoware("PUT", "advonet/Termine?frnr=5001", json=APPOINTMENT).status_code == 404
    assert advoware("GET", "advonet/Termine?frnr=x").status_code == 400
    assert advoware("GET", "advonet/Termine?from=morgen").status_code == 400
    assert advoware("GET", "advonet/Termine/5001").status_code == 404
    assert advoware("PATCH", "advonet/Termine?frnr=5001").status_code == 405


def test_employees_and_matters(advoware, client):
    client.advoware.add_employee("MS", "Merle Sievers", "ms@kanzlei.example")
    client.advoware.add_employee("AP", "Arne Paulsen")
    client.advoware.update_employee("AP", {"email": "ap@kanzlei.example"})
    client.advoware.add_matter(7, {"az": "12/26", "rubrum": "Möller ./. Lund", "betNr": 104_711})
    rows = advoware("GET", "advonet/Mitarbeiter").json()
    assert rows[1] == {"kuerzel": "AP", "name": "Arne Paulsen", "email": "ap@kanzlei.example"}
    assert [row["kuerzel"] for row in client.state("advoware")["employees"]] == ["AP", "MS"]
    assert advoware("GET", "Akten").json()[0]["az"] == "12/26"
    assert client.state("advoware")["matters"][0]["id"] == 7
    assert advoware("GET", "Akten/7").json()["az"] == "12/26"
    assert advoware("GET", "Akten/8").status_code == 404
    client.settings(advoware_matter_by_number="list")
    assert [row["id"] for row in advoware("GET", "Akten/7").json()] == [7]
    client.settings(advoware_matter_by_number="unknown")
    assert "HTTP-Ressource" in advoware("GET", "Akten/7").text
    client.settings(advoware_matter_by_number="object")
    assert {advoware(method, "Akten/7", json={}).status_code for method in ("POST", "PUT", "DELETE")} == {405}
    assert client.advoware.remove_employee("MS") is True
    assert len(advoware("GET", "advonet/Mitarbeiter").json()) == 1
    assert advoware("POST", "Akten", json={}).status_code == 405
