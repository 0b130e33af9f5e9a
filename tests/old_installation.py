"""A firm that another hub has served before: its marks in EspoCRM, its files and collections at xAI, its appointments.

Nothing here is the hub's own, so names, statuses and hashes are as other programs leave them.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import Any

from syncapp.engine.outside import connections
from tests.calendars import Calendars, soon
from tests.parties import MAIL, Parties
from tests.world import LINKS, World

IBAN, OTHER_IBAN = "DE02120300000000202051", "DE02500105170137075030"
OWN = "extendedProperties"


def md5(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@dataclass
class OldFirm:
    """`documents`, `cases`, `parties`, `accounts`: ids by what is the matter with them."""

    world: World
    documents: dict[str, str] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    collections: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, str] = field(default_factory=dict)

    # xAI and EspoCRM's documents

    def case(self, what: str, *, named: str | None = None, **data: Any) -> str:
        """With a collection of a foreign name, unless it is to name another."""
        self.collections[what] = named or connections.xai().create_collection(f"Akte {what}", "", ()).id
        self.cases[what] = self.world.parent(**{"xaiCollectionId": self.collections[what], **data})
        return self.cases[what]

    def document(self, what: str, case: str, content: bytes | None = None, **data: Any) -> str:
        """In agreement as the other hub sees it, but for `data`."""
        content = content if content is not None else f"Schriftsatz {what}".encode()
        pk = self.world.document(self.cases[case], content=content, file_name=f"{what}.txt")
        file = connections.xai().upload(io.BytesIO(content), len(content), f"{what}.txt", "text/plain")
        connections.xai().attach(self.collections[case], file.id, {})
        told = {
            "md5sum": md5(content),
            "xaiId": file.id,
            "xaiCollections": [self.collections[case]],
            "xaiSyncedHash": md5(content),
            "xaiSyncStatus": "clean",
            "fileStatus": "synced",
            **data,
        }
        self.world.sandbox.update("CDokumente", pk, told, silent=True)
        self.documents[what] = pk
        return pk

    def seed_documents(self, many: int = 3) -> None:
        self.case("good")
        for number in range(many):
            self.document(f"md5-{number}", "good")
        self.document("sha", "good", xaiSyncedHash=sha256(b"Schriftsatz sha"))
        self.document("unhashed", "good", md5sum=None, xaiSyncedHash=None)
        self.document("dead", "good", xaiId="file_dead")
        self.document("replaced", "good")
        replaced = self.documents["replaced"]
        before = self.world.crm(replaced)
        self.world.sandbox.upload_file(replaced, "replaced.txt", b"Ein anderer Text", silent=True)
        kept = {name: before[name] for name in ("md5sum", "fileStatus", "xaiSyncStatus")}
        self.world.sandbox.update("CDokumente", replaced, kept, silent=True)
        self.document("elsewhere", "good", xaiCollections=["collection_dead"])
        self.document("pending", "good", xaiSyncStatus="pending_sync")
        same = self.document("same", "good")
        twin = self.world.document(self.cases["good"], content=b"Schriftsatz same", file_name="same.txt")
        told = {key: self.world.crm(same)[key] for key in ("md5sum", "xaiId", "xaiCollections", "xaiSyncedHash")}
        told |= {"xaiSyncStatus": "clean", "fileStatus": "synced"}
        self.world.sandbox.update("CDokumente", twin, told, silent=True)
        self.documents["twin"] = twin
        self.documents["new"] = self.world.document(self.cases["good"], content=b"Neu", file_name="neu.txt")
        self.documents["loose"] = self.world.document(content=b"Ohne Akte", file_name="lose.txt")

    def seed_collections(self) -> None:
        self.case("dead", named="collection_gone")
        self.documents["in dead"] = self.world.document(self.cases["dead"], content=b"Waise", file_name="waise.txt")
        self.case("shared")
        self.case("shared too", named=self.collections["shared"])
        self.collections["nobody's"] = connections.xai().create_collection("Alt", "", ()).id
        self.cases["empty"] = self.world.parent()
        self.case("closed", status="closed")

    # Parties and their accounts

    def party(self, what: str, number: int | None = None, **data: Any) -> str:
        told = {"betnr": number, "syncStatus": "clean", "kommunikationHash": "0123456789abcdef"}
        values = {**(told if number is not None else {}), **data}
        self.parties[what] = Parties(self.world).in_crm(**{"lastName": what.title(), **values})
        return self.parties[what]

    def seed_parties(self) -> None:
        parties = Parties(self.world)
        mail = {"emailAddressData": [{"emailAddress": "a@kanzlei.example", "primary": True}]}
        good = parties.in_advoware((MAIL, "a@kanzlei.example"), name="Good")
        row = parties.advoware(good)["rowId"]
        self.party("good", good, advowareRowId=row, **mail)
        self.party("differs", parties.in_advoware(name="Differs Anders"))
        self.party("dead", 999_999)
        taken = parties.in_advoware(name="Taken")
        self.party("twin", taken)
        self.party("other twin", taken)
        self.party("new")
        known = self.world.sandbox.advoware.add_bank_account(good, {"iban": IBAN, "kontoinhaber": "Almut Wendland"})
        account = {"beteiligteId": self.parties["good"], "syncStatus": "clean", "kontoinhaber": "Almut Wendland"}
        for what, iban in (("good", IBAN), ("only here", OTHER_IBAN)):
            there = str(known["id"]) if iban == IBAN else None
            data = {"name": what, "iban": iban, "advowareKontoId": there, **account}
            self.accounts[what] = self.world.sandbox.create("CBankverbindungen", data, silent=True)

    # The calendar

    def seed_calendar(self) -> Calendars:
        calendars = Calendars(self.world)
        calendars.advoware.add_employee("SB", "Sabine Brandt", "sb@kanzlei.example")
        connections.google().create_calendar(calendars.calendar, "Europe/Berlin")
        self.marked = calendars.appointment(soon(3), text="Besprechung", notiz="[ESPOCRM:abc]")
        calendars.event(soon(3), summary="Besprechung", description="[ESPOCRM:abc]", **_mark(self.marked))
        self.alike = calendars.appointment(soon(4), text="Verhandlung")
        calendars.event(soon(4), summary="Verhandlung")
        self.only_here = calendars.appointment(soon(5), text="Ortstermin")
        calendars.event(soon(6, "15:00"), summary="Zahnarzt")
        return calendars


def _mark(number: int) -> dict[str, Any]:
    return {OWN: {"private": {"frNr": str(number)}}}


def link(world: World, document: str, kind: str, parent: str) -> None:
    world.sandbox.link("CDokumente", document, LINKS[kind], parent, silent=True)
