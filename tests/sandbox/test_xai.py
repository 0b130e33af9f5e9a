import hashlib

import pytest


def upload(files, name="a.txt", content=b"Hallo Welt", **options):
    return files("POST", "files", files={"file": (name, content)}, **options)


@pytest.fixture
def file_id(files):
    return upload(files).json()["id"]


@pytest.fixture
def collection(management):
    made = management("POST", "collections", json={"collection_name": "Account-1", "field_definitions": [{"key": "k"}]})
    return made.json()["collection_id"]


def test_every_upload_is_a_new_file_even_of_the_same_bytes(files):
    first, second = upload(files).json(), upload(files).json()
    assert first["id"] != second["id"]
    assert first.keys() == {"id", "object", "bytes", "created_at", "expires_at", "filename", "purpose"}
    assert files("GET", f"files/{first['id']}/content").content == b"Hallo Welt"
    assert files("DELETE", f"files/{first['id']}").json() == {"id": first["id"], "deleted": True}
    assert files("GET", f"files/{first['id']}").status_code == 404
    assert files("DELETE", f"files/{first['id']}").status_code == 404
    assert files("GET", f"files/{second['id']}").json() == second


def test_uploads_that_are_none_or_too_large_are_refused(files, client):
    assert files("POST", "files", data="x").status_code == 415
    assert files("POST", "files", files={"other": ("a", b"x")}).status_code == 400
    assert upload(files, name="a;b.txt").status_code == 400
    assert upload(files, name="a" * 256).status_code == 400
    client.settings(xai_max_file_mb=0.001)
    assert upload(files, content=b"x" * 1048).status_code == 200
    assert upload(files, content=b"x" * 1049).status_code == 413
    assert upload(files, content=b"x" * 30_000_000).status_code == 413
    assert upload(files, content=b"").json()["bytes"] == 0


def test_expires_after_comes_before_the_file_and_ends_it(files):
    parts = [("expires_after", (None, "0")), ("file", ("a.txt", b"x"))]
    made = files("POST", "files", files=parts).json()
    assert files("GET", f"files/{made['id']}").status_code == 404
    assert files("POST", "files", files=parts[::-1]).status_code == 400


def test_pages_always_have_a_token_even_the_last(files):
    wanted = [upload(files, name=f"{number}.txt").json()["id"] for number in range(3)]
    query = {"limit": 2, "sort_by": "created_at", "order": "asc"}
    first = files("GET", "files", params=query).json()
    second = files("GET", "files", params=query | {"pagination_token": first["pagination_token"]}).json()
    assert [item["id"] for item in first["data"] + second["data"]] == wanted
    assert second["pagination_token"]
    third = files("GET", "files", params=query | {"pagination_token": second["pagination_token"]}).json()
    assert (third["data"], bool(third["pagination_token"])) == ([], True)
    assert files("GET", "files?limit=101").status_code == 400
    assert files("GET", "files?sort_by=colour").status_code == 400
    assert files("GET", "files?pagination_token=xyz").status_code == 400


def test_collections_are_made_found_renamed_and_deleted(management):
    for name in ("Account-1", "Account-12", "Account-1"):
        assert management("POST", "collections", json={"collection_name": name}).status_code == 200
    assert management("POST", "collections", json={}).status_code == 400
    query = {"filter": 'collection_name:"account-1"', "order": "ORDERING_DESCENDING"}
    found = management("GET", "collections", params=query | {"sort_by": "COLLECTIONS_SORT_BY_AGE"}).json()
    assert [item["collection_name"] for item in found["collections"]] == ["Account-1", "Account-12", "Account-1"]
    assert found["pagination_token"]
    key = found["collections"][1]["collection_id"]
    renamed = management("PUT", f"collections/{key}", json={"collection_name": "Account-13"}).json()
    assert (renamed["collection_name"], renamed["documents_count"]) == ("Account-13", 0)
    assert management("DELETE", f"collections/{key}").json() == {}
    assert management("GET", f"collections/{key}").status_code == 404
    assert management("GET", "collections?limit=101").status_code == 400


def test_a_file_is_attached_once_with_declared_fields_and_a_json_body(management, file_id, collection):
    path = f"collections/{collection}/documents/{file_id}"
    assert management("POST", path).status_code == 415
    assert management("POST", path, json={"fields": {"other": "1"}}).status_code == 400
    assert management("POST", path, json={"fields": {"k": 1}}).status_code == 422
    assert management("POST", path, json={"fields": {"k": "v"}}).json() == {}
    assert management("POST", path, json={}).status_code == 409
    assert management("POST", f"collections/{collection}/documents/file_0", json={}).status_code == 404
    document = management("GET", path).json()
    assert document["fields"] == {"k": "v"}
    assert document["status"] == "DOCUMENT_STATUS_PROCESSED"
    assert document["file_metadata"]["size_bytes"] == "10"
    assert document["file_metadata"]["hash"] == hashlib.sha256(b"Hallo Welt").hexdigest()
    batch = management("GET", f"collections/{collection}/documents:batchGet?file_ids={file_id}&file_ids=file_0").json()
    assert batch == {"documents": [document]}
    listed = management("GET", f"collections/{collection}/documents?sort_by=DOCUMENTS_SORT_BY_NAME").json()
    assert (listed["documents"], bool(listed["pagination_token"])) == ([document], True)


def test_detaching_leaves_the_file_and_deleting_the_file_empties_the_collection(files, management, file_id, collection):
    path = f"collections/{collection}/documents/{file_id}"
    management("POST", path, json={})
    assert management("DELETE", path).json() == {}
    assert management("DELETE", path).status_code == 404
    assert files("GET", f"files/{file_id}").status_code == 200
    management("POST", path, json={})
    files("DELETE", f"files/{file_id}")
    assert management("GET", path).status_code == 404
    assert management("GET", f"collections/{collection}").json()["documents_count"] == 0


def test_indexing_takes_time(client, management, file_id, collection):
    client.settings(xai_indexing_seconds=3600)
    management("POST", f"collections/{collection}/documents/{file_id}", json={})

    def status():
        return management("GET", f"collections/{collection}/documents/{file_id}").json()["status"]

    assert status() == "DOCUMENT_STATUS_PROCESSING"
    client.end_indexing()
    assert status() == "DOCUMENT_STATUS_PROCESSED"


@pytest.mark.parametrize("name", ["foto.png", "scan-unlesbar.pdf", "noextension"])
def test_indexing_fails_for_what_cannot_be_read(files, management, collection, name):
    key = upload(files, name=name).json()["id"]
    management("POST", f"collections/{collection}/documents/{key}", json={})
    document = management("GET", f"collections/{collection}/documents/{key}").json()
    assert document["status"] == "DOCUMENT_STATUS_FAILED"
    assert document["error_message"]


def test_the_next_indexing_fails_on_demand(client, management, file_id, collection):
    client.fail_next_indexing(error="kaputt")
    path = f"collections/{collection}/documents/{file_id}"
    management("POST", path, json={})
    assert management("GET", path).json()["error_message"] == "kaputt"
    management("DELETE", path)
    management("POST", path, json={})
    assert management("GET", path).json()["status"] == "DOCUMENT_STATUS_PROCESSED"


def test_search_finds_words_in_collections(files, management, file_id, collection):
    management("POST", f"collections/{collection}/documents/{file_id}", json={"fields": {"k": "v"}})
    query = {"query": "welt", "source": {"collection_ids": [collection]}, "limit": 10}
    match = files("POST", "documents/search", json=query).json()["matches"][0]
    assert (match["file_id"], match["fields"], match["collection_ids"]) == (file_id, {"k": "v"}, [collection])
    assert files("POST", "documents/search", json=query | {"query": "mond"}).json() == {"matches": []}
    assert files("POST", "documents/search", json={"query": "x"}).status_code == 422


def test_wrong_keys_are_400_here_and_401_there(sb, api):
    wrong = {"Authorization": "Bearer xai-wrong"}
    answer = api(sb.xai_url + "/v1", **wrong)("GET", "files")
    assert answer.status_code == 400
    assert "Incorrect API key provided" in answer.text
    assert api(sb.xai_management_url + "/v1", **wrong)("GET", "collections").status_code == 401
    assert api(sb.xai_url + "/v1")("GET", "files").status_code == 401


def test_errors_come_in_four_shapes_and_every_answer_has_a_request_id(files, client):
    answers = [files("GET", "files/file_0") for _ in range(4)]
    kinds = {answer.headers["Content-Type"].partition(";")[0] for answer in answers}
    assert kinds == {"application/json", "text/plain"}
    bodies = [answer.json() for answer in answers if "json" in answer.headers["Content-Type"]]
    assert {frozenset(body) for body in bodies} == {
        frozenset({"code", "error"}), frozenset({"error"}), frozenset({"code", "message", "details"}),
    }  # fmt: skip
    client.settings(xai_error_shape="plain")
    assert {files("GET", "files/file_0").text for _ in range(3)} == {"file file_0 not found"}
    ids = {answer.headers["x-request-id"] for answer in [*answers, files("GET", "files")]}
    assert len(ids) == 5


def test_too_many_calls_are_429_with_or_without_a_pause(files, client):
    client.settings(xai_rate_per_minute=3)
    codes = [files("GET", "files") for _ in range(4)]
    assert [answer.status_code for answer in codes] == [200, 200, 200, 429]
    assert "Retry-After" not in codes[-1].headers
    client.settings(xai_retry_after=2)
    assert files("GET", "files").headers["Retry-After"] == "2"


def test_things_vanish_on_demand(client, files, management, file_id, collection):
    assert client.remove_xai_file(file_id)
    assert client.remove_xai_collection(collection)
    assert not client.remove_xai_collection(collection)
    assert files("GET", f"files/{file_id}").status_code == 404
    assert management("GET", f"collections/{collection}").status_code == 404
