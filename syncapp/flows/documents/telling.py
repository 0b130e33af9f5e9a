"""What the CRM should say about a document. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncapp.clients.espocrm import EspoDocument, FileStatus
from syncapp.clients.espocrm.fields import Fields
from syncapp.flows.documents.agreement import Content
from syncapp.flows.documents.reasons import CrmStatus


def success(document: EspoDocument, content: Content, collections: Iterable[str], names: Fields) -> dict[str, object]:
    """The fields that differ from how the CRM should show a synced document; empty when it does already. A check sum
    that is merely not there is no reason to write."""
    wanted: dict[str, object] = {
        names.xai_id: content.file_id,
        names.xai_collections: sorted(collections),
        names.xai_synced_hash: content.md5,
        names.xai_status: CrmStatus.CLEAN,
        names.file_status: FileStatus.SYNCED.value,
        **_no_error(document, names),
    }
    if document.xai_synced_hash in content.hashes:
        del wanted[names.xai_synced_hash]
    sums = {names.md5: (document.md5, content.md5), names.sha256: (document.sha256, content.sha256)}
    differing = {name: made for name, (said, made) in sums.items() if made and said != made}
    fields = _differing(document, {**wanted, **differing}, names)
    empty = {name for name in differing if not sums[name][0]}
    return fields if fields.keys() - empty else {}


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
