"""Where an entity type of its own joins documents to a parent and holds how each stands there: its words. Pure.

These are the words of the firm since March 2026 (CAIKnowledge, CAIKnowledgeCDokumente). Another firm says its own in
ESPOCRM_FIELDS, ESPOCRM_STATUS_VALUES and ESPOCRM_PARENT_STATUS, which go before these.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from syncapp.clients.espocrm.fields import FIELDS

Joins = Mapping[str, str]  # a parent's entity type to the one that joins it to documents

PARENT = {FIELDS.collection_id: "datenbankId", FIELDS.parent_status: "aktivierungsstatus"}
MEMBER = {FIELDS.xai_id: "aiDocumentId", FIELDS.xai_synced_hash: "syncedHash", FIELDS.sync_status: "syncstatus"}
WORDS = {"clean": "synced"}
LIVES: dict[str, tuple[str, ...]] = {
    "new": ("new",),
    "active": ("active",),
    "paused": ("paused",),
    "closed": ("deactivated",),
}


def fields(joins: Joins, entities: Mapping[str, str]) -> dict[str, str]:
    """The hub's `Entity.field` to theirs. `entities`: how entity types are called there, where that is otherwise."""
    return {
        **{f"{kind}.{ours}": theirs for kind in joins for ours, theirs in PARENT.items()},
        **{f"{join}.{ours}": theirs for join in joins.values() for ours, theirs in MEMBER.items()},
        **dict(_links(joins, entities)),
    }


def _links(joins: Joins, entities: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """EspoCRM calls them by the type on the other side (Tools/LinkManager/LinkManager.php, `midKeys`)."""
    for kind, join in joins.items():
        for ours, other in ((FIELDS.member_parent, kind), (FIELDS.member_document, FIELDS.document_entity)):
            there = entities.get(other, other)
            yield f"{join}.{ours}", there[:1].lower() + there[1:]


def statuses(joins: Joins) -> dict[str, dict[str, str]]:
    return {f"{name}.{FIELDS.sync_status}": WORDS for pair in joins.items() for name in pair}


def lives(joins: Joins) -> dict[str, dict[str, tuple[str, ...]]]:
    """What the words of a parent's own status mean."""
    return dict.fromkeys(joins, LIVES)
