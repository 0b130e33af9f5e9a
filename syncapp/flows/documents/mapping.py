"""What we remember of a document, and what the CRM should say about it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass
from enum import StrEnum
from typing import Any

from syncapp.clients.espocrm import EspoDocument, FileStatus
from syncapp.clients.espocrm.fields import Fields

RULES = 2  # by which it is judged what can be made searchable: 1 went by the ending of the name


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


@dataclass(frozen=True, slots=True)
class Content:
    """A file at xAI and the content it was made of. An attachment's id changes with its content."""

    file_id: str
    attachment_id: str
    md5: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Progress:
    """Uploaded and attached, indexing goes on: what the next run need not ask again when no request came meanwhile."""

    request_number: int
    wanted: tuple[str, ...]
    since: str  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Unfit:
    """An attachment that can't be made searchable. `rules`: by which it was judged; the first ones went by names."""

    attachment_id: str
    why: str
    rules: int = RULES

    @property
    def holds(self) -> bool:
        return self.rules >= RULES or self.why != Why.UNSUPPORTED_TYPE


@dataclass(frozen=True, slots=True)
class Agreed:
    """The last agreement. `old_hash` names an attachment (none: nobody knows which) and the hash in the CRM that was of
    it, or of none: see `described`."""

    content: Content | None = None
    collections: tuple[str, ...] = ()
    unfit: Unfit | None = None
    old_hash: tuple[str, str] | None = None
    progress: Progress | None = None
    settled: bool = False

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agreed:
        """What we stored ourselves; anything unreadable counts as nothing remembered."""
        try:
            return cls(
                content=Content(**raw["content"]) if raw.get("content") else None,
                collections=tuple(raw.get("collections") or ()),
                unfit=_unfit(raw.get("unfit")),
                old_hash=_pair(raw.get("old_hash")),
                progress=_progress(raw.get("progress")),
                settled=bool(raw.get("settled")),
            )
        except (TypeError, KeyError, IndexError):
            return cls()

    def to_json(self) -> dict[str, Any]:
        found = {key: value for key, value in asdict(self).items() if value}
        return found | ({"unfit": list(astuple(self.unfit))} if self.unfit else {})


def _unfit(raw: Any) -> Unfit | None:
    return Unfit(str(raw[0]), str(raw[1]), int(raw[2]) if len(raw) > 2 else 1) if raw else None


def _pair(raw: Any) -> tuple[str, str] | None:
    return (str(raw[0]), str(raw[1])) if raw else None


def _progress(raw: Any) -> Progress | None:
    return (
        Progress(int(raw["request_number"]), tuple(raw["wanted"]), str(raw["since"]))
        if raw and "request_number" in raw
        else None
    )


def untouched(document: EspoDocument, agreed: Agreed) -> bool:
    """Whether one read of the document is enough to know that nothing changed in it since the last agreement."""
    content = agreed.content
    return (
        agreed.settled
        and content is not None
        and document.xai_status == CrmStatus.CLEAN
        and document.file_id == content.attachment_id
        and document.md5 in ("", content.md5)
        and document.xai_synced_hash == content.md5
        and document.xai_id == content.file_id
        and set(document.xai_collections) == set(agreed.collections)
        and document.file_status in (FileStatus.SYNCED, FileStatus.UNKNOWN)
        and document.sync_status != CrmStatus.FAILED
    )


def same_content(document: EspoDocument, content: Content, stated: str) -> bool:
    """Whether the file at xAI was made of the document's present attachment; `stated`: its hash, see `described`."""
    return document.file_id == content.attachment_id and stated in ("", content.md5)


def described(document: EspoDocument, agreed: Agreed, ours: Iterable[Content]) -> str:
    """The hash that the CRM states of the document's present file; empty where what stands there says nothing of it.

    EspoCRM hashes nothing (observed on 9.2): `md5sum` is what somebody wrote there, the hub among them, and stays when
    the file is replaced. So it counts only when it came after a file whose hash we know: a firm's own hook wrote it.
    """
    if agreed.content is None:
        return ""
    known = [
        *((content.attachment_id, content.md5) for content in ours),
        *([agreed.old_hash] if agreed.old_hash else []),
    ]
    of_another = any(md5 == document.md5 and attachment != document.file_id for attachment, md5 in known)
    return "" if of_another else document.md5


def success(document: EspoDocument, content: Content, collections: Iterable[str], names: Fields) -> dict[str, object]:
    """The fields that differ from how the CRM should show a synced document; empty when it does already."""
    wanted: dict[str, object] = {
        names.xai_id: content.file_id,
        names.xai_collections: sorted(collections),
        names.xai_synced_hash: content.md5,
        names.xai_status: CrmStatus.CLEAN,
        names.file_status: FileStatus.SYNCED.value,
        **_no_error(document, names),
    }
    if document.md5 != content.md5:
        wanted[names.md5] = content.md5
    if document.sha256 != content.sha256:
        wanted[names.sha256] = content.sha256
    return _differing(document, wanted, names)


def outside(document: EspoDocument, error: str, names: Fields) -> dict[str, object]:
    """The fields of a document that is in no collection (no parent, or of a kind that can't be); `error` says why."""
    wanted = {**_no_error(document, names), names.xai_status: CrmStatus.NO_SYNC, names.xai_collections: []}
    return _differing(document, {**wanted, names.xai_error: error}, names)


def pending(document: EspoDocument, names: Fields) -> dict[str, object]:
    return _differing(document, {names.xai_status: CrmStatus.PENDING}, names)


def failure(document: EspoDocument, error: str, at: str, names: Fields) -> dict[str, object]:
    """`at`: when, as the CRM stores times."""
    wanted: dict[str, object] = {names.xai_status: CrmStatus.FAILED, names.xai_error: error}
    if (document.xai_status, document.xai_error) != (CrmStatus.FAILED, error):
        wanted |= {names.sync_status: "failed", names.sync_error: error, names.sync_failed_at: at}
    return _differing(document, wanted, names)


def not_kept(written: Mapping[str, object], answer: Mapping[str, Any]) -> list[str]:
    """Fields that the CRM ignored: it takes unknown fields without a word."""
    return [name for name, value in written.items() if _plain(answer.get(name)) != _plain(value)]


def _no_error(document: EspoDocument, names: Fields) -> dict[str, object]:
    """None of the fields that a failure left behind, whatever became of the document in between."""
    failed = CrmStatus.FAILED in (document.xai_status, document.sync_status)
    status = {names.sync_status: "clean"} if failed else {}
    return {names.xai_error: "", names.sync_error: "", names.sync_failed_at: None, **status}


def changes(document: EspoDocument, fields: Mapping[str, object], names: Fields) -> dict[str, list[object]]:
    """{field: [before, after]} for the journal."""
    now = _present(document, names)
    return {name: [now.get(name), value] for name, value in fields.items()}


def _present(document: EspoDocument, names: Fields) -> dict[str, object]:
    return {
        names.xai_id: document.xai_id,
        names.xai_collections: sorted(document.xai_collections),
        names.xai_synced_hash: document.xai_synced_hash,
        names.xai_status: document.xai_status,
        names.xai_error: document.xai_error,
        names.sync_status: document.sync_status,
        names.sync_error: document.sync_error,
        names.sync_failed_at: document.sync_failed_at,
        names.file_status: document.file_status.value,
    }


def _differing(document: EspoDocument, wanted: Mapping[str, object], names: Fields) -> dict[str, object]:
    now = _present(document, names)
    optional = set(names.document_optional)
    return {
        name: value
        for name, value in wanted.items()
        if (name not in optional or name in document.has_fields)
        and (name not in now or _plain(now[name]) != _plain(value))
    }


def _plain(value: object) -> object:
    """Empty, missing and null are the same; an array of ids has no order."""
    if isinstance(value, list | tuple):
        return sorted(map(str, value))
    if value in (None, "", []):
        return ""
    return str(value)
