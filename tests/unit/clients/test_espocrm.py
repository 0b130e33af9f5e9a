"""What EspoCRM answers, and what comes out of the client."""

from __future__ import annotations

import ast
import base64
import hashlib
import hmac
import inspect
import io
import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import responses
from responses import matchers

from syncapp.clients.errors import (
    ClientError,
    Duplicate,
    EntityTypeUnknown,
    Forbidden,
    LockedOut,
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
from syncapp.clients.espocrm import (
    FIELDS,
    EspoClient,
    EspoConfig,
    EspoDocument,
    EspoParent,
    Fields,
    FileStatus,
    LinkMeta,
    Webhook,
)
from tests.unit.clients.conftest import API, CRM, ONCE

DOCUMENT = f"{API}/CDokumente/65f0"
VALIDATION = "Field validation failure; entityType: CDokumente, field: xaiId, type: maxLength."

REFUSALS: list[tuple[int, str | None, str, type[ClientError], str, str | None]] = [
    (302, None, "", UnexpectedAnswer, "", None),
    (400, None, "Mustermann", Rejected, "", None),
    (400, VALIDATION, "", Rejected, "validation.maxLength", "xaiId"),
    (400, "Bad value: Erika Mustermann", "", Rejected, "", None),
    (401, None, "", Unauthorized, "", None),
    (403, None, "", LockedOut, "", None),
    (400, "Wrong field: Mustermann, type: Mustermann", "", Rejected, "", None),  # a hook of the firm's
    (403, "No edit access.", "", Forbidden, "access.edit", None),
    (403, "No 'edit' access.", "", Forbidden, "access.edit", None),
    (
        403,
        "No foreign record access for link operation (Task:assignedUser).",
        "",
        Forbidden,
        "access.link",
        "assignedUser",
    ),
    (403, "Link accounts is forbidden.", "", Forbidden, "access.link", "accounts"),  # from 10.0 on
    (403, "No access to 'amount' field.", "", Forbidden, "access.field", "amount"),
    (403, "No edit access to field `amount`.", "", Forbidden, "access.field", "amount"),
    (403, "Assignment failure: assigned user or team not allowed.", "", Forbidden, "access.assign", None),
    (403, "Forbidden attribute 'betnr' in where.", "", Forbidden, "access.hidden", "betnr"),
    (403, "Forbidden relation 'accounts' in where.", "", Forbidden, "access.hidden", "accounts"),
    (403, "Not access to order by field 'betnr'.", "", Forbidden, "access.hidden", "betnr"),
    (403, "Webhook number per user exceeded the limit.", "", Forbidden, "access.too_many", None),
    (
        403,
        "Can't relate with non-existing record. entity type: Task, link: assignedUser.",
        "",
        Outdated,
        "link.gone",
        "assignedUser",
    ),
    (403, "No access to Mustermann.", "", Forbidden, "", None),
    (403, "", "", Forbidden, "", None),  # a link to a type that may not be read
    (403, None, "<h1>Web application firewall</h1>", Forbidden, "", None),
    (404, "Record 65f0 does not exist.", "", NotFound, "", None),
    (404, "", "", NotFound, "", None),
    (404, "CDokumente record not found", "", NotFound, "", None),
    (404, "Controller 'CDokumente' does not exist.", "", EntityTypeUnknown, "controller", None),
    (404, "Entity type CDokumente not found", "", EntityTypeUnknown, "entity_type", None),
    (404, "Link 'accounts' does not exist in CDokumente.", "", EntityTypeUnknown, "link", None),
    (404, "Record 65f0 of CDokumente does not exist.", "", NotFound, "", None),
    (404, "CDokumente 65f0 not found.", "", NotFound, "", None),
    (404, None, "404 page not found", UnexpectedAnswer, "not_espocrm", None),
    (405, None, "", UnexpectedAnswer, "", None),
    (409, "modified", '{"values": {}, "versionNumber": 4}', Outdated, "modified", None),
    (409, None, '{"values": {}, "versionNumber": 4}', Outdated, "modified", None),
    (409, "duplicate", '[{"id": "1", "name": "Mustermann"}]', Duplicate, "duplicate", None),
    (409, None, "not json", Duplicate, "conflict", None),
    (409, "cannotModifyLockedRecord", '{"messageTranslation": {"data": {"field": "x"}}}', Rejected, "locked", None),
    (409, "", '{"messageTranslation": {"label": "cannotRemoveLockedRecord"}}', Rejected, "locked", None),
    (409, "Cannot remove a locked record.", "", Rejected, "locked", None),
    (409, "Before-save validation error.", "", Duplicate, "conflict", None),
    (412, None, "", Outdated, "", None),
    (413, None, "", TooLarge, "", None),
    (415, None, "", Rejected, "", None),
    (422, None, "", Rejected, "", None),
    (429, None, "", RateLimited, "", None),
    (500, "SQLSTATE Mustermann", "", ServerTrouble, "", None),
    (503, None, "", Maintenance, "", None),
    (599, None, "", ServerTrouble, "", None),
]


@pytest.mark.parametrize(("status", "reason", "body", "kind", "code", "field"), REFUSALS)
def test_every_refusal_has_its_kind_and_quotes_nothing(
    web: responses.RequestsMock,
    status: int,
    reason: str | None,
    body: str,
    kind: type[ClientError],
    code: str,
    field: str | None,
) -> None:
    web.put(DOCUMENT, status=status, body=body, headers={"X-Status-Reason": reason} if reason is not None else {})
    with pytest.raises(ClientError) as caught:
        EspoClient(EspoConfig(CRM, "k", retry=ONCE)).update("CDokumente", "65f0", {"xaiId": "x"})
    error = caught.value
    assert (type(error), error.status, error.code, error.field) == (kind, status, code, field)
    assert "Mustermann" not in str(error) + repr(error)


def test_a_list_that_is_missing_is_a_wrong_setting(web: responses.RequestsMock, espo: EspoClient) -> None:
    web.get(f"{API}/CDokumente", status=404)
    with pytest.raises(EntityTypeUnknown):
        espo.ping()


def test_a_replaced_attachment_is_gone(web: responses.RequestsMock, espo: EspoClient) -> None:
    web.get(f"{API}/Attachment/file/att1", status=404, headers={"X-Status-Reason": "Attachment att1 not found."})
    with pytest.raises(NotFound):
        espo.download("att1", io.BytesIO(), 5)


def test_the_key_is_sent_without_a_secret(web: responses.RequestsMock, espo: EspoClient) -> None:
    sent = web.get(DOCUMENT, json={"id": "65f0"})
    espo.document("65f0")
    headers = sent.calls[0].request.headers
    assert headers["X-Api-Key"] == "the-key"
    assert "X-Hmac-Authorization" not in headers


def test_with_a_secret_the_call_is_signed_over_method_and_path(web: responses.RequestsMock) -> None:
    sent = web.get(f"{API}/CDokumente", json={"list": []})
    EspoClient(EspoConfig(f"{CRM}/", "the-key", "the-secret")).ping()
    headers = sent.calls[0].request.headers
    signature = hmac.new(b"the-secret", b"GET /CDokumente", hashlib.sha256).hexdigest()
    assert base64.b64decode(headers["X-Hmac-Authorization"]).decode() == f"the-key:{signature}"
    assert "X-Api-Key" not in headers


@pytest.mark.parametrize("bad", ["", "a/b", "..", "a?b", "ä", "x" * 37, "a\n", "a b"])
def test_an_unusable_id_is_never_sent(espo: EspoClient, bad: str) -> None:
    with pytest.raises(Rejected):
        espo.document(bad)
    with pytest.raises(Rejected):
        espo.get(bad + "/", "65f0")


FULL = {
    "id": "65f0a1b2c3d4e5f60",
    "name": "Mietvertrag",
    "dokumentId": "att1",
    "dokumentName": "vertrag.pdf",
    "md5sum": "ABCDEF",
    "sha256": None,
    "fileStatus": "changed",
    "xaiId": " file_1 ",
    "xaiCollections": ["c1", "c2", "c1", ""],
    "xaiSyncedHash": "abc",
    "xaiSyncStatus": "clean",
    "syncStatus": "clean",
    "deleted": False,
    "modifiedAt": "2026-03-01 12:00:05",
    "versionNumber": 7,
    "somethingElse": {"deep": 1},
    "accountsIds": [],
    "raeumungsklagesIds": ["65f0a1b2c3d4e5f61"],
}


def test_a_document_is_read_whole(web: responses.RequestsMock, espo: EspoClient) -> None:
    web.get(DOCUMENT, json=FULL)
    assert espo.document("65f0") == EspoDocument(
        id="65f0a1b2c3d4e5f60",
        name="Mietvertrag",
        file_id="att1",
        file_name="vertrag.pdf",
        md5="abcdef",
        sha256="",
        file_status=FileStatus.CHANGED,
        xai_id="file_1",
        xai_collections=("c1", "c2"),
        xai_synced_hash="abc",
        xai_status="clean",
        xai_error="",
        deleted=False,
        modified_at=datetime(2026, 3, 1, 12, 0, 5, tzinfo=UTC),
        version=7,
        sync_status="clean",
        sync_error="",
        sync_failed_at="",
        has_fields=frozenset({"md5sum", "sha256", "fileStatus", "syncStatus"}),
        unlinked=frozenset({"accounts"}),
    )


@pytest.mark.parametrize(
    ("values", "status"),
    [
        ({"fileStatus": "new"}, FileStatus.NEW),
        ({"dateiStatus": "Neu"}, FileStatus.NEW),
        ({"fileStatus": "Geändert"}, FileStatus.CHANGED),
        ({"fileStatus": None, "dateiStatus": "Geändert"}, FileStatus.CHANGED),
        ({"fileStatus": "synced", "dateiStatus": "Neu"}, FileStatus.SYNCED),
        ({"fileStatus": "?"}, FileStatus.UNKNOWN),
        ({}, FileStatus.UNKNOWN),
    ],
)
def test_old_and_german_file_statuses_are_understood(values: dict[str, Any], status: FileStatus) -> None:
    assert EspoDocument.from_api({"id": "1", **values}).file_status is status


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        [],
        {},
        {"id": 5},
        {"id": ""},
        {"id": "1", "name": 5},
        {"id": "1", "xaiCollections": "c1"},
        {"id": "1", "xaiCollections": [1]},
        {"id": "1", "deleted": "no"},
        {"id": "1", "modifiedAt": "yesterday"},
        {"id": "1", "modifiedAt": 5},
        {"id": "1", "modifiedAt": "0001-01-01T00:00:00+10:00"},
        {"id": "1", "versionNumber": 1.5},
        {"id": "1", "versionNumber": True},
    ],
)
def test_wrong_values_are_found_at_the_door(wrong: object) -> None:
    with pytest.raises(UnexpectedAnswer):
        EspoDocument.from_api(wrong)


def test_one_place_alone_knows_how_an_installation_names_its_fields(
    web: responses.RequestsMock, espo: EspoClient
) -> None:
    named = set(asdict(FIELDS).values()) - {"status"}  # which EspoCRM's own tasks have too
    folder = Path(inspect.getfile(EspoClient)).parent
    for module in set(folder.glob("*.py")) - {folder / "fields.py"}:
        texts = {node.value for node in ast.walk(ast.parse(module.read_text())) if isinstance(node, ast.Constant)}
        assert not texts & named, module.name
    web.get(f"{API}/{FIELDS.document_entity}/1", json={"id": "1", FIELDS.file_id: "att", FIELDS.xai_id: "file_9"})
    web.get(f"{API}/{FIELDS.document_entity}/1/accounts", json={"list": [{"id": "2", FIELDS.collection_id: "c1"}]})
    document = espo.document("1")
    (parent,) = espo.linked_parents("1", "accounts", "Account")
    assert (document.file_id, document.xai_id, parent.collection_id) == ("att", "file_9", "c1")


def test_a_parent_tells_an_empty_from_a_missing_collection_field(web: responses.RequestsMock, espo: EspoClient) -> None:
    web.get(f"{API}/Account/1", json={"id": "1", "name": "A", "status": None, "xaiCollectionId": None})
    web.get(f"{API}/Account/2", json={"id": "2", "modifiedAt": "2026-03-01 12:00:05"})
    held = frozenset({"id", "name", "status", "xaiCollectionId"})
    assert espo.parent("Account", "1") == EspoParent("Account", "1", "A", "", "", None, False, "", held)
    assert "xaiCollectionId" not in espo.parent("Account", "2").has_fields


def test_metadata_names_fields_and_links_once_per_ttl(web: responses.RequestsMock, espo: EspoClient) -> None:
    definition = {
        "fields": {"name": {"type": "varchar"}, "dokument": {"type": "file"}},
        "links": {
            "accounts": {"type": "hasMany", "entity": "Account", "foreign": "dokumentes"},
            "parent": {"type": "belongsToParent"},
            "createdBy": {"type": "belongsTo", "entity": "User"},
        },
    }
    asked = web.get(
        f"{API}/Metadata", json=definition, match=[matchers.query_param_matcher({"key": "entityDefs.CDokumente"})]
    )
    meta = espo.metadata("CDokumente")
    assert meta.fields == {"name", "dokument"}
    assert meta.links == {
        "accounts": LinkMeta("Account", "dokumentes", "hasMany"),
        "createdBy": LinkMeta("User", "", "belongsTo"),
    }
    assert EspoClient(EspoConfig(CRM, "k")).metadata("CDokumente") is meta
    assert asked.call_count == 1
    EspoClient.metadata_cache.clear()
    EspoClient(EspoConfig(CRM, "k", metadata_ttl=0)).metadata("CDokumente")
    EspoClient(EspoConfig(CRM, "k")).metadata("CDokumente")
    assert asked.call_count == 3


@pytest.mark.parametrize("nothing", ["", "null", "[]", "{}", "false"])
def test_metadata_of_an_unknown_type(web: responses.RequestsMock, espo: EspoClient, nothing: str) -> None:
    web.get(f"{API}/Metadata", body=nothing)
    with pytest.raises(EntityTypeUnknown):
        espo.metadata("CWrong")


def test_metadata_with_phps_empty_maps(web: responses.RequestsMock, espo: EspoClient) -> None:
    web.get(f"{API}/Metadata", body='{"fields": {"name": {}}, "links": []}')
    assert espo.metadata("Account").links == {}


def test_an_update_sends_only_the_fields_and_the_version(web: responses.RequestsMock, espo: EspoClient) -> None:
    sent = web.put(DOCUMENT, json={"id": "65f0", "versionNumber": 8})
    assert espo.update("CDokumente", "65f0", {"xaiId": "f", "syncError": None}, version=7)["versionNumber"] == 8
    request = sent.calls[0].request
    assert json.loads(request.body) == {"xaiId": "f", "syncError": None}
    assert request.headers["X-Version-Number"] == "7"
    assert request.headers["Content-Type"] == "application/json"


def test_webhooks_are_listed_created_and_shown_with_their_secret(web: responses.RequestsMock, espo: EspoClient) -> None:
    row = {"id": "w1", "event": "CDokumente.update", "url": "https://hub.example.test/x"}
    web.get(f"{API}/Webhook", json={"list": [{**row, "isActive": False}]})
    web.get(f"{API}/Webhook/w1", json={**row, "secretKey": "s3cret"})
    sent = web.post(f"{API}/Webhook", json={**row, "secretKey": "s3cret", "skipOwn": True}, status=201)
    known = Webhook("w1", "CDokumente.update", "https://hub.example.test/x", "s3cret")
    assert espo.webhooks() == [Webhook("w1", known.event, known.url, "", active=False)]
    assert espo.webhook("w1") == known
    assert espo.create_webhook(known.event, known.url).skip_own
    assert json.loads(sent.calls[0].request.body) == {"event": known.event, "url": known.url, "skipOwn": True}
    assert "s3cret" not in repr(known)


def test_required_and_optional_fields_do_not_overlap_and_are_selected() -> None:
    fields = Fields()
    assert not set(fields.required("CDokumente")) & set(fields.optional("CDokumente"))
    assert not set(fields.required("Account")) & set(fields.optional("Account"))
    assert {*fields.document_required, *fields.document_optional} - {"dokument"} <= set(fields.document_select)
