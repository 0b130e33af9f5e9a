"""How a parent and its collection at xAI name each other. Pure.

A collection has no metadata at xAI: the cross reference stands in its name (`<EntityType>-<entity id>` and a readable
part) and as compact JSON in its description.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from syncapp.clients.espocrm import FIELDS, EspoParent
from syncapp.clients.xai import XaiCollection
from syncapp.flows import files
from syncapp.flows.parents import Life

LONGEST_NAME = 200


class Why(StrEnum):
    """Reasons of this flow; each is one of the hub's reasons (`syncapp.models.Reason`)."""

    NO_COLLECTION = "no_collection"
    NO_DOCUMENTS = "no_documents"
    PARENT_PAUSED = "parent_paused"
    PARENT_CLOSED = "parent_closed"
    DELETION_PROPOSED = "deletion_proposed"
    ENTITY_GONE = "entity_gone"
    FIELD_MISSING = "field_missing"
    COLLECTION_PENDING = "collection_pending"


class Proposal(StrEnum):
    """Why staff are asked to delete a collection; each is one of `syncapp.models.OrphanWhy`."""

    ENTITY_DELETED = "entity_deleted"
    ENTITY_CLOSED = "entity_closed"
    SECOND = "second"


@dataclass(frozen=True, slots=True)
class Agreed:
    """The last agreement; the name only as a fingerprint. `foreign`: of the name that a hub before this one gave the
    collection, which it keeps until its entity is renamed."""

    collection_id: str = ""
    life: str = ""
    name_print: str = ""
    foreign: str = ""

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agreed:
        fields = cls.__dataclass_fields__
        return cls(**{key: str(value) for key, value in raw.items() if key in fields})

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def prefix(entity_type: str, entity_id: str) -> str:
    """What the name of the entity's collection begins with, followed by a blank or nothing."""
    return f"{entity_type}-{entity_id}"


def collection_name(entity_type: str, entity_id: str, readable: str) -> str:
    words = " ".join("".join(c if c.isprintable() and c not in '"\\' else " " for c in readable).split())
    return f"{prefix(entity_type, entity_id)} {words}"[:LONGEST_NAME].rstrip()


def name_print(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def description(entity_type: str, entity_id: str, created_at: str) -> str:
    facts = {files.OWNER_TYPE: entity_type, files.OWNER_ID: entity_id, "created_at": created_at}
    return json.dumps(facts, separators=(",", ":"))


def described_owner(collection: XaiCollection) -> tuple[str, str] | None:
    """The entity that our description of a collection names; None for collections that are not ours."""
    try:
        facts = json.loads(collection.description)
    except ValueError:
        return None
    if not isinstance(facts, Mapping):
        return None
    pair = (facts.get(files.OWNER_TYPE), facts.get(files.OWNER_ID))
    return (str(pair[0]), str(pair[1])) if all(isinstance(part, str) and part for part in pair) else None


def belongs(collection: XaiCollection, entity_type: str, entity_id: str) -> bool:
    """Whether a collection is this entity's, by its name alone: the filter at xAI matches parts of names."""
    start = prefix(entity_type, entity_id)
    return collection.name == start or collection.name.startswith(f"{start} ")


def oldest(collections: Sequence[XaiCollection]) -> XaiCollection | None:
    """The one to keep of several that a lost answer once made; the same one for everybody who looks."""
    return min(collections, key=lambda c: (c.created_at.timestamp() if c.created_at else 0.0, c.id), default=None)


def standing(parent: EspoParent, sync_status: str, after_new: str = "") -> dict[str, object]:
    """What the CRM should say of the state of a parent, and does not."""
    wanted = {FIELDS.sync_status: sync_status} | ({FIELDS.parent_status: after_new} if after_new else {})
    shown = {FIELDS.sync_status: parent.sync_status, FIELDS.parent_status: parent.status}
    return {name: word for name, word in wanted.items() if name in parent.has_fields and shown[name] != word}


def changes(parent: EspoParent | None, fields: Mapping[str, object]) -> dict[str, object]:
    """{field: [before, after]} for the journal, as far as it was read."""
    before = {
        FIELDS.collection_id: parent.collection_id if parent else "",
        FIELDS.sync_status: parent.sync_status if parent else None,
        FIELDS.parent_status: parent.status if parent else None,
    }
    return {name: [before.get(name), value] for name, value in fields.items()}


def unchanged(parent: EspoParent, life: Life, agreed: Agreed, untold: Mapping[str, object]) -> bool:
    """Whether one read of the parent is enough to know that nothing changed for its collection. `untold`: what the CRM
    should say otherwise, see `standing`."""
    return (
        life is Life.ACTIVE
        and not untold
        and agreed.life == life.value
        and bool(agreed.collection_id)
        and parent.collection_id == agreed.collection_id
        and name_print(collection_name(parent.entity_type, parent.id, parent.name)) == agreed.name_print
    )
