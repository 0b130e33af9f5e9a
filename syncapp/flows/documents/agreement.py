"""What we remember of a document, and what that says about the document as it is now. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, astuple, dataclass, field
from typing import Any

from syncapp.clients.espocrm import EspoDocument, FileStatus
from syncapp.flows.documents.reasons import CrmStatus, Why

RULES = 2  # by which it is judged what can be made searchable: 1 went by the ending of the name


@dataclass(frozen=True, slots=True)
class Content:
    """A file at xAI and the content it was made of. An attachment's id changes with its content."""

    file_id: str
    attachment_id: str
    md5: str
    sha256: str

    @property
    def hashes(self) -> tuple[str, ...]:
        """What the CRM may show as the hash of what is at xAI: the hub writes MD5, hubs before it either."""
        return tuple(filter(None, (self.md5, self.sha256)))


@dataclass(frozen=True, slots=True)
class Progress:
    """Uploaded and attached, indexing goes on: what the next run need not ask again when no request came meanwhile.

    `document`, `parents`: as the CRM showed them last (see `remembering`); empty: they are read anew.
    """

    request_number: int
    wanted: tuple[str, ...]
    since: str  # ISO 8601, UTC
    document: Mapping[str, Any] = field(default_factory=dict)
    parents: tuple[Mapping[str, Any], ...] = ()


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
    proved: str = ""  # when the file was last known to be at xAI; ISO 8601, UTC

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
                proved=str(raw.get("proved") or ""),
            )
        except (TypeError, ValueError, KeyError, IndexError):
            return cls()

    def to_json(self) -> dict[str, Any]:
        found = {key: value for key, value in asdict(self).items() if value}
        return found | ({"unfit": list(astuple(self.unfit))} if self.unfit else {})


def _unfit(raw: Any) -> Unfit | None:
    return Unfit(str(raw[0]), str(raw[1]), int(raw[2]) if len(raw) > 2 else 1) if raw else None


def _pair(raw: Any) -> tuple[str, str] | None:
    return (str(raw[0]), str(raw[1])) if raw else None


def _progress(raw: Any) -> Progress | None:
    if not raw or "request_number" not in raw:
        return None
    return Progress(
        int(raw["request_number"]),
        tuple(raw["wanted"]),
        str(raw["since"]),
        dict(raw.get("document") or {}),
        tuple(map(dict, raw.get("parents") or ())),
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
        and document.xai_synced_hash in content.hashes
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
