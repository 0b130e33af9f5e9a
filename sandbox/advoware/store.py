"""What Advoware holds: parties with their details, appointments, employees, matters."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from sandbox.advoware.clock import Clock
from sandbox.advoware.config import AdvowareSettings
from sandbox.advoware.errors import AdvowareError
from sandbox.advoware.fields import ADDRESS, BANK_ACCOUNT, COMMUNICATION, PARTY, Fields, Record, empty

FIRST_PARTY, FIRST_DETAIL, FIRST_APPOINTMENT = 104_711, 88_001, 5_001
# What each kommKz stands for, in words of our own: the vendor's are not public.
KOMM_ARTEN = {
    1: "TelGesch", 2: "FaxGesch", 3: "MobilGesch", 4: "MailGesch", 5: "Internet", 6: "TelPrivat", 7: "FaxPrivat",
    8: "MailPrivat", 9: "AutoTelefon", 10: "Sonstige", 11: "EPost", 12: "Bea",
}  # fmt: skip
DETAILS: dict[str, Fields] = {
    "Kommunikationen": COMMUNICATION, "Adressen": ADDRESS, "Bankverbindungen": BANK_ACCOUNT,
}  # fmt: skip


def new_row_id() -> str:
    return secrets.token_hex(9).upper()


@dataclass
class Party:
    number: int
    values: Record
    row_id: str
    created_at: str
    changed_at: str
    details: dict[str, dict[int, Record]] = field(default_factory=lambda: {kind: {} for kind in DETAILS})

    def as_dict(self) -> Record:
        return {
            "betNr": self.number,
            "rowId": self.row_id,
            **self.values,
            "angelegtAm": self.created_at,
            "geaendertAm": self.changed_at,
            "kommunikation": list(self.details["Kommunikationen"].values()),
        }

    def complete(self) -> Record:
        """With what the API shows at addresses of its own."""
        return self.as_dict() | {
            "adressen": list(self.details["Adressen"].values()),
            "bankverbindungen": list(self.details["Bankverbindungen"].values()),
        }


class Store:
    def __init__(self, settings: AdvowareSettings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.clock = Clock()
        self.clear()

    def clear(self) -> None:
        with self.lock:
            self.parties: dict[int, Party] = {}
            self.appointments: dict[int, Record] = {}
            self.removed_appointments: dict[int, Record] = {}
            self.employees: dict[str, Record] = {}
            self.matters: dict[int, Record] = {}
            self.party_numbers: Iterator[int] = itertools.count(FIRST_PARTY)
            self.detail_numbers: Iterator[int] = itertools.count(FIRST_DETAIL)
            self.appointment_numbers: Iterator[int] = itertools.count(FIRST_APPOINTMENT)

    def party(self, number: int) -> Party:
        if number not in self.parties:
            raise AdvowareError(404, f"Der Beteiligte {number} wurde nicht gefunden.")
        return self.parties[number]

    def add_party(self, values: Record, number: int = 0) -> Party:
        """A given number is kept; ValueError when it is taken."""
        with self.lock:
            if number in self.parties:
                raise ValueError(f"There is a party {number} already")
            number = number or next(n for n in self.party_numbers if n not in self.parties)
            stamp = self.clock.now()
            self.parties[number] = Party(number, empty(PARTY) | values, new_row_id(), stamp, stamp)
            return self.parties[number]

    def change_party(self, number: int, values: Record) -> Party:
        with self.lock:
            party = self.party(number)
            party.values |= values
            return self.touch(party)

    def touch(self, party: Party) -> Party:
        """The row was saved: another rowId, even when every value is what it was; or the same in spite of it."""
        if self.settings.versions_stay:
            return party
        party.row_id, party.changed_at = new_row_id(), self.clock.now()
        return party

    def detail(self, number: int, kind: str, detail_id: int) -> Record:
        found = self.party(number).details[kind].get(detail_id)
        if found is None:
            raise AdvowareError(404, f"{kind}: Der Eintrag {detail_id} wurde nicht gefunden.")
        return found

    def add_detail(self, number: int, kind: str, values: Record, touch: bool = False) -> Record:
        with self.lock:
            party = self.party(number)
            number = next(self.detail_numbers)
            entry: Record = {"id": number, "rowId": new_row_id()} | empty(DETAILS[kind]) | values
            party.details[kind][number] = _labelled(kind, entry)
            if touch:
                self.touch(party)
            return entry

    def change_detail(self, number: int, kind: str, detail_id: int, values: Record, touch: bool = False) -> Record:
        with self.lock:
            entry = self.detail(number, kind, detail_id) | values | {"rowId": new_row_id()}
            self.party(number).details[kind][detail_id] = _labelled(kind, entry)
            if touch:
                self.touch(self.party(number))
            return entry

    def remove_detail(self, number: int, kind: str, detail_id: int, touch: bool = False) -> None:
        with self.lock:
            self.detail(number, kind, detail_id)
            del self.party(number).details[kind][detail_id]
            if touch:
                self.touch(self.party(number))


def _labelled(kind: str, entry: Record) -> Record:
    """A communication says in a word of what type it is."""
    if kind == "Kommunikationen":
        entry["kommArt"] = KOMM_ARTEN.get(entry["kommKz"])
    return entry


def sorted_rows(rows: dict[Any, Record]) -> list[Record]:
    return [dict(row) for _, row in sorted(rows.items())]
