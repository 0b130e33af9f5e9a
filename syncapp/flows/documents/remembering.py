"""What the CRM showed of a document and its parents, kept while only the indexing is waited for. Pure.

Ids, hashes and states; no names.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from syncapp.clients.espocrm import EspoDocument, EspoMember, FileStatus
from syncapp.clients.espocrm.fields import FIELDS, ID, VERSION
from syncapp.flows.parents import Life, Parent

MEMBER = "member"


def document_kept(document: EspoDocument) -> dict[str, Any]:
    """Of what it is made again. Empty where the CRM shows an error, for its words may be xAI's about the content."""
    if document.xai_error or document.sync_error:
        return {}
    known = document.file_status is not FileStatus.UNKNOWN
    status = document.file_status.value if known else ""
    optional = {
        FIELDS.md5: document.md5,
        FIELDS.sha256: document.sha256,
        FIELDS.file_status: status,
        FIELDS.old_file_status: status,
        FIELDS.xai_error: "",
        FIELDS.sync_status: document.sync_status,
        FIELDS.sync_error: "",
        FIELDS.sync_failed_at: document.sync_failed_at,
    }
    return {
        ID: document.id,
        VERSION: document.version,
        FIELDS.file_id: document.file_id,
        FIELDS.xai_id: document.xai_id,
        FIELDS.xai_collections: list(document.xai_collections),
        FIELDS.xai_synced_hash: document.xai_synced_hash,
        FIELDS.xai_status: document.xai_status,
        **{name: value for name, value in optional.items() if name in document.has_fields},
    }


def parents_kept(parents: Iterable[Parent], told: Mapping[str, EspoMember]) -> tuple[dict[str, Any], ...]:
    """Those that a document may be in, or must be told to. `told`: what joins it to one, by id, as it was last written.

    One that waits for its collection has asked for it, and is read anew with the request that comes then.
    """
    return tuple(_kept(each, told) for each in parents if each.collection_id or each.member)


def parents_of(kept: Iterable[Mapping[str, Any]]) -> tuple[Parent, ...]:
    return tuple(
        Parent(
            each["entity_type"],
            each["id"],
            Life(each["life"]),
            each["collection_id"],
            each["may_have"],
            EspoMember.from_api(each[MEMBER]) if each.get(MEMBER) else None,
        )
        for each in kept
    )


def _kept(parent: Parent, told: Mapping[str, EspoMember]) -> dict[str, Any]:
    member = parent.member and told.get(parent.member.id, parent.member)
    return {
        "entity_type": parent.entity_type,
        "id": parent.id,
        "life": parent.life.value,
        "collection_id": parent.collection_id,
        "may_have": parent.may_have,
        **({MEMBER: _member(member)} if member else {}),
    }


def _member(member: EspoMember) -> dict[str, Any]:
    shown = {
        FIELDS.xai_id: member.file_id,
        FIELDS.xai_synced_hash: member.hash,
        FIELDS.sync_status: member.status,
        FIELDS.synced_at: "",  # only whether it is there
    }
    joined = {f"{FIELDS.member_parent}Id": member.parent_id, f"{FIELDS.member_document}Id": member.document_id}
    return {ID: member.id, **joined} | {name: value for name, value in shown.items() if name in member.has_fields}
