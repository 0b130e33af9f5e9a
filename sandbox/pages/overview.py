"""The first page: what runs here, how it stands, how to use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from sandbox.answers import Answer
from sandbox.espocrm.auth import API_USERS
from sandbox.espocrm.system import EspoCrm
from sandbox.pages.rendering import page
from sandbox.xai.config import API_KEY, MANAGEMENT_KEY
from sandbox.xai.system import Xai

if TYPE_CHECKING:
    from sandbox.world import World

PARENTS = ("Raeumungsklage", "CBeteiligte", "Account")


class OverviewPage:
    def __init__(self, world: World, crm: EspoCrm, xai: Xai) -> None:
        self.world, self.crm, self.xai = world, crm, xai

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        base = f"http://{request.host}"
        environment = {
            "ESPOCRM_API_BASE_URL": f"{base}/espocrm/api/v1",
            "ESPOCRM_API_KEY": API_USERS[0].api_key,
            "XAI_API_BASE_URL": f"{base}/xai",
            "XAI_API_KEY": API_KEY,
            "XAI_MANAGEMENT_BASE_URL": f"{base}/xai-management",
            "XAI_MANAGEMENT_KEY": MANAGEMENT_KEY,
        }
        return page(
            request,
            "overview.html",
            crm=self.crm_numbers(),
            xai=self.xai_numbers(),
            environment=environment,
            calls=self.world.calls.since(limit=8)[::-1],
            call_count=sum(row["count"] for row in self.world.calls.counts()),
            faults=[rule for rule in self.world.faults.as_list() if rule["active"]],
        )

    def crm_numbers(self) -> dict[str, int]:
        with self.crm.records.lock:
            tables = self.crm.records.tables
            live = [row for row in tables["CDokumente"].values() if not row["deleted"]]
            parents = sum(not row["deleted"] for kind in PARENTS for row in tables[kind].values())
        return {
            "Documents": len(live),
            "Parents": parents,
            "In sync": sum(row["xaiSyncStatus"] == "clean" for row in live),
            "Failed": sum(row["xaiSyncStatus"] == "failed" for row in live),
            "Events waiting": self.crm.webhooks.pending(),
        }

    def xai_numbers(self) -> dict[str, int]:
        with self.xai.store.lock:
            collections = list(self.xai.store.collections.values())
            states = [document.status for item in collections for document in item.documents.values()]
            attached = {key for item in collections for key in item.documents}
            files = len(self.xai.store.files)
        return {
            "Collections": len(collections),
            "Files": files,
            "Attached": len(states),
            "Indexing": states.count("DOCUMENT_STATUS_PROCESSING"),
            "Files in no collection": files - len(attached),
        }
