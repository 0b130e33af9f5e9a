"""What the hub reads of xAI's answers, and nothing else of them. Times are aware and in UTC."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from syncapp.clients.http.parse import Values, the_object

SYSTEM = "xai"


class IndexStatus(Enum):
    PROCESSING = "processing"
    PROCESSED = "processed"
    FAILED = "failed"

    @classmethod
    def of(cls, text: str) -> IndexStatus:
        """Anything unknown is still going on: only these two are final."""
        return {"DOCUMENT_STATUS_PROCESSED": cls.PROCESSED, "DOCUMENT_STATUS_FAILED": cls.FAILED}.get(
            text, cls.PROCESSING
        )


@dataclass(frozen=True, slots=True)
class XaiFile:
    """An upload. xAI tells neither a hash nor a state of it."""

    id: str
    name: str
    size: int | None  # bytes
    created_at: datetime | None

    @classmethod
    def from_api(cls, raw: object) -> XaiFile:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        return cls(
            values.needed("id"), values.text("filename"), values.number("bytes"), values.unix_moment("created_at")
        )


@dataclass(frozen=True, slots=True)
class XaiCollection:
    """Names need not be unique. There are no further properties: what it belongs to stands in name and description."""

    id: str
    name: str
    description: str
    documents_count: int
    created_at: datetime | None

    @classmethod
    def from_api(cls, raw: object) -> XaiCollection:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        return cls(
            id=values.needed("collection_id"),
            name=values.text("collection_name"),
            description=values.text("collection_description"),
            documents_count=values.number("documents_count") or 0,
            created_at=values.moment("created_at"),
        )


@dataclass(frozen=True, slots=True)
class XaiDocument:
    """A file inside one collection, with the state of its indexing there."""

    file_id: str
    name: str
    size: int | None  # bytes
    sha256: str  # lower case hex, or "": 64 hex digits in xAI's `hash`, whose kind is not documented
    status: IndexStatus
    error_message: str  # xAI's words; may quote the document, so it belongs to staff, not into logs

    @classmethod
    def from_api(cls, raw: object) -> XaiDocument:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        file = Values(SYSTEM, the_object(SYSTEM, values.raw.get("file_metadata"), "file_metadata"))
        return cls(
            file_id=file.needed("file_id"),
            name=file.text("name"),
            size=file.number("size_bytes"),
            sha256=file.text("hash").strip().lower(),
            status=IndexStatus.of(values.text("status")),
            error_message=values.text("error_message"),
        )
