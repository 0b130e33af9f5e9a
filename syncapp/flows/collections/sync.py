"""The collection step: read, plan, apply."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm import EspoParent
from syncapp.clients.espocrm.fields import FIELDS, MODIFIED_AT
from syncapp.clients.xai import XaiCollection
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Failed, Plan, Settled
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows import files
from syncapp.flows.collections import mapping, register
from syncapp.flows.collections.mapping import Agreed, Why
from syncapp.flows.collections.plan import (
    CollectionState,
    Create,
    Delete,
    LookAtDocuments,
    ProposeDeletion,
    Rename,
    WriteId,
    plan,
)
from syncapp.flows.parents import Life, collection_types, life_of
from syncapp.flows.writes import CrmWrite
from syncapp.models import JournalAction, OrphanWhy, SystemName


class CollectionWrite(JournalAction):
    CREATE = "create_collection", _("collection created")
    RENAME = "rename_collection", _("collection renamed")
    DELETE = "delete_collection", _("collection deleted")


class CollectionSync:
    """One run of one parent of documents."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._crm = connections.espocrm(run)
        self._xai = connections.xai(run)

    # Read

    def read(self) -> CollectionState:
        run, agreed = self._run, Agreed.from_json(self._run.agreed)
        if run.entity_type not in collection_types(self._crm, settings.CONFIG.COLLECTION_ENTITIES, run.entity_type):
            return CollectionState(run.entity_type, run.entity_id, None, Life.PAUSED, agreed, allowed=False)
        parent = self._parent()
        life = Life.CLOSED
        if parent is not None:
            life = life_of(run.entity_type, parent.status, settings.CONFIG.ESPOCRM_PARENT_STATUS)
            if not run.full and mapping.unchanged(parent, life, agreed):
                return CollectionState(run.entity_type, run.entity_id, parent, life, agreed, unchanged=True)
        collection, lost = self._known_collection(parent, agreed)
        twins: tuple[str, ...] = ()
        if collection is None:
            collection, twins = self._find_collection()
        used = register.members(collection.id) if collection and life is Life.CLOSED else 0
        closing = life is Life.CLOSED and agreed.life != Life.CLOSED.value
        return CollectionState(
            run.entity_type,
            run.entity_id,
            parent,
            life,
            agreed,
            collection=collection,
            lost=lost,
            twins=twins,
            still_used=used > 0,
            inside=self._documents_inside(collection.id) if collection and closing else frozenset(),
            may_delete=settings.CONFIG.XAI_DELETE_COLLECTIONS,
            foreign_documents=bool(collection and collection.documents_count > used),
        )

    def _parent(self) -> EspoParent | None:
        try:
            parent = self._crm.parent(self._run.entity_type, self._run.entity_id)
        except NotFound:
            return None
        return None if parent.deleted else parent

    def _known_collection(
        self, parent: EspoParent | None, agreed: Agreed
    ) -> tuple[XaiCollection | None, tuple[str, ...]]:
        """The collection that the CRM or our memory names, and those of them that xAI has no more."""
        named = (parent.collection_id if parent else "", agreed.collection_id)
        lost: list[str] = []
        for collection_id in dict.fromkeys(filter(None, named)):
            try:
                return self._xai.collection(collection_id), tuple(lost)
            except NotFound:
                lost.append(collection_id)
        return None, tuple(lost)

    def _find_collection(self) -> tuple[XaiCollection | None, tuple[str, ...]]:
        """The one to use among those that bear the entity's name at xAI, and its twins."""
        kind, entity_id = self._run.entity_type, self._run.entity_id
        named = self._xai.collections_starting(mapping.prefix(kind, entity_id))
        found = [collection for collection in named if mapping.belongs(collection, kind, entity_id)]
        kept = mapping.oldest(found)
        return kept, tuple(sorted(c.id for c in found if kept and c.id != kept.id))

    def _documents_inside(self, collection_id: str) -> frozenset[str]:
        """By our table and by xAI: of a document that was not looked at for long our table may know nothing."""
        entries = list(self._xai.documents(collection_id))
        named = {str(entry.fields.get(files.DOCUMENT_ID) or "") for entry in entries} - {""}
        made_of = register.documents_of(entry.file_id for entry in entries)
        return frozenset(register.member_documents(collection_id) | named | made_of)

    # Decide

    def plan(self, state: CollectionState) -> Plan:
        return plan(state)

    # Act

    def apply(self, state: CollectionState, plan: Plan) -> Ending:
        made: str | None = None
        for collection_id in state.lost:
            register.gone(collection_id)
        if state.collection is not None:
            register.remember(state.entity_type, state.entity_id, state.collection.id)
            if state.life is Life.ACTIVE:
                register.in_use(state.collection.id)
        for action in plan.actions:
            match action:
                case Create():
                    made = self._create(action)
                case Rename():
                    with self._run.writing(self._intent(CollectionWrite.RENAME, action.collection_id)):
                        self._xai.rename_collection(action.collection_id, action.new_name)
                case WriteId():
                    if refused := self._write_id(state, made if action.collection_id is None else action.collection_id):
                        return refused
                case LookAtDocuments():
                    self._look_at_documents(state)
                case Delete():
                    with self._run.writing(self._intent(CollectionWrite.DELETE, action.collection_id)):
                        self._xai.delete_collection(action.collection_id)
                    register.gone(action.collection_id)
                case ProposeDeletion():
                    register.propose_deletion(
                        state.entity_type, state.entity_id, action.collection_id, OrphanWhy(action.why)
                    )
        if made and isinstance(plan.ending, Settled):
            return Settled({**(plan.ending.agreed or {}), "collection_id": made})
        return plan.ending

    def _intent(self, action: CollectionWrite, collection_id: str = "") -> WriteIntent:
        mark = mapping.prefix(self._run.entity_type, self._run.entity_id)
        return WriteIntent(SystemName.XAI, action, "collection", collection_id, mark)

    def _create(self, action: Create) -> str:
        # Whatever an earlier run may have made under this name was looked for when the state was read.
        run = self._run
        words = mapping.description(run.entity_type, run.entity_id, timezone.now().isoformat(timespec="seconds"))
        with run.writing(self._intent(CollectionWrite.CREATE)) as entry:
            fields = (files.DOCUMENT_ID, files.OWNER_TYPE, files.OWNER_ID)
            made = self._xai.create_collection(action.collection_name, words, fields)
            entry.target_id = made.id
            register.remember(run.entity_type, run.entity_id, made.id)
        return made.id

    def _write_id(self, state: CollectionState, collection_id: str | None) -> Ending | None:
        before = state.parent.collection_id if state.parent else ""
        intent = WriteIntent(SystemName.ESPOCRM, CrmWrite.UPDATE, state.entity_type, state.entity_id)
        value = collection_id or None
        changes: dict[str, object] = {FIELDS.collection_id: [before, value]}
        if state.parent and state.parent.modified_at:
            # Our own write must not pass for a person's edit where times are compared: it notes the time before it.
            changes[MODIFIED_AT] = [state.parent.modified_at.isoformat(), None]
        with self._run.writing(intent, changes):
            answer = self._crm.update(state.entity_type, state.entity_id, {FIELDS.collection_id: value})
        kept = (answer.get(FIELDS.collection_id) or None) == value
        return None if kept else Failed(Why.FIELD_MISSING, FIELDS.collection_id)

    def _look_at_documents(self, state: CollectionState) -> None:
        ids = set(state.inside)
        if state.collection:
            ids |= register.member_documents(state.collection.id)
        if state.parent is not None:
            ids |= set(self._linked_documents(state.entity_type, state.entity_id))
        kind = FIELDS.document_entity
        dispatch.emit(topic_of(kind, "update"), kind, sorted(ids), trace_id=self._run.trace_id, full=True)

    def _linked_documents(self, entity_type: str, entity_id: str) -> Iterator[str]:
        for link, meta in sorted(self._crm.metadata(entity_type).links.items()):
            if meta.entity_type == FIELDS.document_entity and meta.kind == "hasMany":
                yield from self._crm.linked_document_ids(entity_type, entity_id, link)
