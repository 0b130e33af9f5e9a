"""The collection step: read, plan, apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from syncapp.clients.espocrm import EspoClient
from syncapp.clients.espocrm.changes import espo_time
from syncapp.clients.espocrm.fields import FIELDS, MODIFIED_AT
from syncapp.clients.http.observe import Observer
from syncapp.clients.xai import XaiClient
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Failed, Plan, Settled
from syncapp.engine.runs.run import Run, WriteIntent
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows import files, texts
from syncapp.flows.collections import mapping, register
from syncapp.flows.collections.mapping import Why
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
from syncapp.flows.collections.reading import Reader, untold_of
from syncapp.flows.glances import NOBODY, in_lists
from syncapp.flows.parents import Life, life_of
from syncapp.flows.writes import CrmWrite
from syncapp.models import JournalAction, OrphanWhy, SystemName


class CollectionWrite(JournalAction):
    CREATE = "create_collection", _("collection created")
    RENAME = "rename_collection", _("collection renamed")
    DELETE = "delete_collection", _("collection deleted")


class CollectionSync:
    """One run of one parent of documents."""

    def __init__(self, run: Run, crm: EspoClient | None = None, xai: XaiClient | None = None) -> None:
        self._run = run
        self._crm = crm or connections.espocrm(run)
        self._xai = xai or connections.xai(run)
        self._reader = Reader(run, self._crm, self._xai)

    @classmethod
    def listed(cls, runs: Sequence[Run], watch: Observer) -> Iterator[tuple[Run, Self]]:
        return in_lists(lambda run, crm: cls(run, crm, NOBODY), runs, watch, FIELDS.parent_select)

    def read(self) -> CollectionState:
        return self._reader.read()

    def plan(self, state: CollectionState) -> Plan:
        return plan(state)

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
                    if refused := self._write_id(state, action, made):
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

    def failed(self, reason: str, detail: str = "", system: str = "") -> None:
        """The CRM shows the failure, where it shows how a parent stands."""
        room = self._crm.room(self._run.entity_type, FIELDS.sync_error)
        self._show("failed", {FIELDS.sync_error: texts.for_crm(reason, detail, system, room)})

    def delayed(self) -> None:
        """The CRM does not call clean what has changed and must wait."""
        self._show("pending_sync", {})

    def _show(self, sync_status: str, more: Mapping[str, object]) -> None:
        run, config = self._run, settings.CONFIG
        parent = self._crm.parent(run.entity_type, run.entity_id)
        life = life_of(run.entity_type, parent.status, config.parent_status)
        if told := self._reader.sendable(untold_of(parent, life, sync_status)):
            known = {name: value for name, value in more.items() if name in parent.has_fields}
            intent = WriteIntent(SystemName.ESPOCRM, CrmWrite.UPDATE, run.entity_type, run.entity_id)
            with run.writing(intent, mapping.changes(parent, {**told, **known})):
                self._crm.update(run.entity_type, run.entity_id, {**told, **known})

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

    def _write_id(self, state: CollectionState, action: WriteId, made: str | None) -> Ending | None:
        parent = state.parent
        intent = WriteIntent(SystemName.ESPOCRM, CrmWrite.UPDATE, state.entity_type, state.entity_id)
        value = (made if action.collection_id is None else action.collection_id) or None
        written: dict[str, object] = {FIELDS.collection_id: value, **action.standing}
        if parent and state.entity_type in settings.CONFIG.LINK_ENTITIES:
            now = {FIELDS.synced_at: espo_time(timezone.now()), FIELDS.sync_error: ""}
            written |= {name: word for name, word in now.items() if name in parent.has_fields}
        changes = mapping.changes(parent, written)
        if parent and parent.modified_at:
            # Our own write must not pass for a person's edit where times are compared: it notes the time before it.
            changes[MODIFIED_AT] = [parent.modified_at.isoformat(), None]
        with self._run.writing(intent, changes):
            answer = self._crm.update(state.entity_type, state.entity_id, written)
        kept = (answer.get(FIELDS.collection_id) or None) == value
        return None if kept else Failed(Why.FIELD_MISSING, FIELDS.collection_id)

    def _look_at_documents(self, state: CollectionState) -> None:
        ids = set(state.inside)
        if state.collection:
            ids |= register.member_documents(state.collection.id)
        if state.parent is not None:
            ids |= self._reader.linked_documents()
        kind = FIELDS.document_entity
        dispatch.emit(topic_of(kind, "update"), kind, sorted(ids), trace_id=self._run.trace_id, full=True)
