"""What happens in the firm: a start that is in agreement on both sides, then a change with its event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sandbox.client import SandboxClient
from tests.events import happened

PARENT, LINK = "Raeumungsklage", "raeumungsklages"
KNOWLEDGE, JOIN = "CAIKnowledge", "CAIKnowledgeCDokumente"


@dataclass(frozen=True)
class Firm:
    crm: SandboxClient

    def parent(self, name: str) -> None:
        self.crm.create(PARENT, {"name": f"Muster ./. {name}", "status": "active"}, id=name)

    def document(self, name: str, *parents: str, content: bytes = b"Mietvertrag") -> None:
        self.crm.create("CDokumente", {"name": name}, id=name)
        self.crm.upload_file(name, f"{name}.txt", content)
        for parent in parents:
            self.crm.link("CDokumente", name, LINK, parent)

    def event(self, name: str, kind: str = "CDokumente", *, full: bool = False) -> None:
        """What a webhook leaves behind."""
        happened(kind, name, full=full, trace_id="crash")


def _nothing(firm: Firm) -> None:
    """Nobody does anything."""


@dataclass(frozen=True)
class Scenario:
    """`ends`: state and reason of each record when all is done.

    `before`: what happens between the start and the change, in peace too. `comparison`: the one that the schedule
    starts in each worker's life. `looks_again`: at the end one more look at everything must write nothing. `pairs`:
    how often a worker dies twice.
    `meanwhile`: what happens while the worker is dead. Then how all ends depends on how far it had come (`one_end`
    False), and only what must hold in any case is looked at.
    """

    start: Callable[[Firm], None]
    change: Callable[[Firm], None]
    ends: Mapping[str, str]
    settings: Mapping[str, Any] = field(default_factory=dict)
    meanwhile: Callable[[Firm], None] = _nothing
    before: Callable[[Firm], None] = _nothing
    comparison: str = ""
    looks_again: bool = False
    pairs: int = 4
    opening: bool = True  # die before the flow begins, too: the same for every flow, so once is enough
    only_writes: bool = False  # die right before and after what is written outside only
    only_first: int = 0  # die at so many moments from the start only
    after_reading: bool = False  # die after calls that only read, too: the same state as before them, so once is enough

    @property
    def one_end(self) -> bool:
        return self.meanwhile is _nothing

    @property
    def in_two_steps(self) -> bool:
        return self.before is not _nothing


def _one_document(firm: Firm) -> None:
    firm.parent("klage1")
    _another_document(firm)


def _one_parent(firm: Firm) -> None:
    firm.parent("klage1")
    firm.event("klage1", PARENT)


def _another_document(firm: Firm) -> None:
    firm.document("dokument1", "klage1")
    firm.event("dokument1")


def _two_documents(firm: Firm) -> None:
    _one_document(firm)
    firm.document("dokument2", "klage1", content=b"Vollmacht")
    firm.event("dokument2")


def _new_content(firm: Firm) -> None:
    firm.crm.upload_file("dokument1", "dokument1.txt", b"Nachtrag")
    firm.event("dokument1")


def _move(firm: Firm) -> None:
    firm.parent("klage2")
    firm.crm.unlink("CDokumente", "dokument1", LINK, "klage1")
    firm.crm.link("CDokumente", "dokument1", LINK, "klage2")
    firm.event("dokument1", full=True)


def _delete(firm: Firm) -> None:
    firm.crm.delete("CDokumente", "dokument1")
    firm.event("dokument1")


def _close(firm: Firm) -> None:
    firm.crm.set_status(PARENT, "klage1", "closed")
    firm.event("klage1", PARENT)


def _a_case(firm: Firm) -> None:
    firm.crm.advoware.add_matter(9001, {"az": "0123/2026"})
    firm.crm.create(PARENT, {"name": "Muster ./. Beispiel", "aktenzeichen": "123/26"}, id="klage1")
    firm.event("klage1", PARENT)


def _joined(firm: Firm) -> None:
    firm.crm.create(KNOWLEDGE, {"name": "Wissen"}, id="wissen1")
    firm.document("dokument1")
    firm.crm.create(JOIN, {"cAIKnowledgeId": "wissen1", "cDokumenteId": "dokument1"}, id="platz1")
    firm.event("platz1", JOIN)


def _deactivate(firm: Firm) -> None:
    firm.crm.update(KNOWLEDGE, "wissen1", {"aktivierungsstatus": "deactivated"})
    firm.event("wissen1", KNOWLEDGE)


_JOINED = {
    "COLLECTION_ENTITIES": (KNOWLEDGE,),
    "LINK_ENTITIES": {KNOWLEDGE: JOIN},
    "WEBHOOK_ENTITIES": {"document": "CDokumente", "knowledge": KNOWLEDGE, "place": JOIN},
    "XAI_DELETE_COLLECTIONS": True,
}
_LEFT = {"dokument1": "skipped no_parent", "dokument2": "skipped no_parent"}
_IN_SYNC = {"dokument1": "in_sync", "klage1": "in_sync"}
_GONE = {"dokument1": "skipped entity_gone", "klage1": "in_sync"}

DOCUMENT_SCENARIOS: Mapping[str, Scenario] = {
    "new": Scenario(_nothing, _one_document, _IN_SYNC, after_reading=True),
    "content": Scenario(_one_document, _new_content, _IN_SYNC),
    "moved": Scenario(_one_document, _move, {**_IN_SYNC, "klage2": "in_sync"}),
    "deleted": Scenario(_one_document, _delete, _GONE),
    "closed": Scenario(_two_documents, _close, {"klage1": "skipped deletion_proposed", **_LEFT}),
    "closed_and_removed": Scenario(
        _two_documents, _close, {"klage1": "skipped parent_closed", **_LEFT}, {"XAI_DELETE_COLLECTIONS": True}
    ),
    "new_then_other_content": Scenario(_nothing, _one_document, _IN_SYNC, meanwhile=_new_content),
    "new_then_deleted": Scenario(
        _one_parent, _another_document, _GONE, {"XAI_EMPTY_COLLECTIONS": True}, meanwhile=_delete
    ),
    "joined": Scenario(
        _nothing,
        _joined,
        {"dokument1": "in_sync", "wissen1": "in_sync", "platz1": "in_sync"},
        _JOINED,
        looks_again=True,
        after_reading=True,
    ),
    "joined_and_deactivated": Scenario(
        _joined,
        _deactivate,
        {"dokument1": "skipped no_parent", "wissen1": "skipped parent_closed", "platz1": "in_sync"},
        _JOINED,
    ),
    "matter_found": Scenario(
        _nothing,
        _a_case,
        {"klage1": "in_sync"},
        {"MATTER_ENTITIES": {PARENT: {}}, "COLLECTION_ENTITIES": ()},
        looks_again=True,
        after_reading=True,
    ),
}
