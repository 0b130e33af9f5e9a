"""The host for files and search (api.x.ai)."""

from __future__ import annotations

from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer, json_answer
from sandbox.xai.bodies import json_body
from sandbox.xai.errors import XaiError
from sandbox.xai.paging import page
from sandbox.xai.store import File, Store
from sandbox.xai.uploads import read_upload

SORTS = {
    "created_at": lambda file: (file.created_at, file.id),
    "filename": lambda file: file.name,
    "size": lambda file: len(file.content),
}
CHUNK_CHARACTERS = 400


class FilesApi:
    def __init__(self, store: Store) -> None:
        self.store = store

    def route(self, request: Request, parts: list[str]) -> Answer:
        match [request.method, *parts]:
            case ["POST", "files"]:
                file = read_upload(request, int(self.store.settings.max_file_mb * 1024 * 1024))
                with self.store.lock:
                    self.store.files[file.id] = file
                return json_answer(file.as_dict())
            case ["GET", "files"]:
                with self.store.lock:
                    files, token = page(request, list(self.store.files.values()), SORTS, "created_at")
                return json_answer({"data": [file.as_dict() for file in files], "pagination_token": token})
            case ["GET", "files", file_id]:
                return json_answer(self.require(file_id).as_dict())
            case ["GET", "files", file_id, "content"]:
                return Answer(200, self.require(file_id).content, "application/octet-stream")
            case ["DELETE", "files", file_id]:
                self.require(file_id)
                self.store.remove_file(file_id)
                return json_answer({"id": file_id, "deleted": True})
            case ["POST", "documents", "search"]:
                return json_answer({"matches": self.search(json_body(request))})
        raise XaiError(404, "not found")

    def require(self, file_id: str) -> File:
        file = self.store.file(file_id)
        if file is None:
            raise XaiError(404, f"file {file_id} not found")
        return file

    def search(self, data: dict[str, Any]) -> list[dict[str, Any]]:
        """Every indexed document with a word of the query in it, most words first. Far from xAI's own search."""
        query, source = data.get("query"), data.get("source")
        ids = source.get("collection_ids") if isinstance(source, dict) else None
        if not isinstance(query, str) or not query or not isinstance(ids, list) or not ids:
            raise XaiError(422, "query and source.collection_ids are required")
        words = query.lower().split()
        matches: list[dict[str, Any]] = []
        with self.store.lock:
            for collection_id in ids:
                collection = self.store.collections.get(collection_id)
                if collection is None:
                    raise XaiError(404, f"collection {collection_id} not found")
                for document in collection.documents.values():
                    text = document.file.content.decode("utf-8", "replace")
                    hits = [text.lower().find(word) for word in words if word in text.lower()]
                    if hits and document.status == "DOCUMENT_STATUS_PROCESSED":
                        begin = max(0, min(hits) - 80)
                        matches.append(
                            {
                                "file_id": document.file.id,
                                "chunk_id": f"{document.file.id}-{begin}",
                                "chunk_content": text[begin : begin + CHUNK_CHARACTERS],
                                "score": round(len(hits) / len(words), 4),
                                "collection_ids": [collection_id],
                                "fields": document.fields,
                            }
                        )
        limit = data.get("limit", 10)
        return sorted(matches, key=lambda match: -match["score"])[: limit if isinstance(limit, int) else 10]
