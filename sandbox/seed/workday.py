"""A working day of the small law firm: what its people do in every system, and what goes wrong meanwhile.

Webhooks and Google's messages go out as for every edit of a person; Advoware tells nobody. Each scene answers what must
come of it, by the names of either side.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sandbox.advoware.clock import BERLIN
from sandbox.faults import Fault

if TYPE_CHECKING:
    from sandbox.world import World

Record = dict[str, Any]

PAUSES, PAUSE_SECONDS = 2, 2  # how often xAI says "too many requests" before it takes a file into a collection
LONG_PAUSE_SECONDS = 90  # longer than a worker waits for: the record waits instead, for everybody to see
ANSWER = """Klageerwiderung
Die Klage ist unbegründet. Die Nutzungsentschädigung ist der Höhe nach übersetzt."""
RENTS = "Monat;Soll;Ist;Rückstand\nApril;970,00;970,00;0,00\nMai;970,00;0,00;970,00\nJuni;970,00;0,00;970,00\n"
MOBILE = 3  # kommKz; the number is one that the regulator keeps for stories
NEW_IBAN = "DE02100500000054540402"
TUESDAY = 1
BEYOND = "RRULE:FREQ=WEEKLY;COUNT=8;BYDAY=TU,TH"  # Advoware knows one day of the week, and no number of times
LATER = timedelta(days=2)


class Firm:
    """Its people, at their own screens."""

    def __init__(self, world: World) -> None:
        self.world = world

    def act(self, system: str, action: str, **data: Any) -> Any:
        return self.world.systems[system].control(action, data)

    def rows(self, kind: str) -> list[Record]:
        rows: list[Record] = self.world.systems["espocrm"].snapshot()["records"][kind]
        return [row for row in rows if not row["deleted"]]

    def id_of(self, kind: str, name: str) -> str:
        return next(str(row["id"]) for row in self.rows(kind) if row["name"] == name)

    def update(self, kind: str, pk: str, **data: Any) -> None:
        self.act("espocrm", "update", entity_type=kind, id=pk, data=data)

    def upload(self, document: str, file_name: str, content: str, mime: str) -> None:
        encoded = base64.b64encode(content.encode()).decode()
        self.act("espocrm", "upload", id=document, name=file_name, content=encoded, mime=mime)

    def link(self, document: str, case: str, *, on: bool = True) -> None:
        ends = {"entity_type": "CDokumente", "id": document, "link": "raeumungsklages", "foreign_id": case}
        self.act("espocrm", "link" if on else "unlink", **ends)

    def file(self, name: str, file_name: str, content: str, mime: str, case: str) -> str:
        """A new document of a case; its id."""
        document = str(self.act("espocrm", "create", entity_type="CDokumente", data={"name": name})["id"])
        self.upload(document, file_name, content, mime)
        self.link(document, case)
        return document

    def slow_down(self, times: int, seconds: int, system: str, path: str) -> None:
        """xAI takes nothing there, and says when to come back."""
        pause = {"Retry-After": str(seconds)}
        self.world.faults.add(Fault("status", system, "POST", path, times=times, status=429, headers=pause))


def working_day(world: World) -> Record:
    """Everything at once, as on a Monday morning."""
    firm = Firm(world)
    return _documents(firm) | _parties(firm) | _appointments(firm)


def long_pause(world: World) -> None:
    """For those who stay and look: a document that waits because xAI asked for a long pause."""
    firm = Firm(world)
    firm.slow_down(1, LONG_PAUSE_SECONDS, "xai", "/v1/files$")
    content, case = "Gutachten zur ortsüblichen Vergleichsmiete", "Wendland ./. Oster, Fliederweg 12"
    firm.file("Gutachten Mietspiegel", "Gutachten.txt", content, "text/plain", firm.id_of("Raeumungsklage", case))


SCENES: dict[str, Callable[[World], Any]] = {"working_day": working_day, "long_pause": long_pause}


def _documents(firm: Firm) -> Record:
    """`while_busy`: the document that comes while xAI asks for `pauses`."""
    case = firm.id_of("Raeumungsklage", "Baugenossenschaft Deichkrone ./. Tiede")
    other = firm.id_of("Raeumungsklage", "Lüders ./. Möwenstube GmbH")
    firm.slow_down(PAUSES, PAUSE_SECONDS, "xai-management", "/documents/")
    while_busy = firm.file("Klageerwiderung Tiede", "Klageerwiderung.txt", ANSWER, "text/plain", case)

    firm.upload(firm.id_of("CDokumente", "Mietkonto Oster"), "Mietkonto.csv", RENTS, "text/csv")

    moved = firm.id_of("CDokumente", "Nutzungsentschädigung Tiede")
    firm.link(moved, other)
    firm.link(moved, case, on=False)

    renamed = firm.id_of("Account", "Hausverwaltung Strandhafer")
    firm.update("Account", renamed, name="Hausverwaltung Strandhafer & Söhne")
    gone = firm.id_of("CDokumente", "Gewerbemietvertrag Möwenstube")
    firm.act("espocrm", "delete", entity_type="CDokumente", id=gone)

    name = "Zustellungsurkunde, schief gescannt"
    firm.file(name, "Zustellung-unlesbar.pdf", "%PDF-1.4 schief", "application/pdf", other)
    return {"while_busy": while_busy, "pauses": PAUSES}


def _parties(firm: Firm) -> Record:
    """Advoware is edited before EspoCRM: it tells nobody, so the hub meets both edits at once.

    `entered`: by people on one side, must be on the other; `disputed`: must stay as it is, because a person chooses.
    """
    by_name = {row["name"] or row["firmenname"]: row for row in firm.rows("CBeteiligte")}
    met, disputed = by_name["Almut Wendland"], by_name["Jörn Peter Oster"]
    company, registered = by_name["Möwenstube GmbH"], by_name["Baugenossenschaft Deichkrone eG"]
    account = next(row for row in firm.rows("CBankverbindungen") if row["beteiligteId"] == met["id"])

    court = {"party": company["id"], "crm": {"registergericht": "Flensburg"}}
    firm.act("advoware", "update_party", betNr=company["betnr"], data={"registergericht": "Flensburg"})

    firm.act("advoware", "add_communication", betNr=met["betnr"], data={"kommKz": MOBILE, "tlf": "0172 992 59 04"})
    mails = [{"emailAddress": "almut.wendland@post.example", "primary": True}]
    firm.update("CBeteiligte", met["id"], emailAddressData=mails)

    # The rule for this field is the usual one: EspoCRM's value holds, and staff are told what was replaced.
    number = {"party": registered["id"], "advoware": {"handelsRegisterNummer": "GnR 9913"}}
    firm.act("advoware", "update_party", betNr=registered["betnr"], data={"handelsRegisterNummer": "GnR 9921"})
    firm.update("CBeteiligte", registered["id"], handelsregisterNummer="GnR 9913")

    ours = {"firstName": "Jörn P.", "dateOfBirth": "1979-11-20"}
    theirs = {"vorname": "Jörn-Peter", "geburtsdatum": "1979-02-11T00:00:00"}
    firm.act("advoware", "update_party", betNr=disputed["betnr"], data=theirs)
    firm.update("CBeteiligte", disputed["id"], **ours)

    firm.update("CBankverbindungen", account["id"], iban=NEW_IBAN)
    person = {
        "salutationName": "Frau", "firstName": "Henrike", "lastName": "Petersen", "dateOfBirth": "1984-03-09",
        "status": "active", "assignedUserId": met["assignedUserId"],
        "emailAddressData": [{"emailAddress": "Henrike.Petersen@post.example", "primary": True}],
        "phoneNumberData": [{"phoneNumber": "+494315550188", "type": "Office", "primary": True}],
    }  # fmt: skip
    created = firm.act("espocrm", "create", entity_type="CBeteiligte", data=person)["id"]
    client = {"anrede": "Frau", "vorname": "Henrike", "name": "Petersen", "geburtsdatum": "1984-03-09T00:00:00"}
    return {
        "met": met["id"],
        "account": account["id"],
        "entered": [court, number, {"party": created, "advoware": client}],
        "disputed": {"party": disputed["id"], "crm": ours, "advoware": theirs},
    }


def _appointments(firm: Firm) -> Record:
    """In Advoware and in Google Calendar. Google tells the hub of its changes.

    `in_advoware`, `in_google`: as they must be on both sides; `by_hand`: what Advoware can't hold. Events stand behind
    their employee's Kürzel.
    """
    rows = firm.world.systems["advoware"].snapshot()["appointments"]
    talk = next(row for row in rows if row["text"] == "Mandantengespräch Hinrichs")
    edit = {"uhrzeitVon": "15:30:00", "uhrzeitBis": "16:30:00", "ort": "Am Speicher 3"}
    talk = firm.act("advoware", "update_appointment", frNr=talk["frNr"], data=edit)

    events = firm.act("google", "list_events", calendar="AW-MS")
    eviction = next(event for event in events if event["summary"] == "Räumungstermin Tiede")
    times = {name: _later(eviction[name]) for name in ("start", "end")}
    moved = firm.act("google", "update_event", calendar="AW-MS", id=eviction["id"], data=times)

    day = talk["datum"][:10]
    viewing = {"summary": "Ortstermin Fliederweg 12", "location": "Fliederweg 12", **_on(day, "09:00", "10:30")}
    hours = {"summary": "Telefonsprechstunde", "recurrence": [BEYOND], **_on(_tuesday_after(day), "17:00", "18:00")}
    (viewed,) = firm.act("google", "create_events", calendar="AW-JH", rows=[viewing])
    (repeated,) = firm.act("google", "create_events", calendar="AW-AP", rows=[hours])
    return {"in_advoware": [talk], "in_google": [["MS", moved], ["JH", viewed]], "by_hand": ["AP", repeated]}


def _on(day: str, first: str, last: str) -> Record:
    return {
        name: {"dateTime": f"{day}T{clock}:00", "timeZone": BERLIN.key}
        for name, clock in (("start", first), ("end", last))
    }


def _later(at: Record) -> Record:
    moment = datetime.fromisoformat(at["dateTime"]).astimezone(BERLIN) + LATER
    return {"dateTime": f"{moment:%Y-%m-%dT%H:%M:%S}", "timeZone": BERLIN.key}


def _tuesday_after(day: str) -> str:
    found = date.fromisoformat(day)
    return (found + timedelta(days=(TUESDAY - found.weekday()) % 7)).isoformat()
