from sandbox.espocrm.contacts import phone_number
from sandbox.seed import SEEDS
from sandbox.seed.demo import IN_ADVOWARE, PARTIES


def both_sides(client):
    """The CRM's parties and Advoware's, by number; the CRM's without one last."""
    advoware = {party["betNr"]: party for party in client.state("advoware")["parties"]}
    crm = client.state("espocrm")["records"]["CBeteiligte"]
    return [row for row in crm if row["betnr"]], advoware, [row for row in crm if not row["betnr"]]


def test_the_demo_has_parties_in_both_systems_and_one_is_newer_in_advoware(sb, client):
    SEEDS["demo"](sb.sandbox, 0)
    known, advoware, alone = both_sides(client)
    assert sorted(row["betnr"] for row in known) == sorted(advoware) == sorted(IN_ADVOWARE.values())
    assert len(alone) == len(PARTIES) - len(IN_ADVOWARE) == 2
    differing = [row["betnr"] for row in known if (row["firstName"] or None) != advoware[row["betnr"]]["vorname"]]
    assert differing == [104712]
    for row in known:
        there = advoware[row["betnr"]]
        mail, phone = there["kommunikation"]
        assert row["emailAddress"] == mail["tlf"].lower()
        assert row["phoneNumber"] == phone_number(phone["tlf"])
        assert (row["firmenname"] or row["lastName"]) == there["name"]
    assert [len(advoware[number]["bankverbindungen"]) for number in sorted(advoware)] == [1, 0, 0, 0]
    state = client.state("advoware")
    assert [row["kuerzel"] for row in state["employees"]] == ["AP", "JH", "MS"]
    rows = state["appointments"]
    assert {"AP", "JH", "MS"} == {row["sb"] for row in rows}
    assert [sum(bool(row[name]) for row in rows) for name in ("privat", "abwesenheit", "dauertermin")] == [1, 3, 4]
    assert {row["art"] for row in rows} == {"Termin", "Hinfahrt", "Urlaub"}
    assert len(state["matters"]) == 6


def test_a_firm_that_another_hub_served_is_known_by_md5_and_linked(sb, client):
    SEEDS["adopted"](sb.sandbox, 7, per_case=3, parties=4)
    crm, xai = client.state("espocrm")["records"], client.state("xai")
    assert [
        len(each["documents"]) for each in sorted(xai["collections"], key=lambda each: each["collection_name"])
    ] == [
        3,
        3,
        1,
    ]
    files = {each["id"]: each for each in xai["files"]}
    attachments = {each["id"]: each for each in client.state("espocrm")["attachments"]}
    for row in crm["CDokumente"]:
        assert files[row["xaiId"]]["sha256"] == attachments[row["dokumentId"]]["sha256"]
        assert files[row["xaiId"]]["collections"] == row["xaiCollections"]
        assert row["xaiSyncedHash"] == attachments[row["dokumentId"]]["md5"]
    known, advoware, alone = both_sides(client)
    assert [row["advowareRowId"] for row in known] == [advoware[row["betnr"]]["rowId"] for row in known]
    assert (len(known), alone) == (4, [])


def test_many_parties_are_the_same_on_both_sides(sb, client):
    SEEDS["parties"](sb.sandbox, 5000)
    known, advoware, alone = both_sides(client)
    assert (len(known), len(advoware), alone) == (5000, 5000, [])
    for row in known[::100]:
        there = advoware[row["betnr"]]
        assert (row["firmenname"] or row["lastName"], row["firstName"]) == (there["name"], there["vorname"])
        assert (row["dateOfBirth"] or "0001-01-01") == there["geburtsdatum"][:10]
        assert [item["phoneNumber"] for item in row["phoneNumberData"]] == [
            phone_number(item["tlf"]) for item in there["kommunikation"][1:]
        ]


def test_many_appointments_are_made(sb, client):
    SEEDS["calendar"](sb.sandbox, 50)
    state = client.state("advoware")
    assert (len(state["employees"]), len(state["appointments"])) == (50, 20_000)
    mine = [row for row in state["appointments"] if row["sb"] == "E07"]
    assert len(mine) == 400
    assert sum(row["dauertermin"] for row in mine) == 20
    assert sum(row["abwesenheit"] for row in mine) == 28
    assert len({row["datum"] for row in mine}) > 300
