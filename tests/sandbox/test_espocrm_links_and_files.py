import base64
import hashlib
import json

import pytest


@pytest.fixture
def document(client):
    return client.create("CDokumente", {"name": "Klage"})


@pytest.fixture
def parent(client):
    return client.create("Raeumungsklage", {"name": "Jansen ./. Petersen", "status": "active"})


def linked(espo, entity_type, key, link):
    return [row["id"] for row in espo("GET", f"{entity_type}/{key}/{link}").json()["list"]]


def test_links_are_made_and_broken_by_ids_in_the_body_and_seen_from_both_sides(espo, document, parent):
    assert espo("POST", f"CDokumente/{document}/raeumungsklages", json={"id": parent}).json() is True
    assert espo("POST", f"CDokumente/{document}/raeumungsklages", json={"ids": [parent]}).json() is True
    assert linked(espo, "CDokumente", document, "raeumungsklages") == [parent]
    assert linked(espo, "Raeumungsklage", parent, "cDokumentes") == [document]
    assert espo("DELETE", f"Raeumungsklage/{parent}/cDokumentes", json={"id": document}).json() is True
    assert linked(espo, "CDokumente", document, "raeumungsklages") == []


def test_an_id_in_the_query_unlinks_nothing_and_says_false(espo, client, document, parent):
    client.link("CDokumente", document, "raeumungsklages", parent)
    answer = espo("DELETE", f"CDokumente/{document}/raeumungsklages?id={parent}")
    assert (answer.status_code, answer.json()) == (200, False)
    assert linked(espo, "CDokumente", document, "raeumungsklages") == [parent]


def test_linking_moves_neither_date_nor_version_and_a_list_can_ask_for_it(espo, client, document, parent):
    before = client.get("CDokumente", document)
    client.link("Raeumungsklage", parent, "cDokumentes", document)
    assert client.get("CDokumente", document) == before
    query = {"where[0][type]": "linkedWith", "where[0][attribute]": "raeumungsklages", "where[0][value][]": parent}
    assert [row["id"] for row in espo("GET", "CDokumente", params=query).json()["list"]] == [document]
    query["where[0][type]"] = "notLinkedWith"
    assert espo("GET", "CDokumente", params=query).json()["total"] == 0


def test_deleted_records_drop_out_of_links_and_come_back_with_them(espo, client, document, parent):
    client.link("CDokumente", document, "raeumungsklages", parent)
    client.delete("Raeumungsklage", parent)
    assert linked(espo, "CDokumente", document, "raeumungsklages") == []
    client.restore("Raeumungsklage", parent)
    assert linked(espo, "CDokumente", document, "raeumungsklages") == [parent]
    assert espo("POST", f"CDokumente/{document}/accounts", json={"id": "65f0a1b2c3d4e5f60"}).status_code == 404


def test_a_file_is_uploaded_put_on_a_document_and_replaced(espo, client, document):
    client.settings(espocrm_hash_on_upload=True, espocrm_status_on_upload=True)

    def put(content):
        data = "data:text/plain;base64," + base64.b64encode(content).decode()
        attachment = {"name": "ä.txt", "type": "text/plain", "role": "Attachment", "relatedType": "CDokumente"}
        made = espo("POST", "Attachment", json=attachment | {"field": "dokument", "file": data}).json()
        return espo("PUT", f"CDokumente/{document}", json={"dokumentId": made["id"]}).json()

    first = put(b"eins")
    assert (first["dokumentName"], first["fileStatus"]) == ("ä.txt", "new")
    assert first["md5sum"] == hashlib.md5(b"eins").hexdigest()
    assert espo("GET", f"Attachment/file/{first['dokumentId']}").content == b"eins"
    second = put(b"zwei")
    assert second["fileStatus"] == "changed"
    assert second["sha256"] == hashlib.sha256(b"zwei").hexdigest()
    assert espo("GET", f"Attachment/file/{first['dokumentId']}").status_code == 404
    assert espo("GET", f"Attachment/{first['dokumentId']}").status_code == 404


def test_espocrm_itself_hashes_nothing_and_keeps_what_was_written_of_the_old_file(client, document):
    client.upload_file(document, "a.txt", b"eins")
    assert client.get("CDokumente", document)["md5sum"] is None
    client.update("CDokumente", document, {"md5sum": "of the first", "fileStatus": "synced"})
    client.upload_file(document, "a.txt", b"zwei")
    shown = client.get("CDokumente", document)
    assert (shown["md5sum"], shown["fileStatus"]) == ("of the first", "synced")


@pytest.mark.parametrize("wrong", [{"file": "eins"}, {"file": None}, {"field": None}, {"name": ""}])
def test_an_upload_that_is_none_is_refused(espo, wrong):
    good = {"name": "a", "relatedType": "CDokumente", "field": "dokument", "file": "data:text/plain;base64,YQ=="}
    assert espo("POST", "Attachment", json=good).status_code == 200
    assert espo("POST", "Attachment", json=good | wrong).status_code == 400


def test_the_firms_own_hook_tells_of_links(sb, client, receiver, document, parent):
    client.settings(espocrm_link_hook_url=receiver.url + "/vmh/webhook/entity", espocrm_link_hook_token="geheim")
    assert client.link("CDokumente", document, "raeumungsklages", parent)
    assert receiver.arrived.wait(60)
    path, headers, body = receiver.got[0]
    assert (path, headers["Authorization"]) == ("/vmh/webhook/entity/link", "Bearer geheim")
    assert json.loads(body) == {
        "entityType": "CDokumente",
        "entityId": document,
        "link": "raeumungsklages",
        "foreignType": "Raeumungsklage",
        "foreignId": parent,
    }
    receiver.arrived.clear()
    assert not client.link("CDokumente", document, "raeumungsklages", parent)
    client.settings(espocrm_link_hook=False)
    client.unlink("CDokumente", document, "raeumungsklages", parent)
    assert not receiver.arrived.wait(0.2)


def test_a_link_that_is_a_field_too_stands_in_the_record_and_in_answers_to_writes(espo, client, document, parent):
    """Core/FieldProcessing/LinkMultiple/Loader.php, and Core/Record/Service.php, which loads it before a write too."""
    assert "raeumungsklagesIds" not in espo("GET", f"CDokumente/{document}").json()
    client.settings(espocrm_changed={"CDokumente.raeumungsklages": {"type": "linkMultiple"}})
    fields = espo("GET", "Metadata", params={"key": "entityDefs.CDokumente"}).json()["fields"]
    assert fields["raeumungsklages"] == {"type": "linkMultiple"}
    assert espo("GET", f"CDokumente/{document}").json()["raeumungsklagesIds"] == []
    client.link("CDokumente", document, "raeumungsklages", parent)
    read, written = (
        espo("GET", f"CDokumente/{document}").json(),
        espo("PUT", f"CDokumente/{document}", json={"name": "Klage"}).json(),
    )
    for shown in (read, written):
        assert shown["raeumungsklagesIds"] == [parent]
        assert shown["raeumungsklagesNames"] == {parent: "Jansen ./. Petersen"}
    assert "raeumungsklagesIds" not in espo("GET", "CDokumente").json()["list"][0]


@pytest.mark.parametrize("ending", ["Ids", "Names"])
def test_in_a_list_it_stands_where_it_is_selected(espo, client, document, parent, ending):
    """Core/FieldProcessing/LinkMultiple/ListLoader.php; as a real 9.2.7 answers too."""
    client.link("CDokumente", document, "raeumungsklages", parent)
    asked = {"select": f"name,raeumungsklages{ending}"}
    (row,) = espo("GET", "CDokumente", params=asked).json()["list"]
    assert row.keys() == {"id", "name"}
    client.settings(espocrm_changed={"CDokumente.raeumungsklages": {"type": "linkMultiple"}})
    (row,) = espo("GET", "CDokumente", params=asked).json()["list"]
    assert (row["raeumungsklagesIds"], row["raeumungsklagesNames"]) == ([parent], {parent: "Jansen ./. Petersen"})
    client.settings(espocrm_denied=["CDokumente.raeumungsklages.read"])
    (row,) = espo("GET", "CDokumente", params=asked).json()["list"]
    assert row.keys() == {"id", "name"}


def test_a_link_that_is_not_loaded_or_not_to_be_read_does_not_stand_in_the_record(espo, client, document):
    client.settings(espocrm_changed={"CDokumente.raeumungsklages": {"type": "linkMultiple", "noLoad": True}})
    assert "raeumungsklagesIds" not in espo("GET", f"CDokumente/{document}").json()
    client.settings(
        espocrm_changed={"CDokumente.raeumungsklages": {"type": "linkMultiple"}},
        espocrm_denied=["CDokumente.raeumungsklages.read"],
    )
    assert "raeumungsklagesIds" not in espo("GET", f"CDokumente/{document}").json()


def test_the_file_of_a_deleted_document_is_nobodys_to_read(espo, client, document):
    """Classes/Acl/Attachment/AccessChecker.php, 9.2."""
    client.upload_file(document, "a.txt", b"eins")
    file = client.get("CDokumente", document)["dokumentId"]
    client.delete("CDokumente", document)
    refused = espo("GET", f"Attachment/file/{file}")
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (403, "No 'read' access.")
    client.restore("CDokumente", document)
    assert espo("GET", f"Attachment/file/{file}").content == b"eins"
    client.settings(espocrm_denied=["CDokumente.dokument.read"])
    assert espo("GET", f"Attachment/file/{file}").status_code == 403
