"""Decides what to do with a document, out of what was read. Pure: no database, no HTTP, no clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from syncapp.clients.espocrm import EspoDocument
from syncapp.clients.espocrm.fields import FIELDS, Fields
from syncapp.clients.xai import IndexStatus
from syncapp.engine.runs.planning import Action, Ending, Failed, Plan, Postponed, Settled, Skipped
from syncapp.flows.documents import mapping
from syncapp.flows.documents.mapping import Agreed, Content, Unfit, Why
from syncapp.flows.parents import Life, Parent
from syncapp.kit.marking import gettext_noop

# The collection flow wakes the document when the collection is there; this only covers a lost wake-up.
COLLECTION_WAIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True, order=True)
class Membership:
    """One file in one collection."""

    collection_id: str
    file_id: str


@dataclass(frozen=True, slots=True)
class DocumentState:
    """All that was read. `document` None: gone in the CRM."""

    document: EspoDocument | None
    agreed: Agreed = field(default_factory=Agreed)
    untouched: bool = False
    hopeless: bool = False  # its name alone says that there is nothing to be searched
    parents: tuple[Parent, ...] = ()
    memberships: frozenset[Membership] = frozenset()
    content: Content | None = None  # the file at xAI of the present content, if there is one
    described: str = ""  # MD5 of the present file as the CRM states it, where that is evidence
    indexed: Mapping[str, IndexStatus] = field(default_factory=dict)  # by collection; not attached: not in it
    vanished: frozenset[str] = frozenset()  # collections that the CRM names and xAI does not know
    was_indexing: bool = False  # the last run attached it and no other request came since
    patience_over: bool = False  # indexing takes longer than anyone should wait
    names: Fields = FIELDS
    texts: Mapping[str, str] = field(default_factory=dict)  # what the CRM's users read for a reason

    @property
    def wanted(self) -> tuple[str, ...]:
        """Collections the document belongs to."""
        return tuple(
            sorted(
                {
                    parent.collection_id
                    for parent in self.parents
                    if parent.life is Life.ACTIVE and parent.collection_id and parent.collection_id not in self.vanished
                }
            )
        )

    @property
    def left_alone(self) -> frozenset[str]:
        """Collections of paused parents: nothing is added, nothing taken away."""
        paused = {p.collection_id for p in self.parents if p.life is Life.PAUSED and p.collection_id}
        return frozenset(paused - set(self.wanted))

    @property
    def without_collection(self) -> tuple[Parent, ...]:
        return tuple(
            p
            for p in self.parents
            if p.life is Life.ACTIVE and (not p.collection_id or p.collection_id in self.vanished)
        )


@dataclass(frozen=True, slots=True)
class AskForCollection(Action):
    kind = "document.ask_for_collection"
    words = gettext_noop("have the collection of %(entity_type)s %(entity_id)s made first")
    shown = ("entity_type", "entity_id")
    parent: Parent

    @property
    def entity_type(self) -> str:
        return self.parent.entity_type

    @property
    def entity_id(self) -> str:
        return self.parent.id


@dataclass(frozen=True, slots=True)
class Upload(Action):
    kind = "document.upload"
    words = gettext_noop("fetch the file from the CRM and upload it to xAI (unless the same content is there already)")
    attachment_id: str


@dataclass(frozen=True, slots=True)
class Attach(Action):
    kind = "document.attach"
    words = gettext_noop("put it into the collection %(collection_id)s")
    shown = ("collection_id",)
    collection_id: str


@dataclass(frozen=True, slots=True)
class AttachAgain(Attach):
    """Take it out first: its indexing failed before."""

    kind = "document.attach_again"
    words = gettext_noop("put it into the collection %(collection_id)s again")


@dataclass(frozen=True, slots=True)
class Detach(Action):
    kind = "document.detach"
    words = gettext_noop("take the file %(file_id)s out of the collection %(collection_id)s")
    shown = ("file_id", "collection_id")
    membership: Membership

    @property
    def file_id(self) -> str:
        return self.membership.file_id

    @property
    def collection_id(self) -> str:
        return self.membership.collection_id


@dataclass(frozen=True, slots=True)
class Tell(Action):
    """Write to the CRM how the document stands."""

    kind = "document.tell"
    words = gettext_noop("write to the CRM: %(fields)s")
    shown = ("fields",)
    values: Mapping[str, object] = field(repr=False)

    @property
    def fields(self) -> list[str]:
        return sorted(self.values)


def plan(state: DocumentState) -> Plan:
    document = state.document
    if document is None:
        return _detach_all(state, Skipped(Why.ENTITY_GONE, agreed={}), tell=False)
    if state.untouched:
        return Plan(Settled())
    asking = tuple(AskForCollection(parent) for parent in state.without_collection)
    if not state.wanted:
        return _nowhere(state, asking)
    if reason := _unfit(state, document):
        remembered = Agreed(unfit=Unfit(document.file_id, reason))
        return _detach_all(state, Skipped(reason, agreed=remembered.to_json()), asking=asking)
    if state.content is None:
        attach = tuple(Attach(collection) for collection in state.wanted)
        ending: Ending = Postponed(Why.INDEXING, timedelta())
        return Plan(ending, (*asking, Upload(document.file_id), *attach, *_surplus(state, None), *_tell(state, ending)))
    return _known_content(state, state.content, asking)


def _known_content(state: DocumentState, content: Content, asking: tuple[AskForCollection, ...]) -> Plan:
    broken = [c for c in state.wanted if state.indexed.get(c) is IndexStatus.FAILED]
    if broken and state.was_indexing:
        failed = Failed(Why.INDEXING_FAILED)
        return Plan(failed, (*asking, *_surplus(state, content.file_id), *_tell(state, failed)))
    attach = [Attach(c) for c in state.wanted if c not in state.indexed] + [AttachAgain(c) for c in broken]
    processing = [c for c in state.wanted if state.indexed.get(c) is IndexStatus.PROCESSING]
    if processing and state.patience_over and not attach:
        failed = Failed(Why.INDEXING_FAILED, "timeout")
        return Plan(failed, (*asking, *_tell(state, failed)))
    surplus = _surplus(state, content.file_id)
    if attach or processing:
        ending: Ending = Postponed(Why.INDEXING, timedelta())
        return Plan(ending, (*asking, *attach, *(surplus if not processing else ()), *_tell(state, ending)))
    settled = Settled(Agreed(content=content, collections=state.wanted, settled=True).to_json())
    return Plan(settled, (*asking, *surplus, *_tell(state, settled, content)))


def _nowhere(state: DocumentState, asking: tuple[AskForCollection, ...]) -> Plan:
    if asking:
        return _detach_all(state, Postponed(Why.COLLECTION_PENDING, COLLECTION_WAIT), asking=asking)
    if any(membership.collection_id in state.left_alone for membership in state.memberships):
        return _detach_all(state, Skipped(Why.PARENT_PAUSED), tell=False)
    return _detach_all(state, Skipped(Why.NO_PARENT))


def _unfit(state: DocumentState, document: EspoDocument) -> Why | None:
    if not document.file_id:
        return Why.NO_FILE
    if state.hopeless:
        return Why.UNSUPPORTED_TYPE
    unfit = state.agreed.unfit
    return Why(unfit.why) if unfit and unfit.attachment_id == document.file_id and unfit.holds else None


def _detach_all(
    state: DocumentState, ending: Ending, *, asking: tuple[AskForCollection, ...] = (), tell: bool = True
) -> Plan:
    gone = state.document is None
    detach = tuple(
        Detach(membership)
        for membership in sorted(state.memberships)
        if gone or membership.collection_id not in state.left_alone
    )
    return Plan(ending, (*asking, *detach, *(_tell(state, ending) if tell else ())))


def _tell(state: DocumentState, ending: Ending, content: Content | None = None) -> tuple[Tell, ...]:
    """What the CRM has to be told; nothing when it shows that already."""
    document, names = state.document, state.names
    assert document is not None  # noqa: S101  there is nobody to tell when it is gone, and no caller does
    match ending:
        case Settled() if content is not None:
            fields = mapping.success(document, content, state.wanted, names)
        case Postponed():
            fields = mapping.pending(document, names)
        case Failed(reason, _, _):
            # Its words come from xAI and are added when the plan is applied.
            fields = {names.xai_status: mapping.CrmStatus.FAILED, names.xai_error: state.texts.get(reason, reason)}
        case _:
            reason = ending.reason if isinstance(ending, Skipped) else ""
            quiet = reason in (Why.NO_PARENT, Why.NO_FILE)
            fields = mapping.outside(document, "" if quiet else state.texts.get(reason, reason), names)
    return (Tell(fields),) if fields else ()


def _surplus(state: DocumentState, file_id: str | None) -> tuple[Detach, ...]:
    """What it must be taken out of: collections no longer wanted, and everywhere the files of older content.

    Without a file id yet (before the upload) every present membership is named; one that turns out to be wanted after
    all, because the bytes are the same, is kept when the plan is applied.
    """
    return tuple(
        Detach(membership)
        for membership in sorted(state.memberships)
        if membership.collection_id not in state.left_alone
        and (membership.collection_id not in state.wanted or membership.file_id != file_id)
    )
