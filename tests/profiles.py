"""The kinds of firms that the hub is made for, each with an EspoCRM of its own and the environment that fits it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import requests
from django.conf import settings
from django.core.management import call_command

from bitbylaw.config import Config
from sandbox.espocrm.config import ADMIN, ADMIN_PASSWORD
from sandbox.espocrm.entities import ENTITIES, TASK_PARENTS
from syncapp.clients.espocrm import EspoClient
from syncapp.management.commands.espocrm import LOGIN, PASSWORD
from tests import knowledge, otherwise, world
from tests.knowledge import JOIN, KNOWLEDGE
from tests.world import World, configured

CASE, ACCOUNT, PARTY, AKTEN = "Raeumungsklage", "Account", "CBeteiligte", "CAdvowareAkten"
LATER = [KNOWLEDGE, JOIN, AKTEN, "CDokumente.cAIKnowledges", "CDokumente.cAIKnowledgeCDokumentes"]  # since March 2026
USUAL = {"TASKS_TO_ESPOCRM": "Task", "BANK_ACCOUNTS_TO_ESPOCRM": "1"}
OF_CASES = {CASE: {"id": "advowareAkteId", "reference": "aktenzeichen"}}
OF_AKTEN = {AKTEN: {"id": "aktennummer", "reference": "aktenzeichen", "status": "aktivierungsstatus"}}
WORDS = knowledge.WORDS | {"akte": AKTEN}


@dataclass(frozen=True)
class Profile:
    """`crm`: settings of the sandbox's EspoCRM. `environment`: lines of `.env`. `prepared`: what `espocrm prepare`
    makes and prints is added to both. `matters`: entity types that know their Akte, and the field for its number."""

    crm: Mapping[str, Any]
    environment: Mapping[str, str]
    parents: tuple[str, ...] = (CASE, ACCOUNT, PARTY)
    matters: Mapping[str, str] = field(default_factory=lambda: {CASE: "advowareAkteId"})
    prepared: bool = False


PROFILES = {
    "stock": Profile(
        {
            "espocrm_missing": [
                *("CDokumente", PARTY, "CBankverbindungen", CASE, *LATER),
                *(f"{ACCOUNT}.{name}" for name in ("xaiCollectionId", "status", "cDokumentes")),
            ],
            "espocrm_changed": {"Task.parent": {"entityList": [*TASK_PARENTS]}},
            "espocrm_company_names": False,
            "espocrm_optimistic_locking": [],
        },
        {"MATTER_ENTITIES": json.dumps(OF_CASES)},
        prepared=True,
    ),
    "guide": Profile({"espocrm_missing": LATER}, {"MATTER_ENTITIES": json.dumps(OF_CASES)}),
    "march": Profile(
        {"espocrm_missing": [f"{KNOWLEDGE}.syncError"]},
        {
            "COLLECTION_ENTITIES": f"{PARTY},{CASE},{ACCOUNT},{KNOWLEDGE}",
            "LINK_ENTITIES": json.dumps({KNOWLEDGE: JOIN}),
            "WEBHOOK_ENTITIES": json.dumps(WORDS),
            "MATTER_ENTITIES": json.dumps({**OF_CASES, **OF_AKTEN}),
        },
        (CASE, ACCOUNT, PARTY, KNOWLEDGE),
        {CASE: "advowareAkteId", AKTEN: "aktennummer"},
    ),
    "otherwise": Profile(
        {"espocrm_missing": LATER, "espocrm_renamed": otherwise.ENTITIES | otherwise.FIELDS},
        {
            "ESPOCRM_ENTITIES": json.dumps(otherwise.ENTITIES),
            "ESPOCRM_FIELDS": json.dumps(otherwise.NAMED),
            "MATTER_ENTITIES": json.dumps(OF_CASES),
        },
    ),
}


@dataclass
class Firm:
    profile: Profile
    world: World

    def parent(self, kind: str, **data: Any) -> str:
        name = {"lastName": "Muster"} if kind == PARTY else {"name": "Muster"}
        status = {"aktivierungsstatus": "new"} if kind == KNOWLEDGE else {"status": "active"}
        return self.world.sandbox.create(kind, {**name, **status, **data})

    def document(self, kind: str, *parents: str, content: bytes = b"Mietvertrag") -> str:
        pk = self.world.document(content=content)
        for parent in parents:
            self.world.sandbox.link("CDokumente", pk, link_to(kind), parent)
        return pk

    def collection(self, kind: str, parent: str) -> str:
        row = self.world.sandbox.get(kind, parent)
        return str(row["datenbankId" if kind == KNOWLEDGE else "xaiCollectionId"] or "")

    def searched(self, words: str, *collections: str) -> set[str]:
        """Ids of files, as a program finds them that searches these collections."""
        body = {"query": words, "source": {"collection_ids": list(collections)}, "limit": 10}
        config = settings.CONFIG
        answer = requests.post(
            f"{config.XAI_API_BASE_URL}/v1/documents/search",
            json=body,
            headers={"Authorization": f"Bearer {config.XAI_API_KEY}"},
            timeout=10,
        )
        answer.raise_for_status()
        return {match["file_id"] for match in answer.json()["matches"]}


def link_to(kind: str) -> str:
    links = ENTITIES["CDokumente"].links.items()
    return next(name for name, link in links if link["entity"] == kind and "relationName" in link)


@contextmanager
def firm(name: str) -> Iterator[Firm]:
    profile = PROFILES[name]
    with world.world() as there, ExitStack() as stack:
        there.sandbox.settings(**profile.crm)
        stack.enter_context(configured(**_read({**USUAL, **profile.environment})))
        EspoClient.metadata_cache.clear()
        if profile.prepared:
            stack.enter_context(configured(**_read(_prepared())))
            EspoClient.metadata_cache.clear()
        yield Firm(profile, there)
        EspoClient.metadata_cache.clear()


def _read(environment: Mapping[str, str]) -> dict[str, Any]:
    """As the hub reads them at start."""
    config = Config(_env_file=None, DJANGO_SECRET_KEY="a-key", **environment)  # type: ignore[arg-type]
    assert list(config.contradictions()) == []
    return {name: getattr(config, name) for name in environment}


def _prepared() -> dict[str, str]:
    """The lines for `.env`."""
    out = io.StringIO()
    with mock.patch.dict(os.environ, {LOGIN: ADMIN, PASSWORD: ADMIN_PASSWORD}):
        call_command("espocrm", "prepare", "--yes", stdout=out)
    return dict(line.split("=", 1) for line in out.getvalue().splitlines() if line.startswith("ESPOCRM_"))
