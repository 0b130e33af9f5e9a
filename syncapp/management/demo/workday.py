"""A working day in the firm: what colleagues do in every system, and what goes wrong meanwhile.

What must come of it is stated beside it, as it stands in the sandbox's records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import TypeVar

from syncapp.management.demo.calendars import Appointment, Calendars
from syncapp.management.demo.environment import Environment
from syncapp.management.demo.firm import Firm
from syncapp.management.demo.parties import Entered, Parties
from syncapp.management.demo.sandbox import Sandbox, status_of

WHILE_BUSY = "Klageerwiderung Tiede"  # the document that comes while xAI asks for pauses
PAUSES = 2  # how often xAI says "too many requests" before it takes the next file
PAUSE_SECONDS = 2
LONG_PAUSE_SECONDS = 90  # longer than a worker waits for: the record waits instead, for everybody to see
ANSWER = b"""Klageerwiderung
Die Klage ist unbegr\xc3\xbcndet. Die Nutzungsentsch\xc3\xa4digung ist der H\xc3\xb6he nach \xc3\xbcbersetzt."""
RENTS = b"Monat;Soll;Ist;R\xc3\xbcckstand\nApril;970,00;970,00;0,00\nMai;970,00;0,00;970,00\nJuni;970,00;0,00;970,00\n"
MOBILE = 3  # kommKz
NEW_IBAN = "DE02100500000054540402"
ZONE = "Europe/Berlin"
TUESDAY = 1
BEYOND = "RRULE:FREQ=WEEKLY;COUNT=8;BYDAY=TU,TH"  # Advoware knows one day of the week, and no number of times
LATER = timedelta(days=2)
Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class PartyDay:
    """Ids in EspoCRM. `entered`: by people on one side, must be on the other; `disputed`: must stay as it is, because
    the rule for these fields is that a person chooses (bitbylaw.demo_environment)."""

    met: str
    account: str
    entered: tuple[Entered, ...]
    disputed: Entered


@dataclass(frozen=True, slots=True)
class CalendarDay:
    """Edits as they must be on both sides, and what Advoware can't hold."""

    edited: tuple[Appointment, ...]
    by_hand: Appointment


def with_documents(firm: Firm, crm: Sandbox, environment: Environment) -> int:
    """Everything at once, as on a Monday morning; webhooks tell the hub. Its answer to an unreadable message."""
    case, other = firm.named("Baugenossenschaft Deichkrone ./. Tiede"), firm.named("Lüders ./. Möwenstube GmbH")
    _slow_down(crm, PAUSES, PAUSE_SECONDS)
    _new_document(crm, WHILE_BUSY, "Klageerwiderung.txt", ANSWER, "text/plain", case["id"])

    crm.upload(firm.named("Mietkonto Oster")["id"], "Mietkonto.csv", RENTS, "text/csv")

    moved = firm.named("Nutzungsentschädigung Tiede")["id"]
    crm.link(moved, other["id"])
    crm.link(moved, case["id"], on=False)

    crm.update("Account", firm.named("Hausverwaltung Strandhafer")["id"], name="Hausverwaltung Strandhafer & Söhne")
    crm.act("espocrm", "delete", entity_type="CDokumente", id=firm.named("Gewerbemietvertrag Möwenstube")["id"])

    scan = b"%PDF-1.4 schief"
    name = "Zustellungsurkunde, schief gescannt"
    _new_document(crm, name, "Zustellung-unlesbar.pdf", scan, "application/pdf", other["id"])
    # A hook of the firm's own sends something that nobody can read.
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {environment.token}"}
    return status_of(f"{environment.hub}/vmh/webhook/document/update", b'[{"id": "65f0', headers)


def leave_one_waiting(firm: Firm, crm: Sandbox) -> None:
    """For those who stay and look: a document that waits because xAI asked for a long pause."""
    _slow_down(crm, 1, LONG_PAUSE_SECONDS)
    content, case = "Gutachten zur ortsüblichen Vergleichsmiete", firm.named("Wendland ./. Oster, Fliederweg 12")
    _new_document(crm, "Gutachten Mietspiegel", "Gutachten.txt", content.encode(), "text/plain", case["id"])


def _new_document(crm: Sandbox, name: str, file_name: str, content: bytes, mime: str, case: str) -> None:
    document = crm.create("CDokumente", name=name)
    crm.upload(document, file_name, content, mime)
    crm.link(document, case)


def _slow_down(crm: Sandbox, times: int, seconds: int) -> None:
    uploads = {"system": "xai", "method": "POST", "path": "/v1/files$"}
    answer = {"kind": "status", "status": 429, "headers": {"Retry-After": str(seconds)}}
    crm.call("POST", "faults", {**uploads, **answer, "times": times})


def with_parties(parties: Parties, sandbox: Sandbox) -> PartyDay:
    """In EspoCRM and at Advoware's own screen. Advoware is edited before EspoCRM: it tells nobody, so the hub meets
    both edits at once."""
    by_name = {row["name"] or row["firmenname"]: row for row in parties.known.values()}
    met, disputed = by_name["Almut Wendland"], by_name["Jörn Peter Oster"]
    firm, registered = by_name["Möwenstube GmbH"], by_name["Baugenossenschaft Deichkrone eG"]
    account = next(row for row in parties.accounts.values() if row["beteiligteId"] == met["id"])

    court = Entered(firm["id"], crm={"registergericht": "Flensburg"})
    sandbox.act("advoware", "update_party", betNr=firm["betnr"], data={"registergericht": "Flensburg"})

    sandbox.act("advoware", "add_communication", betNr=met["betnr"], data={"kommKz": MOBILE, "tlf": "0151 555 01 77"})
    mails = [{"emailAddress": "almut.wendland@post.example", "primary": True}]
    sandbox.update("CBeteiligte", met["id"], emailAddressData=mails)

    # The rule for this field is the usual one: EspoCRM's value holds, and staff are told what was replaced.
    number = Entered(registered["id"], advoware={"handelsRegisterNummer": "GnR 9913"})
    sandbox.act("advoware", "update_party", betNr=registered["betnr"], data={"handelsRegisterNummer": "GnR 9921"})
    sandbox.update("CBeteiligte", registered["id"], handelsregisterNummer="GnR 9913")

    both = Entered(
        disputed["id"],
        crm={"firstName": "Jörn P.", "dateOfBirth": "1979-11-20"},
        advoware={"vorname": "Jörn-Peter", "geburtsdatum": "1979-02-11T00:00:00"},
    )
    sandbox.act("advoware", "update_party", betNr=disputed["betnr"], data=both.advoware)
    sandbox.update("CBeteiligte", disputed["id"], **both.crm)

    sandbox.update("CBankverbindungen", account["id"], iban=NEW_IBAN)
    created = sandbox.create(
        "CBeteiligte", salutationName="Frau", firstName="Henrike", lastName="Petersen", dateOfBirth="1984-03-09",
        status="active", assignedUserId=met["assignedUserId"],
        emailAddressData=[{"emailAddress": "Henrike.Petersen@post.example", "primary": True}],
        phoneNumberData=[{"phoneNumber": "+494315550188", "type": "Office", "primary": True}],
    )  # fmt: skip
    client = {"anrede": "Frau", "vorname": "Henrike", "name": "Petersen", "geburtsdatum": "1984-03-09T00:00:00"}
    return PartyDay(met["id"], account["id"], (court, number, Entered(created, advoware=client)), both)


def with_appointments(calendars: Calendars, sandbox: Sandbox) -> CalendarDay:
    """In Advoware and in Google Calendar. Google tells the hub of its changes, Advoware nobody."""
    key, talk = _named(calendars.in_advoware, "Mandantengespräch Hinrichs")
    sandbox.act(
        "advoware",
        "update_appointment",
        frNr=key,
        data={"uhrzeitVon": "15:30:00", "uhrzeitBis": "16:30:00", "ort": "Am Speicher 3"},
    )
    day = talk.start[:10]
    edited = replace(talk, start=f"{day}T15:30", end=f"{day}T16:30", place="Am Speicher 3")

    place, eviction = _named(calendars.in_google, "Räumungstermin Tiede")
    moved = replace(eviction, start=_later(eviction.start), end=_later(eviction.end))
    calendar, _, event = place.partition("/")
    sandbox.act("google", "update_event", calendar=calendar, id=event, data=_times(moved))

    viewing = Appointment("JH", "Ortstermin Fliederweg 12", f"{day}T09:00", f"{day}T10:30", "Fliederweg 12")
    first = _tuesday_after(day)
    hours = Appointment("AP", "Telefonsprechstunde", f"{first}T17:00", f"{first}T18:00", "", BEYOND)
    for new in (viewing, hours):
        row = _times(new) | {"summary": new.text, "location": new.place}
        repeated = {"recurrence": [new.rule]} if new.rule else {}
        sandbox.act("google", "create_events", calendar=f"AW-{new.kuerzel}", rows=[row | repeated])
    return CalendarDay((edited, moved, viewing), hours)


def _named(rows: dict[Key, Appointment], text: str) -> tuple[Key, Appointment]:
    return next((key, row) for key, row in rows.items() if row.text == text)


def _later(moment: str) -> str:
    return (date.fromisoformat(moment[:10]) + LATER).isoformat() + moment[10:]


def _tuesday_after(day: str) -> str:
    found = date.fromisoformat(day)
    return (found + timedelta(days=(TUESDAY - found.weekday()) % 7)).isoformat()


def _times(appointment: Appointment) -> dict[str, object]:
    return {
        name: {"dateTime": f"{moment}:00", "timeZone": ZONE}
        for name, moment in (("start", appointment.start), ("end", appointment.end))
    }
