"""Many small documents, quickly: some to a case, each with text of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sandbox.espocrm.system import SILENT_HUMAN

if TYPE_CHECKING:
    from sandbox.app import Sandbox

DOCUMENTS_PER_CASE = 10


def fill_bench(sandbox: Sandbox, documents: int, per_case: int = DOCUMENTS_PER_CASE) -> None:
    crm = sandbox.espocrm
    case = ""
    for number in range(documents):
        if number % per_case == 0:
            data = {"name": f"Akte {number // per_case}", "status": "active"}
            case = crm.records.create("Raeumungsklage", data, SILENT_HUMAN)["id"]
        document = crm.records.create("CDokumente", {"name": f"Schriftsatz {number}"}, SILENT_HUMAN)["id"]
        text = f"Schriftsatz {number}\n" + "Der Beklagte wird verurteilt, die Wohnung zu räumen.\n" * 20
        crm.upload(document, f"schriftsatz-{number}.txt", text.encode(), "text/plain", SILENT_HUMAN)
        crm.links.set("CDokumente", document, "raeumungsklages", case, on=True, silent=True)
