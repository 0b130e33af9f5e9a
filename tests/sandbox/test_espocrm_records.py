import base64
import hashlib
import hmac
import json
import re

import pytest


def where(*items, **query):
    for number, (kind, attribute, value) in enumerate(items):
        query[f"where[{number}][type]"] = kind
        query[f"where[{number}][attribute]"] = attribute
        query[f"where[{number}][value]" + ("[]" if isinstance(value, list) else "")] = value
    return query


def test_a_key_or_an_hmac_opens_the_door_and_nothing_else(sb, espo, api):
    assert espo("GET", "App/user").json()["user"]["type"] == "api"
    assert api(sb.espocrm_url)("GET", "App/user").status_code == 401
    mac = hmac.new(sb.espocrm_secret_key.encode(), b"GET /App/user", hashlib.sha256).hexdigest()
    token = base64.b64encode(f"{sb.espocrm_api_key}:{mac}".encode()).decode()
    assert api(sb.espocrm_url, **{"X-Hmac-Authorization": token})("GET", "App/user?x=1").status_code == 200
    assert api(sb.espocrm_url, **{"X-Hmac-Authorization": token})("GET", "Account").status_code == 401


def test_eleven_wrong_keys_lock_the_address_for_good_keys_too(sb, espo, api, client):
    wrong = api(sb.espocrm_url, **{"X-Api-Key": "wrong"})
    assert [wrong("GET", "App/user").status_code for _ in range(11)] == [401] * 11
    locked = espo("GET", "App/user")
    assert (locked.status_code, locked.content) == (403, b"")
    assert "X-Status-Reason" not in locked.headers
    client.settings(espocrm_lockout_seconds=0.0)
    assert espo("GET", "App/user").status_code == 200


def test_json_looks_like_php_wrote_it(espo, client):
    key = client.create("Account", {"name": "Grün/Blau"})
    assert b'"name":"Gr\\u00fcn\\/Blau"' in espo("GET", f"Account/{key}").content


def test_a_record_is_created_read_changed_and_deleted(espo, client):
    made = espo("POST", "CDokumente", json={"name": "Klage", "unheardOf": 1, "createdAt": "2000-01-01 00:00:00"}).json()
    assert re.fullmatch("[0-9a-f]{17}", made["id"])
    assert "unheardOf" not in made
    assert made["createdAt"] > "2026"
    changed = espo("PATCH", f"CDokumente/{made['id']}", json={"xaiId": "file_1"}).json()
    assert (changed["xaiId"], changed["name"], changed["versionNumber"]) == ("file_1", "Klage", 2)
    assert espo("DELETE", f"CDokumente/{made['id']}").json() is True
    gone = espo("GET", f"CDokumente/{made['id']}")
    assert gone.status_code == 404
    assert gone.headers["X-Status-Reason"]
    client.restore("CDokumente", made["id"])
    assert espo("GET", f"CDokumente/{made['id']}").json()["xaiId"] == "file_1"


@pytest.mark.parametrize(
    ("data", "field", "kind"),
    [
        ({"name": "x", "xaiSyncStatus": "done"}, "xaiSyncStatus", "valid"),
        ({"name": "x" * 256}, "name", "maxLength"),
        ({"description": "no name"}, "name", "required"),
        ({"name": "x", "syncFailedAt": "gestern"}, "syncFailedAt", "valid"),
        ({"name": "x", "syncFailedAt": "2026-02-30 10:00:00"}, "syncFailedAt", "valid"),
        ({"name": "x", "xaiSyncStatus": ""}, "xaiSyncStatus", "valid"),
        ({"name": "  "}, "name", "required"),
        ({"name": "x", "xaiCollections": "one"}, "xaiCollections", "array"),
        ({"name": "x", "xaiCollections": [1]}, "xaiCollections", "arrayOfString"),
        ({"name": "x", "xaiCollections": ["x" * 101]}, "xaiCollections", "maxItemLength"),
        ({"name": "x", "dokumentId": "65f0a1b2c3d4e5f60"}, "dokument", "valid"),
    ],
)
def test_a_value_that_is_not_valid_is_refused_with_the_reason(espo, data, field, kind):
    refused = espo("POST", "CDokumente", json=data)
    reason = f"Field validation failure; entityType: CDokumente, field: {field}, type: {kind}."
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (400, reason)


def test_only_json_is_read(espo, client):
    key = client.create("Account", {"name": "A"})
    assert espo("PUT", f"Account/{key}", data={"name": "B"}).status_code == 400
    assert espo("PUT", f"Account/{key}", data="{", headers={"Content-Type": "application/json"}).status_code == 400
    assert client.get("Account", key)["name"] == "A"


def test_unknown_entities_links_and_routes_are_404_with_a_reason(espo, client):
    key = client.create("Account", {"name": "A"})
    for path in ("CNothing", "CNothing/1", f"Account/{key}/nothing", "Account/65f0a1b2c3d4e5f60"):
        assert espo("GET", path).status_code == 404
        assert espo("GET", path).headers["X-Status-Reason"]


def test_a_version_that_is_old_is_a_conflict_only_where_values_differ(espo, client):
    key = client.create("CDokumente", {"name": "A"})
    client.update("CDokumente", key, {"name": "B"})
    conflict = espo("PUT", f"CDokumente/{key}", json={"name": "C"}, headers={"X-Version-Number": "1"})
    assert (conflict.status_code, conflict.headers["X-Status-Reason"]) == (409, "modified")
    assert conflict.json() == {"values": {"name": "B"}, "versionNumber": 2}
    assert espo("PUT", f"CDokumente/{key}", json={"name": "B"}, headers={"X-Version-Number": "1"}).status_code == 200
    client.settings(espocrm_optimistic_locking=[])
    assert espo("PUT", f"CDokumente/{key}", json={"name": "C"}, headers={"X-Version-Number": "1"}).status_code == 200


def test_a_twin_is_a_duplicate_unless_the_check_is_skipped(espo, client):
    key = client.create("Account", {"name": "Nordlicht GmbH"})
    refused = espo("POST", "Account", json={"name": "Nordlicht GmbH"})
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (409, "duplicate")
    assert [twin["id"] for twin in refused.json()] == [key]
    skipped = espo("POST", "Account", json={"name": "Nordlicht GmbH"}, headers={"X-Skip-Duplicate-Check": "true"})
    assert skipped.status_code == 200


def test_access_that_is_lacking_and_maintenance(espo, client):
    key = client.create("CDokumente", {"name": "A"})
    client.settings(espocrm_denied=["CDokumente.edit"])
    assert espo("GET", f"CDokumente/{key}").status_code == 200
    refused = espo("PUT", f"CDokumente/{key}", json={"name": "B"})
    assert refused.status_code == 403
    assert refused.headers["X-Status-Reason"]
    client.settings(espocrm_denied=["Account.read"])
    refused = espo("GET", f"CDokumente/{key}/accounts")  # other than the lock of an address: the header is there
    assert (refused.status_code, refused.content, refused.headers["X-Status-Reason"]) == (403, b"", "")
    refused = espo("POST", "Notification", json={"type": "Message", "message": "A", "userId": "65a000000000000b1"})
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (403, "No create access.")
    client.settings(espocrm_maintenance=True)
    assert espo("GET", f"CDokumente/{key}").status_code == 503


def test_what_may_not_be_edited_is_left_out_in_silence_of_what_is_made_too(espo, client):
    client.settings(espocrm_denied=["CBankverbindungen.iban.edit"])
    made = espo("POST", "CBankverbindungen", json={"name": "Konto", "iban": "DE02120300000000202051"}).json()
    assert (made["name"], made["iban"]) == ("Konto", None)


def test_lists_filter_order_page_and_select(espo, client):
    for number in range(5):
        client.create("CDokumente", {"name": f"Akte {number}", "xaiSyncStatus": ["clean", "failed"][number % 2]})

    def names(**query):
        return [row["name"] for row in espo("GET", "CDokumente", params={"orderBy": "name", **query}).json()["list"]]

    assert names(**where(("equals", "xaiSyncStatus", "failed"))) == ["Akte 1", "Akte 3"]
    assert names(**where(("in", "name", ["Akte 4", "Akte 0"]))) == ["Akte 0", "Akte 4"]
    assert names(**where(("contains", "name", "akte"), ("notEquals", "xaiSyncStatus", "clean"))) == ["Akte 1", "Akte 3"]
    assert names(**where(("greaterThan", "versionNumber", "1"))) == []
    assert len(names(**where(("greaterThanOrEquals", "versionNumber", "1")))) == 5
    assert names(**where(("isNotNull", "md5sum", ""))) == []
    assert len(names(**where(("after", "modifiedAt", "2026-01-01 00:00:00")))) == 5
    assert names(**where(("before", "modifiedAt", "2026-01-01 00:00:00"))) == []
    assert names(order="desc", maxSize=2, offset=1) == ["Akte 3", "Akte 2"]
    page = espo("GET", "CDokumente", params={"select": "name", "orderBy": "name", "maxSize": 1}).json()
    assert page["total"] == 5
    assert page["list"][0].keys() == {"id", "name"}
    assert espo("GET", "CDokumente", headers={"X-No-Total": "true"}).json()["total"] == -2


def test_a_list_may_be_asked_for_as_json(espo, client):
    keys = [client.create("CDokumente", {"name": f"Akte {number}"}) for number in range(5)]

    def listed(asked):
        return espo(
            "GET", "CDokumente", params={"searchParams": asked if isinstance(asked, str) else json.dumps(asked)}
        )

    wanted = {"where": [{"type": "in", "attribute": "id", "value": keys[1:3]}], "select": ["name"], "maxSize": 2}
    found = sorted(listed(wanted).json()["list"], key=lambda row: row["name"])
    assert found == [{"id": keys[n], "name": f"Akte {n}"} for n in (1, 2)]
    assert espo("GET", "CDokumente", params={"searchParams": "{"}).status_code == 400
    assert listed({"maxSize": "2"}).status_code == 400
    assert listed({"select": "name"}).status_code == 400
    assert listed({"maxSize": 201}).status_code == 403


def test_a_list_that_asks_for_too_much_or_for_what_is_not_there_is_refused(espo):
    assert espo("GET", "CDokumente?maxSize=200").status_code == 200
    assert espo("GET", "CDokumente?maxSize=201").status_code == 403
    assert espo("GET", "CDokumente", params=where(("equals", "nothing", "1"))).status_code == 400
    assert espo("GET", "CDokumente", params=where(("sounds", "name", "1"))).status_code == 400
    assert espo("GET", "CDokumente?orderBy=nothing").status_code == 400


def test_a_text_that_is_selected_is_cut(espo, client):
    key = client.create("CDokumente", {"name": "Akte", "description": "ä" * 10_001})
    listed = [espo("GET", f"CDokumente{query}").json()["list"][0] for query in ("", "?select=description")]
    assert [len(row["description"]) for row in listed] == [10_001, 10_000]
    assert len(espo("GET", f"CDokumente/{key}").json()["description"]) == 10_001


def test_an_address_longer_than_a_web_server_takes_is_refused(espo):
    start = "CDokumente?textFilter="
    room = 8190 - len(f"GET {espo('GET', start).request.path_url} HTTP/1.1")
    assert espo("GET", start + "a" * room).status_code == 200
    assert espo("GET", start + "a" * (room + 1)).status_code == 414


def test_metadata_tells_which_fields_and_links_there_are(espo, client):
    document = espo("GET", "Metadata?key=entityDefs.CDokumente").json()
    assert document["links"]["raeumungsklages"]["entity"] == "Raeumungsklage"
    assert document["links"]["accounts"]["foreign"] == "cDokumentes"
    assert document["fields"]["dokument"]["type"] == "file"
    assert espo("GET", "Metadata?key=entityDefs.CNothing").json() is None
    assert "CBeteiligte" in espo("GET", "Metadata").json()["entityDefs"]
    client.settings(espocrm_missing=["CDokumente.md5sum", "CDokumente.accounts"])
    document = espo("GET", "Metadata?key=entityDefs.CDokumente").json()
    assert "md5sum" not in document["fields"]
    assert "accounts" not in document["links"]
    made = espo("POST", "CDokumente", json={"name": "A", "md5sum": "1"}).json()
    assert "md5sum" not in made


def test_a_party_gets_its_name_and_its_numbers_in_one_form(espo):
    data = {"firstName": "Ole", "lastName": "Jansen", "phoneNumberData": [{"phoneNumber": "+494311234"}]}
    made = espo("POST", "CBeteiligte", json=data).json()
    assert made["name"] == "Ole Jansen"
    assert made["phoneNumber"] == "+494311234"
    assert made["phoneNumberData"][0]["primary"] is True
    firm = espo("POST", "CBeteiligte", json={"firmenname": "Deichbau eG", "emailAddress": "post@deichbau.example"})
    assert firm.json()["name"] == "Deichbau eG"
    assert firm.json()["emailAddressData"][0]["emailAddress"] == "post@deichbau.example"


def test_bank_accounts_belong_to_a_party(espo, client):
    party = client.create("CBeteiligte", {"lastName": "Jansen"})
    made = espo("POST", "CBankverbindungen", json={"name": "Giro", "beteiligteId": party}).json()
    assert (made["beteiligteId"], made["beteiligteName"]) == (party, "Jansen")
    linked = espo("GET", f"CBeteiligte/{party}/cBankverbindungens").json()["list"]
    assert [row["id"] for row in linked] == [made["id"]]


@pytest.mark.parametrize(
    ("new", "alike"),
    [
        ({"firstName": "ole", "lastName": "Jansen "}, True),
        ({"lastName": "Roth", "emailAddress": "ZWEI@jansen.example"}, True),
        ({"lastName": "Roth", "emailAddressData": [{"emailAddress": "eins@jansen.example"}]}, True),
        ({"lastName": "Jansen"}, False),
        ({"firstName": "Ole", "lastName": "Roth", "emailAddress": "drei@jansen.example"}, False),
        ({"lastName": "Roth", "phoneNumber": "+494311234"}, False),
        ({"firmenname": "Jansen"}, False),
    ],
)
def test_a_person_with_the_name_or_a_mail_address_of_another_is_a_duplicate(espo, client, new, alike):
    """Core/Templates/Metadata/Person/scopes.json and Classes/DuplicateWhereBuilders/General.php."""
    mails = [{"emailAddress": "eins@jansen.example"}, {"emailAddress": "zwei@jansen.example"}]
    other = {"firstName": "Ole", "lastName": "Jansen", "phoneNumber": "+494311234", "emailAddressData": mails}
    key = client.create("CBeteiligte", other)
    answer = espo("POST", "CBeteiligte", json=new)
    assert answer.status_code == (409 if alike else 200)
    if alike:
        assert [twin["id"] for twin in answer.json()] == [key]
        sure = {"X-Skip-Duplicate-Check": "true"}
        assert espo("POST", "CBeteiligte", json=new, headers=sure).status_code == 200
    client.delete("CBeteiligte", key)
    client.settings(espocrm_duplicate_check=[])
    assert espo("POST", "CBeteiligte", json=new).status_code == 200


def test_a_party_is_found_by_any_of_its_addresses(espo, client):
    mails = [{"emailAddress": "eins@jansen.example"}, {"emailAddress": "zwei@jansen.example"}]
    key = client.create("CBeteiligte", {"lastName": "Jansen", "emailAddressData": mails})
    for wanted, found in (("ZWEI@jansen.example", [key]), ("drei@jansen.example", [])):
        asked = where(("equals", "emailAddress", wanted))
        assert [row["id"] for row in espo("GET", "CBeteiligte", params=asked).json()["list"]] == found


def test_a_save_without_a_change_moves_the_version_and_nothing_else(espo, client):
    """Core/Repositories/Database.php, Core/FieldProcessing/VersionNumber/BeforeSaveProcessor.php, 9.2.7 to 10.0."""
    key = client.create("CDokumente", {"name": "Klage"})
    before = client.get("CDokumente", key)
    assert espo("PUT", f"CDokumente/{key}", json={"name": "Klage"}).status_code == 200
    assert client.get("CDokumente", key) == before | {"versionNumber": 2}


def test_without_optimistic_locking_there_is_no_version(espo, client):
    """Core/Utils/Database/Orm/Converter.php."""
    assert espo("POST", "CDokumente", json={"name": "Klage"}).json()["versionNumber"] == 1
    made = espo("POST", "Account", json={"name": "Nord"}).json()
    assert "versionNumber" not in made
    assert "versionNumber" not in espo("GET", "Account").json()["list"][0]
    assert espo("GET", "Account", params=where(("equals", "versionNumber", "1"))).status_code == 400


@pytest.mark.parametrize("right", ["edit", "read"])
def test_what_may_not_be_edited_is_not_kept_at_a_creation_either(espo, client, right):
    """Core/Record/Service.php: filterCreateInput."""
    client.settings(espocrm_denied=[f"CDokumente.xaiId.{right}"])
    made = espo("POST", "CDokumente", json={"name": "Klage", "xaiId": "file_1"})
    assert (made.status_code, client.get("CDokumente", made.json()["id"])["xaiId"]) == (200, None)
    client.settings(espocrm_denied=[f"CDokumente.name.{right}"])
    refused = espo("POST", "CDokumente", json={"name": "Klage"})
    assert (refused.status_code, "type: required" in refused.headers["X-Status-Reason"]) == (400, True)


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        (where(("equals", "xaiId", "a")), "Forbidden attribute 'xaiId' in where."),
        ({"orderBy": "xaiId"}, "Not access to order by field 'xaiId'."),
        (where(("isLinked", "accounts", "")), "Forbidden relation 'accounts' in where."),
        (where(("isLinked", "cBeteiligtes", "")), "Forbidden relation 'cBeteiligtes' in where."),
        (where(("not", "", "")), "Sub-queries are forbidden in where."),
    ],
)
def test_a_list_is_not_asked_by_what_may_not_be_read(espo, client, query, reason):
    """Core/Select/Where/Checker.php, Core/Select/Order/Applier.php."""
    client.settings(espocrm_denied=["CDokumente.xaiId.read", "Account.read", "CDokumente.cBeteiligtes.read"])
    refused = espo("GET", "CDokumente", params=query)
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (403, reason)
    assert espo("GET", "CDokumente", params=where(("isLinked", "raeumungsklages", ""))).status_code == 200


GONE = "65f0a1b2c3d4e5f60"


@pytest.mark.parametrize(
    ("kind", "data", "link"),
    [
        ("CBankverbindungen", {"name": "Konto", "beteiligteId": GONE}, "beteiligte"),
        ("Task", {"name": "A", "assignedUserId": GONE}, "assignedUser"),
        (
            "Task",
            {"name": "A", "assignedUserId": "65a000000000000b1", "parentType": "CBeteiligte", "parentId": GONE},
            "parent",
        ),
        ("Note", {"type": "Post", "post": "A", "targetType": "users", "usersIds": [GONE]}, "users"),
    ],
)
def test_a_link_to_what_is_not_there_is_refused(espo, client, kind, data, link):
    """Core/Record/Access/LinkCheck.php, 9.2 to 10.0."""
    client.create("CBeteiligte", {"lastName": "Jansen"}, id=GONE)
    client.create("User", {"userName": "ole"}, id=GONE)
    assert espo("POST", kind, json=data).status_code == 200
    client.delete("CBeteiligte", GONE)
    client.delete("User", GONE)
    refused = espo("POST", kind, json=data)
    reason = f"Can't relate with non-existing record. entity type: {kind}, link: {link}."
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (403, reason)


def test_metadata_tells_no_links_to_types_that_may_not_be_read(espo, client):
    """Tools/App/MetadataService.php, 9.2: but for those that are fields too."""

    def told(kind="CDokumente"):
        return espo("GET", f"Metadata?key=entityDefs.{kind}").json()

    assert {"accounts", "raeumungsklages"} <= told()["links"].keys()
    client.settings(espocrm_denied=["Account.read"])
    assert told()["links"].keys() & {"accounts", "raeumungsklages"} == {"raeumungsklages"}
    assert "Account" not in told("Task")["fields"]["parent"]["entityList"]
    assert "Account" not in espo("GET", "Metadata").json()["entityDefs"]
    client.settings(espocrm_changed={"CDokumente.accounts": {"type": "linkMultiple"}})
    assert ("accounts" in told()["links"], "accounts" in told()["fields"]) == (True, True)
    client.settings(espocrm_denied=["Account.read", "CDokumente.accounts.read"])
    assert ("accounts" in told()["links"], "accounts" in told()["fields"]) == (False, False)
