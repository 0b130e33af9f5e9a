"""Who may have a collection, and what a parent's status means for it. Which statuses mean what is configuration."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

from syncapp.clients.errors import EntityTypeUnknown
from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.fields import FIELDS


class Life(Enum):
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


# Where an installation says nothing: words seen in CRMs, in lower case. Anything else is active.
_USUAL: Mapping[Life, frozenset[str]] = {
    Life.PAUSED: frozenset({"paused", "pausiert", "ruhend"}),
    Life.CLOSED: frozenset(
        {"closed", "deactivated", "inactive", "archived"}
        | {"geschlossen", "abgeschlossen", "deaktiviert", "inaktiv", "archiviert"}
    ),
}


def life_of(entity_type: str, status: str, configured: Mapping[str, Mapping[str, Sequence[str]]]) -> Life:
    """`configured`: {entity type: {"active"|"paused"|"closed": [statuses]}}; "*" stands for every other type."""
    word = status.strip().casefold()
    own = configured.get(entity_type) or configured.get("*") or {}
    for life in (Life.ACTIVE, Life.PAUSED, Life.CLOSED):
        if word in {str(entry).casefold() for entry in own.get(life.value, ())}:
            return life
    if own.get(Life.ACTIVE.value):
        return Life.PAUSED  # what counts as active is listed and this is not: leave it alone rather than guess
    return next((life for life, words in _USUAL.items() if word in words), Life.ACTIVE)


def collection_types(crm: EspoClient, named: Collection[str], asked: str = "") -> frozenset[str]:
    """Whose names may go to xAI, an allow-list: `named` by the setting COLLECTION_ENTITIES, and the CRM's metadata link
    them to documents and have a field for the collection. A type that the hub may not see is left out; where it is the
    one that is `asked` about, `EntityTypeUnknown` tells why."""
    links = crm.metadata(FIELDS.document_entity).links.values()
    linked = {link.entity_type for link in links if link.kind == "hasMany"}
    return frozenset(kind for kind in linked & set(named) if _keeps_collection(crm, kind, asked))


def document_links(crm: EspoClient, entity_type: str) -> list[str]:
    """The links from a type to its documents."""
    links = crm.metadata(entity_type).links.items()
    return sorted(link for link, to in links if to.entity_type == FIELDS.document_entity and to.kind == "hasMany")


def _keeps_collection(crm: EspoClient, kind: str, asked: str) -> bool:
    try:
        return FIELDS.collection_id in crm.metadata(kind).fields
    except EntityTypeUnknown:
        if kind == asked:
            raise
        return False


@dataclass(frozen=True, slots=True)
class Parent:
    """A parent of a document, as far as it decides where the document belongs."""

    entity_type: str
    id: str
    life: Life
    collection_id: str
