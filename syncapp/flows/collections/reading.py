"""Reads a parent of documents and its collection, and asks no more than the decision needs."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings

from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import FIELDS, EspoClient, EspoParent
from syncapp.clients.xai import XaiClient, XaiCollection, is_id
from syncapp.engine.runs.run import Run
from syncapp.flows import files
from syncapp.flows.collections import mapping, register
from syncapp.flows.collections.mapping import Agreed
from syncapp.flows.collections.plan import CollectionState
from syncapp.flows.parents import Life, collection_types, documents_of, life_shown, shows_collection, word_after_new

CLEAN = "clean"


class Reader:
    def __init__(self, run: Run, crm: EspoClient, xai: XaiClient) -> None:
        self._run, self._crm, self._xai = run, crm, xai
        self._kind, self._id = run.entity_type, run.entity_id

    def read(self) -> CollectionState:
        config, agreed = settings.CONFIG, Agreed.from_json(self._run.agreed)
        if self._kind not in collection_types(self._crm, config.COLLECTION_ENTITIES, config.LINK_ENTITIES, self._kind):
            return CollectionState(self._kind, self._id, None, Life.PAUSED, agreed, allowed=False)
        parent = self._parent()
        if parent and not shows_collection(parent):
            return CollectionState(self._kind, self._id, parent, Life.PAUSED, agreed, lacking=FIELDS.collection_id)
        fields = self._crm.metadata(self._kind).fields
        life = life_shown(parent, fields, config.parent_status) if parent else Life.CLOSED
        untold = self.sendable(untold_of(parent, life)) if parent else {}
        same = parent and not self._run.full and mapping.unchanged(parent, life, agreed, untold)
        if same and not self._run.has_written_since():
            return CollectionState(self._kind, self._id, parent, life, agreed, unchanged=True)
        collection, lost = self._known_collection(parent, agreed)
        twins: tuple[str, ...] = ()
        needed = life is not Life.ACTIVE or bool(collection or config.XAI_EMPTY_COLLECTIONS or self.linked_documents())
        if collection is None and needed:
            collection, twins = self._find_collection()
        used = register.members(collection.id) if collection and life is Life.CLOSED else 0
        closing = life is Life.CLOSED and agreed.life != Life.CLOSED.value
        return CollectionState(
            self._kind,
            self._id,
            parent,
            life,
            agreed,
            untold=untold,
            needed=needed,
            collection=collection,
            lost=lost,
            twins=twins,
            still_used=used > 0,
            inside=self._documents_inside(collection.id) if collection and closing else frozenset(),
            may_delete=config.XAI_DELETE_COLLECTIONS,
            foreign_documents=bool(collection and collection.documents_count > used),
        )

    def sendable(self, told: Mapping[str, object]) -> dict[str, object]:
        """Without the states that the CRM has no options for."""
        known = self._crm.sent(self._kind, told)
        return {name: word for name, word in told.items() if name in known}

    def _parent(self) -> EspoParent | None:
        try:
            parent = self._crm.parent(self._kind, self._id)
        except NotFound:
            return None
        return None if parent.deleted else parent

    def _known_collection(
        self, parent: EspoParent | None, agreed: Agreed
    ) -> tuple[XaiCollection | None, tuple[str, ...]]:
        """The collection that the CRM or our memory names, and those of them that xAI has no more.

        An entity that was made as a copy of another names the collection of that one: it is none of its own.
        """
        named = (parent.collection_id if parent else "", agreed.collection_id)
        lost: list[str] = []
        for collection_id in dict.fromkeys(filter(is_id, named)):
            if files.belongs_to_another(collection_id, self._id):
                continue
            try:
                found = self._xai.collection(collection_id)
            except NotFound:
                lost.append(collection_id)
                continue
            owner = mapping.described_owner(found)
            if owner is None or owner[1] == self._id:
                return found, tuple(lost)
        return None, tuple(lost)

    def _find_collection(self) -> tuple[XaiCollection | None, tuple[str, ...]]:
        """The one to use among those that bear the entity's name at xAI, and its twins."""
        named = self._xai.collections_starting(mapping.prefix(self._kind, self._id))
        found = [collection for collection in named if mapping.belongs(collection, self._kind, self._id)]
        kept = mapping.oldest(found)
        return kept, tuple(sorted(c.id for c in found if kept and c.id != kept.id))

    def _documents_inside(self, collection_id: str) -> frozenset[str]:
        """By our table and by xAI: of a document that was not looked at for long our table may know nothing."""
        entries = list(self._xai.documents(collection_id))
        named = {str(entry.fields.get(files.DOCUMENT_ID) or "") for entry in entries} - {""}
        made_of = register.documents_of(entry.file_id for entry in entries)
        return frozenset(register.member_documents(collection_id) | named | made_of)

    def linked_documents(self) -> frozenset[str]:
        """As it stands now. Asked once more after the parent was told of its collection: a document that came in
        between has seen none, and waits."""
        return frozenset(documents_of(self._crm, self._kind, self._id, settings.CONFIG.LINK_ENTITIES))


def untold_of(parent: EspoParent, life: Life, sync_status: str = CLEAN) -> dict[str, object]:
    """What the CRM should say of a parent that is in agreement (or stands otherwise); only where it shows that."""
    config = settings.CONFIG
    if parent.entity_type not in config.LINK_ENTITIES or life is Life.PAUSED:
        return {}
    started = sync_status == CLEAN and life is Life.ACTIVE
    after_new = word_after_new(parent.entity_type, parent.status, config.parent_status) if started else ""
    return mapping.standing(parent, sync_status, after_new)
