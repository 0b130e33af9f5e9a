"""The sandbox as the benchmarks need it: a case with a collection, documents, and which calls were made."""

from __future__ import annotations

import hashlib

from sandbox.client import SandboxClient
from sandbox.running import SandboxProcess
from tests.benchmarks import seeding
from tests.benchmarks.fake import COLLECTION
from tests.benchmarks.stage import Stage

UPLOAD = "POST /xai/v1/files"
# As the sandbox's log of calls names them: each has hosts of its own.
HOSTS = ("espocrm", "xai", "xai-management", "advoware", "advoware-security", "google", "google-batch", "google-oauth")


def settings_for(sandbox: SandboxProcess) -> dict[str, str]:
    sandbox.client.settings(xai_indexing_seconds=0)
    return {
        "ESPOCRM_API_BASE_URL": sandbox.espocrm_url,
        "ESPOCRM_API_KEY": sandbox.espocrm_api_key,
        "XAI_API_BASE_URL": sandbox.xai_url,
        "XAI_MANAGEMENT_BASE_URL": sandbox.xai_management_url,
        "XAI_API_KEY": sandbox.xai_api_key,
        "XAI_MANAGEMENT_KEY": sandbox.xai_management_key,
        "XAI_INDEX_POLL_SECONDS": "1",
        "XAI_EMPTY_COLLECTIONS": "1",
        "SWEEP_SECONDS": "2",  # whoever waits for the indexing is picked up by the sweep; 20 s would hide the rest
    }


def case(stage: Stage, sandbox: SandboxClient) -> str:
    """A case whose collection exists already."""
    parent = sandbox.create("Raeumungsklage", {"name": "Muster ./. Beispiel", "status": "active"})
    stage.hub.manage("sync", "collection_sync", "Raeumungsklage", parent, "--wait")
    return parent


def new_document(sandbox: SandboxClient, parent: str, text: str) -> str:
    document = sandbox.create("CDokumente", {"name": "Schriftsatz"}, silent=True)
    sandbox.upload_file(document, "schriftsatz.txt", _bytes(text), silent=True)
    sandbox.link("CDokumente", document, "raeumungsklages", parent, silent=True)
    return document


def _bytes(text: str) -> bytes:
    return f"Schriftsatz {text}\n".encode() * 20


def synced_documents(stage: Stage, sandbox: SandboxClient, parent: str, count: int) -> list[str]:
    """Documents that the CRM shows as synced and the hub remembers so."""
    remembered = {}
    for number in range(count):
        text = f"{number}, in sync"
        entity_id = new_document(sandbox, parent, text)
        document = sandbox.get("CDokumente", entity_id)
        file_id, md5 = f"file_{entity_id}", hashlib.md5(_bytes(text), usedforsecurity=False).hexdigest()
        shown = {"xaiId": file_id, "xaiCollections": [COLLECTION], "xaiSyncedHash": md5, "xaiSyncStatus": "clean"}
        sandbox.update("CDokumente", entity_id, shown | {"fileStatus": "synced", "md5sum": md5}, silent=True)
        content = {"file_id": file_id, "attachment_id": document["dokumentId"], "md5": md5, "sha256": ""}
        agreed = {"content": content, "collections": [COLLECTION], "settled": True, "proved": seeding.NOW}
        remembered[entity_id] = agreed
    seeding.remembered(stage.hub, remembered)
    return list(remembered)


def calls(sandbox: SandboxClient) -> dict[str, int]:
    """`METHOD route` to how often, since the counters were cleared."""
    return {f"{row['method']} {row['route']}": row["count"] for row in sandbox.counts()}


def slow(sandbox: SandboxClient, seconds: float) -> None:
    """From now on for each call, whichever system."""
    sandbox.settings(latency=dict.fromkeys(HOSTS, seconds))
