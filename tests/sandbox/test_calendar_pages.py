"""People with a calendar in front of them, at Google and in Advoware."""

import pytest

from sandbox.seed import SEEDS
from tests.sandbox.google_calls import BERLIN, at
from tests.sandbox.test_pages import typed


@pytest.fixture
def web(sb, api):
    return api(sb.url, **{"Accept-Language": "de"})


@pytest.fixture
def key(client):
    return client.google.create_calendar("AW-AP", timeZone=BERLIN)["id"]


def test_somebody_makes_moves_and_deletes_an_event(web, client, key):
    assert "AW-AP" in web("GET", "google/").text
    here = f"google/{key}"
    form = {"summary": "Termin <1>", "first": "2026-09-01", "last": "", "from": "09:00", "to": "10:30"}
    made = web("POST", f"{here}/create", data=form | {"description": "a\r\nb", "recurrence": ""})
    assert "Termin &lt;1&gt;" in made.text
    assert "Di, 01.09.2026" in made.text
    assert "Tue, 2026-09-01" in web("GET", f"{here}?from=2026-09-01&lang=en").text
    (event,) = client.google.events(key)
    assert (event["start"]["dateTime"], event["description"]) == ("2026-09-01T09:00:00+02:00", "a\nb")
    there = f"{here}/{event['id']}"
    page = web("GET", there).text
    web("POST", f"{there}/save", data=typed(page, f"/{there}/save", first="2026-09-02"))
    assert client.google.events(key)[0]["start"]["dateTime"] == "2026-09-02T09:00:00+02:00"
    page = web("GET", there).text
    days = typed(page, f"/{there}/save", whole="on", private="on", last="2026-09-03")
    web("POST", f"{there}/save", data=days)
    event = client.google.events(key)[0]
    assert (event["start"], event["end"]) == ({"date": "2026-09-02"}, {"date": "2026-09-04"})
    assert event["visibility"] == "private"
    assert "– 2026-09-03" in web("GET", f"{here}?from=2026-09-01").text
    web("POST", f"{there}/delete")
    assert client.google.events(key) == []
    assert "Dieser Termin ist gelöscht" in web("GET", f"{there}?lang=de").text


def test_an_old_page_undoes_nobodys_change(web, client, key):
    event = client.google.create_event(key, {"summary": "Termin"} | at(9, 10))
    there = f"google/{key}/{event['id']}"
    page = web("GET", there).text
    client.google.move_event(key, event["id"], *at(14, 15).values())
    now = client.google.events(key)
    web("POST", f"{there}/save", data=typed(page, f"/{there}/save"))
    assert client.google.events(key) == now
    web("POST", f"{there}/save", data=typed(page, f"/{there}/save", location="Kiel"))
    (after,) = client.google.events(key)
    assert (after["start"]["dateTime"][11:13], after["location"]) == ("14", "Kiel")


def test_one_occurrence_of_a_series_by_hand(web, client, key):
    series = {"id": "av5002", "summary": "Runde", "recurrence": ["RRULE:FREQ=WEEKLY;COUNT=3"]} | at(9, 10)
    client.google.create_event(key, series)
    listed = web("GET", f"google/{key}?from=2026-09-01").text
    assert listed.count(f'href="/google/{key}/av5002_') == 3
    there = f"google/{key}/av5002_20260908T070000Z"
    page = web("GET", there).text
    web("POST", f"{there}/save", data=typed(page, f"/{there}/save", summary="Anders"))
    web("POST", f"google/{key}/av5002_20260915T070000Z/delete")
    rows = client.google.occurrences(key, "av5002")
    assert [(row["status"], row["summary"]) for row in rows] == [
        ("confirmed", "Runde"),
        ("confirmed", "Anders"),
        ("cancelled", "Runde"),
    ]
    web("POST", f"google/{key}/av5002/save", data={"recurrence": "RRULE:FREQ=WEEKLY;COUNT=2"})
    assert len(client.google.occurrences(key, "av5002")) == 2


def test_calendars_come_and_go_by_hand(web, client):
    made = web("POST", "google/new", data={"summary": "Privat"})
    assert "Privat" in made.text
    key = client.google.calendar("Privat")["id"]
    web("POST", f"google/{key}/remove")
    assert "Privat" not in web("GET", "google/").text
    assert web("GET", "google/service-account.json").json()["type"] == "service_account"


def test_what_makes_no_sense_is_said_on_a_page(web, client, key):
    here = f"google/{key}"
    for path in ("google/nothing", f"{here}/nothing", "advoware/calendar/XX", "advoware/calendar/AP/x"):
        assert web("GET", path).status_code == 404
    assert web("GET", f"{here}?from=morgen").status_code == 400
    form = {"summary": "Termin", "first": "2026-09-01", "last": "", "from": "", "to": ""}
    assert web("POST", f"{here}/create", data=form).status_code == 400
    assert web("POST", f"{here}/create", data=form | {"from": "10:00", "to": "09:00"}).status_code == 400
    assert web("POST", f"{here}/nothing/save", data={"summary": "x"}).status_code == 404
    assert web("POST", f"{here}/nothing/burn").status_code == 404


def test_somebody_works_in_advowares_calendar(web, client):
    client.advoware.add_employee("AP", "Arne Paulsen")
    here = "advoware/calendar/AP"
    assert "Arne Paulsen" in web("GET", "advoware/").text
    form = {"text": "Termin <1>", "datum": "2026-09-01", "uhrzeitVon": "09:00", "uhrzeitBis": "10:00", "datumBis": ""}
    made = web("POST", f"{here}/new", data=form | {"flags": ["privat"], "privat": "on", "turnus": "0"})
    assert "Termin &lt;1&gt;" in made.text
    (row,) = client.state("advoware")["appointments"]
    assert (row["sb"], row["privat"], row["datumBis"]) == ("AP", 1, "2026-09-01T00:00:00")
    there = f"{here}/{row['frNr']}"
    page = web("GET", there).text
    client.advoware.update_appointment(row["frNr"], {"ort": "Saal 3"})
    web("POST", f"{there}/save", data=typed(page, f"/{there}/save", datum="2026-09-02"))
    (row,) = client.state("advoware")["appointments"]
    assert (row["datum"], row["uhrzeitVon"], row["ort"]) == ("2026-09-02T00:00:00", "09:00:00", "Saal 3")
    assert row["datumBis"] == row["datum"]
    before = row
    web("POST", f"{there}/save", data=typed(web("GET", there).text, f"/{there}/save"))
    assert client.state("advoware")["appointments"] == [before]
    weekly = typed(web("GET", there).text, f"/{there}/save", dauertermin="on", turnus="1", turnusArt="2")
    web("POST", f"{there}/save", data=weekly | {"datumBis": "2026-12-31"})
    assert ">wöchentlich</span>" in web("GET", f"{here}?from=2026-09-01").text
    web("POST", f"{there}/remove")
    assert client.state("advoware")["appointments"] == []
    assert web("POST", f"{there}/remove").status_code == 404
    assert web("POST", f"{here}/new", data={"text": "", "datum": "2026-09-01"}).status_code == 400


def test_the_demo_shows_its_appointments(web, sb):
    SEEDS["demo"](sb.sandbox, 0)
    assert "Verhandlung Wendland" in web("GET", "advoware/calendar/AP").text
