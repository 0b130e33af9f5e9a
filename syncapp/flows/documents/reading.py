"""Reads the present state of a document on all sides, and asks no more than the decision needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from syncapp.clients.errors import EntityTypeUnknown, NotFound
from syncapp.clients.espocrm import EspoClient, EspoDocument
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.clients.xai import IndexStatus, XaiClient, kinds
from syncapp.engine.runs.run import Run
from syncapp.flows import files, texts
from syncapp.flows.documents.mapping import Agreed, Content, Why, described, same_content, untouched
from syncapp.flows.documents.plan import DocumentState, Membership
from syncapp.flows.parents import Life, Parent, life_of
from syncapp.models import Reference, ReferenceKind

PATIENCE = timedelta(hours=24)  # indexing takes seconds to minutes; after a day something is wrong


class Reader:
    def __init__(self, run: Run, crm: EspoClient, xai: XaiClient) -> None:
        self._run, self._crm, self._xai = run, crm, xai

    def read(self) -> DocumentState:
        run = self._run
        agreed = Agreed.from_json(run.agreed)
        document = self._document()
        if document is not None and not run.full and untouched(document, agreed):
            return DocumentState(document, agreed, untouched=True)
        known = frozenset(Membership(*pair) for pair in files.memberships(run.entity_type, run.entity_id))
        if document is None:
            return DocumentState(None, agreed, memberships=known)
        if not agreed.settled and document.xai_id:
            # First contact with a document that was synced before our time: where the CRM says it is.
            known |= {Membership(collection, document.xai_id) for collection in document.xai_collections}
        state = DocumentState(
            document,
            agreed,
            hopeless=kinds.hopeless(document.file_name),
            parents=self._parents(document, agreed),
            memberships=known,
            was_indexing=self._goes_on_indexing(agreed),
            texts=texts.all_for_crm(),
        )
        return self._with_remote(state, document)

    def _document(self) -> EspoDocument | None:
        """None: deleted, or never there."""
        try:
            document = self._crm.document(self._run.entity_id)
        except NotFound:
            return None
        return None if document.deleted else document

    def _goes_on_indexing(self, agreed: Agreed) -> bool:
        return agreed.progress is not None and self._run.record.reason == Why.INDEXING

    # Where it belongs

    def _parents(self, document: EspoDocument, agreed: Agreed) -> tuple[Parent, ...]:
        progress = agreed.progress
        if (
            progress
            and self._run.record.reason == Why.INDEXING
            and progress.request_number == self._run.claim.request_number
        ):
            # Only the indexing is waited for and nobody asked for anything since: the links were just read.
            return tuple(Parent("", "", Life.ACTIVE, collection) for collection in progress.wanted)
        return tuple(
            Parent(entity_type, row.id, _life(entity_type, row.status), row.collection_id)
            for link, entity_type in self.parent_links()
            for row in self._crm.linked_parents(document.id, link, entity_type)
            if not row.deleted
        )

    def parent_links(self) -> Iterator[tuple[str, str]]:
        """(link, entity type) of every to-many link to a type that has a field for a collection."""
        for link, meta in sorted(self._crm.metadata(FIELDS.document_entity).links.items()):
            if meta.kind == "hasMany" and FIELDS.collection_id in self._fields_of(meta.entity_type):
                yield link, meta.entity_type

    def _fields_of(self, entity_type: str) -> frozenset[str]:
        try:
            return self._crm.metadata(entity_type).fields
        except EntityTypeUnknown:
            # A type we may not see is no parent, unless it was one: a withdrawn right must not empty collections.
            if Reference.objects.filter(entity_type=entity_type, kind=ReferenceKind.COLLECTION).exists():
                raise
            return frozenset()

    # What is at xAI

    def _with_remote(self, state: DocumentState, document: EspoDocument) -> DocumentState:
        ours = self._own_files(state.agreed)
        state = replace(state, described=described(document, state.agreed, ours))
        content = next((each for each in ours if same_content(document, each, state.described)), None)
        if content is None or not state.wanted:
            return replace(state, content=content)
        indexed: dict[str, IndexStatus] = {}
        vanished = set()
        for collection in state.wanted:
            try:
                found = self._xai.batch_documents(collection, [content.file_id]).get(content.file_id)
            except NotFound:
                vanished.add(collection)
                continue
            if found is not None:
                indexed[collection] = found.status
        # An entry of a collection may outlive its file; one that was put there a moment ago is not asked for again.
        looked = len(vanished) < len(state.wanted)
        lost = looked and not (indexed and state.was_indexing) and not self._exists(content.file_id)
        return replace(
            state,
            content=None if lost else content,
            indexed={} if lost else indexed,
            vanished=frozenset(vanished),
            patience_over=_waited_long(state.agreed),
        )

    def _own_files(self, agreed: Agreed) -> list[Content]:
        """The files at xAI that were made of this document, as far as we know; the one agreed on first."""
        made = [agreed.content] if agreed.content else []
        for reference in files.own_files(self._run.entity_type, self._run.entity_id):
            facts = reference.data
            made.append(
                Content(reference.remote_id, facts.get("attachment_id", ""), facts.get("md5", ""), reference.digest)
            )
        return made

    def _exists(self, file_id: str) -> bool:
        try:
            self._xai.file(file_id)
        except NotFound:
            return False
        return True


def _life(entity_type: str, status: str) -> Life:
    """A type that may have no collection (any more) is left alone: nothing is added, and nothing is taken away."""
    config = settings.CONFIG
    return (
        life_of(entity_type, status, config.ESPOCRM_PARENT_STATUS)
        if entity_type in config.COLLECTION_ENTITIES
        else Life.PAUSED
    )


def _waited_long(agreed: Agreed) -> bool:
    return bool(agreed.progress) and timezone.now() - datetime.fromisoformat(agreed.progress.since) > PATIENCE  # type: ignore[union-attr]
