"""EspoCRM for people: documents, their files and parents, changed as a colleague in the firm would."""

from __future__ import annotations

import mimetypes
from typing import Any

from werkzeug.wrappers import Request

from sandbox.answers import Answer, redirect
from sandbox.espocrm.auth import HUMAN
from sandbox.espocrm.entities import PARENT_STATUS, PARTY_DATA
from sandbox.espocrm.records import Record
from sandbox.espocrm.system import EspoCrm
from sandbox.pages.forms import edited
from sandbox.pages.rendering import page

SHOWN = 100  # rows of a list; the search finds the others
SYNC_FIELDS = (
    "fileStatus", "xaiSyncStatus", "xaiSyncError", "xaiId", "xaiCollections", "xaiSyncedHash", "md5sum", "sha256",
    "modifiedAt", "modifiedByName", "versionNumber",
)  # fmt: skip
PARENT_SYNC_FIELDS = (
    "xaiCollectionId", "betnr", "syncStatus", "syncErrorMessage", "advowareLastSync", "advowareRowId", "modifiedAt",
    "modifiedByName",
)  # fmt: skip
SAVED = ("name", "status", *PARTY_DATA, "emailAddress", "phoneNumber", "iban", "bic")
# What people call these; others are shown by EspoCRM's name.
LABELS = {
    "salutationName": "Salutation", "firstName": "First name", "lastName": "Last name", "firmenname": "Firm",
    "rechtsform": "Legal form", "dateOfBirth": "Date of birth",
    "handelsregisterNummer": "Number in the commercial register", "emailAddress": "E-mail", "phoneNumber": "Phone",
}  # fmt: skip
CONTACT_DATA = {"emailAddress": {"type": "email", "maxLength": 255}, "phoneNumber": {"type": "phone", "maxLength": 36}}
PARENTS = ("Raeumungsklage", "CBeteiligte", "Account")


class CrmPages:
    def __init__(self, crm: EspoCrm) -> None:
        self.crm = crm

    def answer(self, request: Request, parts: list[str]) -> Answer | None:
        match [request.method, *parts]:
            case ["GET"]:
                return self.overview(request)
            case ["GET", "file", attachment_id]:
                return self.crm.records.attachments.require(attachment_id).download()
            case ["POST", "new"]:
                return self.create(request)
            case ["GET", "CDokumente", key]:
                return self.document(request, key)
            case ["GET", kind, key] if kind in PARENTS:
                return self.parent(request, kind, key)
            case ["POST", kind, key, action]:
                self.change(request, kind, key, action)
                owner = self.row(kind, key).get("beteiligteId")  # bank accounts stand on the page of their party
                return redirect(f"/espocrm/CBeteiligte/{owner}" if owner else f"/espocrm/{kind}/{key}")
        return None

    def overview(self, request: Request) -> Answer:
        wanted = request.args.get("q", "").strip().lower()
        lists: dict[str, list[dict[str, Any]]] = {}
        counts: dict[str, int] = {}
        with self.crm.records.lock:
            for kind in ("CDokumente", *PARENTS):
                rows = [row for row in self.crm.records.tables[kind].values() if wanted in str(row["name"]).lower()]
                rows.sort(key=lambda row: (row["deleted"], str(row["name"]).lower()))
                counts[kind] = len(rows)
                lists[kind] = [row | {"linked": self.linked(kind, row)} for row in rows[:SHOWN]]
        return page(request, "crm.html", lists=lists, counts=counts, q=wanted, parents=PARENTS, statuses=PARENT_STATUS)

    def linked(self, kind: str, row: Record) -> list[Record]:
        """Live records on the other side of the links that documents and parents share."""
        found = []
        for link, spec in self.crm.records.definition(kind).links.items():
            if "relationName" in spec:
                table = self.crm.records.tables[spec["entity"]]
                ids = self.crm.links.ids(kind, row["id"], link)
                found += [table[key] | {"kind": spec["entity"], "link": link} for key in ids]
        return found

    def document(self, request: Request, key: str) -> Answer:
        with self.crm.records.lock:
            row = self.row("CDokumente", key)
            linked = self.linked("CDokumente", row)
            taken = {item["id"] for item in linked}
            free = {
                (link, spec["entity"]): self.choices(spec["entity"], taken)
                for link, spec in self.crm.records.definition("CDokumente").links.items()
            }
        file = self.crm.records.attachments.get(row["dokumentId"] or "")
        fields = {name: row.get(name) for name in SYNC_FIELDS if name in row}
        return page(request, "document.html", row=row, linked=linked, free=free, file=file, fields=fields)

    def parent(self, request: Request, kind: str, key: str) -> Answer:
        with self.crm.records.lock:
            row = self.row(kind, key)
            linked = self.linked(kind, row)
            free = self.choices("CDokumente", {item["id"] for item in linked})
            accounts = self.owned("CBankverbindungen", "beteiligteId", key)
            tasks = self.owned("Task", "parentId", key)
        fields = {name: row[name] for name in PARENT_SYNC_FIELDS if name in row}
        return page(request, "parent.html", row=row, kind=kind, linked=linked, free=free, statuses=PARENT_STATUS,
                    accounts=accounts, tasks=tasks, fields=fields, data=PARTY_DATA, labels=LABELS,
                    entered=PARTY_DATA | CONTACT_DATA)  # fmt: skip

    def owned(self, kind: str, attribute: str, key: str) -> list[Record]:
        return [row for row in self.crm.records.tables[kind].values() if row[attribute] == key and not row["deleted"]]

    def row(self, kind: str, key: str) -> Record:
        """Deleted ones too: a person may bring them back."""
        found = self.crm.records.table(kind).get(key)
        return found if found is not None else self.crm.records.get(kind, key)

    def choices(self, kind: str, taken: set[str]) -> list[Record]:
        rows = [row for key, row in self.crm.records.tables[kind].items() if key not in taken and not row["deleted"]]
        return sorted(rows, key=lambda row: str(row["name"]).lower())[:SHOWN]

    def create(self, request: Request) -> Answer:
        kind, name = request.form["kind"], request.form["name"]
        data: Record = {"lastName": name} if kind == "CBeteiligte" else {"name": name}
        if kind != "CDokumente":
            data["status"] = "active"
        key = self.crm.records.create(kind, data, HUMAN)["id"]
        if kind == "CDokumente":
            self.upload(request, key)
        return redirect(f"/espocrm/{kind}/{key}")

    def change(self, request: Request, kind: str, key: str, action: str) -> None:
        form, records = request.form, self.crm.records
        match action:
            case "save":
                records.update(kind, key, edited(form, SAVED), HUMAN)
            case "account":
                account = {"name": form["iban"], "iban": form["iban"], "bic": form.get("bic", ""), "istAktiv": True}
                records.create("CBankverbindungen", account | {"beteiligteId": key}, HUMAN)
            case "upload":
                self.upload(request, key)
            case "link" | "unlink":
                link, _, foreign = form["link"].partition(":")
                self.crm.links.set(kind, key, link, foreign, on=action == "link")
            case "delete":
                records.delete(kind, key, HUMAN)
            case "restore":
                records.restore(kind, key)

    def upload(self, request: Request, key: str) -> None:
        """The chosen file, or the typed text; neither is no change."""
        chosen, text = request.files.get("file"), request.form.get("text", "")
        if chosen and chosen.filename:
            mime = mimetypes.guess_type(chosen.filename)[0] or "application/octet-stream"
            self.crm.upload(key, chosen.filename, chosen.read(), mime)
        elif text.strip():
            self.crm.upload(key, request.form.get("file_name") or "Notiz.txt", text.encode(), "text/plain")
