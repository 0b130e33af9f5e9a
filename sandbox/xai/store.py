"""What xAI holds: files, collections, and which file stands in which collection in which state."""

from __future__ import annotations

import hashlib
import mimetypes
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePath
from typing import Any

from sandbox.xai.config import XaiSettings

DOCUMENTS = ("txt", "md", "pdf", "doc", "docx", "xls", "xlsx", "pptx", "odt", "epub", "rtf", "msg")
INDEXABLE = frozenset((*DOCUMENTS, "html", "htm", "csv", "json", "xml", "zip"))


def stamp(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass
class File:
    name: str
    content: bytes
    expires_at: int | None = None
    id: str = field(default_factory=lambda: f"file_{uuid.uuid4()}")
    created_at: float = field(default_factory=time.time)

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def content_type(self) -> str:
        """By the name: the Content-Type of the upload is not looked at."""
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @property
    def indexable(self) -> bool:
        return PurePath(self.name).suffix.lower().lstrip(".") in INDEXABLE

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "object": "file",
            "bytes": len(self.content),
            "created_at": int(self.created_at),
            "expires_at": self.expires_at,
            "filename": self.name,
            "purpose": "",
        }


@dataclass
class Document:
    """A file in a collection. What indexing will end with is decided when it is attached."""

    file: File
    fields: dict[str, str]
    ready_at: float
    error: str = ""  # indexing will fail with this

    @property
    def status(self) -> str:
        if time.time() < self.ready_at:
            return "DOCUMENT_STATUS_PROCESSING"
        return "DOCUMENT_STATUS_FAILED" if self.error else "DOCUMENT_STATUS_PROCESSED"

    def as_dict(self) -> dict[str, Any]:
        status, file = self.status, self.file
        return {
            "file_metadata": {
                "file_id": file.id,
                "name": file.name,
                "size_bytes": str(len(file.content)),
                "content_type": file.content_type,
                "created_at": stamp(file.created_at),
                "hash": file.sha256,
            },
            "fields": self.fields,
            "status": status,
            "error_message": self.error if status == "DOCUMENT_STATUS_FAILED" else "",
        }


@dataclass
class Collection:
    name: str
    description: str = ""
    field_definitions: list[dict[str, Any]] = field(default_factory=list)
    id: str = field(default_factory=lambda: f"collection_{uuid.uuid4()}")
    created_at: float = field(default_factory=time.time)
    documents: dict[str, Document] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "collection_id": self.id,
            "collection_name": self.name,
            "created_at": stamp(self.created_at),
            "documents_count": len(self.documents),
            "collection_description": self.description,
            "field_definitions": self.field_definitions,
        }


class Store:
    def __init__(self, settings: XaiSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.files: dict[str, File] = {}
        self.collections: dict[str, Collection] = {}
        self.next_outcomes: deque[str] = deque()  # error messages for the next files attached; "" is success

    def file(self, file_id: str) -> File | None:
        """None when missing, deleted or expired."""
        file = self.files.get(file_id)
        if file and file.expires_at is not None and file.expires_at <= time.time():
            self.remove_file(file_id)
            return None
        return file

    def remove_file(self, file_id: str) -> bool:
        """A deleted file leaves its collections too, unless it is set otherwise."""
        with self.lock:
            if not self.settings.entries_outlive_files:
                for collection in self.collections.values():
                    collection.documents.pop(file_id, None)
            return self.files.pop(file_id, None) is not None

    def attach(self, collection: Collection, file: File, fields: dict[str, str]) -> Document:
        document = Document(file, fields, time.time() + self.settings.indexing_seconds, self._outcome(file))
        collection.documents[file.id] = document
        return document

    def _outcome(self, file: File) -> str:
        if self.next_outcomes:
            return self.next_outcomes.popleft()
        if not file.indexable:
            return f"Unsupported file type: {file.content_type}"
        if not file.content:
            return "The file is empty."
        marker = self.settings.fail_marker
        return "The file could not be parsed." if marker and marker in file.name.lower() else ""

    def clear(self) -> None:
        with self.lock:
            self.files.clear()
            self.collections.clear()
            self.next_outcomes.clear()
