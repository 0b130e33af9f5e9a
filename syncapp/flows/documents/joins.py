"""What joins a document to a parent in the CRM, where that is an entity of its own: the document is looked at when that
was made, changed or deleted. Of a deleted one the CRM tells its id alone."""

from __future__ import annotations

from dataclasses import dataclass

from syncapp.clients.errors import NotFound
from syncapp.clients.espocrm.fields import FIELDS
from syncapp.engine.outside import connections
from syncapp.engine.runs.planning import Ending, Plan, Settled, Skipped
from syncapp.engine.runs.run import Run
from syncapp.events import dispatch
from syncapp.events.topics import topic_of
from syncapp.flows.documents.actions import LookAtDocument
from syncapp.flows.documents.reasons import Why

DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class JoinState:
    """`document_id`: which one it joins now; `before`: which one it joined when it was last read."""

    document_id: str
    before: str
    gone: bool = False


class JoinSync:
    """One run of one such entity."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def read(self) -> JoinState:
        before = str(self._run.agreed.get(DOCUMENT) or "")
        try:
            member = connections.espocrm(self._run).member(self._run.entity_type, self._run.entity_id)
        except NotFound:
            return JoinState("", before, gone=True)
        return JoinState("" if member.deleted else member.document_id, before, gone=member.deleted)

    def plan(self, state: JoinState) -> Plan:
        ids = sorted({state.document_id, state.before} - {""})
        agreed = {DOCUMENT: state.document_id}
        ending: Ending = Skipped(Why.ENTITY_GONE, agreed={}) if state.gone else Settled(agreed)
        return Plan(ending, tuple(map(LookAtDocument, ids)))

    def apply(self, state: JoinState, plan: Plan) -> Ending:  # noqa: ARG002  the plan says all
        ids = [action.document_id for action in plan.actions if isinstance(action, LookAtDocument)]
        kind = FIELDS.document_entity
        # Like a link it moves neither time stamp nor version of the document, so only a full look can see it.
        dispatch.emit(topic_of(kind, "update"), kind, ids, trace_id=self._run.trace_id, full=True)
        return plan.ending
