"""Reads the present state of a document on all sides, and asks no more than the decision needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from syncapp.clients.errors import EntityTypeUnknown, NotFound, Rejected
from syncapp.clients.espocrm import EspoClient, EspoDocument, EspoParent
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.clients.xai import IndexStatus, XaiClient, is_id, kinds
from syncapp.engine.runs.run import Run
from syncapp.flows import cursors, files, texts
from syncapp.flows.documents import looking
from syncapp.flows.documents.agreement import Agreed, Content, described, same_content, untouched
from syncapp.flows.documents.reasons import Why
from syncapp.flows.documents.remembering import parents_of
from syncapp.flows.documents.scan import PROVED
from syncapp.flows.documents.state import DocumentState, Membership
from syncapp.flows.parents import Life, Parent, life_shown
from syncapp.kit.clocks import latest
from syncapp.models import Reference, ReferenceKind

PATIENCE = timedelta(hours=24)  # indexing takes seconds to minutes; after a day something is wrong
# How long a file that was seen at xAI counts as being there: files vanish there seldom, and without a word.
PROOF_HOLDS = timedelta(days=1)


class Reader:
    """`proved`: a file of a hub before this one, of which is known what it was made of."""

    def __init__(self, run: Run, crm: EspoClient, xai: XaiClient, proved: Content | None = None) -> None:
        self._run, self._crm, self._xai, self._proved = run, crm, xai, proved
        self._missing: set[str] = set()  # files that xAI was asked for and does not have
        self._first_look = not run.calls  # what was remembered has proved outdated else

    def read(self) -> DocumentState:
        run = self._run
        agreed = Agreed.from_json(run.agreed)
        document = self._remembered(agreed) or self._document()
        if document is not None and not run.full and untouched(document, agreed):
            if self._proof_holds(agreed):
                return DocumentState(document, agreed, untouched=True)
            if agreed.content and self._exists(agreed.content.file_id):
                now = _now()
                return DocumentState(document, replace(agreed, proved=now), untouched=True, proved=now)
        recorded = frozenset(Membership(*pair) for pair in files.memberships(run.entity_type, run.entity_id))
        state = DocumentState(document, agreed, memberships=recorded, recorded=recorded)
        if document is not None:
            state = replace(
                state,
                hopeless=kinds.hopeless(document.file_name),
                parents=self._parents(document, agreed),
                was_indexing=self._goes_on_indexing(agreed),
                texts=texts.all_for_crm(),
            )
            state = self._with_remote(state, document)
        memberships = recorded | self._unrecorded(state)
        return replace(state, memberships=memberships, missing=frozenset(self._missing))

    def _document(self) -> EspoDocument | None:
        """None: deleted, or never there."""
        try:
            document = self._crm.document(self._run.entity_id)
        except NotFound:
            return None
        return None if document.deleted else document

    def _remembered(self, agreed: Agreed) -> EspoDocument | None:
        """As the last run saw it. A change that nobody told has moved its version, or is found by the answer to what is
        written to the CRM."""
        kept = agreed.progress.document if agreed.progress else {}
        return EspoDocument.from_api(kept) if kept and self._only_waits(agreed) and not _waited_long(agreed) else None

    def _only_waits(self, agreed: Agreed) -> bool:
        """For the indexing, and nobody asked for anything since."""
        number = agreed.progress.request_number if agreed.progress else None
        return self._first_look and self._goes_on_indexing(agreed) and number == self._run.claim.request_number

    def _proof_holds(self, agreed: Agreed) -> bool:
        """The comparison of everything proves it too: what it missed at xAI was asked for in full."""
        if not agreed.proved:
            return False
        now = timezone.now()
        oldest, proved = now - PROOF_HOLDS, datetime.fromisoformat(agreed.proved)
        return oldest < proved <= latest(now) or (cursors.since(PROVED) or oldest) > oldest

    def _goes_on_indexing(self, agreed: Agreed) -> bool:
        return agreed.progress is not None and self._run.record.reason == Why.INDEXING

    # Where it belongs

    def _parents(self, document: EspoDocument, agreed: Agreed) -> tuple[Parent, ...]:
        progress = agreed.progress
        if progress and progress.parents and self._only_waits(agreed):  # the links were just read
            return parents_of(progress.parents)
        linked = (
            row
            for link, entity_type in self.parent_links()
            if not self._has_nothing(document, link)
            for row in self._crm.linked_parents(document.id, link, entity_type)
        )
        return (*(self._parent(row) for row in linked if not row.deleted), *self.joined(document.id))

    def _has_nothing(self, document: EspoDocument, link: str) -> bool:
        """As the record itself tells; only where the metadata says that it does."""
        field = self._crm.metadata(FIELDS.document_entity).kinds.get(link)
        return field == "linkMultiple" and link in document.unlinked

    def joined(self, document_id: str) -> list[Parent]:
        """The parents that an entity of its own joins the document to."""
        found = []
        for kind, join in sorted(settings.CONFIG.LINK_ENTITIES.items()):
            if FIELDS.collection_id not in self._fields_of(kind) or not self._fields_of(join, kind):
                continue
            for member in self._crm.members(join, document=document_id):
                try:
                    row = self._crm.parent(kind, member.parent_id)
                except NotFound:
                    continue
                if not row.deleted:
                    found.append(replace(self._parent(row), member=member))
        return found

    def parent_links(self) -> Iterator[tuple[str, str]]:
        """(link, entity type) of every to-many link to a type that has a field for a collection, but for those that an
        entity of its own joins."""
        links = self._crm.metadata(FIELDS.document_entity).links
        self._refuse_to_forget({meta.entity_type for meta in links.values()})
        for link, meta in sorted(links.items()):
            joined = meta.entity_type in settings.CONFIG.LINK_ENTITIES
            if meta.kind == "hasMany" and not joined and FIELDS.collection_id in self._fields_of(meta.entity_type):
                yield link, meta.entity_type

    def _refuse_to_forget(self, linked: Collection[str]) -> None:
        """EspoCRM's metadata leaves out links to types that the hub may not see: `EntityTypeUnknown` where one was a
        parent (Tools/App/MetadataService.php, 9.2)."""
        config = settings.CONFIG
        if missing := set(config.COLLECTION_ENTITIES) - set(linked) - config.LINK_ENTITIES.keys():
            were = Reference.objects.filter(entity_type__in=missing, kind=ReferenceKind.COLLECTION)
            for kind in sorted(set(were.values_list("entity_type", flat=True))):
                self._fields_of(kind)

    def _fields_of(self, entity_type: str, parent: str = "") -> frozenset[str]:
        """`parent`: the type of parents that it joins documents to, where it is none itself."""
        try:
            return self._crm.metadata(entity_type).fields
        except EntityTypeUnknown:
            # A type we may not see is no parent, unless it was one: a withdrawn right must not empty collections.
            if Reference.objects.filter(entity_type=parent or entity_type, kind=ReferenceKind.COLLECTION).exists():
                raise
            return frozenset()

    def _parent(self, row: EspoParent) -> Parent:
        """A type that may have no collection (any more) is left alone: nothing is added, and nothing is taken away."""
        config, kind = settings.CONFIG, row.entity_type
        may_have = kind in config.COLLECTION_ENTITIES
        life = life_shown(row, self._fields_of(kind), config.parent_status)
        return Parent(kind, row.id, life if may_have else Life.PAUSED, _own_collection(row), may_have)

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
                status = self._status_in(collection, content.file_id, state.agreed)
            except NotFound:
                vanished.add(collection)
                continue
            if status is not None:
                indexed[collection] = status
        # An entry of a collection may outlive its file; one that was put there a moment ago is not asked for again.
        looked = len(vanished) < len(state.wanted)
        lost = looked and not (indexed and state.was_indexing) and not self._exists(content.file_id)
        return replace(
            state,
            content=None if lost else content,
            indexed={} if lost else indexed,
            vanished=frozenset(vanished),
            patience_over=state.was_indexing and _waited_long(state.agreed),
            given_up=not state.was_indexing and _waited_long(state.agreed),
            proved="" if lost else _now(),
        )

    def _status_in(self, collection: str, file_id: str, agreed: Agreed) -> IndexStatus | None:
        if self._only_waits(agreed):
            for wait in looking.waits_of(self._run.entity_id, agreed):
                if (wait.collection_id, wait.file_id) == (collection, file_id):
                    return looking.status(self._xai, wait)
        found = self._xai.batch_documents(collection, [file_id]).get(file_id)
        return found.status if found is not None else None

    def _unrecorded(self, state: DocumentState) -> set[Membership]:
        """Where else it is, of what was agreed or, at first contact, what the CRM says: asked at xAI, for only there is
        it seen whether another document put the same file in."""
        agreed, document, content = state.agreed, state.document, state.content
        if agreed.content:
            claimed = {Membership(collection, agreed.content.file_id) for collection in agreed.collections}
        elif document:
            claimed = {Membership(collection, document.xai_id) for collection in document.xai_collections}
            claimed |= {Membership(p.collection_id, p.member.file_id) for p in state.parents if p.member}
            claimed = {each for each in claimed if each.collection_id and each.file_id}
        else:
            return set()
        stays = {Membership(collection, content.file_id) for collection in state.wanted} if content else set()
        return {
            each
            for each in claimed - state.recorded - stays
            if each.collection_id in state.left_alone or self._is_ours_in(each)
        }

    def _is_ours_in(self, claimed: Membership) -> bool:
        try:
            there = self._xai.batch_documents(claimed.collection_id, [claimed.file_id])
        except (NotFound, Rejected):  # what somebody wrote there need not be an id
            return False
        owners = {str(each.fields.get(files.DOCUMENT_ID) or self._run.entity_id) for each in there.values()}
        return self._run.entity_id in owners

    def _own_files(self, agreed: Agreed) -> list[Content]:
        """The files at xAI that were made of this document, as far as we know; the one agreed on first."""
        made = [content for content in (agreed.content, self._proved) if content]
        for reference in files.own_files(self._run.entity_type, self._run.entity_id):
            facts = reference.data
            made.append(
                Content(reference.remote_id, facts.get("attachment_id", ""), facts.get("md5", ""), reference.digest)
            )
        return made

    def _exists(self, file_id: str) -> bool:
        if file_id not in self._missing:
            try:
                self._xai.file(file_id)
            except NotFound:
                self._missing.add(file_id)
        return file_id not in self._missing


def _own_collection(parent: EspoParent) -> str:
    """A parent that was made as a copy of another names the collection of that one, until its own is made."""
    own = is_id(parent.collection_id) and not files.belongs_to_another(parent.collection_id, parent.id)
    return parent.collection_id if own else ""


def _now() -> str:
    return timezone.now().isoformat()


def _waited_long(agreed: Agreed) -> bool:
    return bool(agreed.progress) and timezone.now() - datetime.fromisoformat(agreed.progress.since) > PATIENCE  # type: ignore[union-attr]
