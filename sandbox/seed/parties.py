"""Parties that are the same on both sides, and the small differences of the demo. All people are invented."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.advoware.clock import NULL_DATE
from sandbox.espocrm.auth import HUMAN
from sandbox.espocrm.system import SILENT_HUMAN

if TYPE_CHECKING:
    from sandbox.app import Sandbox

Record = dict[str, Any]

FIRST_NUMBER = 104_001
FIRST_NAMES = ("Almut", "Bruno", "Fenja", "Jörn", "Käthe", "Lasse", "Ömer", "Wiebke")
LAST_NAMES = ("Asmussen", "Brodersen", "Groß", "Hinrichs", "Lüders", "Möller", "Sörensen", "Wendland")
COMPANY_EVERY = 5  # one in five is a company
MAIL, OFFICE, MOBILE = 4, 1, 3  # kommKz


def in_advoware(party: Record) -> Record:
    """The fields of a party of the CRM as Advoware names them."""
    born = party.get("dateOfBirth")
    return {
        "name": party.get("firmenname") or party.get("lastName"),
        "vorname": party.get("firstName"),
        "anrede": party.get("salutationName"),
        "geburtsdatum": f"{born}T00:00:00" if born else NULL_DATE,
        "rechtsform": party.get("rechtsform"),
        "handelsRegisterNummer": party.get("handelsregisterNummer"),
        "registergericht": party.get("registergericht"),
        "bemerkung": "Aus der Karteikarte übernommen",
        "sprache": "de",
    }


def communications(mail: str, phone: str, mobile: str = "") -> list[Record]:
    rows = [{"kommKz": MAIL, "tlf": mail, "online": True}, {"kommKz": OFFICE, "tlf": phone}]
    return [*rows, {"kommKz": MOBILE, "tlf": mobile}] if mobile else rows


def contacts(mail: str, phone: str, mobile: str = "") -> Record:
    """The same for the CRM."""
    phones = [{"phoneNumber": phone, "type": "Office", "primary": True}]
    if mobile:
        phones.append({"phoneNumber": mobile, "type": "Mobile", "primary": False})
    return {"emailAddressData": [{"emailAddress": mail, "primary": True}], "phoneNumberData": phones}


def fill_parties(sandbox: Sandbox, parties: int) -> None:
    """So many on both sides, with mail and phones, linked by `betnr` and equal in everything that both have."""
    crm, advoware, rows = sandbox.espocrm, sandbox.advoware, []
    with crm.records.lock:
        for number in range(parties):
            first, last = FIRST_NAMES[number % 8], LAST_NAMES[number // 8 % 8]
            born = (date(1940, 1, 1) + timedelta(days=number % 20_000)).isoformat()
            if number % COMPANY_EVERY:
                salutation = "Frau" if number % 2 else "Herr"
                party = {"salutationName": salutation, "firstName": first, "lastName": f"{last} {number}"}
                party |= {"dateOfBirth": born}
            else:
                party = {"firmenname": f"{last} Handel {number} GmbH", "rechtsform": "GmbH"}
                party |= {"handelsregisterNummer": f"HRB {number}", "registergericht": "Kiel"}
            reach = (f"p{number}@parteien.example", f"0431 {7_000_000 + number}", f"0151 {20_000_000 + number}")
            data = party | contacts(*reach) | {"betnr": FIRST_NUMBER + number, "status": "active"}
            crm.records.create("CBeteiligte", data | {"assignedUserId": HUMAN.id}, SILENT_HUMAN, f"65f{number:014x}")
            rows.append(
                {"betNr": FIRST_NUMBER + number, "data": in_advoware(party), "communications": communications(*reach)}
            )
    advoware.control("create_parties", {"rows": rows})
