"""Who may have a collection, and what a parent's status means for it. Which statuses mean what is configuration."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from syncapp.clients.errors import EntityTypeUnknown, Forbidden
from syncapp.clients.espocrm import EspoClient, EspoMember, EspoParent
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.clients.espocrm.types import SYSTEM


class Life(Enum):
    ACTIVE = "active"
    PAUSED = "paused"
    CLOSED = "closed"


Configured = Mapping[str, Mapping[str, Sequence[str]]]
NEW = "new"  # active, and told so in the CRM once it has its collection


# Where an installation says nothing: words seen in CRMs, in lower case. Anything else is active.
_USUAL: Mapping[Life, frozenset[str]] = {
    Life.PAUSED: frozenset({"paused", "pausiert", "ruhend"}),
    Life.CLOSED: frozenset(
        {"closed", "deactivated", "inactive", "archived"}
        | {"geschlossen", "abgeschlossen", "deaktiviert", "inaktiv", "archiviert"}
    ),
}


def life_of(entity_type: str, status: str, configured: Configured) -> Life:
    """`configured`: {entity type: {"new"|"active"|"paused"|"closed": [statuses]}}; "*" stands for every other type."""
    word, own = status.strip().casefold(), _own(entity_type, configured)
    for life in (Life.ACTIVE, Life.PAUSED, Life.CLOSED):
        if _among(word, own.get(life.value, ())):
            return life
    if _among(word, own.get(NEW, ())):
        return Life.ACTIVE
    if own.get(Life.ACTIVE.value):
        return Life.PAUSED  # what counts as active is listed and this is not: leave it alone rather than guess
    return next((life for life, words in _USUAL.items() if word in words), Life.ACTIVE)


def shows_collection(parent: EspoParent) -> bool:
    """False: a role hides which collection it has. That is not none."""
    return FIELDS.collection_id in parent.has_fields


def life_shown(parent: EspoParent, fields: Collection[str], configured: Configured) -> Life:
    """`fields`: of its type. One whose status a role hides is left alone. Raises `Forbidden` where one hides which
    collection it has."""
    if not shows_collection(parent):
        raise Forbidden(SYSTEM, "access.hidden", field=FIELDS.collection_id)
    hidden = FIELDS.parent_status in fields and FIELDS.parent_status not in parent.has_fields
    return Life.PAUSED if hidden else life_of(parent.entity_type, parent.status, configured)


def word_after_new(entity_type: str, status: str, configured: Configured) -> str:
    """What the CRM calls one that has its collection, where it still says that it is new; else nothing."""
    own = _own(entity_type, configured)
    return next(iter(own.get(Life.ACTIVE.value, ())), "") if _among(status.strip().casefold(), own.get(NEW, ())) else ""


def _own(entity_type: str, configured: Configured) -> Mapping[str, Sequence[str]]:
    return configured.get(entity_type) or configured.get("*") or {}


def _among(word: str, words: Sequence[str]) -> bool:
    return word in {str(entry).casefold() for entry in words}


def collection_types(
    crm: EspoClient, named: Collection[str], joins: Mapping[str, str], asked: str = ""
) -> frozenset[str]:
    """Whose names may go to xAI, an allow-list: `named` by the setting COLLECTION_ENTITIES, and the CRM's metadata link
    them to documents and have a field for the collection. A type that the hub may not see is left out; where it is the
    one that is `asked` about, `EntityTypeUnknown` tells why. `joins`: the setting LINK_ENTITIES."""
    links = crm.metadata(FIELDS.document_entity).links.values()
    linked = {link.entity_type for link in links if link.kind == "hasMany"} | joins.keys()
    if asked in named and asked not in linked:  # EspoCRM tells no links to what the hub may not see
        _keeps_collection(crm, asked, joins, asked)
    return frozenset(kind for kind in linked & set(named) if _keeps_collection(crm, kind, joins, asked))


def documents_of(crm: EspoClient, kind: str, parent_id: str, joins: Mapping[str, str]) -> Iterator[str]:
    """Ids of all documents of a parent."""
    if kind in joins:
        yield from (member.document_id for member in crm.members(joins[kind], parent=parent_id))
        return
    for link in document_links(crm, kind):
        yield from crm.linked_document_ids(kind, parent_id, link)


def document_links(crm: EspoClient, entity_type: str) -> list[str]:
    """The links from a type to its documents."""
    links = crm.metadata(entity_type).links.items()
    return sorted(link for link, to in links if to.entity_type == FIELDS.document_entity and to.kind == "hasMany")


def _keeps_collection(crm: EspoClient, kind: str, joins: Mapping[str, str], asked: str) -> bool:
    try:
        if kind in joins:
            crm.metadata(joins[kind])
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
    may_have: bool = True  # the setting COLLECTION_ENTITIES names its type
    # What joins the document to it, where that is an entity of its own.
    member: EspoMember | None = field(default=None, repr=False)
