"""Decides about the collection of a parent, out of what was read. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from syncapp.clients.espocrm import FIELDS, EspoParent
from syncapp.clients.xai import XaiCollection
from syncapp.engine.runs.planning import Action, Failed, Plan, Postponed, Settled, Skipped
from syncapp.flows.collections.mapping import Agreed, Proposal, Why, belongs, collection_name, name_print
from syncapp.flows.parents import Life
from syncapp.kit.marking import gettext_noop

# Until the documents of a closed parent have left its collection. They are asked once: a document that can't leave
# shows as failed itself, and asking it again and again would hide that.
DETACHING = timedelta(seconds=30)
STILL_DETACHING = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class CollectionState:
    """All that was read. `parent` None: gone in the CRM, which counts as closed."""

    entity_type: str
    entity_id: str
    parent: EspoParent | None
    life: Life
    agreed: Agreed = field(default_factory=Agreed)
    allowed: bool = True  # by the setting and the CRM's metadata
    lacking: str = ""  # a field that the CRM does not show, so that it can't be told from an empty one
    unchanged: bool = False
    untold: Mapping[str, object] = field(default_factory=dict)  # what the CRM should say once all is as it should be
    needed: bool = True  # it has documents, or the setting wants a collection for everybody
    collection: XaiCollection | None = None  # the one to use, if there is one at xAI
    lost: tuple[str, ...] = ()  # collections we knew, and xAI has no more
    twins: tuple[str, ...] = ()  # further collections of the same parent
    still_used: bool = False  # by our table documents are in it
    inside: frozenset[str] = frozenset()  # documents that are in it by our table or by xAI, when its parent closes
    may_delete: bool = False  # the setting XAI_DELETE_COLLECTIONS
    foreign_documents: bool = False  # it holds documents that are not ours


@dataclass(frozen=True, slots=True)
class Create(Action):
    kind = "collection.create"
    words = gettext_noop("create the collection at xAI")
    collection_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rename(Action):
    kind = "collection.rename"
    words = gettext_noop("rename the collection %(collection_id)s")
    shown = ("collection_id",)
    collection_id: str
    new_name: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class WriteId(Action):
    """Write the collection's id to the parent in the CRM, and how it stands where the CRM shows that; None in place of
    an id: the one that was just made."""

    kind = "collection.write_id"
    words = gettext_noop("write to the CRM: %(fields)s")
    shown = ("fields",)
    collection_id: str | None
    standing: Mapping[str, object] = field(default_factory=dict, repr=False)

    @property
    def fields(self) -> list[str]:
        return [FIELDS.collection_id, *sorted(self.standing)]


@dataclass(frozen=True, slots=True)
class LookAtDocuments(Action):
    """One request for every linked document."""

    kind = "collection.look_at_documents"
    outside = False
    words = gettext_noop("have every linked document looked at")


@dataclass(frozen=True, slots=True)
class Delete(Action):
    kind = "collection.delete"
    words = gettext_noop("delete the collection %(collection_id)s")
    shown = ("collection_id",)
    collection_id: str


@dataclass(frozen=True, slots=True)
class ProposeDeletion(Action):
    kind = "collection.propose_deletion"
    outside = False
    words = gettext_noop("ask the team whether the collection %(collection_id)s may be deleted")
    shown = ("collection_id",)
    collection_id: str
    why: Proposal


def plan(state: CollectionState) -> Plan:
    if not state.allowed:
        return Plan(Skipped(Why.NO_COLLECTION))
    if state.lacking:
        return Plan(Failed(Why.FIELD_MISSING, state.lacking))
    if state.unchanged:
        return Plan(Settled())
    if state.parent is None or state.life is Life.CLOSED:
        return _closed(state)
    if state.life is Life.PAUSED:
        kept = replace(state.agreed, life=Life.PAUSED.value)
        return Plan(Skipped(Why.PARENT_PAUSED, agreed=kept.to_json()))
    return _active(state, state.parent)


def _active(state: CollectionState, parent: EspoParent) -> Plan:
    name = collection_name(state.entity_type, state.entity_id, parent.name)
    twins = tuple(ProposeDeletion(twin, Proposal.SECOND) for twin in state.twins)
    there = state.collection
    if there is None and not state.needed:
        kept = Agreed("", Life.ACTIVE.value, name_print(name))
        return Plan(Skipped(Why.NO_DOCUMENTS, agreed=kept.to_json()), _forget(parent))
    if there is None:
        agreed = Agreed("", Life.ACTIVE.value, name_print(name))
        made = (Create(name), WriteId(None, state.untold), LookAtDocuments())
        return Plan(Settled(agreed.to_json()), (*made, *twins))
    foreign = _foreign_name(state, there, name)
    agreed = Agreed(there.id, Life.ACTIVE.value, name_print(name), foreign)
    rename = (Rename(there.id, name),) if there.name != name and not foreign else ()
    other = parent.collection_id != there.id
    write = (WriteId(there.id, state.untold),) if other or state.untold else ()
    new = (state.agreed.collection_id, state.agreed.life) != (agreed.collection_id, agreed.life)
    look = (LookAtDocuments(),) if new or other else ()
    return Plan(Settled(agreed.to_json()), (*rename, *write, *look, *twins))


def _foreign_name(state: CollectionState, there: XaiCollection, name: str) -> str:
    """The print of a name that is not the hub's and stays: it stood there at first contact, and the entity bears the
    same name as then."""
    now, agreed = name_print(there.name), state.agreed
    if there.name == name:
        return ""
    if not agreed.name_print:
        return "" if belongs(there, state.entity_type, state.entity_id) else now
    return now if agreed.foreign == now and agreed.name_print == name_print(name) else ""


def _closed(state: CollectionState) -> Plan:
    gone = state.parent is None
    reason = Why.ENTITY_GONE if gone else Why.PARENT_CLOSED
    closed = replace(state.agreed, life=Life.CLOSED.value)
    if state.collection is None:
        done = Skipped(reason, agreed=Agreed("", Life.CLOSED.value).to_json())
        return Plan(done, _forget(state.parent, state.untold))
    if state.inside:
        return Plan(Postponed(Why.COLLECTION_PENDING, DETACHING, closed.to_json()), (LookAtDocuments(),))
    if state.still_used:
        return Plan(Postponed(Why.COLLECTION_PENDING, STILL_DETACHING))
    if not state.may_delete or state.foreign_documents:
        why = Proposal.ENTITY_DELETED if gone else Proposal.ENTITY_CLOSED
        proposal = ProposeDeletion(state.collection.id, why)
        return Plan(Skipped(Why.DELETION_PROPOSED, agreed=closed.to_json()), (proposal,))
    forget = (WriteId("", state.untold),) if not gone else ()
    done = Skipped(reason, agreed=Agreed("", Life.CLOSED.value).to_json())
    return Plan(done, (*forget, Delete(state.collection.id)))


def _forget(parent: EspoParent | None, untold: Mapping[str, object] | None = None) -> tuple[WriteId, ...]:
    return (WriteId("", untold or {}),) if parent is not None and (parent.collection_id or untold) else ()
