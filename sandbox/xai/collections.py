"""The host for collections (management-api.x.ai)."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer, json_answer
from sandbox.xai.bodies import json_body
from sandbox.xai.errors import XaiError
from sandbox.xai.paging import fits, page
from sandbox.xai.store import Collection, Document, Store

SORTS = {
    "COLLECTIONS_SORT_BY_NAME": lambda item: (item.name, item.id),
    "COLLECTIONS_SORT_BY_AGE": lambda item: (item.created_at, item.id),
}
DOCUMENT_SORTS = {
    "DOCUMENTS_SORT_BY_NAME": lambda item: (item.file.name, item.file.id),
    "DOCUMENTS_SORT_BY_SIZE": lambda item: (len(item.file.content), item.file.id),
    "DOCUMENTS_SORT_BY_AGE": lambda item: (item.file.created_at, item.file.id),
}


class CollectionsApi:
    def __init__(self, store: Store) -> None:
        self.store = store

    def route(self, request: Request, parts: list[str]) -> Answer:
        with self.store.lock:
            match [request.method, *parts]:
                case ["POST", "collections"]:
                    return json_answer(self.create(json_body(request)).as_dict())
                case ["GET", "collections"]:
                    return self.listing(request)
                case [method, "collections", collection_id]:
                    return self.one(request, method, self.require(collection_id))
                case ["GET", "collections", collection_id, "documents:batchGet"]:
                    documents = self.require(collection_id).documents
                    wanted = request.args.getlist("file_ids")
                    return json_answer({"documents": [documents[key].as_dict() for key in wanted if key in documents]})
                case ["GET", "collections", collection_id, "documents"]:
                    return self.documents(request, self.require(collection_id))
                case [method, "collections", collection_id, "documents", file_id]:
                    return self.document(request, method, self.require(collection_id), file_id)
        raise XaiError(404, "not found")

    def require(self, collection_id: str) -> Collection:
        collection = self.store.collections.get(collection_id)
        if collection is None:
            raise XaiError(404, f"collection {collection_id} not found")
        return collection

    def create(self, data: dict[str, Any]) -> Collection:
        """Names need not be unique."""
        collection = Collection(_name(data), str(data.get("collection_description") or ""))
        collection.field_definitions = [_definition(item) for item in data.get("field_definitions") or []]
        self.store.collections[collection.id] = collection
        return collection

    def listing(self, request: Request) -> Answer:
        wanted = request.args.get("filter", "")
        rows = [
            item
            for item in self.store.collections.values()
            if fits(wanted, {"name": item.name, "collection_name": item.name, "collection_id": item.id})
        ]
        found, token = page(request, rows, SORTS, "COLLECTIONS_SORT_BY_AGE")
        return json_answer({"collections": [item.as_dict() for item in found], "pagination_token": token})

    def one(self, request: Request, method: str, collection: Collection) -> Answer:
        if method == "DELETE":
            del self.store.collections[collection.id]
            return json_answer({})
        if method == "PUT":
            data = json_body(request)
            if "collection_name" in data:
                collection.name = _name(data)
            if "collection_description" in data:
                collection.description = str(data["collection_description"] or "")
            for update in data.get("field_definition_updates") or []:
                _apply(collection, update)
        elif method != "GET":
            raise XaiError(405, "method not allowed")
        return json_answer(collection.as_dict())

    def documents(self, request: Request, collection: Collection) -> Answer:
        wanted = request.args.get("filter", "")
        rows = [
            item
            for item in collection.documents.values()
            if fits(wanted, {"name": item.file.name, "file_id": item.file.id, "status": item.status} | item.fields)
        ]
        found, token = page(request, rows, DOCUMENT_SORTS, "DOCUMENTS_SORT_BY_NAME")
        return json_answer({"documents": [item.as_dict() for item in found], "pagination_token": token})

    def document(self, request: Request, method: str, collection: Collection, file_id: str) -> Answer:
        if method == "POST":
            self.attach(collection, file_id, json_body(request))
            return json_answer({})
        document = collection.documents.get(file_id)
        if document is None:
            raise XaiError(404, f"document {file_id} not found in {collection.id}")
        if method == "DELETE":
            del collection.documents[file_id]
            return json_answer({})
        if method != "GET":
            raise XaiError(405, "method not allowed")
        return json_answer(document.as_dict())

    def attach(self, collection: Collection, file_id: str, data: dict[str, Any]) -> Document:
        file = self.store.file(file_id)
        if file is None:
            raise XaiError(404, f"file {file_id} not found")
        if file_id in collection.documents:
            raise XaiError(409, f"document {file_id} already exists in {collection.id}")
        fields = data.get("fields") or {}
        if not isinstance(fields, dict) or not all(isinstance(value, str) for value in fields.values()):
            raise XaiError(422, "fields must be strings")
        declared = {item["key"]: item for item in collection.field_definitions}
        if unknown := sorted(fields.keys() - declared.keys()):
            raise XaiError(400, f"fields not declared in field_definitions: {', '.join(unknown)}")
        if lacking := sorted(key for key, item in declared.items() if item.get("required") and key not in fields):
            raise XaiError(400, f"required fields are missing: {', '.join(lacking)}")
        return self.store.attach(collection, file, dict(fields))


def _name(data: dict[str, Any]) -> str:
    name = data.get("collection_name")
    if not isinstance(name, str) or not name:
        raise XaiError(400, "collection_name is required")
    return name


def _definition(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict) or not isinstance(item.get("key"), str) or not item["key"]:
        raise XaiError(400, "every field definition needs a key")
    return {"required": False, "unique": False, "inject_into_chunk": False} | item


def _apply(collection: Collection, update: Any) -> None:
    definition = _definition(update.get("field_definition") if isinstance(update, dict) else None)
    others = [item for item in collection.field_definitions if item["key"] != definition["key"]]
    removing = str(update.get("operation", "")).endswith("DELETE")
    collection.field_definitions = others if removing else [*others, definition]
