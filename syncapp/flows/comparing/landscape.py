"""Both sides as a whole, for the comparison of everything: who belongs where, and what is really there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.conf import settings

from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import EspoClient, EspoMember, EspoParent
from syncapp.clients.xai import XaiClient, XaiCollection, XaiFile
from syncapp.flows.parents import Life, collection_types, document_links, documents_of, life_of, shows_collection

CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Landscape:
    """`wanted`: document id to collections. `present`: (collection, file) pairs at xAI, of `files` that are there.
    `having_documents`: ids of parents, by type. `untold`: documents of which the CRM does not say in all places that
    they are in step."""

    parents: dict[str, list[EspoParent]]
    having_documents: dict[str, frozenset[str]]
    wanted: dict[str, frozenset[str]]
    untold: frozenset[str]
    collections: dict[str, XaiCollection] = field(repr=False)
    present: frozenset[tuple[str, str]] = field(repr=False)
    files: tuple[XaiFile, ...] = field(repr=False)


def parent_types(crm: EspoClient) -> list[str]:
    config = settings.CONFIG
    return sorted(collection_types(crm, config.COLLECTION_ENTITIES, config.LINK_ENTITIES))


def survey(crm: EspoClient, xai: XaiClient) -> Landscape:
    """Costs a few calls a page, and one or two for each parent with documents."""
    listed = {kind: list(crm.all_parents(kind)) for kind in parent_types(crm)}
    parents = {kind: rows for kind, rows in listed.items() if all(map(shows_collection, rows))}
    collections = {collection.id: collection for collection in xai.collections()}
    members = {kind: _members(crm, kind) for kind in parents.keys() & settings.CONFIG.LINK_ENTITIES.keys()}
    having = {kind: frozenset(members[kind] if kind in members else _having_documents(crm, kind)) for kind in parents}
    wanted: dict[str, set[str]] = defaultdict(set)
    present: set[tuple[str, str]] = set()
    untold: set[str] = set()
    for kind, rows in parents.items():
        for parent in rows:
            life = life_of(kind, parent.status, settings.CONFIG.parent_status)
            if not parent.collection_id or parent.collection_id not in collections:
                continue
            if life is Life.ACTIVE and parent.id in having[kind]:
                joined = members[kind][parent.id] if kind in members else ()
                for document_id in [each.document_id for each in joined] or _linked(crm, kind, parent.id):
                    wanted[document_id].add(parent.collection_id)
                untold |= {each.document_id for each in joined if each.status not in ("", CLEAN)}
            present |= {(parent.collection_id, file_id) for file_id in _files(xai, parent.collection_id)}
    # After the collections: what was put into one meanwhile is among them. An entry may outlive its file.
    files = tuple(xai.files())
    there = {file.id for file in files}
    return Landscape(
        parents,
        having,
        {key: frozenset(value) for key, value in wanted.items()},
        frozenset(untold),
        collections,
        frozenset(pair for pair in present if pair[1] in there),
        files,
    )


def _linked(crm: EspoClient, kind: str, parent_id: str) -> Iterator[str]:
    try:
        yield from documents_of(crm, kind, parent_id, settings.CONFIG.LINK_ENTITIES)
    except NotFound:
        return  # deleted since it was listed


def _members(crm: EspoClient, kind: str) -> dict[str, list[EspoMember]]:
    """By parent."""
    found: dict[str, list[EspoMember]] = defaultdict(list)
    for member in crm.members(settings.CONFIG.LINK_ENTITIES[kind]):
        found[member.parent_id].append(member)
    return found


def _having_documents(crm: EspoClient, kind: str) -> Iterator[str]:
    for link in document_links(crm, kind):
        yield from crm.having_linked(kind, link)


def _files(xai: XaiClient, collection_id: str) -> Iterator[str]:
    try:
        for document in xai.documents(collection_id):
            yield document.file_id
    except NotFound:
        return
