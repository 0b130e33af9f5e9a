import re
from pathlib import Path

import pytest

from sandbox.faults import KINDS
from sandbox.pages.appointments import TURNUS
from sandbox.pages.faults import PRESETS
from sandbox.pages.overview import OverviewPage
from sandbox.pages.rendering import GERMAN, environment
from sandbox.seed import SEEDS

SAME_IN_BOTH = {"Name", "System", "Collections"}


@pytest.fixture
def web(sb, api):
    SEEDS["demo"](sb.sandbox, 0)
    return api(sb.url, **{"Accept-Language": "de"})


@pytest.mark.parametrize(
    "path",
    [
        "",
        "espocrm/",
        "espocrm/?q=miet",
        "xai/",
        "advoware/",
        "advoware/104711",
        "advoware/?q=wend",
        "advoware/calendar/AP",
        "advoware/calendar/AP/5001",
        "google/",
        "faults",
        "calls",
        "webhooks",
    ],
)
@pytest.mark.parametrize("lang", ["de", "en"])
def test_every_page_opens_in_both_languages(web, path, lang):
    answer = web("GET", path, params={"lang": lang})
    assert answer.status_code == 200
    assert f'<html lang="{lang}">' in answer.text


def test_every_text_has_a_german_one(running):
    templates = Path(environment.loader.searchpath[0]).glob("*.html")
    texts = {text for file in templates for text in re.findall(r'\bt\("([^"]+)"\)', file.read_text())}
    crm, xai = running.sandbox.espocrm, running.sandbox.xai
    overview = OverviewPage(running.sandbox.world, crm, xai, running.sandbox.advoware, running.sandbox.google)
    texts |= {*KINDS.values(), *PRESETS, *overview.crm_numbers(), *overview.xai_numbers(), *overview.advoware_numbers()}
    texts |= {*overview.google_numbers(), *TURNUS.values(), "series", "changed", "locked", "private"} - {"–"}
    assert texts - GERMAN.keys() - SAME_IN_BOTH == set()


def test_a_colleague_changes_a_document(web, client):
    client.settings(espocrm_status_on_upload=True)
    state = client.state("espocrm")["records"]
    key = next(row["id"] for row in state["CDokumente"] if row["name"] == "Entwurf ohne Akte")
    case = state["Raeumungsklage"][0]["id"]
    here = f"espocrm/CDokumente/{key}"
    assert "Nach Namen suchen" in web("GET", "espocrm/").text
    web("POST", f"{here}/save", data={"name": "Entwurf <1>"})
    web("POST", f"{here}/upload", data={"text": "Neuer Text", "file_name": "neu.txt"})
    web("POST", f"{here}/link", data={"link": f"raeumungsklages:{case}"})
    page = web("GET", here).text
    assert "Entwurf &lt;1&gt;" in page
    assert "neu.txt" in page
    row = client.get("CDokumente", key)
    assert (row["fileStatus"], row["modifiedByName"]) == ("changed", "Frauke Petersen")
    assert web("GET", f"espocrm/file/{row['dokumentId']}").text == "Neuer Text"
    assert "Entwurf &lt;1&gt;" in web("GET", f"espocrm/Raeumungsklage/{case}").text
    web("POST", f"espocrm/Raeumungsklage/{case}/save", data={"status": "closed"})
    web("POST", f"{here}/unlink", data={"link": f"raeumungsklages:{case}"})
    web("POST", f"{here}/delete")
    assert "gelöscht" in web("GET", here).text
    web("POST", f"{here}/restore")
    assert client.get("CDokumente", key)["name"] == "Entwurf <1>"
    assert client.get("Raeumungsklage", case)["status"] == "closed"
    files = {"file": ("Akte.csv", b"a;b", "text/csv")}
    created = web("POST", "espocrm/new", data={"kind": "CDokumente", "name": "Neu"}, files=files)
    assert "Akte.csv" in created.text
    for kind in ("CBeteiligte", "Account", "Raeumungsklage"):
        assert web("POST", "espocrm/new", data={"kind": kind, "name": "Neuling"}).status_code == 200


def typed(page: str, action: str, **changes) -> dict[str, str]:
    """What a browser sends for the form of this action, with fields typed over."""
    form = re.search(rf'action="{re.escape(action)}">(.*?)</form>', page, re.DOTALL)[1]
    inputs = re.findall(r"<input ([^>]*)>", form)
    sent = {}
    for item in inputs:
        given = dict(re.findall(r'([\w-]+)="([^"]*)"', item))
        if given.get("type") != "checkbox" or item.endswith("checked"):
            sent[given["name"]] = given.get("value", "on")
    for name, options in re.findall(r'<select name="(\w+)">(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r"<option([^>]*)selected>([^<]*)", options)
        sent[name] = (re.search(r'value="([^"]*)"', chosen[1]) or [None, chosen[2]])[1]
    return sent | changes


def test_a_page_that_was_open_for_long_undoes_nobodys_change(web, client):
    crm_key = next(r["id"] for r in client.state("espocrm")["records"]["CBeteiligte"] if r["betnr"] == 104711)
    here, there = "advoware/104711", f"espocrm/CBeteiligte/{crm_key}"
    advoware_page, crm_page = web("GET", here).text, web("GET", there).text
    client.advoware.update_party(104711, {"titel": "Dr.", "gesperrt": True})
    client.update("CBeteiligte", crm_key, {"firstName": "Alma"})
    row = client.advoware.party(104711)
    web("POST", f"{here}/update/party", data=typed(advoware_page, f"/{here}/update/party"))
    assert client.advoware.party(104711) == row
    web("POST", f"{here}/update/party", data=typed(advoware_page, f"/{here}/update/party", beruf="Lotsin"))
    row = client.advoware.party(104711)
    assert (row["titel"], row["gesperrt"], row["beruf"], row["vorname"]) == ("Dr.", True, "Lotsin", "Almut")
    web("POST", f"{there}/save", data=typed(crm_page, f"/{there}/save", lastName="Lund"))
    assert client.get("CBeteiligte", crm_key)["name"] == "Alma Lund"


def test_a_colleague_changes_a_party_in_the_crm(web, client, espo):
    state = client.state("espocrm")["records"]
    key = next(row["id"] for row in state["CBeteiligte"] if row["betnr"] == 104711)
    account = next(row for row in state["CBankverbindungen"] if row["beteiligteId"] == key)
    here = f"espocrm/CBeteiligte/{key}"
    (user, *_) = state["User"]
    task = {"name": "IBAN nachtragen", "parentType": "CBeteiligte", "parentId": key, "assignedUserId": user["id"]}
    assert espo("POST", "Task", json=task).status_code == 200
    assert "IBAN nachtragen" in web("GET", here).text
    form = {"firstName": "Alma", "dateOfBirth": "1961-04-18", "emailAddress": "alma@kanzlei.example", "rechtsform": ""}
    web("POST", f"{here}/save", data=form)
    row = client.get("CBeteiligte", key)
    assert (row["name"], row["dateOfBirth"]) == ("Alma Wendland", "1961-04-18")
    assert row["emailAddressData"][0]["emailAddress"] == "alma@kanzlei.example"
    assert row["phoneNumberData"][0]["type"] == "Office"
    saved = web("POST", f"espocrm/CBankverbindungen/{account['id']}/save", data={"iban": "DE2", "name": "Giro"})
    assert saved.url.endswith(here)
    assert client.get("CBankverbindungen", account["id"])["iban"] == "DE2"
    web("POST", f"{here}/account", data={"iban": "DE3"})
    assert "DE3" in web("GET", here).text
    assert web("POST", f"espocrm/CBankverbindungen/{account['id']}/delete").url.endswith(here)
    accounts = client.state("espocrm")["records"]["CBankverbindungen"]
    assert [row["iban"] for row in accounts if row["beteiligteId"] == key and not row["deleted"]] == ["DE3"]


def test_a_colleague_changes_a_party_in_advoware(web, client):
    here = "advoware/104711"
    before = client.advoware.party(104711)
    assert "Wendland, Almut" in web("GET", "advoware/?q=104711").text
    form = {"vorname": "Almut <1>", "geburtsdatum": "1961-04-18", "gesperrt": "on", "flags": "gesperrt"}
    web("POST", f"{here}/update/party", data=form)
    assert "Almut &lt;1&gt;" in web("GET", here).text
    now = client.advoware.party(104711)
    assert (now["geburtsdatum"], now["gesperrt"], now["name"]) == ("1961-04-18T00:00:00", True, "Wendland")
    assert now["rowId"] != before["rowId"]
    web("POST", f"{here}/update/party", data={"flags": "gesperrt", "geburtsdatum": ""})
    now = client.advoware.party(104711)
    assert (now["geburtsdatum"], now["gesperrt"]) == ("0001-01-01T00:00:00", False)
    entry = now["kommunikation"][0]["id"]
    web("POST", f"{here}/update/communication", data={"id": entry, "kommKz": "8", "tlf": "neu@kanzlei.example"})
    web("POST", f"{here}/add/communication", data={"kommKz": "3", "tlf": "0170 1"})
    now = client.advoware.party(104711)
    assert [(row["kommArt"], row["tlf"]) for row in now["kommunikation"]] == [
        ("MailPrivat", "neu@kanzlei.example"),
        ("TelGesch", "0431/555-010"),
        ("MobilGesch", "0170 1"),
    ]
    assert now["kommunikation"][0]["online"] is True
    web("POST", f"{here}/remove/communication", data={"id": entry, "tlf": ""})
    account = now["bankverbindungen"][0]["id"]
    web("POST", f"{here}/update/bank_account", data={"id": account, "iban": "DE2"})
    web("POST", f"{here}/add/bank_account", data={"iban": "DE3"})
    now = client.advoware.party(104711)
    assert [row["iban"] for row in now["bankverbindungen"]] == ["DE2", "DE3"]
    assert len(now["kommunikation"]) == 2
    web("POST", f"{here}/remove/bank_account", data={"id": account})
    assert web("POST", f"{here}/remove/party").url.endswith("/advoware/")
    assert web("GET", here).status_code == 404
    assert "Neuling" in web("POST", "advoware/new", data={"name": "Neuling"}).text


def test_what_does_not_exist_is_said_on_a_page(web):
    for path in (
        "nothing",
        "espocrm/CDokumente/0",
        "espocrm/Nothing/0",
        "xai/file/0",
        "static/../app.py",
        "advoware/1",
    ):
        assert web("GET", path).status_code == 404
    assert web("POST", "espocrm/new", data={"kind": "CDokumente", "name": " " * 300}).status_code == 400
    assert web("POST", "espocrm/new", data={}).status_code == 400
    assert web("POST", "advoware/104711/update/party", data={"geburtsdatum": "gestern"}).status_code == 400
    assert web("POST", "advoware/104711/update/communication", data={"id": "1", "tlf": "1"}).status_code == 404
    assert web("POST", "advoware/104711/add/party", data={"name": "A"}).status_code == 404
    assert web("POST", "advoware/104711/remove/address", data={"id": "1"}).status_code == 404
    assert web("POST", "faults/add", data={"kind": "status", "system": "*", "path": "("}).status_code == 400


def test_faults_are_set_and_taken_away_by_hand(web, client, espo):
    for name in PRESETS:
        web("POST", "faults/preset", data={"name": name})
    assert len(client.faults()) == len(PRESETS)
    web("POST", "faults/remove", data={"id": client.faults()[0]["id"]})
    assert len(client.faults()) == len(PRESETS) - 1
    web("POST", "faults/remove")
    web("POST", "faults/add", data={"kind": "status", "system": "espocrm", "path": "Account", "times": "0"})
    assert client.faults()[0]["times"] is None
    assert espo("GET", "Account").status_code == 503
    assert "Account" in web("GET", "faults").text
    web("POST", "faults/release")
    web("POST", "faults/maintenance")
    assert client.settings()["espocrm_maintenance"] is True
    web("POST", "faults/indexing")
    assert web("GET", "calls?system=espocrm").status_code == 200
    web("POST", "calls")
    assert client.calls() == []


def test_things_vanish_and_webhooks_go_out_by_hand(web, client, files, management, receiver):
    file_id = files("POST", "files", files={"file": ("a.txt", b"Hallo")}).json()["id"]
    collection = management("POST", "collections", json={"collection_name": "Account-1"}).json()["collection_id"]
    management("POST", f"collections/{collection}/documents/{file_id}", json={})
    assert "Account-1" in web("GET", "xai/").text
    assert web("GET", f"xai/file/{file_id}").text == "Hallo"
    web("POST", f"xai/remove/file/{file_id}")
    web("POST", f"xai/remove/collection/{collection}")
    assert client.state("xai") == {"files": [], "collections": []}
    client.preset_webhook("Account.create", receiver.url)
    client.create("Account", {"name": "A"})
    assert "Account.create" in web("POST", "webhooks/deliver").text
    assert len(receiver.got) == 1
    web("POST", "webhooks/interval", data={"seconds": "5"})
    assert client.settings()["espocrm_webhook_interval"] == 5.0
