"""Decides what to do with a document, out of what was read. Pure: no database, no HTTP, no clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from syncapp.clients.espocrm import EspoDocument
from syncapp.clients.xai import IndexStatus
from syncapp.engine.runs.planning import Ending, Failed, Plan, Postponed, Settled, Skipped
from syncapp.flows.documents import members, telling
from syncapp.flows.documents.actions import (
    AskForCollection,
    Attach,
    AttachAgain,
    Detach,
    Join,
    Tell,
    TellMember,
    Upload,
)
from syncapp.flows.documents.agreement import Agreed, Content, Unfit
from syncapp.flows.documents.reasons import CrmStatus, Why
from syncapp.flows.documents.state import DocumentState, Membership

# The collection flow wakes the document when the collection is there; this only covers a lost wake-up.
COLLECTION_WAIT = timedelta(minutes=5)


def plan(state: DocumentState) -> Plan:
    document = state.document
    if document is None:
        return _detach_all(state, Skipped(Why.ENTITY_GONE, agreed={}), tell=False)
    if state.untouched:
        return Plan(Settled(state.agreed.to_json() if state.proved else None))
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
    found = [Membership(c, content.file_id) for c in state.wanted if c in state.indexed]
    first = (*asking, *(Join(each.collection_id) for each in found if each not in state.recorded))
    processing = [c for c in state.wanted if state.indexed.get(c) is IndexStatus.PROCESSING]
    broken = [c for c in state.wanted if state.indexed.get(c) is IndexStatus.FAILED]
    if state.given_up:
        broken, processing = [*broken, *processing], []
    if broken and state.was_indexing:
        failed = Failed(Why.INDEXING_FAILED)
        return Plan(failed, (*first, *_surplus(state, content.file_id), *_tell(state, failed)))
    attach = [Attach(c) for c in state.wanted if c not in state.indexed] + [AttachAgain(c) for c in broken]
    if processing and state.patience_over and not attach:
        failed = Failed(Why.INDEXING_FAILED, "timeout")
        return Plan(failed, (*first, *_tell(state, failed)))
    surplus = _surplus(state, content.file_id)
    if attach or processing:
        ending: Ending = Postponed(Why.INDEXING, timedelta())
        return Plan(ending, (*first, *attach, *(surplus if not processing else ()), *_tell(state, ending)))
    settled = Settled(Agreed(content, state.wanted, settled=True, proved=state.proved).to_json())
    return Plan(settled, (*first, *surplus, *_tell(state, settled, content)))


def _nowhere(state: DocumentState, asking: tuple[AskForCollection, ...]) -> Plan:
    if asking:
        return _detach_all(state, Postponed(Why.COLLECTION_PENDING, COLLECTION_WAIT), asking=asking)
    if state.paused or any(membership.collection_id in state.left_alone for membership in state.memberships):
        return _detach_all(state, Skipped(Why.PARENT_PAUSED), tell=False)
    nowhere = replace(state.agreed, collections=(), settled=False)
    return _detach_all(state, Skipped(Why.NO_PARENT, agreed=nowhere.to_json()))


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


def _tell(state: DocumentState, ending: Ending, content: Content | None = None) -> tuple[TellMember | Tell, ...]:
    """What the CRM has to be told, of the document itself last; nothing when it shows that already.

    Not that it is being indexed, before a second look found that it takes longer: most are told to be clean then.
    """
    if isinstance(ending, Postponed) and ending.reason == Why.INDEXING and not state.was_indexing:
        return ()
    document, names = state.document, state.names
    assert document is not None  # noqa: S101  there is nobody to tell when it is gone, and no caller does
    match ending:
        case Settled() if content is not None:
            fields = telling.success(document, content, state.wanted, names)
        case Postponed():
            fields = telling.pending(document, names)
        case Failed(reason, _, _):
            # Its words come from xAI and are added when the plan is applied.
            fields = {names.xai_status: CrmStatus.FAILED, names.xai_error: state.texts.get(reason, reason)}
        case _:
            reason = ending.reason if isinstance(ending, Skipped) else ""
            quiet = reason in (Why.NO_PARENT, Why.NO_FILE)
            fields = telling.outside(document, "" if quiet else state.texts.get(reason, reason), names)
    told = members.telling(state.parents, state.wanted, ending, content)
    return (*told, *((Tell(fields),) if fields else ()))


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
