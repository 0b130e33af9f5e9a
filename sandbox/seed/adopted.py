"""A firm that another hub has served: files at xAI that the CRM knows by their MD5 only, parties that are linked."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sandbox.espocrm.system import SILENT_HUMAN
from sandbox.seed.bench import fill_bench
from sandbox.xai.store import Collection, File

if TYPE_CHECKING:
    from sandbox.app import Sandbox


def fill_adopted(sandbox: Sandbox, documents: int, *, per_case: int, parties: int) -> None:
    """Each case with a collection under a name of that hub's own, each document in the collection of its case."""
    fill_bench(sandbox, documents, per_case)
    crm, store = sandbox.espocrm.records, sandbox.xai.store
    collections = []
    for number, case in enumerate(list(crm.table("Raeumungsklage"))):
        collections.append(Collection(f"Akte {number} (alt)"))
        store.collections[collections[-1].id] = collections[-1]
        crm.update("Raeumungsklage", case, {"xaiCollectionId": collections[-1].id}, SILENT_HUMAN)
    for number, (pk, document) in enumerate(list(crm.table("CDokumente").items())):
        content, collection = crm.attachments.require(document["dokumentId"]).content, collections[number // per_case]
        file = File(f"schriftsatz-{number}.txt", content)
        store.files[file.id] = file
        store.attach(collection, file, {})
        told = {"xaiId": file.id, "xaiCollections": [collection.id], "xaiSyncStatus": "clean", "fileStatus": "synced"}
        told["xaiSyncedHash"] = hashlib.md5(content, usedforsecurity=False).hexdigest()
        crm.update("CDokumente", pk, told, SILENT_HUMAN)
    rows = [{"data": {"vorname": "Almut", "name": f"W{number}"}} for number in range(parties)]
    numbers = set(sandbox.advoware.control("create_parties", {"rows": rows}))
    for party in sandbox.advoware.snapshot()["parties"]:
        if party["betNr"] in numbers:
            crm.create("CBeteiligte", known_party(party), SILENT_HUMAN)


def known_party(there: dict[str, Any]) -> dict[str, Any]:
    """The CRM's side of a party of Advoware as that hub left it."""
    known = {"betnr": there["betNr"], "advowareRowId": there["rowId"], "kommunikationHash": "0" * 32}
    return {"firstName": there["vorname"], "lastName": there["name"], "syncStatus": "clean", **known}
