"""The first page: what runs here, how it stands, how to use it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from sandbox.advoware.system import Advoware
from sandbox.answers import Answer
from sandbox.environment import logins
from sandbox.espocrm.system import EspoCrm
from sandbox.google.system import GoogleCalendar
from sandbox.pages.google import KEY_FILE
from sandbox.pages.rendering import page
from sandbox.xai.system import Xai

if TYPE_CHECKING:
    from sandbox.world import World

PARENTS = ("Raeumungsklage", "CBeteiligte", "Account")


class OverviewPage:
    def __init__(self, world: World, crm: EspoCrm, xai: Xai, advoware: Advoware, google: GoogleCalendar) -> None:
        self.world, self.crm, self.xai, self.advoware, self.google = world, crm, xai, advoware, google

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        base = f"http://{request.host}"
        # The page of the calendars offers the key file.
        environment = logins(self.world, base) | {"GOOGLE_CALENDAR_SERVICE_ACCOUNT_PATH": KEY_FILE}
        return page(
            request,
            "overview.html",
            crm=self.crm_numbers(),
            xai=self.xai_numbers(),
            advoware=self.advoware_numbers(),
            google=self.google_numbers(),
            environment=environment,
            calls=self.world.calls.since(limit=8)[::-1],
            call_count=sum(row["count"] for row in self.world.calls.counts()),
            faults=[rule for rule in self.world.faults.as_list() if rule["active"]],
        )

    def advoware_numbers(self) -> dict[str, int]:
        store = self.advoware.store
        with store.lock:
            details = [party.details for party in store.parties.values()]
            appointments = len(store.appointments)
        return {
            "Parties": len(details),
            "Communication": sum(len(kinds["Kommunikationen"]) for kinds in details),
            "Bank accounts": sum(len(kinds["Bankverbindungen"]) for kinds in details),
            "Appointments": appointments,
            "Logins": self.advoware.gateway.logins,
        }

    def google_numbers(self) -> dict[str, int]:
        store = self.google.store
        with store.lock:
            calendars = [item for item in store.calendars.values() if not item.primary]
            events = sum(not event.cancelled for item in store.calendars.values() for event in item.events.values())
        return {
            "Calendars": len(calendars),
            "Events": events,
            "Channels": len(self.google.channels.channels),
            "Logins": self.google.login.logins,
        }

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
