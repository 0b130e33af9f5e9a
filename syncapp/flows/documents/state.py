"""All that was read of a document, on all sides. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from syncapp.clients.espocrm import EspoDocument
from syncapp.clients.espocrm.fields import FIELDS, Fields
from syncapp.clients.xai import IndexStatus
from syncapp.flows.documents.agreement import Agreed, Content
from syncapp.flows.parents import Life, Parent


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
    memberships: frozenset[Membership] = frozenset()  # where the document's files are, of its own or shared
    recorded: frozenset[Membership] = frozenset()  # those of which our table knows
    content: Content | None = None  # the file at xAI of the present content, if there is one
    described: str = ""  # MD5 of the present file as the CRM states it, where that is evidence
    indexed: Mapping[str, IndexStatus] = field(default_factory=dict)  # by collection; not attached: not in it
    vanished: frozenset[str] = frozenset()  # collections that the CRM names and xAI does not know
    was_indexing: bool = False  # the last run attached it and no other request came since
    patience_over: bool = False  # indexing takes longer than anyone should wait
    given_up: bool = False  # it has, and somebody asks for it again
    proved: str = ""  # when the file was found at xAI, if it was looked for
    missing: frozenset[str] = frozenset()  # files that were looked for and are not there
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
    def paused(self) -> bool:
        """Whether it is at a parent whose status says that it is left alone."""
        return any(parent.life is Life.PAUSED and parent.may_have for parent in self.parents)

    @property
    def without_collection(self) -> tuple[Parent, ...]:
        return tuple(
            p
            for p in self.parents
            if p.life is Life.ACTIVE and (not p.collection_id or p.collection_id in self.vanished)
        )
