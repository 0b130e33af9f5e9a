"""What the hub reads of xAI's answers, and nothing else of them. Times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TypeVar

from syncapp.clients.http.parse import Answered, Values, of

T = TypeVar("T")

SYSTEM = "xai"


class IndexStatus(Enum):
    PROCESSING = "processing"
    PROCESSED = "processed"
    FAILED = "failed"

    @classmethod
    def read(cls, values: Values, key: str) -> IndexStatus:
        """Anything unknown is still going on: only these two are final."""
        final = {"DOCUMENT_STATUS_PROCESSED": cls.PROCESSED, "DOCUMENT_STATUS_FAILED": cls.FAILED}
        return final.get(values.text(key), cls.PROCESSING)


def _of_file(read: Callable[[Values, str], T], key: str) -> T:
    """Declares a field that stands in the object's part about the file."""
    return of(lambda values, key: read(Values.of(SYSTEM, values.get("file_metadata")), key), key)


class XaiObject(Answered):
    __slots__ = ()
    system = SYSTEM


@dataclass(frozen=True, slots=True)
class XaiFile(XaiObject):
    """An upload. xAI tells neither a hash nor a state of it."""

    id: str = of(Values.needed, "id")
    name: str = of(Values.text, "filename")
    size: int | None = of(Values.number, "bytes")
    created_at: datetime | None = of(Values.unix_moment, "created_at")


@dataclass(frozen=True, slots=True)
class XaiCollection(XaiObject):
    """Names need not be unique. There are no further properties: what it belongs to stands in name and description."""

    id: str = of(Values.needed, "collection_id")
    name: str = of(Values.text, "collection_name")
    description: str = of(Values.text, "collection_description")
    documents_count: int = of(Values.number_or_0, "documents_count")
    created_at: datetime | None = of(Values.moment, "created_at")


@dataclass(frozen=True, slots=True)
class XaiDocument(XaiObject):
    """A file inside one collection, with the state of its indexing there."""

    file_id: str = _of_file(Values.needed, "file_id")
    name: str = _of_file(Values.text, "name")
    size: int | None = _of_file(Values.number, "size_bytes")  # bytes
    sha256: str = _of_file(Values.digits, "hash")  # or "": 64 hex digits in xAI's `hash`, whose kind is not documented
    status: IndexStatus = of(IndexStatus.read, "status")
    error_message: str = of(
        Values.text, "error_message"
    )  # xAI's words; may quote the document: for staff, not for logs
    fields: Mapping[str, object] = of(Values.part, "fields", default_factory=dict)  # as it was attached with
