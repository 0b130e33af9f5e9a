"""What xAI answers, and what comes out of the client."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from responses import matchers

from syncapp.clients.errors import (
    ClientError,
    Duplicate,
    Forbidden,
    Maintenance,
    NotFound,
    Outdated,
    RateLimited,
    Rejected,
    ServerTrouble,
    TooLarge,
    Unauthorized,
    UnexpectedAnswer,
)
from syncapp.clients.xai import IndexStatus, XaiClient, XaiCollection, XaiConfig, XaiDocument, XaiFile
from tests.unit.clients.conftest import COLLECTIONS, FILES, ONCE, Watcher

FILE = {"id": "file_1", "object": "file", "bytes": 12, "created_at": 1762345678, "filename": "a.pdf", "purpose": ""}
COLLECTION = {"collection_id": "collection_1", "collection_name": "Account-1", "documents_count": 2}
DOCUMENT = {
    "file_metadata": {"file_id": "file_1", "name": "a.txt", "size_bytes": "119237", "hash": "AB" * 32},
    "fields": {},
    "status": "DOCUMENT_STATUS_PROCESSED",
    "error_message": "",
}
INSIDE = f"{COLLECTIONS}/v1/collections/c1/documents"

REFUSALS: list[tuple[int, str, type[ClientError]]] = [
    (302, "", UnexpectedAnswer),
    (400, '{"code":"Client specified an invalid argument","error":"Incorrect API key provided: xai-ab"}', Unauthorized),
    (400, '{"error":{"message":"Incorrect API key provided","type":"x","code":"y"}}', Unauthorized),
    (400, '{"code":3,"message":"Mustermann"}', Rejected),
    (400, "Mustermann", Rejected),
    (401, "", Unauthorized),
    (403, "", Forbidden),
    (404, '{"code":5,"message":"Mustermann"}', NotFound),
    (404, "not found", NotFound),
    (404, "", NotFound),
    (409, "", Duplicate),
    (412, "", Outdated),
    (413, "", TooLarge),
    (415, "", Rejected),
    (422, "", Rejected),
    (429, "", RateLimited),
    (500, "", ServerTrouble),
    (503, "", Maintenance),
]


@pytest.mark.parametrize(("status", "body", "kind"), REFUSALS)
def test_every_refusal_has_its_kind_and_quotes_nothing(
    web: responses.RequestsMock, status: int, body: str, kind: type[ClientError]
) -> None:
    web.get(f"{FILES}/v1/files/file_1", status=status, body=body, headers={"x-request-id": "req-1"})
    with pytest.raises(ClientError) as caught:
        XaiClient(XaiConfig(FILES, COLLECTIONS, retry=ONCE)).file("file_1")
    assert (type(caught.value), caught.value.status, caught.value.request_id) == (kind, status, "req-1")
    assert "Mustermann" not in repr(caught.value)
    assert "xai-ab" not in repr(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        '{"code":"Client specified an invalid argument","error":"`collection_name` \'Mustermann\' is too long"}',
        '{"error":{"message":"Mustermann","param":"collection_name","type":"invalid_request_error","code":"400"}}',
        '{"code":3,"message":"\'collection_name\' is too long: Mustermann","details":[]}',
        "'collection_name' is too long",
    ],
)
def test_the_field_that_is_refused_is_told_in_each_of_its_shapes(
    web: responses.RequestsMock, xai: XaiClient, body: str
) -> None:
    web.post(f"{COLLECTIONS}/v1/collections", status=400, body=body)
    with pytest.raises(Rejected) as caught:
        xai.create_collection("Mustermann", "Mustermann", ())
    assert (caught.value.field, "Mustermann" in repr(caught.value)) == ("collection_name", False)


def test_a_proxys_page_does_not_pass_for_a_missing_file(web: responses.RequestsMock, xai: XaiClient) -> None:
    web.delete(f"{FILES}/v1/files/file_1", status=404, body="<html>", content_type="text/html; charset=utf-8")
    with pytest.raises(UnexpectedAnswer):
        xai.delete_file("file_1")


def test_a_request_id_that_is_none_is_dropped(web: responses.RequestsMock, xai: XaiClient, watcher: Watcher) -> None:
    web.get(f"{FILES}/v1/files/file_1", json=FILE, headers={"x-request-id": "<Erika Mustermann>"})
    xai.file("file_1")
    assert watcher.calls[0].request_id == ""


def test_each_host_gets_its_own_key(web: responses.RequestsMock, xai: XaiClient) -> None:
    files = web.get(f"{FILES}/v1/files", json={"data": []})
    collections = web.get(f"{COLLECTIONS}/v1/collections", json={})
    xai.ping()
    assert files.calls[0].request.headers["Authorization"] == "Bearer api-key"
    assert collections.calls[0].request.headers["Authorization"] == "Bearer management-key"


def test_an_upload_sends_one_named_part(web: responses.RequestsMock, xai: XaiClient) -> None:
    sent = web.post(f"{FILES}/v1/files", json=FILE)
    stream = io.BytesIO(b"%PDF-content")
    stream.seek(5)
    uploaded = xai.upload(stream, 12, 'Miete; "März"\r\n.pdf', "application/pdf")
    assert uploaded == XaiFile("file_1", "a.pdf", 12, datetime.fromtimestamp(1762345678, UTC))
    request = sent.calls[0].request
    head, _, rest = bytes(request.body).partition(b"\r\n\r\n")
    assert 'name="file"; filename="Miete März.pdf"'.encode() in head
    assert b"Content-Type: application/pdf" in head
    boundary = request.headers["Content-Type"].partition("boundary=")[2].encode()
    assert rest == b"%PDF-content\r\n--" + boundary + b"--\r\n"
    assert int(request.headers["Content-Length"]) == len(request.body)


def test_a_content_type_cannot_smuggle_headers(web: responses.RequestsMock, xai: XaiClient) -> None:
    sent = web.post(f"{FILES}/v1/files", json=FILE)
    xai.upload(io.BytesIO(b"x"), 1, "a.txt", "text/plain\r\nX-Evil: 1")
    assert b"X-Evil" not in sent.calls[0].request.body
    assert b"application/octet-stream" in sent.calls[0].request.body


def test_a_file_over_the_limit_is_not_sent(watcher: Watcher) -> None:
    xai = XaiClient(XaiConfig(FILES, COLLECTIONS, max_file_bytes=4), watcher)
    with pytest.raises(TooLarge):
        xai.upload(io.BytesIO(b"12345"), 5, "a.txt")
    assert watcher.calls == []


def test_a_wrong_size_is_the_callers_mistake(xai: XaiClient) -> None:
    with pytest.raises(ValueError, match="size"):
        xai.upload(io.BytesIO(b"12345"), 4, "a.txt")


@pytest.mark.parametrize("bad", ["", "a/b", "..", "a?b=1", "ä", "x" * 129, "a\n"])
def test_an_unusable_id_is_never_sent(xai: XaiClient, bad: str) -> None:
    for act in (xai.file, xai.delete_file, xai.collection, xai.delete_collection):
        with pytest.raises(Rejected):
            act(bad)
    with pytest.raises(Rejected):
        xai.batch_documents("c1", ["file_1", bad])


def test_what_is_gone_already_is_deleted(web: responses.RequestsMock, xai: XaiClient) -> None:
    for url in (f"{FILES}/v1/files/f1", f"{INSIDE}/f1", f"{COLLECTIONS}/v1/collections/c1"):
        web.delete(url, json={"deleted": True})
        web.delete(url, status=404, json={"code": 5})
    assert [xai.delete_file("f1"), xai.delete_file("f1")] == [True, False]
    assert [xai.detach("c1", "f1"), xai.detach("c1", "f1")] == [True, False]
    assert [xai.delete_collection("c1"), xai.delete_collection("c1")] == [True, False]


def test_an_empty_answer_to_a_deletion_is_fine(web: responses.RequestsMock, xai: XaiClient) -> None:
    web.delete(f"{INSIDE}/f1", status=204)
    assert xai.detach("c1", "f1")


def test_attaching_always_sends_json_and_knows_what_is_there(web: responses.RequestsMock, xai: XaiClient) -> None:
    sent = web.post(f"{INSIDE}/f1", json={})
    web.post(f"{INSIDE}/f2", status=409)
    assert xai.attach("c1", "f1", {"espocrm_document_id": "65f0"})
    assert xai.attach("c1", "f1", {})
    assert not xai.attach("c1", "f2", {})
    assert [json.loads(call.request.body) for call in sent.calls] == [{"fields": {"espocrm_document_id": "65f0"}}, {}]
    assert sent.calls[0].request.headers["Content-Type"] == "application/json"


def pages(web: responses.RequestsMock, url: str, key: str, *pages: tuple[list[Any], str], **query: str) -> None:
    """Each page is answered only to the token of the one before."""
    token = ""
    for rows, following in pages:
        wanted = {"limit": "100", **query, **({"pagination_token": token} if token else {})}
        web.get(url, json={key: rows, "pagination_token": following}, match=[matchers.query_param_matcher(wanted)])
        token = following


def numbered(count: int, start: int = 0) -> list[dict[str, Any]]:
    return [{**FILE, "id": f"file_{start + number}"} for number in range(count)]


def test_files_come_page_by_page_until_a_short_one(web: responses.RequestsMock, xai: XaiClient) -> None:
    query = {"order": "desc", "sort_by": "created_at"}
    pages(web, f"{FILES}/v1/files", "data", (numbered(100), "t1"), (numbered(3, 100), "t2"), **query)
    assert [file.id for file in xai.files()] == [f"file_{number}" for number in range(103)]


def test_a_token_that_comes_again_ends_the_listing(web: responses.RequestsMock, xai: XaiClient) -> None:
    web.get(f"{FILES}/v1/files", json={"data": numbered(100), "pagination_token": "same"})
    with pytest.raises(UnexpectedAnswer):
        list(xai.files())


def test_a_full_last_page_without_token_ends_the_listing(web: responses.RequestsMock, xai: XaiClient) -> None:
    web.get(f"{FILES}/v1/files", json={"data": numbered(100)})
    assert len(list(xai.files())) == 100


def test_collections_are_found_by_how_their_name_starts(web: responses.RequestsMock, xai: XaiClient) -> None:
    rows = [
        {**COLLECTION, "collection_id": f"c{i}", "collection_name": name}
        for i, name in enumerate(["Account-1", "Account-1 Haus", "account-1", "Old Account-1"])
    ]
    asked = web.get(f"{COLLECTIONS}/v1/collections", json={"collections": rows})
    assert [found.id for found in xai.collections_starting("Account-1")] == ["c0", "c1"]
    assert asked.calls[0].request.params["filter"] == 'collection_name:"Account-1"'


@pytest.mark.parametrize("start", ['Account-1"', "Account 1", "", "a\\b"])
def test_a_start_that_could_break_the_filter_is_not_sent(
    web: responses.RequestsMock, xai: XaiClient, start: str
) -> None:
    with pytest.raises(Rejected):
        xai.collections_starting(start)
    assert len(web.calls) == 0


def test_a_collection_is_created_read_and_renamed(web: responses.RequestsMock, xai: XaiClient) -> None:
    full = {**COLLECTION, "collection_description": "{}", "created_at": "2025-09-16T18:36:09.790629Z"}
    created = web.post(f"{COLLECTIONS}/v1/collections", json=full)
    web.get(f"{COLLECTIONS}/v1/collections/collection_1", json=COLLECTION)
    renamed = web.put(f"{COLLECTIONS}/v1/collections/collection_1", json={**COLLECTION, "collection_name": "new"})
    moment = datetime(2025, 9, 16, 18, 36, 9, 790629, UTC)
    assert xai.create_collection("Account-1", "{}", ["a", "b"]) == XaiCollection(
        "collection_1", "Account-1", "{}", 2, moment
    )
    body = json.loads(created.calls[0].request.body)
    assert [definition["key"] for definition in body["field_definitions"]] == ["a", "b"]
    assert xai.collection("collection_1").name == "Account-1"
    web.get(f"{COLLECTIONS}/v1/collections", json={"collections": [full]})
    assert [found.created_at for found in xai.collections()] == [moment]
    assert xai.rename_collection("collection_1", "new").name == "new"
    assert json.loads(renamed.calls[0].request.body) == {"collection_name": "new"}


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("DOCUMENT_STATUS_PROCESSED", IndexStatus.PROCESSED),
        ("DOCUMENT_STATUS_FAILED", IndexStatus.FAILED),
        ("DOCUMENT_STATUS_PROCESSING", IndexStatus.PROCESSING),
        ("DOCUMENT_STATUS_SOMETHING_NEW", IndexStatus.PROCESSING),
        ("", IndexStatus.PROCESSING),
    ],
)
def test_only_two_states_of_indexing_are_final(
    web: responses.RequestsMock, xai: XaiClient, text: str, status: IndexStatus
) -> None:
    web.get(f"{INSIDE}/file_1", json={**DOCUMENT, "status": text})
    assert xai.document("c1", "file_1") == XaiDocument("file_1", "a.txt", 119237, "ab" * 32, status, "")


def test_documents_are_read_in_batches(web: responses.RequestsMock, xai: XaiClient) -> None:
    def found(request: Any) -> tuple[int, dict[str, str], str]:
        wanted = request.params["file_ids"]
        wanted = [wanted] if isinstance(wanted, str) else wanted
        rows = [{**DOCUMENT, "file_metadata": {"file_id": key}} for key in wanted if key != "f7"]
        return 200, {}, json.dumps({"documents": rows})

    web.add_callback("GET", f"{INSIDE}:batchGet", found)
    documents = xai.batch_documents("c1", [f"f{number}" for number in range(120)] + ["f0"])
    assert set(documents) == {f"f{number}" for number in range(120)} - {"f7"}
    assert xai.batch_documents("c1", []) == {}


def test_a_batch_refused_for_one_missing_file_still_gives_the_others(
    web: responses.RequestsMock, xai: XaiClient
) -> None:
    web.get(f"{INSIDE}:batchGet", status=404)
    web.get(f"{COLLECTIONS}/v1/collections/c1", json=COLLECTION)
    web.get(f"{INSIDE}/file_1", json=DOCUMENT)
    web.get(f"{INSIDE}/file_2", status=404)
    assert list(xai.batch_documents("c1", ["file_1", "file_2"])) == ["file_1"]


def test_a_batch_of_a_collection_that_is_gone(web: responses.RequestsMock, xai: XaiClient) -> None:
    web.get(f"{INSIDE}:batchGet", status=404)
    web.get(f"{COLLECTIONS}/v1/collections/c1", status=404)
    with pytest.raises(NotFound):
        xai.batch_documents("c1", ["file_1"])


def test_all_documents_of_a_collection(web: responses.RequestsMock, xai: XaiClient) -> None:
    web.get(INSIDE, json={"documents": [DOCUMENT]})
    assert [document.file_id for document in xai.documents("c1")] == ["file_1"]
