"""What the CRM should say of a document at each parent, where an entity of its own joins the two. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from enum import StrEnum

from syncapp.clients.espocrm import FIELDS, EspoMember
from syncapp.engine.runs.planning import Ending, Failed, Postponed, Settled, Skipped
from syncapp.flows.documents.actions import TellMember
from syncapp.flows.documents.agreement import Content
from syncapp.flows.documents.reasons import Why
from syncapp.flows.parents import Life, Parent


class Standing(StrEnum):
    NEW = "new"
    UNCLEAN = "unclean"
    CLEAN = "clean"
    FAILED = "failed"
    UNSUPPORTED = "unsupported"


def telling(
    parents: Iterable[Parent], wanted: Collection[str], ending: Ending, content: Content | None
) -> Iterator[TellMember]:
    """Of a parent that is left alone nothing is told, and nothing that is told already."""
    for parent in parents:
        member = parent.member
        if member is None or parent.life is Life.PAUSED:
            continue
        closed = parent.life is Life.CLOSED
        told = outside(Standing.NEW) if closed else _told(member, parent.collection_id in wanted, ending, content)
        if values := differing(member, told):
            yield TellMember(parent, values)


def _told(member: EspoMember, inside: bool, ending: Ending, content: Content | None) -> dict[str, object]:
    match ending:
        case Settled() if content is not None and inside:
            noted = member.hash if member.hash in content.hashes else content.md5
            hashed = {FIELDS.xai_id: content.file_id, FIELDS.xai_synced_hash: noted}
            return {**hashed, FIELDS.sync_status: Standing.CLEAN}
        case Failed():
            return {FIELDS.sync_status: Standing.FAILED}
        case Skipped(reason=reason):
            resting = reason in (Why.NO_FILE, Why.NO_PARENT)
            return outside(Standing.NEW if resting else Standing.UNSUPPORTED)
        case Settled() | Postponed():
            return waiting(member)
    return {}


def outside(standing: Standing) -> dict[str, object]:
    return {FIELDS.xai_id: "", FIELDS.xai_synced_hash: "", FIELDS.sync_status: standing}


def waiting(member: EspoMember) -> dict[str, object]:
    begun = member.status not in (Standing.NEW, Standing.UNCLEAN)
    return {FIELDS.sync_status: Standing.UNCLEAN} if begun else {}


def differing(member: EspoMember, told: dict[str, object]) -> dict[str, object]:
    """What it does not say yet, of what it can say."""
    shown = _shown(member)
    return {name: value for name, value in told.items() if name in member.has_fields and shown[name] != value}


def changes(member: EspoMember, fields: Mapping[str, object]) -> dict[str, list[object]]:
    """{field: [before, after]} for the journal."""
    return {name: [_shown(member).get(name), value] for name, value in fields.items()}


def _shown(member: EspoMember) -> dict[str, object]:
    return {
        FIELDS.xai_id: member.file_id,
        FIELDS.xai_synced_hash: member.hash,
        FIELDS.sync_status: member.status,
    }
