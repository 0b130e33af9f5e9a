"""11. Taking over a firm that another hub has served: documents at xAI, their cases, parties."""

from __future__ import annotations

import hashlib
import io
import time
from typing import Any

from sandbox.client import SandboxClient
from sandbox.running import SandboxProcess
from sandbox.seed.bench import DOCUMENTS_PER_CASE
from syncapp.clients.xai import XaiClient, XaiConfig
from tests.benchmarks.parties import PAGE, PATIENCE_SECONDS, advoware_settings
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

XAI_PAGE = 100
# Lists that are read whatever there is: of each kind of parent whether it has documents, of metadata, employees, Akten.
FIXED = 12
COMPARE = "from syncapp.flows.comparing import scans; r = scans.run('{name}'); print(r.state, r.requested)"


def measure(sizes: Sizes) -> Findings:
    documents, parties = sizes.adopted_documents, sizes.adopted_parties
    found = Findings(
        "adoption",
        f"11 Taking over: {documents} documents, {documents // DOCUMENTS_PER_CASE} cases, {parties} parties",
        ("what", "outside calls", "minimum", "seconds"),
    )
    arguments = ("--seed", "bench", "--documents", str(documents))
    with SandboxProcess(*arguments) as sandbox:
        as_another_hub_left_it(sandbox, parties, DOCUMENTS_PER_CASE)
        settings = advoware_settings(sandbox) | {"XAI_EMPTY_COLLECTIONS": "0"}
        with Stage.open(**settings) as stage:
            _take_over(found, stage, sandbox.client, documents, parties)
    return found


def _take_over(found: Findings, stage: Stage, sandbox: SandboxClient, documents: int, parties: int) -> None:
    cases = documents // DOCUMENTS_PER_CASE
    # A download for each document, and for each case a list here and there. The sandbox's lists show parties whole;
    # where EspoCRM's leave out numbers and addresses, each party is read once.
    lists = documents // PAGE + cases // PAGE + parties // PAGE + documents // XAI_PAGE + cases // XAI_PAGE + FIXED
    minimum = documents + 2 * cases + lists
    for what, command in (("look", ()), ("take over", ("--apply",))):
        calls, seconds = _timed(stage, sandbox, *command)
        found.rows.append((what, calls, minimum, seconds))
        found.figures[what] = {"calls": calls, "minimum": minimum, "seconds": seconds}
        found.targets.append(Target(f"outside calls to the minimum, {what}", calls / minimum, 1.1))
    known = "SELECT count(*) FROM syncapp_record WHERE step = 'document_sync' AND status = 'in_sync'"
    found.checks.append(Check("documents taken over", stage.count(known), documents))
    writes = [call for call in sandbox.calls("xai") if call["method"] != "GET"]
    for name in ("everything", "all_parties"):
        done = stage.hub.manage(
            "shell", "--command", COMPARE.format(name=name), timeout=PATIENCE_SECONDS
        ).stdout.split()[-2:]
        found.checks.append(Check(f"the comparison afterwards: {name}", done, ["done", "0"]))
    after = [call for call in sandbox.calls("xai") if call["method"] != "GET"]
    found.checks.append(Check("uploads", len(after), len(writes)))


def as_another_hub_left_it(sandbox: SandboxProcess, parties: int, per_case: int) -> None:
    """Names of its own, MD5, no SHA-256."""
    client = sandbox.client
    xai = XaiClient(
        XaiConfig(
            api_url=sandbox.xai_url,
            management_url=sandbox.xai_management_url,
            api_key=sandbox.xai_api_key,
            management_key=sandbox.xai_management_key,
        )
    )
    records = client.state("espocrm")["records"]
    collections = {}
    for number, case in enumerate(records["Raeumungsklage"]):
        collections[case["id"]] = xai.create_collection(f"Akte {number}", "", ()).id
        client.update("Raeumungsklage", case["id"], {"xaiCollectionId": collections[case["id"]]}, silent=True)
    order = [collections[case["id"]] for case in records["Raeumungsklage"]]
    for number, document in enumerate(records["CDokumente"]):
        _document(client, xai, document["id"], number, order[number // per_case])
    numbers = client.advoware.create_parties({"data": {"vorname": "Almut", "name": f"W{n}"}} for n in range(parties))
    there = {row["betNr"]: row for row in client.state("advoware")["parties"]}
    data = [known_party(there[number]) for number in numbers]
    client.create_many({"entity_type": "CBeteiligte", "data": each, "silent": True} for each in data)


def known_party(there: dict[str, Any]) -> dict[str, Any]:
    known = {"betnr": there["betNr"], "advowareRowId": there["rowId"], "kommunikationHash": "0" * 32}
    return {"firstName": there["vorname"], "lastName": there["name"], "syncStatus": "clean", **known}


def _document(client: SandboxClient, xai: XaiClient, pk: str, number: int, collection: str) -> None:
    text = f"Schriftsatz {number}\n" + "Der Beklagte wird verurteilt, die Wohnung zu räumen.\n" * 20
    content = text.encode()
    file = xai.upload(io.BytesIO(content), len(content), f"schriftsatz-{number}.txt", "text/plain")
    xai.attach(collection, file.id, {})
    told = {"xaiId": file.id, "xaiCollections": [collection], "xaiSyncStatus": "clean", "fileStatus": "synced"}
    told["xaiSyncedHash"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
    client.update("CDokumente", pk, told, silent=True)


def _timed(stage: Stage, sandbox: SandboxClient, *arguments: str) -> tuple[int, float]:
    sandbox.clear_calls()
    begun = time.perf_counter()
    stage.hub.manage("adopt", *arguments, timeout=PATIENCE_SECONDS)
    calls = sum(row["count"] for row in sandbox.counts() if not row["route"].startswith("/advoware-security"))
    return calls, time.perf_counter() - begun
