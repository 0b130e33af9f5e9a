"""The firm since March 2026: its collections hang on `CAIKnowledge`, which an entity of its own joins to documents."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bitbylaw.config import Config
from syncapp.clients.espocrm import EspoClient
from tests import world
from tests.world import World, configured

KNOWLEDGE, JOIN, LINK = "CAIKnowledge", "CAIKnowledgeCDokumente", "cAIKnowledges"
SETTINGS: dict[str, Any] = {
    "COLLECTION_ENTITIES": ("CBeteiligte", "Raeumungsklage", "Account", KNOWLEDGE),
    "LINK_ENTITIES": {KNOWLEDGE: JOIN},
}

WORDS: dict[str, str] = {
    **Config.model_fields["WEBHOOK_ENTITIES"].default,
    "knowledge": KNOWLEDGE,
    "knowledge_document": JOIN,
}


@contextmanager
def firm() -> Iterator[World]:
    with world.world() as there, configured(**SETTINGS, WEBHOOK_ENTITIES=WORDS):
        there.sandbox.settings(espocrm_missing=[f"{KNOWLEDGE}.syncError"])
        EspoClient.metadata_cache.clear()
        yield there
        EspoClient.metadata_cache.clear()


def knowledge(there: World, *documents: str, status: str = "new") -> str:
    pk = there.sandbox.create(KNOWLEDGE, {"name": "Wissen Mustermann", "aktivierungsstatus": status})
    for document in documents:
        there.sandbox.link("CDokumente", document, LINK, pk)
    return pk


def row(there: World, document: str, parent: str) -> dict[str, Any]:
    """What joins the two."""
    rows = there.sandbox.state("espocrm")["records"][JOIN]
    (found,) = (
        each
        for each in rows
        if (each["cDokumenteId"], each["cAIKnowledgeId"]) == (document, parent) and not each["deleted"]
    )
    return dict(found)
