"""Why a document is where it is, and the words of the CRM for that."""

from __future__ import annotations

from enum import StrEnum


class Why(StrEnum):
    """Reasons of this flow; each is one of the hub's reasons (`syncapp.models.Reason`)."""

    NO_PARENT = "no_parent"
    NO_FILE = "no_file"
    UNSUPPORTED_TYPE = "unsupported_type"
    MAIL_AS_FILE = "mail_as_file"
    TOO_LARGE = "too_large"
    EMPTY_FILE = "empty_file"
    ENTITY_GONE = "entity_gone"
    PARENT_PAUSED = "parent_paused"
    INDEXING = "indexing"
    COLLECTION_PENDING = "collection_pending"
    INDEXING_FAILED = "indexing_failed"
    FILE_MISMATCH = "file_mismatch"
    FIELD_MISSING = "field_missing"
    OUTDATED = "outdated"


class CrmStatus(StrEnum):
    """Values of `xaiSyncStatus`."""

    NO_SYNC = "no_sync"
    PENDING = "pending_sync"
    CLEAN = "clean"
    FAILED = "failed"
