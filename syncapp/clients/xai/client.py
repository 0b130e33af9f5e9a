"""What the hub asks of xAI: files, the collections they are in, and the files in those.

Facts: https://docs.x.ai/developers/rest-api-reference/files and .../collections.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO

from syncapp.clients.errors import Duplicate, NotFound, TooLarge
from syncapp.clients.http.answers import FILE_SECONDS, Answer
from syncapp.clients.http.parse import Values
from syncapp.clients.xai.filenames import safe_filename
from syncapp.clients.xai.multipart import MultipartFile
from syncapp.clients.xai.rest import FILES, XaiRest, checked_id
from syncapp.clients.xai.types import SYSTEM, XaiCollection, XaiDocument, XaiFile

COLLECTIONS = "/v1/collections"
BATCH = 50  # ids in one query string, about 2.5 kB
_NEWEST_FIRST = [("order", "ORDERING_DESCENDING"), ("sort_by", "COLLECTIONS_SORT_BY_AGE")]


class XaiClient(XaiRest):
    """Every method raises ``ClientError`` and nothing else. Use one instance for one step."""

    def ping(self) -> None:
        """One row of files and one of collections: proves both hosts and both keys, and changes nothing."""
        self.ask(FILES, [("limit", "1"), ("sort_by", "created_at")])
        self.ask(COLLECTIONS, [("limit", "1")])

    def upload(self, stream: BinaryIO, size: int, filename: str, content_type: str = "") -> XaiFile:
        """The whole stream from its start, never whole in memory. Not repeated after a lost answer: look for the marker
        in the newest files first, every upload makes a new file. ``TooLarge`` before anything is sent."""
        if size > self._config.max_file_bytes:
            raise TooLarge(SYSTEM, "over_limit")
        if stream.seek(0, os.SEEK_END) != size:
            raise ValueError("the stream does not have the announced size")
        name, boundary = safe_filename(filename), f"bitbylaw{os.urandom(16).hex()}"

        def body() -> MultipartFile:
            return MultipartFile(stream, size, name, content_type, boundary)

        kind = f"multipart/form-data; boundary={boundary}"
        headers = {"Content-Type": kind, "Content-Length": str(body().length)}
        answer = self.request("POST", FILES, headers=headers, body=body, repeatable=False)
        return XaiFile.from_api(answer)

    def file(self, file_id: str) -> XaiFile:
        """``NotFound`` when missing, deleted or expired."""
        return XaiFile.from_api(self.ask(f"{FILES}/{checked_id(file_id)}"))

    def digest(self, file_id: str) -> str:
        """SHA-256 of the bytes at xAI, which are read for it; ``NotFound`` as for ``file``."""

        def hashed(answer: Answer) -> str:
            found = hashlib.sha256()
            for chunk in answer.chunks(FILE_SECONDS):
                found.update(chunk)
            return found.hexdigest()

        return self.read(f"{FILES}/{checked_id(file_id)}/content", hashed)

    def files(self) -> Iterator[XaiFile]:
        """All files of the team, newest first."""
        return map(XaiFile.from_api, self.listing(FILES, "data", [("order", "desc"), ("sort_by", "created_at")]))

    def delete_file(self, file_id: str) -> bool:
        """False when it was gone already."""
        return self.delete(f"{FILES}/{checked_id(file_id)}")

    def collections(self) -> Iterator[XaiCollection]:
        """All collections of the team, newest first."""
        return map(XaiCollection.from_api, self.listing(COLLECTIONS, "collections", _NEWEST_FIRST))

    def collections_starting(self, start: str) -> list[XaiCollection]:
        """All whose name starts with this (letters, digits, `-`, `_` only), newest first."""
        query = [*_NEWEST_FIRST, ("filter", f'collection_name:"{checked_id(start)}"')]
        found = map(XaiCollection.from_api, self.listing(COLLECTIONS, "collections", query))
        return [collection for collection in found if collection.name.startswith(start)]

    def create_collection(self, name: str, description: str, fields: Sequence[str]) -> XaiCollection:
        """``fields`` are the keys its documents may carry, once and for all. Not repeated after a lost answer."""
        definitions = [{"key": key, "required": False, "unique": False, "inject_into_chunk": False} for key in fields]
        body = {"collection_name": name, "collection_description": description, "field_definitions": definitions}
        return XaiCollection.from_api(self.tell("POST", COLLECTIONS, body, repeatable=False))

    def collection(self, collection_id: str) -> XaiCollection:
        return XaiCollection.from_api(self.ask(_path(collection_id)))

    def rename_collection(self, collection_id: str, name: str) -> XaiCollection:
        return XaiCollection.from_api(self.tell("PUT", _path(collection_id), {"collection_name": name}))

    def delete_collection(self, collection_id: str) -> bool:
        """False when it was gone already. Its files stay."""
        return self.delete(_path(collection_id))

    def attach(self, collection_id: str, file_id: str, fields: Mapping[str, str]) -> bool:
        """False when the file was in it already, with whatever fields it had. Indexing starts and runs by itself."""
        try:
            self.tell("POST", _path(collection_id, file_id), {"fields": dict(fields)} if fields else None)
        except Duplicate:
            return False
        return True

    def detach(self, collection_id: str, file_id: str) -> bool:
        """False when the file or the collection was gone already. The file itself stays."""
        return self.delete(_path(collection_id, file_id))

    def document(self, collection_id: str, file_id: str) -> XaiDocument:
        return XaiDocument.from_api(self.ask(_path(collection_id, file_id)))

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
        return map(XaiDocument.from_api, self.listing(f"{_path(collection_id)}/documents", "documents", query))

    def _batch(self, collection_id: str, file_ids: Sequence[str]) -> list[XaiDocument]:
        query = [("file_ids", file_id) for file_id in file_ids]
        try:
            answer = self.ask(f"{_path(collection_id)}/documents:batchGet", query)
        except NotFound:
            self.collection(collection_id)  # raises NotFound when it is the collection that is gone
            return [document for file_id in file_ids if (document := self._document_or_none(collection_id, file_id))]
        return [XaiDocument.from_api(row) for row in Values(SYSTEM, answer).rows("documents")]

    def _document_or_none(self, collection_id: str, file_id: str) -> XaiDocument | None:
        try:
            return self.document(collection_id, file_id)
        except NotFound:
            return None


def _path(collection_id: str, file_id: str | None = None) -> str:
    path = f"{COLLECTIONS}/{checked_id(collection_id)}"
    return path if file_id is None else f"{path}/documents/{checked_id(file_id)}"
