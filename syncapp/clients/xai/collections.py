"""Collections at xAI and the files in them. Facts: https://docs.x.ai/developers/rest-api-reference/collections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from syncapp.clients.errors import Duplicate, NotFound
from syncapp.clients.xai.rest import XaiRest, checked_id
from syncapp.clients.xai.types import XaiCollection, XaiDocument

COLLECTIONS = "/v1/collections"
BATCH = 50  # ids in one query string, about 2.5 kB
_NEWEST_FIRST = [("order", "ORDERING_DESCENDING"), ("sort_by", "COLLECTIONS_SORT_BY_AGE")]


class XaiCollections(XaiRest):
    def collections(self) -> Iterator[XaiCollection]:
        """All collections of the team, newest first."""
        for row in self.listing(self._collections_host, COLLECTIONS, "collections", _NEWEST_FIRST):
            yield XaiCollection.from_api(row)

    def collections_starting(self, start: str) -> list[XaiCollection]:
        """All whose name starts with this (letters, digits, `-`, `_` only), newest first."""
        query = [*_NEWEST_FIRST, ("filter", f'collection_name:"{checked_id(start)}"')]
        rows = self.listing(self._collections_host, COLLECTIONS, "collections", query)
        return [found for found in map(XaiCollection.from_api, rows) if found.name.startswith(start)]

    def create_collection(self, name: str, description: str, fields: Sequence[str]) -> XaiCollection:
        """``fields`` are the keys its documents may carry, once and for all. Not repeated after a lost answer."""
        definitions = [{"key": key, "required": False, "unique": False, "inject_into_chunk": False} for key in fields]
        body = {"collection_name": name, "collection_description": description, "field_definitions": definitions}
        return XaiCollection.from_api(self.tell(self._collections_host, "POST", COLLECTIONS, body, repeatable=False))

    def collection(self, collection_id: str) -> XaiCollection:
        return XaiCollection.from_api(self.ask(self._collections_host, _path(collection_id)))

    def rename_collection(self, collection_id: str, name: str) -> XaiCollection:
        body = {"collection_name": name}
        return XaiCollection.from_api(self.tell(self._collections_host, "PUT", _path(collection_id), body))

    def delete_collection(self, collection_id: str) -> bool:
        """False when it was gone already. Its files stay."""
        return self._delete(_path(collection_id))

    def attach(self, collection_id: str, file_id: str, fields: Mapping[str, str]) -> bool:
        """False when the file was in it already, with whatever fields it had. Indexing starts and runs by itself."""
        body = {"fields": dict(fields)} if fields else {}
        try:
            self.tell(self._collections_host, "POST", _path(collection_id, file_id), body)
        except Duplicate:
            return False
        return True

    def detach(self, collection_id: str, file_id: str) -> bool:
        """False when the file or the collection was gone already. The file itself stays."""
        return self._delete(_path(collection_id, file_id))

    def document(self, collection_id: str, file_id: str) -> XaiDocument:
        return XaiDocument.from_api(self.ask(self._collections_host, _path(collection_id, file_id)))

    def batch_documents(self, collection_id: str, file_ids: Sequence[str]) -> dict[str, XaiDocument]:
        """By file id; files that are not in the collection are left out. ``NotFound`` when the collection is gone."""
        wanted = [checked_id(file_id) for file_id in dict.fromkeys(file_ids)]
        found: dict[str, XaiDocument] = {}
        for start in range(0, len(wanted), BATCH):
            for document in self._batch(collection_id, wanted[start : start + BATCH]):
                found[document.file_id] = document
        return found

    def documents(self, collection_id: str) -> Iterator[XaiDocument]:
        """All documents of a collection, by name."""
        query = [("order", "ORDERING_ASCENDING"), ("sort_by", "DOCUMENTS_SORT_BY_NAME")]
        path = f"{_path(collection_id)}/documents"
        for row in self.listing(self._collections_host, path, "documents", query):
            yield XaiDocument.from_api(row)

    def _batch(self, collection_id: str, file_ids: Sequence[str]) -> list[XaiDocument]:
        query = [("file_ids", file_id) for file_id in file_ids]
        try:
            answer = self.ask(self._collections_host, f"{_path(collection_id)}/documents:batchGet", query)
        except NotFound:
            self.collection(collection_id)  # raises NotFound when it is the collection that is gone
            return [document for file_id in file_ids if (document := self._document_or_none(collection_id, file_id))]
        return [XaiDocument.from_api(row) for row in answer.get("documents") or []]

    def _document_or_none(self, collection_id: str, file_id: str) -> XaiDocument | None:
        try:
            return self.document(collection_id, file_id)
        except NotFound:
            return None

    def _delete(self, path: str) -> bool:
        try:
            self.tell(self._collections_host, "DELETE", path)
        except NotFound:
            return False
        return True


def _path(collection_id: str, file_id: str | None = None) -> str:
    path = f"{COLLECTIONS}/{checked_id(collection_id)}"
    return path if file_id is None else f"{path}/documents/{checked_id(file_id)}"
