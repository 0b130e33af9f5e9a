"""A small law firm in the sandbox and the hub beside it, in one process: for tests of the flows.

`World.drive()` plays all the workers: it runs whatever waits, early or not, until nothing moves any more.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from django.conf import settings
from django.utils import timezone

from sandbox.client import SandboxClient
from sandbox.running import Running, SandboxThread
from syncapp.clients.espocrm import EspoClient
from syncapp.engine.outside import connections, outages
from syncapp.engine.runs import glancing
from syncapp.engine.runs.glancing import Glanced
from syncapp.events import running
from syncapp.models import Record, Status
from tests.events import happened

LINKS = {"Raeumungsklage": "raeumungsklages", "Account": "accounts", "CBeteiligte": "cBeteiligtes"}
ROUNDS = 60  # more than any flow needs: a world that still moves then is a finding


@contextmanager
def configured(**values: Any) -> Iterator[None]:
    """The hub's settings with these values."""
    with mock.patch.object(settings, "CONFIG", settings.CONFIG.model_copy(update=values)):
        connections.forget()
        yield
    connections.forget()


def sandbox_settings(running: Running) -> dict[str, Any]:
    return {
        "ESPOCRM_API_BASE_URL": running.espocrm_url,
        "ESPOCRM_API_KEY": running.espocrm_api_key,
        "XAI_API_BASE_URL": running.xai_url,
        "XAI_MANAGEMENT_BASE_URL": running.xai_management_url,
        "XAI_API_KEY": running.xai_api_key,
        "XAI_MANAGEMENT_KEY": running.xai_management_key,
        "XAI_INDEX_POLL_SECONDS": 0.01,
        "ADVOWARE_API_BASE_URL": running.advoware_url,
        "ADVOWARE_SECURITY_GATEWAY_URL": running.advoware_gateway_url,
        "ADVOWARE_KANZLEI": running.advoware_kanzlei,
        "ADVOWARE_DATABASE": running.advoware_database,
        "ADVOWARE_USER": running.advoware_user,
        "ADVOWARE_PASSWORD": running.advoware_password,
        "ADVOWARE_API_KEY": running.advoware_app_id,
        "ADVOWARE_API_SECRET": running.advoware_api_secret,
        "GOOGLE_API_ROOT": running.google_root_url.rstrip("/"),
        "GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON": json.dumps(running.google_service_account),
        "ADVOWARE_WRITE_ENABLED": True,
        "ADVOWARE_TO_ESPOCRM_ENABLED": True,
        "HTTP_RETRY_FIRST_SECONDS": 0.001,
        "HTTP_RETRY_BUDGET_SECONDS": 0.5,
    }


@dataclass
class World:
    sandbox: SandboxClient

    # The firm

    def parent(self, kind: str = "Raeumungsklage", **data: Any) -> str:
        return self.sandbox.create(kind, {"name": "Muster ./. Beispiel", "status": "active", **data})

    def document(
        self,
        *parents: str,
        content: bytes | None = b"Mietvertrag",
        kind: str = "Raeumungsklage",
        file_name: str = "vertrag.txt",
    ) -> str:
        pk = self.sandbox.create("CDokumente", {"name": "Vertrag"})
        if content is not None:
            self.sandbox.upload_file(pk, file_name, content)
        for parent in parents:
            self.sandbox.link("CDokumente", pk, LINKS[kind], parent)
        return pk

    def crm(self, document_id: str) -> dict[str, Any]:
        return self.sandbox.get("CDokumente", document_id)

    # The hub

    def event(self, entity_id: str, kind: str = "CDokumente", *, full: bool = False) -> None:
        """What a webhook leaves behind."""
        happened(kind, entity_id, full=full)

    def glance(self) -> Glanced:
        """Look at all that waits together, early or not and however few they are."""
        Record.objects.filter(status=Status.WAITING).update(due_at=timezone.now())
        waiting = Record.objects.filter(status=Status.WAITING).values_list("step", flat=True)
        with mock.patch.object(glancing, "FEWEST", 1), mock.patch.object(glancing, "_rests", glancing._Rests()):
            return running.glance_now(list(waiting))

    def drive(self, rounds: int = ROUNDS, *, glancing: bool = False) -> int:
        """Run what waits until nothing does; returns how many runs it took. `glancing`: looks at many first."""
        runs = 0
        for _ in range(rounds):
            waiting = list(Record.objects.filter(status=Status.WAITING).order_by("urgency", "pk"))
            if not waiting:
                return runs
            for name in ("espocrm", "xai", "advoware", "google"):
                if outages.obstacle([name]):
                    outages.try_now(name)
            settled = self.glance().settled if glancing else ()
            for record in (each for each in waiting if each.pk not in settled):
                running.run_now(record.pk, record.step, even_early=True)
                runs += 1
        raise AssertionError(f"still moving: {[(r.pk, r.step, r.reason, r.detail) for r in waiting]}")

    def record(self, entity_id: str) -> Record:
        return Record.objects.get(entity_id=entity_id)

    # xAI

    def inside(self) -> dict[str, set[str]]:
        """Collection id to the ids of the files in it, as xAI has it."""
        state = self.sandbox.state("xai")
        return {
            c["collection_id"]: {d["file_metadata"]["file_id"] for d in c["documents"]} for c in state["collections"]
        }

    def files(self) -> dict[str, Any]:
        return {f["id"]: f for f in self.sandbox.state("xai")["files"]}

    def writes(self, since: int = 0) -> list[dict[str, Any]]:
        """Outside calls that change something."""
        return [c for c in self.sandbox.calls(since=since) if c["method"] not in ("GET", "HEAD")]

    def mark(self) -> int:
        calls = self.sandbox.calls()
        return int(calls[-1]["number"]) if calls else 0


@contextmanager
def world() -> Iterator[World]:
    # Cases know no Akte, but where tests are about that: two flows would be at work on each case.
    with SandboxThread() as running, configured(**sandbox_settings(running), MATTER_ENTITIES={}):
        running.client.settings(xai_indexing_seconds=0)
        EspoClient.metadata_cache.clear()
        EspoClient.rights_cache.clear()
        yield World(running.client)
