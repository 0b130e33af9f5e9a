"""What the hub reads of EspoCRM's records, and nothing else of them. Times are aware and in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

from syncapp.clients.espocrm.fields import DELETED, FIELDS, ID, MODIFIED_AT, NAME, VERSION, Fields
from syncapp.clients.http.parse import Values

SYSTEM = "espocrm"


class FileStatus(Enum):
    NEW = "new"
    CHANGED = "changed"
    SYNCED = "synced"
    UNKNOWN = "unknown"

    @classmethod
    def of(cls, text: str) -> FileStatus:
        return _FILE_STATUSES.get(text.strip().casefold(), cls.UNKNOWN)


_FILE_STATUSES: Mapping[str, FileStatus] = {
    "new": FileStatus.NEW,
    "neu": FileStatus.NEW,
    "changed": FileStatus.CHANGED,
    "geändert": FileStatus.CHANGED,
    "geaendert": FileStatus.CHANGED,
    "synced": FileStatus.SYNCED,
}


@dataclass(frozen=True, slots=True)
class EspoDocument:
    """A document of the CRM. An empty text is an empty or a missing field; ``has_fields`` tells them apart."""

    id: str
    name: str
    file_id: str  # attachment, changes with the content
    file_name: str
    md5: str  # lower case hex, or ""
    sha256: str
    file_status: FileStatus
    xai_id: str
    xai_collections: tuple[str, ...]
    xai_synced_hash: str
    xai_status: str
    xai_error: str
    deleted: bool
    modified_at: datetime | None
    version: int | None  # None = no optimistic locking on this entity
    has_fields: frozenset[str]  # optional fields, by the CRM's names, that the answer held

    @classmethod
    def from_api(cls, raw: object, fields: Fields = FIELDS) -> EspoDocument:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        return cls(
            id=values.needed(ID),
            name=values.text(NAME),
            file_id=values.text(fields.file_id),
            file_name=values.text(fields.file_name),
            md5=values.text(fields.md5).strip().lower(),
            sha256=values.text(fields.sha256).strip().lower(),
            file_status=FileStatus.of(values.text(fields.file_status) or values.text(fields.old_file_status)),
            xai_id=values.text(fields.xai_id).strip(),
            xai_collections=values.texts(fields.xai_collections),
            xai_synced_hash=values.text(fields.xai_synced_hash).strip().lower(),
            xai_status=values.text(fields.xai_status),
            xai_error=values.text(fields.xai_error),
            deleted=values.flag(DELETED),
            modified_at=values.moment(MODIFIED_AT),
            version=values.number(VERSION),
            has_fields=frozenset(name for name in fields.document_optional if name in values.raw),
        )


@dataclass(frozen=True, slots=True)
class EspoParent:
    """A record that documents are linked to."""

    entity_type: str
    id: str
    name: str
    status: str
    collection_id: str
    modified_at: datetime | None
    deleted: bool
    has_collection_field: bool

    @classmethod
    def from_api(cls, entity_type: str, raw: object, fields: Fields = FIELDS) -> EspoParent:
        """Raises ``UnexpectedAnswer`` for a missing id or a value of the wrong type."""
        values = Values.of(SYSTEM, raw)
        return cls(
            entity_type=entity_type,
            id=values.needed(ID),
            name=values.text(NAME),
            status=values.text(fields.parent_status),
            collection_id=values.text(fields.collection_id).strip(),
            modified_at=values.moment(MODIFIED_AT),
            deleted=values.flag(DELETED),
            has_collection_field=fields.collection_id in values.raw,
        )


@dataclass(frozen=True, slots=True)
class EntityStamp:
    """That a record changed, and when; ``values`` holds what was selected besides."""

    id: str
    modified_at: datetime
    values: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Downloaded:
    size: int  # bytes
    md5: str
    sha256: str


@dataclass(frozen=True, slots=True)
class EspoUser:
    id: str
    user_name: str
    kind: str  # api, regular, admin...

    @classmethod
    def from_api(cls, raw: object) -> EspoUser:
        values = Values.of(SYSTEM, Values.of(SYSTEM, raw).raw.get("user"))
        return cls(values.needed(ID), values.text("userName"), values.text("type"))
