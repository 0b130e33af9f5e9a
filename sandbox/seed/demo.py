"""A small law firm. All people, firms and cases are invented."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sandbox.advoware.clock import BERLIN
from sandbox.espocrm.auth import HUMAN
from sandbox.espocrm.system import SILENT_HUMAN
from sandbox.seed import calendar, parties, samples

if TYPE_CHECKING:
    from sandbox.app import Sandbox

CASES = [
    ("Wendland ./. Oster, Fliederweg 12", "114/26", "active"),
    ("Baugenossenschaft Deichkrone ./. Tiede", "902/26", "active"),
    ("Hinrichs ./. Kaltenbach, Am Speicher 3", "0055/2026", "active"),
    ("Lüders ./. Möwenstube GmbH", "71/26", "active"),
    ("Erbengemeinschaft Aßmann ./. Priebe", "Az. 640/25", "active"),
    ("Sörensen ./. Brackwede, Hafenstraße 88", "18/26", "active"),
]
# The cases' Akten in Advoware, whose people write the same otherwise: one is there twice, and one is missing.
MATTERS = {
    9001: (0, "114/26-MS"),
    9002: (1, "0902/2026"),
    9003: (2, "55/26"),
    9004: (3, "71/26"),
    9005: (4, "640/25"),
    9006: (3, "0071/26-JH"),
}
PARTIES = [
    {"salutationName": "Frau", "firstName": "Almut", "lastName": "Wendland", "dateOfBirth": "1961-04-17"},
    {"salutationName": "Herr", "firstName": "Jörn", "lastName": "Oster", "dateOfBirth": "1979-11-02"},
    {"salutationName": "Frau", "firstName": "Käthe", "lastName": "Hinrichs", "dateOfBirth": "1948-08-30"},
    {"salutationName": "Herr", "firstName": "Bruno", "lastName": "Kaltenbach"},
    {"firmenname": "Möwenstube GmbH", "rechtsform": "GmbH", "handelsregisterNummer": "HRB 99123"},
    {"firmenname": "Baugenossenschaft Deichkrone eG", "rechtsform": "eG", "handelsregisterNummer": "GnR 9912"},
]
# Number in the list above -> its number in Advoware; the others are known to the CRM only.
IN_ADVOWARE = {0: 104711, 1: 104712, 4: 104713, 5: 104714}
# Somebody corrected this in Advoware after the CRM's record was saved last.
NEWER_IN_ADVOWARE = (1, {"vorname": "Jörn Peter"})
IBANS = ["DE02120300000000202051", "DE02500105170137075030"]  # of the first parties; Advoware has the first one
EMPLOYEES = {"AP": "Arne Paulsen", "MS": "Merle Sievers", "JH": "Jule Harms"}
ACCOUNTS = ["Hausverwaltung Strandhafer", "Wohnbau Kranichsee AG", "Versicherungskontor Ebbe & Flut"]

LEASE = """Mietvertrag
Zwischen Almut Wendland (Vermieterin) und Jörn Oster (Mieter)
Wohnung: Fliederweg 12, zweites Obergeschoss links
Kaltmiete 780,00 EUR, Nebenkosten 190,00 EUR, fällig am dritten Werktag"""
NOTICE = """Fristlose Kündigung wegen Zahlungsverzugs
Sie sind mit den Mieten für März, April und Mai in Verzug.
Wir fordern Sie auf, die Wohnung bis zum 30. Juni zu räumen."""
CLAIM = """Klage auf Räumung und Zahlung
Streitwert: 9.360,00 EUR
Namens und in Vollmacht der Klägerin erheben wir Klage."""
RENTS = "Monat;Soll;Ist;Rückstand\nMärz;970,00;0,00;970,00\nApril;970,00;200,00;770,00\nMai;970,00;0,00;970,00\n"
POWER = "Vollmacht\nHiermit wird den Rechtsanwälten Vollmacht in allen Angelegenheiten erteilt."
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

# Name, file name, type, content, parents (kind and number in the lists above).
DOCUMENTS: list[tuple[str, str, str, bytes, list[tuple[str, int]]]] = [
    ("Mietvertrag Fliederweg 12", "Mietvertrag.pdf", "application/pdf", samples.pdf(LEASE), [("case", 0)]),
    ("Kündigung Oster", "Kündigung.docx", WORD_TYPE, samples.docx(NOTICE), [("case", 0), ("party", 1)]),
    ("Klageschrift Wendland", "Klageschrift.pdf", "application/pdf", samples.pdf(CLAIM), [("case", 0)]),
    ("Mietkonto Oster", "Mietkonto.csv", "text/csv", RENTS.encode(), [("case", 0), ("account", 0)]),
    (
        "Rahmenvertrag Verwaltung (mehrere Akten)",
        "Rahmenvertrag.pdf",
        "application/pdf",
        samples.pdf("Rahmenvertrag\nGilt für alle Objekte der Verwaltung."),
        [("case", 0), ("case", 1), ("case", 2), ("account", 0), ("party", 0)],
    ),
    ("Nutzungsentschädigung Tiede", "Berechnung.txt", "text/plain", b"970,00 EUR mal 4 Monate", [("case", 1)]),
    ("Satzung Deichkrone", "satzung.html", "text/html", samples.html("Satzung", "Satzung\n§ 1 Name"), [("party", 5)]),
    ("Vollmacht Hinrichs", "Vollmacht.docx", WORD_TYPE, samples.docx(POWER), [("case", 2), ("party", 2)]),
    ("Vollmacht Lüders (gleicher Inhalt)", "Vollmacht-Lüders.docx", WORD_TYPE, samples.docx(POWER), [("case", 3)]),
    ("Gewerbemietvertrag Möwenstube", "Mietvertrag.docx", WORD_TYPE, samples.docx(LEASE), [("case", 3), ("party", 4)]),
    ("Erbschein Aßmann", "Erbschein.pdf", "application/pdf", samples.pdf("Erbschein\nErben zu je 1/2"), [("case", 4)]),
    ("Foto der Wohnung (nicht lesbar für xAI)", "Wohnung.png", "image/png", samples.png(), [("case", 5)]),
    ("Leere Notiz", "Notiz.txt", "text/plain", b"", [("case", 5)]),
    (
        "Scan, den xAI beim Einlesen ablehnt",
        "Scan-unlesbar.pdf",
        "application/pdf",
        samples.pdf("Beweisaufnahme"),
        [("case", 5)],
    ),
    ("Entwurf ohne Akte", "Entwurf.txt", "text/plain", b"Noch keiner Akte zugeordnet", []),
]
LINKS = {"case": "raeumungsklages", "party": "cBeteiligtes", "account": "accounts"}


def fixed_id(kind: str, number: int) -> str:
    """The same thing has the same id in every demo."""
    return "65f" + hashlib.sha256(f"{kind} {number}".encode()).hexdigest()[:14]


def fill_demo(sandbox: Sandbox, documents: int) -> None:
    crm = sandbox.espocrm
    for number, (name, file_number, status) in enumerate(CASES):
        data = {"name": name, "aktenzeichen": file_number, "status": status}
        crm.records.create("Raeumungsklage", data, SILENT_HUMAN, fixed_id("case", number))
    _fill_parties(sandbox)
    for number, name in enumerate(ACCOUNTS):
        data = {"name": name, "status": "active"}
        crm.records.create("Account", data, SILENT_HUMAN, fixed_id("account", number))
    for number, iban in enumerate(IBANS):
        owner = fixed_id("party", number)
        account = {"name": f"Konto {number + 1}", "iban": iban, "istAktiv": True, "beteiligteId": owner}
        crm.records.create("CBankverbindungen", account, SILENT_HUMAN, fixed_id("bank account", number))
    for number, (name, file_name, mime, content, parents) in enumerate(DOCUMENTS):
        key = fixed_id("document", number)
        crm.records.create("CDokumente", {"name": name}, SILENT_HUMAN, key)
        crm.upload(key, file_name, content, mime, SILENT_HUMAN)
        for kind, position in parents:
            crm.links.set("CDokumente", key, LINKS[kind], fixed_id(kind, position), on=True, silent=True)


def _fill_parties(sandbox: Sandbox) -> None:
    crm, advoware = sandbox.espocrm.records, sandbox.advoware.control
    an_hour_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    for number, party in enumerate(PARTIES):
        key, reach = fixed_id("party", number), (f"partei{number}@kanzlei.example", f"0431 55501{number}")
        data = party | parties.contacts(*reach) | {"status": "active", "assignedUserId": HUMAN.id}
        crm.create("CBeteiligte", data | {"betnr": IN_ADVOWARE.get(number)}, SILENT_HUMAN, key)
        crm.get("CBeteiligte", key).update(createdAt=an_hour_ago, modifiedAt=an_hour_ago)
    for number, betnr in IN_ADVOWARE.items():
        values = parties.in_advoware(PARTIES[number])
        mail, phone = f"Partei{number}@Kanzlei.example", f"0431/555-01{number}"  # as people type them
        details = {"communications": parties.communications(mail, phone)}
        if number == 0:
            account = {"iban": IBANS[0], "bic": "BYLADEM1001", "kontoinhaber": "Almut Wendland"}
            details["bank_accounts"] = [account]
        advoware("create_party", {"betNr": betnr, "data": values, **details})
    changed, values = NEWER_IN_ADVOWARE
    advoware("update_party", {"betNr": IN_ADVOWARE[changed], "data": values})
    for number, (case, reference) in MATTERS.items():
        advoware("add_matter", {"id": number, "data": {"az": reference, "rubrum": CASES[case][0]}})
    calendar.fill_calendar(sandbox, EMPLOYEES, datetime.now(BERLIN))
